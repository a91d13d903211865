"""Values as people write them."""

from datetime import UTC, date, datetime
from typing import Any

import pyarrow as pa
import pytest

from etl import values
from etl.values import Read
from layers.model import Code, CodeList


def _both(read: Read) -> tuple[list[Any], list[int]]:
    return read.column.to_pylist(), [place for place, _ in read.wrong]


def test_text_is_trimmed_composed_and_empty_is_nothing() -> None:
    decomposed = "Tha\u0301i Nguye\u0302n"
    assert _both(values.text(pa.array(["  a ", "", None, decomposed]))) == (
        ["a", None, None, "Thái Nguyên"],
        [],
    )


def test_a_code_that_a_spreadsheet_made_a_number_is_text_again() -> None:
    assert _both(values.text(pa.array([12.0, 12.5, None]))) == (["12", "12.5", None], [])
    assert _both(values.text(pa.array([7, None]))) == (["7", None], [])


def test_a_nul_character_is_refused() -> None:
    assert _both(values.text(pa.array(["a\0b", "c"]))) == ([None, "c"], [0])


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (["1", "2.5", "-3e2", " 4 ", None], [1, 2.5, -300, 4, None]),
        (["2.159,6", "1.027.857,52", "1.234"], [2159.6, 1027857.52, 1234]),
        (["90,9", "12"], [90.9, 12]),
        (["1.234", "5.5"], [1.234, 5.5]),
    ],
)
def test_numbers_are_read_the_way_their_column_is_written(
    written: list[str | None], read: list[float | None]
) -> None:
    assert _both(values.numbers(pa.array(written))) == (read, [])


def test_what_is_no_number_is_refused() -> None:
    column, wrong = _both(values.numbers(pa.array(["12a", "nan", "0x1", "--", "7"])))
    assert column == [None, None, None, None, 7]
    assert wrong == [0, 1, 2, 3]
    assert _both(values.numbers(pa.array([1.0, float("nan"), float("inf")]))) == (
        [1, None, None],
        [2],
    )


def test_a_whole_number_has_no_fraction() -> None:
    assert _both(values.integers(pa.array(["3", "3.0", "3.5", None]))) == ([3, 3, None, None], [2])
    assert _both(values.integers(pa.array([3.0, 2.5, 1e300]))) == ([3, None, None], [1, 2])


def test_truth_is_read_in_both_languages() -> None:
    assert _both(values.booleans(pa.array(["Có", "không", "TRUE", "0", "?"]))) == (
        [True, False, True, False, None],
        [4],
    )


def test_dates_are_iso_or_day_first() -> None:
    column, wrong = _both(values.dates(pa.array(["2025-12-31", "31/12/2025", "31-2-2025", "x"])))
    assert column == [date(2025, 12, 31), date(2025, 12, 31), None, None]
    assert wrong == [2, 3]


def test_times_without_zone_are_utc() -> None:
    written = [
        "2025-07-01T08:30:00+07:00",
        "2025-07-01 01:30",
        "1/7/2025 1:30",
        "2025-07-01T01:30:00Z",
    ]
    column, wrong = _both(values.datetimes(pa.array(written)))
    assert column == [datetime(2025, 7, 1, 1, 30, tzinfo=UTC)] * 4
    assert wrong == []
    naive = pa.array([datetime(2025, 7, 1, 1, 30)], pa.timestamp("ns"))  # noqa: DTZ001
    assert values.datetimes(naive).column.to_pylist() == [datetime(2025, 7, 1, 1, 30, tzinfo=UTC)]


CODES = {
    "ward": Code("ward", {"vi": "Phường", "en": "Ward"}),
    "commune": Code("commune", {"vi": "Xã", "en": "Commune"}, aliases=("X.",)),
}


def test_codes_are_found_by_code_title_and_alias() -> None:
    column = pa.array(["PHƯỜNG", "xa", "X.", "ward", "town", None])
    closed, outside = values.coded(column, CodeList(CODES))
    assert closed.to_pylist() == ["ward", "commune", "commune", "ward", None, None]
    assert outside == [4]


def test_an_open_list_keeps_what_it_does_not_know() -> None:
    kept, outside = values.coded(pa.array(["town", "Ward"]), CodeList(CODES, is_open=True))
    assert kept.to_pylist() == ["town", "ward"]
    assert outside == [0]


def test_times_outside_of_the_calendar_are_refused() -> None:
    ends = pa.array([-62135596800, -62135596801, 253402300799, 253402300800], pa.timestamp("s"))
    read, wrong = _both(values.datetimes(ends))
    assert wrong == [1, 3]
    assert [moment and moment.year for moment in read] == [1, None, 9999, None]
    days = pa.array([-719162, -719163, 2932896, 2932897], pa.date32())
    read, wrong = _both(values.dates(days))
    assert wrong == [1, 3]
    assert read == [date.min, None, date.max, None]
    assert _both(values.datetimes(days))[1] == [1, 3]
    assert _both(values.datetimes(pa.array(["0001-01-01T00:00:00+14:00"])))[1] == [0]
