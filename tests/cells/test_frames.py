"""Frames hold what counting each window by itself gives, and can be read as they are described."""

import struct
from datetime import timedelta

import numpy as np
import pytest

from cells import build, frames, index
from cells.events import Changes
from cells.question import Filter, time_of
from cells.view import View
from gis_testing.random_events import CELLS, Event, by_hand, columns

FIRST = 820_000_000_000_000
HOUR = 3_600_000_000


def _listed() -> list[Event]:
    chance = np.random.default_rng(8)
    return [
        Event(
            FIRST + int(chance.integers(0, 24)) * HOUR + int(chance.integers(0, 3)),
            int(chance.choice(CELLS)),
            "fire",
            float(chance.integers(1, 9)),
            float(chance.integers(0, 2)),
        )
        for _ in range(300)
    ]


def _view(listed: list[Event], *, is_mean: bool = False, has_weight: bool = False) -> View:
    none = Changes(columns([], has_weight=has_weight), np.zeros(0, np.int8))
    return View(build.build(columns(listed, has_weight=has_weight)), none, is_mean=is_mean)


def test_windows_slide_over_the_time() -> None:
    start, hour = time_of(FIRST), timedelta(hours=1)
    listed = frames.ends(start, start + 24 * hour, 2 * hour, 6 * hour)
    assert listed[0] == start + 6 * hour
    assert listed[-1] == start + 24 * hour
    assert len(listed) == 10
    assert frames.ends(start, start + hour, hour, 2 * hour) == []


def test_a_frame_counts_its_window() -> None:
    listed, hour = _listed(), timedelta(hours=1)
    ends = [time_of(FIRST + number * HOUR) for number in (3, 4, 20)]
    found = frames.frames(_view(listed), Filter(), 8, 3 * hour, ends)
    for end, numbers in zip(ends, found.numbers, strict=True):
        asked = Filter(end - 3 * hour, end - timedelta(microseconds=1))
        by_cell = {cell: sums[0] for cell, sums in by_hand(listed, asked, 8).items()}
        told = dict(zip(found.cells.tolist(), numbers.tolist(), strict=True))
        assert {cell: number for cell, number in told.items() if number} == by_cell
    assert (found.numbers > 0).any(axis=0).all()


def test_the_bytes_are_as_described() -> None:
    ends = [time_of(FIRST + number * HOUR) for number in (6, 12)]
    found = frames.frames(_view(_listed()), Filter(), 9, timedelta(hours=6), ends)
    body = b"".join(frames.packed(found))
    magic, cells, number, size = struct.unpack_from("<4sIII", body)
    assert (magic, cells, number, size) == (b"H3F1", len(found.cells), 2, 1)
    ids = np.frombuffer(body, "<f8", cells, 16)
    assert ids.tolist() == index.small_ids(found.cells).tolist()
    numbers = np.frombuffer(body, "<u1", cells * number, 16 + 8 * cells)
    assert np.array_equal(numbers.reshape(number, cells), found.numbers)
    assert len(body) == 16 + 8 * cells + cells * number


def test_a_mean_comes_as_decimals_and_no_data_is_not_zero() -> None:
    listed = _listed()
    view = _view(listed, is_mean=True, has_weight=True)
    ends = [time_of(FIRST + number * HOUR) for number in (2, 24)]
    found = frames.frames(view, Filter(), 9, timedelta(hours=2), ends)
    body = b"".join(frames.packed(found))
    *_, size = struct.unpack_from("<4sIII", body)
    assert size == 0
    numbers = np.frombuffer(body, "<f4", offset=16 + 8 * len(found.cells)).reshape(2, -1)
    first = by_hand(listed, Filter(end=ends[0] - timedelta(microseconds=1)), 9)
    for cell, number in zip(found.cells.tolist(), numbers[0].tolist(), strict=True):
        _, total, base = first.get(cell, (0, 0.0, 0.0))
        assert np.isnan(number) if not base else np.isclose(number, total / base)
    assert np.isnan(numbers).any()


@pytest.mark.parametrize(("largest", "kind"), [(255, "<u1"), (256, "<u2"), (65_536, "<u4")])
def test_numbers_have_the_room_that_they_need(largest: int, kind: str) -> None:
    cells = np.array(CELLS[:2], np.uint64)
    made = frames.Frames([time_of(0)], cells, np.array([[1, largest]]))
    packed = b"".join(frames.packed(made))
    assert np.frombuffer(packed, kind, offset=16 + 8 * 2).tolist() == [1, largest]
