"""What is usual is what was at the same hours of the same weekday in the weeks before."""

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from cells import build, usual
from cells.events import Changes
from cells.question import Filter, instant
from cells.usual import NoTime
from cells.view import View
from gis_testing.random_events import CELLS, Event, columns

MONDAY = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
HOUR, WEEK = timedelta(hours=1), timedelta(days=7)
ROAD, STREET = CELLS[0], CELLS[-1]


def _event(at: datetime, cell: int, speed: float = 0, vehicles: float = 0) -> Event:
    return Event(instant(at), cell, "fire", speed * vehicles, vehicles)


def _view(listed: list[Event], *, has_weight: bool = True) -> View:
    none = Changes(columns([], has_weight=has_weight), np.zeros(0, np.int8))
    return View(build.build(columns(listed, has_weight=has_weight)), none, is_mean=has_weight)


def _at(found: usual.Comparison, cell: int) -> dict[str, Any]:
    place = int(np.flatnonzero(found.now.cells == np.uint64(cell))[0])
    names = ("flow", "usual_flow", "value", "usual", "level", "ratio")
    return {name: float(getattr(found, name)[place]) for name in names}


def _traffic() -> View:
    """Eight Mondays at 50 km/h, with jams at other hours, and a slow one on the ninth."""
    before = [MONDAY - WEEK * number for number in range(1, 9)]
    listed = [_event(at, ROAD, 50, 100) for at in before]
    listed += [_event(at + 3 * HOUR, ROAD, 5, 500) for at in before]
    listed += [_event(at + timedelta(days=1), ROAD, 5, 500) for at in before]
    listed += [_event(MONDAY, ROAD, 20, 160), _event(MONDAY + HOUR / 2, ROAD, 30, 40)]
    return _view([*listed, _event(MONDAY, STREET, 40, 10)])


def test_a_jam_is_slower_than_the_same_hour_of_the_same_weekday() -> None:
    found = usual.compare(_traffic(), Filter(MONDAY, MONDAY + HOUR), 10, is_low_worse=True)
    assert _at(found, ROAD) == {
        "flow": 200, "usual_flow": 100, "value": 22, "usual": 50, "level": 3, "ratio": 0.44,
    }  # fmt: skip


def test_what_was_never_measured_before_has_no_usual() -> None:
    found = usual.compare(_traffic(), Filter(MONDAY, MONDAY + HOUR), 10, is_low_worse=True)
    street = _at(found, STREET)
    assert street["level"] == 0
    assert street["value"] == 40
    assert np.isnan(street["usual"])
    assert np.isnan(street["ratio"])


def test_levels_follow_the_share_of_the_usual_speed() -> None:
    for speed, level in ((60, 1), (43, 1), (42, 2), (31, 2), (29, 3)):
        before = [_event(MONDAY - WEEK, ROAD, 50, 1)]
        view = _view([*before, _event(MONDAY, ROAD, speed, 1)])
        found = usual.compare(view, Filter(MONDAY, MONDAY), 9, is_low_worse=True)
        assert found.level.tolist() == [level], speed


def test_events_are_compared_by_their_number() -> None:
    before = [_event(MONDAY - WEEK * week, ROAD) for week in range(1, 9) for _ in range(4)]
    now = [_event(MONDAY, ROAD)] * 10
    view = _view([*before, *now], has_weight=False)
    found = usual.compare(view, Filter(MONDAY, MONDAY + HOUR), 10, is_low_worse=False)
    assert _at(found, ROAD) == {
        "flow": 10, "usual_flow": 4, "value": 10, "usual": 4, "level": 3, "ratio": 2.5,
    }  # fmt: skip


def test_a_long_time_is_compared_with_times_that_do_not_overlap_it() -> None:
    view = _traffic()
    asked = Filter(MONDAY, MONDAY + timedelta(days=10))
    earlier = usual.earlier_times(view, asked)
    assert earlier[0].end == asked.end - 2 * WEEK
    assert all(one.start and one.start.isoweekday() == 1 for one in earlier)
    # Only eight weeks are known.
    assert len(earlier) == 4


@pytest.mark.parametrize("asked", [Filter(), Filter(MONDAY), Filter(None, MONDAY)])
def test_an_open_time_is_refused(asked: Filter) -> None:
    with pytest.raises(NoTime):
        usual.compare(_traffic(), asked, 9, is_low_worse=True)


def test_without_a_past_nothing_is_usual() -> None:
    view = _view([_event(MONDAY, ROAD, 20, 10)])
    found = usual.compare(view, Filter(MONDAY, MONDAY + HOUR), 9, is_low_worse=True)
    assert found.level.tolist() == [0]


def test_a_first_week_that_is_known_in_part_does_not_count() -> None:
    before = [_event(MONDAY - WEEK * week, ROAD) for week in (1, 2) for _ in range(4)]
    first = _event(MONDAY - WEEK * 3 + HOUR / 2, ROAD)
    view = _view([first, *before, _event(MONDAY, ROAD)], has_weight=False)
    wanted = Filter(MONDAY, MONDAY + HOUR)
    assert [earlier.start for earlier in usual.earlier_times(view, wanted)] == [
        MONDAY - WEEK, MONDAY - WEEK * 2,
    ]  # fmt: skip
    found = usual.compare(view, wanted, 10, is_low_worse=False)
    assert _at(found, ROAD)["usual"] == 4
