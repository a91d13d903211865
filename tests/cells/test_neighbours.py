"""Rings of cells are those of H3, as far as the study area goes."""

from collections.abc import Iterable

import h3.api.basic_int as h3
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cells.neighbours import RING, Neighbours

PROVINCE = h3.grid_disk(h3.latlng_to_cell(21.59, 105.84, 8), 3)
AROUND_A_PENTAGON = h3.grid_disk(h3.get_pentagons(8)[4], 3)

AREAS = st.one_of(
    st.sets(st.sampled_from(PROVINCE)),
    st.sets(st.sampled_from(AROUND_A_PENTAGON)),
    st.sets(st.sampled_from(h3.get_res0_cells())),
)
"""Study areas with holes and islands; whole rings, pentagons, nothing at all."""


def _sorted(cells: Iterable[int]) -> npt.NDArray[np.uint64]:
    return np.array(sorted(cells), np.uint64)


def _rings(area: set[int]) -> list[set[int]]:
    """By the definition, one cell after the other."""
    return [{near for near in h3.grid_disk(cell, 1) if near in area} for cell in sorted(area)]


@given(AREAS)
def test_a_ring_is_the_cell_and_what_touches_it_in_the_area(area: set[int]) -> None:
    cells = _sorted(area)
    found = Neighbours.within(cells)
    assert found.members.shape == (len(area), RING)
    assert found.members.dtype == np.int32
    for members, size, ring in zip(found.members, found.sizes, _rings(area), strict=True):
        assert size == len(ring)
        assert {int(cells[place]) for place in members[:size]} == ring
        assert (members[size:] == len(area)).all()


@pytest.mark.parametrize("resolution", range(16))
def test_rings_around_pentagons_are_whole(resolution: int) -> None:
    pentagons = h3.get_pentagons(resolution)
    area = {cell for pentagon in pentagons for cell in h3.grid_disk(pentagon, 2)}
    cells = _sorted(area)
    found = Neighbours.within(cells)
    assert found.sizes.tolist() == [len(ring) for ring in _rings(area)]
    assert set(found.sizes[np.isin(cells, _sorted(pentagons))].tolist()) == {6}


@given(AREAS, st.integers(0, 2**32))
def test_sums_are_over_rings_in_every_slice(area: set[int], seed: int) -> None:
    values = np.random.default_rng(seed).integers(-(2**40), 2**40, (3, len(area)))
    neighbours, ordered = Neighbours.within(_sorted(area)), sorted(area)
    expected = [
        [sum(int(row[ordered.index(cell)]) for cell in ring) for ring in _rings(area)]
        for row in values
    ]
    assert neighbours.sums(values).tolist() == expected
    assert neighbours.sums(values[1]).tolist() == expected[1]


def test_counts_of_few_bytes_do_not_overflow() -> None:
    neighbours = Neighbours.within(_sorted(h3.grid_disk(PROVINCE[0], 1)))
    assert neighbours.sums(np.full(7, 255, np.uint8)).max() == 7 * 255


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        (sorted(PROVINCE)[::-1], "ascend"),
        ([PROVINCE[0]] * 2, "ascend"),
        (sorted([PROVINCE[0], h3.cell_to_parent(PROVINCE[0])]), "one resolution"),
        ([5], "invalid cell"),
    ],
)
def test_what_is_no_sorted_list_of_cells_is_refused(cells: list[int], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Neighbours.within(np.array(cells, np.uint64))


@pytest.mark.parametrize("count", [1, 6, 8])
def test_as_many_values_as_cells_are_needed(count: int) -> None:
    neighbours = Neighbours.within(_sorted(h3.grid_disk(PROVINCE[0], 1)))
    with pytest.raises(ValueError, match=f"{count} values for 7 cells"):
        neighbours.sums(np.zeros(count))
