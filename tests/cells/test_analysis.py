"""Hot spots are found where they were planted, and what is said of cells equals counting."""

from datetime import timedelta

import h3.api.basic_int as h3
import numpy as np
import pytest
import shapely

from cells import analysis, build
from cells.analysis import TooFewEvents
from cells.events import Changes
from cells.hotspots import Kind
from cells.index import cells_of
from cells.question import Filter, time_of
from cells.view import View
from gis_testing.random_events import Event, columns

WEST, SOUTH, SIDE = 105.5, 21.3, 0.5
FIRST, DAY = 820_000_000_000_000, 86_400_000_000
HOT = (105.7, 21.5)
SHAPE = shapely.to_wkb(shapely.box(WEST, SOUTH, WEST + SIDE, SOUTH + SIDE))


def _view(days: int = 120, hot_from: int = 90, number: int = 12_000) -> View:
    """Return events all over, and more of them around a place from a day on."""
    chance = np.random.default_rng(3)
    places = chance.random((number, 2)) * SIDE + [WEST, SOUTH]
    at = FIRST + chance.integers(0, days * DAY, number)
    more = chance.normal(0, 0.006, (1_500, 2)) + HOT
    later = FIRST + chance.integers(hot_from * DAY, days * DAY, len(more))
    cells = cells_of(*np.concatenate([places, more]).T, 10)
    listed = [
        Event(int(time), int(cell), "fire", 0, 0)
        for time, cell in zip([*at, *later], cells, strict=True)
    ]
    none = Changes(columns([], has_weight=False), np.zeros(0, np.int8))
    return View(build.build(columns(listed, has_weight=False)), none, is_mean=False)


def test_a_planted_hot_spot_is_found_and_nothing_else() -> None:
    found = analysis.find(_view(), Filter(), 12, [SHAPE])
    assert not found.is_sparse
    hot = found.cells[found.kinds != tuple(Kind).index(Kind.NONE)]
    middle = h3.latlng_to_cell(*reversed(HOT), found.resolution)
    assert middle in hot
    near = set(h3.grid_disk(middle, 3))
    assert len(set(hot.tolist()) - near) <= 3
    place = int(np.searchsorted(found.cells, np.uint64(middle)))
    assert tuple(Kind)[found.kinds[place]] is Kind.GROWING


def test_a_hot_spot_of_the_last_slice_is_new() -> None:
    found = analysis.find(_view(hot_from=110), Filter(), 12, [SHAPE])
    place = int(np.searchsorted(found.cells, cells_of([HOT[0]], [HOT[1]], found.resolution)[0]))
    assert tuple(Kind)[found.kinds[place]] is Kind.NEW
    assert found.now[place] > 5 * found.usual[place]
    assert found.surprise[place] < 1e-6
    assert float(np.median(found.surprise)) > 0.1


def test_slices_hold_every_event_once() -> None:
    view = _view()
    wanted = Filter(time_of(FIRST + 7 * DAY), time_of(FIRST + 100 * DAY), ("fire",))
    found = analysis.find(view, wanted, 7, resolution=7)
    assert found.edges[0] == wanted.start
    assert found.edges[-1] == wanted.end
    assert len(found.edges) == 8
    total = found.now + found.usual * 6
    assert np.allclose(total, view.count(wanted, 7).events)
    last = wanted._replace(start=found.edges[-2])
    assert np.array_equal(found.now, view.count(last, 7).events)


def test_the_area_has_cells_without_events() -> None:
    view = _view(number=50)
    empty = analysis.area(view, [SHAPE], 7)
    assert len(empty) > len(view.cells(7))
    assert set(view.cells(7).tolist()) <= set(empty.tolist())
    outside = shapely.to_wkb(shapely.box(0, 0, 1, 1))
    assert set(view.cells(7).tolist()) <= set(analysis.area(view, [outside], 7).tolist())


def test_the_resolution_follows_the_number_of_events() -> None:
    few, many = (analysis.find(_view(number=n), Filter(), 12, [SHAPE]) for n in (3_000, 60_000))
    assert few.resolution < many.resolution
    assert not few.is_sparse
    fine = analysis.find(_view(number=3_000), Filter(), 12, [SHAPE], resolution=9)
    assert fine.resolution == 9
    assert fine.is_sparse


def test_what_cannot_be_analysed_is_said() -> None:
    none = Changes(columns([], has_weight=False), np.zeros(0, np.int8))
    empty = View(build.build(columns([], has_weight=False)), none, is_mean=False)
    with pytest.raises(TooFewEvents, match="name a time"):
        analysis.find(empty, Filter(), 12)
    start = time_of(FIRST)
    with pytest.raises(TooFewEvents, match="too short"):
        analysis.find(_view(), Filter(start, start + timedelta(microseconds=3)), 12)
    quiet = analysis.find(empty, Filter(start, start + timedelta(days=30)), 12, [SHAPE], 7)
    assert not quiet.kinds.any()
    assert quiet.is_sparse
