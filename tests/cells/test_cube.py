"""A cube answers what counting one by one gives, whatever is asked."""

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from cells import build, cube, query
from cells.events import Changes, Events, EventUnknown, changed
from cells.question import UNKNOWN, Counted, Filter, time_of
from cells.view import View
from gis_testing.random_events import (
    CELLS,
    RESOLUTIONS,
    Event,
    by_hand,
    columns,
    events,
    filters,
    patient,
)

pytestmark = pytest.mark.usefixtures("few_events_a_checkpoint")


def _said(counted: Counted) -> dict[int, tuple[Any, ...]]:
    counted = counted.counted
    assert counted.total is not None
    assert counted.base is not None
    listed = (counted.cells, counted.events, counted.total, counted.base)
    return {cell: tuple(sums) for cell, *sums in zip(*(a.tolist() for a in listed), strict=True)}


def _view(listed: list[Event], more: Changes | None = None) -> View:
    none = Changes(columns([]), np.zeros(0, np.int8))
    return View(build.build(columns(listed)), more or none, is_mean=False)


@given(events, filters, RESOLUTIONS)
@patient
def test_a_cube_counts_as_by_hand(listed: list[Event], wanted: Filter, resolution: int) -> None:
    assert _said(_view(listed).count(wanted, resolution)) == by_hand(listed, wanted, resolution)


@given(events, filters)
@patient
def test_a_cube_from_disk_is_the_same(listed: list[Event], wanted: Filter) -> None:
    with TemporaryDirectory() as folder:
        made = build.build(columns(listed))
        cube.save(made, Path(folder))
        read = cube.load(Path(folder))
        for resolution in (7, 9, 10):
            ours, theirs = (
                query.sums(one, query.chosen(one, wanted), resolution) for one in (made, read)
            )
            assert all(np.array_equal(a, b) for a, b in zip(ours, theirs, strict=True))
        before, after = made.all_events(), read.all_events()
        assert np.array_equal(before.at, after.at)
        assert np.array_equal(before.cell, after.cell)


@given(events, events, st.data(), filters, RESOLUTIONS)
@patient
def test_what_happened_since_counts_as_if_it_had_been_there(
    listed: list[Event], came: list[Event], data: st.DataObject, wanted: Filter, resolution: int
) -> None:
    went = data.draw(st.lists(st.sampled_from(range(len(listed))), unique=True)) if listed else []
    changes = Changes(
        columns([*came, *(listed[place] for place in went)]),
        np.array([1] * len(came) + [-1] * len(went), np.int8),
    )
    left = [event for place, event in enumerate(listed) if place not in went] + came
    by_change = _said(_view(listed, changes).count(wanted, resolution))
    assert by_change == by_hand(left, wanted, resolution)
    rebuilt = build.build(changed(columns(listed), changes))
    again = View(rebuilt, Changes(columns([]), np.zeros(0, np.int8)), is_mean=False)
    assert _said(again.count(wanted, resolution)) == by_change


@given(events, events, filters, RESOLUTIONS, st.data())
@patient
def test_some_cells_are_counted_as_all_are(
    listed: list[Event], came: list[Event], wanted: Filter, resolution: int, data: st.DataObject
) -> None:
    view = _view(listed, Changes(columns(came), np.ones(len(came), np.int8)))
    size = len(view.cells(resolution))
    assume(size)
    places = np.array(sorted(data.draw(st.sets(st.integers(0, size - 1)))), np.intp)
    every, some = view.count(wanted, resolution), view.count_some(wanted, resolution, places)
    assert np.array_equal(some.cells, every.cells[places])
    assert np.array_equal(some.events, every.events[places])
    assert np.array_equal(some.total, every.total[places])  # type: ignore[index, arg-type]


@given(events, events, events, filters, RESOLUTIONS)
@patient
def test_a_view_that_is_taken_further_equals_a_new_one(
    listed: list[Event], came: list[Event], later: list[Event], wanted: Filter, resolution: int
) -> None:
    first, second = (Changes(columns(e), np.ones(len(e), np.int8)) for e in (came, later))
    view = _view(listed, first)
    view.count(wanted, resolution)
    further = view.with_more(second)
    assert _said(further.count(wanted, resolution)) == by_hand(
        [*listed, *came, *later], wanted, resolution
    )
    new = {event.cell for event in later} - set(view.cells(10).tolist())
    view.cells(10)
    assert new or view.with_more(second).cells(10) is view.cells(10)


@given(events, filters)
@example([], Filter())
@patient
def test_sums_agree_on_every_resolution(listed: list[Event], wanted: Filter) -> None:
    view = _view(listed)
    sums = {int(view.count(wanted, resolution).events.sum()) for resolution in range(1, 11)}
    assert len(sums) == 1


def test_an_event_without_a_time_counts_where_none_is_asked_for() -> None:
    view = _view([Event(UNKNOWN, CELLS[0], "fire", 1, 1), Event(0, CELLS[0], "fire", 1, 1)])

    def number(**asked: Any) -> int:
        return int(view.count(Filter(**asked), 8).events.sum())

    assert number() == 2
    assert number(end=time_of(5)) == number(start=time_of(-5)) == 1


def test_a_layer_without_a_weight_has_no_value() -> None:
    listed = [Event(1, CELLS[0], "fire", 0, 0)]
    none = Changes(columns([], has_weight=False), np.zeros(0, np.int8))
    view = View(build.build(columns(listed, has_weight=False)), none, is_mean=False)
    assert view.count(Filter(), 9).value is None


def test_a_mean_is_weighed_and_a_cell_that_nothing_was_weighed_in_has_none() -> None:
    listed = [
        Event(1, CELLS[0], "fire", 30, 1),
        Event(2, CELLS[0], "fire", 180, 3),
        Event(3, CELLS[-1], "fire", 0, 0),
    ]
    none = Changes(columns([]), np.zeros(0, np.int8))
    found = View(build.build(columns(listed)), none, is_mean=True).count(Filter(), 10)
    assert found.value is not None
    assert np.array_equal(found.value, [52.5, np.nan], equal_nan=True)
    assert found.events.tolist() == [2, 1]


def test_taking_away_what_is_not_there_is_refused() -> None:
    event = Event(1, CELLS[0], "fire", 0, 0)
    there = columns([event])
    gone = Changes(columns([event, event]), np.array([-1, -1], np.int8))
    with pytest.raises(EventUnknown, match="to be taken away"):
        changed(there, gone)
    other = Changes(columns([event._replace(category="theft")]), np.array([-1], np.int8))
    with pytest.raises(EventUnknown):
        changed(there, other)


def test_checkpoints_stay_within_their_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cells.build.MOST", 20_000)
    monkeypatch.setattr("cells.build._BYTES", 1)
    chance = np.random.default_rng(5)
    many: Events = columns([Event(0, CELLS[0], "fire", 1, 1)])
    size = 40_000
    made = build.build(
        replace(
            many,
            at=chance.integers(0, 10**12, size),
            cell=chance.choice(np.array(CELLS, np.uint64), size),
            category=np.zeros(size, np.int32),
            total=np.ones(size),
            base=np.ones(size),
        )
    )
    rows = len(made.events.cells)
    assert rows > 2
    assert made.step * (rows - 1) <= size < made.step * rows
    assert made.total is not None
    kept = (made.events.pairs, made.events.cells, made.total.pairs, made.total.cells)
    assert sum(array[1:].nbytes for array in kept) <= 20_000


def test_answers_are_kept_within_their_room(monkeypatch: pytest.MonkeyPatch) -> None:
    events = [Event(at, CELLS[at % 50], "fire", 1, 1) for at in range(200)]
    room = 3 * _view(events).count(Filter(), 10).nbytes
    monkeypatch.setattr("cells.view._REMEMBERED", room)
    view = _view(events)
    first = view.count(Filter(), 10)
    assert view.count(Filter(), 10) is first
    assert view.count(Filter(hours=(3,)), 10, keep=False) is not view.count(Filter(hours=(3,)), 10)
    for hour in range(24):
        view.count(Filter(hours=(hour,)), 10)
    assert view.count(Filter(), 10) is not first
    kept = [view.count(Filter(hours=(hour,)), 10) for hour in (22, 23)]
    assert kept[1] is view.count(Filter(hours=(23,)), 10)
