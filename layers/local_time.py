"""Time zone of the province: Indochina Time, which all of Viet Nam has.

Days, months and hours of the day are those of this zone. It is taken as a fixed offset from UTC:
there is no summer time, and numbers, files and statements must agree also for times before 1975,
when parts of the country had other clocks.
"""

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

NAME = "Asia/Ho_Chi_Minh"
"""Name in the IANA time zone database."""

UTC_OFFSET = ZoneInfo(NAME).utcoffset(datetime(2000, 1, 1)) or timedelta()  # noqa: DTZ001 - is local
"""How far its clocks are ahead of UTC."""

ZONE = timezone(UTC_OFFSET)
"""The zone as Python has it."""

BEGINNING, END = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
"""Ends of the calendar: RFC 3339 and Python write the years 1 to 9999."""


def earlier(moment: datetime, by: timedelta) -> datetime:
    """Return the time ``by`` before a moment, but none before the calendar begins."""
    return moment - min(by, moment - BEGINNING)


def of(moment: datetime) -> datetime:
    """Return a moment on the clocks of the province; at the end of the calendar, its last."""
    try:
        return moment.astimezone(ZONE)
    except OverflowError:
        return datetime.max.replace(tzinfo=ZONE)
