"""Request text becomes values, or a sentence that says what is wrong."""

import unicodedata
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis_server.http import params
from gis_server.http.params import Interval, ParameterInvalid, TileOutOfRange
from layers import local_time
from layers.geo import BBox


def test_a_box_has_four_or_six_numbers() -> None:
    assert params.bbox("105,21,106,22") == BBox(105, 21, 106, 22)
    assert params.bbox("105,21,0,106,22,100") == BBox(105, 21, 106, 22)
    assert params.bbox("170,-10,-170,10").west > 0


@pytest.mark.parametrize(
    "text",
    ["", "a,b,c,d", "1,2,3", "1,2,3,4,5", "nan,1,2,3", "1,inf,2,3", "105,22,106,21",
     "21,105,22,106", "-190,0,0,10", "105,21,106,22,", "1_05,21,1_06,22", "105,21,106,٢٢",
     "0x69,21,106,22", "1e999,21,106,22"],
)  # fmt: skip
def test_what_is_no_box_is_refused(text: str) -> None:
    with pytest.raises(ParameterInvalid, match="Parameter 'bbox'"):
        params.bbox(text)


def test_a_box_of_the_register_has_latitude_first() -> None:
    box = BBox(105, 21, 106, 22)
    assert params.bbox("21,105,22,106", is_latitude_first=True) == box
    assert params.bbox("21,105,0,22,106,100", is_latitude_first=True) == box
    # There is nothing beyond a pole, which is no fault: clients that know no axis order ask so.
    assert params.bbox("105,21,106,22", is_latitude_first=True) == BBox(21, 105, 22, 106)


@pytest.mark.parametrize("text", ["1,2,3", "22,105,21,106", "21,105,22,190", "a,1,2,3"])
def test_a_box_of_the_register_is_refused_by_its_own_order(text: str) -> None:
    with pytest.raises(ParameterInvalid) as refused:
        params.bbox(text, is_latitude_first=True)
    assert "west,south" not in str(refused.value)
    assert "longitude first" not in str(refused.value)


JULY = datetime(2025, 7, 1, tzinfo=UTC)
DAY_END = timedelta(days=1, microseconds=-1)


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("2025-07-01T00:00:00Z", JULY, JULY),
        ("2025-07-01T07:00:00+07:00", JULY, JULY),
        ("2025-07-01T07:00:00 07:00", JULY, JULY),
        ("2025-07-01", JULY, JULY + DAY_END),
        ("2025-07-01/2025-07-02", JULY, JULY + timedelta(days=1) + DAY_END),
        ("../2025-07-01T00:00:00Z", None, JULY),
        ("2025-07-01T00:00:00Z/..", JULY, None),
        ("2025-07-01T00:00:00Z/", JULY, None),
        ("../..", None, None),
    ],
)
def test_times_are_instants_or_closed_intervals(
    text: str, start: datetime | None, end: datetime | None
) -> None:
    assert params.interval(text) == Interval(start, end)


@pytest.mark.parametrize(
    "text",
    ["", "yesterday", "2025-13-01", "a/b", "2025-07-02/2025-07-01", "1/2/3", "..", "20250701",
     "2025-W27-2", "2025-182", "2025-07-01T00", "٢٠٢٥-07-01", "2025-07-01T00:00:00+25:00"],
)  # fmt: skip
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(ParameterInvalid, match="Parameter 'datetime'"):
        params.interval(text)


def test_an_interval_is_written_one_way() -> None:
    assert str(params.interval("2025-07-01T07:00:00+07:00/..")) == "2025-07-01T00:00:00Z/.."
    assert str(params.interval("2025-07-01T00:00:00Z")) == "2025-07-01T00:00:00Z"


def test_a_tile_outside_the_grid_is_refused() -> None:
    assert params.tile(1, 1, 1) == (1, 1, 1)
    with pytest.raises(TileOutOfRange, match="no tile 1/2/0"):
        params.tile(1, 2, 0)


def test_names_are_sorted_without_repeats() -> None:
    assert params.names("b, a,,b") == ("a", "b")
    assert params.names("") == ()


def test_whole_numbers_are_clamped_above_and_refused_below() -> None:
    assert params.whole("500", "limit", low=1, high=50) == 50
    assert params.whole("9" * 5000, "limit", low=1, high=50) == 50
    for text in ("0", "-1", "x", "1.5", "²"):
        with pytest.raises(ParameterInvalid, match="whole number from 1"):
            params.whole(text, "limit", low=1, high=50)


@pytest.mark.parametrize(
    ("text", "edge"),
    [
        ("0001-01-01T00:00:00+14:00", local_time.BEGINNING),
        ("9999-12-31T23:59:59-14:00", local_time.END),
        ("9999-12-31T23:59:59.999999Z", local_time.END),
    ],
)
def test_what_a_zone_moves_out_of_the_calendar_is_its_end(text: str, edge: datetime) -> None:
    assert params.interval(text) == Interval(edge, edge)


def test_a_name_with_a_comma_stands_in_double_quotes() -> None:
    assert params.names('a, "b, c" ,"d""e",,a') == ("a", "b, c", 'd"e')
    assert params.names('"never closed, b') == ('"never closed', "b")
    assert params.names("") == ()


@given(st.sets(st.text(st.sampled_from("a \",'đ"), min_size=1).filter(str.strip)))
def test_a_list_is_read_as_it_was_written(values: set[str]) -> None:
    assert params.names(params.listed(values)) == tuple(sorted(values))


def test_names_are_composed() -> None:
    assert params.names(unicodedata.normalize("NFD", "Thái, Nguyên")) == ("Nguyên", "Thái")
