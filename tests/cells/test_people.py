"""People are shared out so that none is lost, on every resolution."""

import numpy as np
import pytest
import shapely

from cells import index, people

WEST, EAST = shapely.box(105.5, 21.3, 105.8, 21.6), shapely.box(105.8, 21.3, 106.1, 21.6)


def test_no_one_is_lost() -> None:
    found = people.shared_out([shapely.to_wkb(WEST), shapely.to_wkb(EAST)], [12_000, 3_000])
    for resolution in range(4, 11):
        cells = np.unique(index.parents(found.cells, min(resolution, 9)))
        if resolution == 10:
            inside = [np.uint64(c) for one in cells for c in _children(int(one))]
            cells = np.array(sorted(inside), np.uint64)
        assert found.by_cell(cells).sum() == pytest.approx(15_000)


def _children(cell: int) -> list[int]:
    low, high = index.descendants(cell, 10)
    step = 1 << 15
    return list(range(low, high + 1, step))[:7]


def test_a_denser_commune_has_more_people_in_a_cell() -> None:
    found = people.shared_out([shapely.to_wkb(WEST), shapely.to_wkb(EAST)], [12_000, 3_000])
    west, east = (index.cells_of([x], [21.45], 8) for x in (105.65, 105.95))
    assert found.by_cell(west)[0] > 3 * found.by_cell(east)[0] > 0


def test_an_area_smaller_than_a_cell_is_somewhere() -> None:
    small = shapely.box(105.8000, 21.5, 105.8001, 21.5001)
    found = people.shared_out([shapely.to_wkb(small)], [50])
    assert found.number.sum() == 50
    assert found.by_cell(index.cells_of([105.8], [21.5], 9))[0] == 50


def test_where_nobody_lives_is_zero() -> None:
    found = people.shared_out([shapely.to_wkb(WEST)], [100])
    assert found.by_cell(index.cells_of([0], [0], 7)).tolist() == [0]
    assert people.shared_out([], []).by_cell(index.cells_of([0], [0], 7)).tolist() == [0]
    assert len(found.by_cell(np.zeros(0, np.uint64))) == 0
