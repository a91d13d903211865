"""Time zone of the province: Indochina Time, which all of Viet Nam has.

Days, months and hours of the day are those of this zone. It is taken as a fixed offset from UTC:
there is no summer time, and numbers, files and statements must agree also for times before 1975,
when parts of the country had other clocks.
"""

from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

NAME = "Asia/Ho_Chi_Minh"
"""Name in the IANA time zone database."""

UTC_OFFSET = ZoneInfo(NAME).utcoffset(datetime(2000, 1, 1)) or timedelta()  # noqa: DTZ001 - is local
"""How far its clocks are ahead of UTC."""

ZONE = timezone(UTC_OFFSET)
"""The zone as Python has it."""
