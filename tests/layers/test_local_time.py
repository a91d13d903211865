"""The clock of the province."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from psycopg.sql import SQL

from cells import columns
from layers import local_time


def test_every_form_of_the_zone_is_that_of_its_name() -> None:
    noon = datetime(2026, 6, 30, 12, tzinfo=UTC)
    named = noon.astimezone(ZoneInfo(local_time.NAME))
    assert noon.astimezone(local_time.ZONE).isoformat() == named.isoformat()
    assert named.utcoffset() == local_time.UTC_OFFSET
    assert local_time.of(noon).isoformat() == named.isoformat()
    assert SQL("{}").format(columns.ZONE).as_string() == "interval '7 hours'"


def test_times_stay_in_the_calendar() -> None:
    assert local_time.of(local_time.END).year == 9999
    assert local_time.of(local_time.BEGINNING).hour == 7
    day = timedelta(days=1)
    assert local_time.earlier(local_time.BEGINNING + day / 2, day) == local_time.BEGINNING
    assert local_time.earlier(local_time.END, day) == local_time.END - day
