"""Statistics of cells are what the textbooks say, worked out plainly, and find what was planted."""

import math
from collections.abc import Iterable, Sequence
from decimal import Decimal, localcontext
from fractions import Fraction
from itertools import combinations, product
from statistics import NormalDist
from typing import Any

import h3.api.basic_int as h3
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from cells import hotspots
from cells.hotspots import Kind
from cells.neighbours import Neighbours

MIDDLE = h3.latlng_to_cell(21.59, 105.84, 8)
AROUND_A_PENTAGON = h3.grid_disk(h3.get_pentagons(8)[4], 3)
KINDS = tuple(Kind)


def _of(cells: Iterable[int]) -> tuple[list[int], Neighbours]:
    ordered = sorted(cells)
    return ordered, Neighbours.within(np.array(ordered, np.uint64))


WIDE, WIDE_NEIGHBOURS = _of(h3.grid_disk(MIDDLE, 25))
"""A study area of 1,951 cells."""


@st.composite
def _counted(draw: st.DrawFn, most: int = 9) -> tuple[list[int], npt.NDArray[np.int64]]:
    """A study area of any form, and counts (slices, n) in it."""
    around = draw(st.sampled_from([h3.grid_disk(MIDDLE, 3), AROUND_A_PENTAGON]))
    cells = sorted(draw(st.sets(st.sampled_from(around), min_size=1)))
    shape = draw(st.integers(1, 8)), len(cells)
    return cells, draw(arrays.arrays(np.int64, shape, elements=st.integers(0, most)))


def _plain_getis_ord(cells: Sequence[int], values: Sequence[int]) -> list[float]:
    """The formula with a whole matrix of weights, in fractions up to the last root."""
    n = len(cells)
    mean = Fraction(sum(values), n)
    variance = Fraction(sum(x * x for x in values), n) - mean**2
    found = []
    for cell in cells:
        ring = set(h3.grid_disk(cell, 1))
        weights = [1 if other in ring else 0 for other in cells]
        total, squares = sum(weights), sum(w * w for w in weights)
        excess = sum(w * x for w, x in zip(weights, values, strict=True)) - mean * total
        scale = variance * Fraction(n * squares - total**2, max(n - 1, 1))
        found.append(float(excess) / math.sqrt(scale) if scale else 0.0)
    return found


def _plain_mann_kendall(values: Sequence[float]) -> float:
    n = len(values)
    score = sum((late > early) - (late < early) for early, late in combinations(values, 2))
    groups = [values.count(value) for value in set(values)]
    variance = n * (n - 1) * (2 * n + 5) - sum(t * (t - 1) * (2 * t + 5) for t in groups)
    if n < 3 or not variance:
        return 0.0
    return (score - (score > 0) + (score < 0)) / math.sqrt(variance / 18)


def _plain_discovered(p: Sequence[float], alpha: float) -> list[bool]:
    best = 0
    for k, value in enumerate(sorted(p), start=1):
        if value <= alpha * k / len(p):
            best = k
    taken = sorted(range(len(p)), key=lambda at: p[at])[:best]
    return [at in taken for at in range(len(p))]


def _plain_unusual(now: int, past: Sequence[int]) -> float:
    """One less the probabilities of fewer events, one by one, with fifty digits."""
    m = len(past)
    mean = (sum(past) + Fraction(1, 2)) / m
    centre = Fraction(sum(past), m)
    squares = sum(((x - centre) ** 2 for x in past), Fraction(0))
    variance = squares / (m - 1) if m > 1 else Fraction(0)
    excess = max(variance - centre, Fraction(0))
    size = mean * mean / (mean / m + (1 + Fraction(1, m)) * excess)
    with localcontext(prec=50):
        r, miss = _decimal(size), _decimal(mean / (size + mean))
        probability, below = (1 - miss) ** r, Decimal(0)
        for k in range(now):
            below += probability
            probability *= miss * (k + r) / (k + 1)
        return float(1 - below)


def _decimal(number: Fraction) -> Decimal:
    return Decimal(number.numerator) / Decimal(number.denominator)


@given(_counted())
def test_getis_ord_is_the_formula(counted: tuple[list[int], npt.NDArray[np.int64]]) -> None:
    cells, counts = counted
    found = hotspots.getis_ord(counts, _of(cells)[1])
    expected = [_plain_getis_ord(cells, row.tolist()) for row in counts]
    assert found == pytest.approx(np.array(expected), abs=1e-12)
    assert (hotspots.getis_ord(counts[0], _of(cells)[1]) == found[0]).all()


def test_getis_ord_of_three_cells_in_a_row() -> None:
    """By hand: mean 1, S = sqrt(9/3 - 1) = sqrt(2), n = 3.

    At the full end (3 + 0 - 2) / (sqrt(2) * sqrt((3 * 2 - 4) / 2)) = 0.7071, at the empty end
    (0 + 0 - 2) / sqrt(2) = -1.4142; the ring in the middle is all there is.
    """
    far = next(cell for cell in h3.grid_ring(MIDDLE, 2))
    row = h3.grid_path_cells(MIDDLE, far)
    cells, neighbours = _of(row)
    counts = np.array([{row[0]: 3}.get(cell, 0) for cell in cells])
    found = dict(zip(cells, hotspots.getis_ord(counts, neighbours).tolist(), strict=True))
    assert [found[cell] for cell in row] == pytest.approx([0.5**0.5, 0, -(2**0.5)])


@pytest.mark.parametrize("value", [0, 7, 0.1, 1e9 + 0.1])
def test_where_all_cells_are_alike_none_is_hot(value: float) -> None:
    neighbours = WIDE_NEIGHBOURS
    assert not hotspots.getis_ord(np.full((2, len(WIDE)), value), neighbours).any()


def test_no_cells_have_no_statistics() -> None:
    _, neighbours = _of([])
    nothing = np.zeros((2, 0), int)
    assert hotspots.getis_ord(nothing, neighbours).shape == (2, 0)
    assert hotspots.discovered(np.zeros((2, 0))).shape == (2, 0)
    assert hotspots.emerging(nothing, neighbours).kinds.shape == (0,)
    assert hotspots.unusual(nothing[0], nothing).shape == (0,)


def test_p_values_are_those_of_a_normal_distribution() -> None:
    z = np.array([[0, 1.0, -1.959964], [6, -9, 38]])
    expected = [[2 * NormalDist().cdf(-abs(each)) for each in row] for row in z.tolist()]
    found = hotspots.p_values(z)
    assert found[0] == pytest.approx(expected[0], rel=1e-12)
    # From tables: no digits are lost far out.
    assert found[1].tolist() == pytest.approx([1.973175e-9, 2.257177e-19, 5.770856e-316], rel=1e-5)


@given(
    arrays.arrays(float, (2, 12), elements=st.sampled_from([0, 1e-9, 0.004, 0.01, 0.03, 0.05, 1])),
    st.sampled_from([0.01, 0.05, 0.2]),
)
def test_discoveries_are_those_of_benjamini_and_hochberg(p: Any, alpha: float) -> None:
    # No value of p stands on a bar, where rounding decides; equal ones are taken or left together.
    p = p * 1.0001
    expected = [_plain_discovered(row.tolist(), alpha) for row in p]
    assert hotspots.discovered(p, alpha).tolist() == expected


def test_a_discovery_lifts_those_before_it() -> None:
    """Bars at 0.0125, 0.025, 0.0375, 0.05: only the third is under its own, and takes two along."""
    p = np.array([0.9, 0.03, 0.02, 0.037])
    assert hotspots.discovered(p, 0.05).tolist() == [False, True, True, True]


@given(
    arrays.arrays(
        np.int64,
        st.tuples(st.integers(1, 14), st.integers(1, 6)),
        elements=st.integers(0, 4) | st.integers(-1000, 1000),
    )
)
def test_mann_kendall_is_the_formula_with_ties(series: npt.NDArray[np.int64]) -> None:
    expected = [_plain_mann_kendall(column.tolist()) for column in series.T]
    assert hotspots.mann_kendall(series) == pytest.approx(np.array(expected), abs=1e-12)
    assert hotspots.mann_kendall(series / 3) == pytest.approx(np.array(expected), abs=1e-12)


@pytest.mark.parametrize(
    ("values", "z"),
    [
        # S = 10, variance 5 * 4 * 15 / 18 = 16.667: (10 - 1) / 4.0825.
        ([1, 2, 3, 4, 5], 2.2045),
        ([9, 7, 3, 1, 0], -2.2045),
        # S = 5, one pair is equal: (4 * 3 * 13 - 2 * 1 * 9) / 18 = 7.667: (5 - 1) / 2.7689.
        ([1, 1, 2, 3], 1.4446),
        ([1, 2], 0),
        ([4, 4, 4, 4], 0),
        # S = 0: as many pairs rise as fall.
        ([1, 2, 2, 1], 0),
    ],
)
def test_mann_kendall_of_series_worked_out_by_hand(values: list[int], z: float) -> None:
    assert hotspots.mann_kendall(np.array([values]).T).tolist() == pytest.approx([z], abs=1e-4)


def test_long_series_have_room() -> None:
    series = np.arange(400)[:, None] * [1, -1, 0]
    expected = [_plain_mann_kendall(column.tolist()) for column in series.T]
    assert hotspots.mann_kendall(series).tolist() == pytest.approx(expected)


def _that_fit(hot: Sequence[bool], rises: bool, falls: bool) -> list[Kind]:
    """Every kind whose definition holds, each asked without regard to the others."""
    *earlier, now = hot
    before = sum(earlier)
    run = next((at for at, was in enumerate(reversed(hot)) if not was), len(hot))
    is_recent = now and before + 1 == run and run >= 2 and run < 0.9 * len(hot)
    was_often = before > 0 and before >= len(earlier) / 2
    holds = {
        Kind.NEW: now and not before,
        Kind.GROWING: now and before > 0 and not falls and (rises or is_recent),
        Kind.PERSISTENT: now and before > 0 and not falls and not rises and not is_recent,
        Kind.FADING: (now and before > 0 and falls) or (not now and was_often),
        Kind.NONE: not now and not was_often,
    }
    return [kind for kind, is_so in holds.items() if is_so]


@pytest.mark.parametrize("slices", range(1, 13))
def test_every_history_is_of_exactly_one_kind(slices: int) -> None:
    histories = [*product([False, True], repeat=slices)]
    for rises, falls in ((False, False), (True, False), (False, True)):
        expected = [_that_fit(history, rises, falls) for history in histories]
        assert {len(kinds) for kinds in expected} == {1}
        flags = [np.full(len(histories), flag) for flag in (rises, falls)]
        found = hotspots.kinds(np.array(histories).T, *flags)
        assert found.dtype == np.uint8
        assert [KINDS[at] for at in found] == [kind for (kind,) in expected]


@pytest.mark.parametrize(
    ("category", "hot", "trend", "word"),
    [
        ("new", "000000000001", 0, Kind.NEW),
        ("consecutive", "000000000111", 0, Kind.GROWING),
        ("intensifying", "110111111111", 1, Kind.GROWING),
        ("persistent", "110111111111", 0, Kind.PERSISTENT),
        ("diminishing", "110111111111", -1, Kind.FADING),
        ("sporadic", "010010100101", 0, Kind.PERSISTENT),
        ("sporadic, rising", "010010100101", 1, Kind.GROWING),
        ("sporadic, falling", "010010100101", -1, Kind.FADING),
        ("historical", "111111111110", 0, Kind.FADING),
        ("not in Esri's list: often, no longer", "011101110000", 0, Kind.FADING),
        ("no pattern", "011101100000", 0, Kind.NONE),
    ],
)
def test_the_words_gather_categories_that_esri_has(
    category: str, hot: str, trend: int, word: Kind
) -> None:
    history = np.array([[sign == "1"] for sign in hot])
    (found,) = hotspots.kinds(history, np.array([trend > 0]), np.array([trend < 0]))
    assert KINDS[found] == word


@given(_counted(most=60))
def test_emerging_is_made_of_its_parts(counted: tuple[list[int], npt.NDArray[np.int64]]) -> None:
    cells, counts = counted
    found = hotspots.emerging(counts, _of(cells)[1], 0.2)
    z = [_plain_getis_ord(cells, row.tolist()) for row in counts]
    p = [[2 * NormalDist().cdf(-abs(each)) for each in row] for row in z]
    hot = [
        [
            each > 0 and is_clear
            for each, is_clear in zip(row, _plain_discovered(ps, 0.2), strict=True)
        ]
        for row, ps in zip(z, p, strict=True)
    ]
    assert found.z == pytest.approx(np.array(z[-1]), abs=1e-12)
    each_z = hotspots.getis_ord(counts, _of(cells)[1])
    assert found.trend.tolist() == hotspots.mann_kendall(each_z).tolist()
    for at in range(len(cells)):
        is_clear = 2 * NormalDist().cdf(-abs(found.trend[at])) <= 0.2
        rises, falls = is_clear and found.trend[at] > 0, is_clear and found.trend[at] < 0
        history = [row[at] for row in hot]
        assert _that_fit(history, rises, falls) == [KINDS[found.kinds[at]]]


PLANTED = {
    Kind.NEW: [1] * 11 + [6],
    Kind.GROWING: [1] * 8 + [6] * 4,
    Kind.PERSISTENT: [6, 5] * 6,
    Kind.FADING: [6] * 8 + [1] * 4,
}
"""By how much a place has more events than others, slice by slice."""


def test_what_is_planted_is_found() -> None:
    random = np.random.default_rng(11)
    rate = np.full((12, len(WIDE)), 3.0)
    centres = {}
    for corner, (kind, times) in zip((0, 15, 30, 45), PLANTED.items(), strict=True):
        centres[kind] = h3.grid_ring(MIDDLE, 15)[corner]
        inside = np.isin(WIDE, h3.grid_disk(centres[kind], 2))
        rate[:, inside] *= np.array(times)[:, None]
    found = hotspots.emerging(random.poisson(rate), WIDE_NEIGHBOURS)
    for kind, centre in centres.items():
        assert KINDS[found.kinds[WIDE.index(centre)]] == kind
    is_far = ~np.isin(WIDE, [near for c in centres.values() for near in h3.grid_disk(c, 4)])
    assert np.count_nonzero(found.kinds[is_far]) <= 2


@pytest.mark.parametrize(("last", "kind"), [(16, Kind.GROWING), (4, Kind.FADING)])
def test_a_hot_place_goes_by_its_trend(last: int, kind: Kind) -> None:
    random = np.random.default_rng(12)
    rate = np.full((12, len(WIDE)), 3.0)
    rate[:, np.isin(WIDE, h3.grid_disk(MIDDLE, 2))] *= np.linspace(20 - last, last, 12)[:, None]
    counts, centre = random.poisson(rate), WIDE.index(MIDDLE)
    found = hotspots.emerging(counts, WIDE_NEIGHBOURS)
    assert found.z[centre] > 3
    assert KINDS[found.kinds[centre]] == kind
    # As long as the trend is clear enough for who asks.
    p = 2 * NormalDist().cdf(-abs(found.trend[centre]))
    for alpha, expected in ((p * 1.01, kind), (p * 0.99, Kind.PERSISTENT)):
        asked = hotspots.emerging(counts, WIDE_NEIGHBOURS, alpha)
        assert KINDS[asked.kinds[centre]] == expected


def test_noise_alone_makes_no_discoveries() -> None:
    counts = np.random.default_rng(13).poisson(5, (40, len(WIDE)))
    found = hotspots.discovered(hotspots.p_values(hotspots.getis_ord(counts, WIDE_NEIGHBOURS)))
    # At 0.05 without control one cell in twenty would be called hot or cold.
    assert found.mean() < 1e-4


def test_no_slice_is_refused() -> None:
    with pytest.raises(ValueError, match="no slice"):
        hotspots.emerging(np.zeros((0, len(WIDE))), WIDE_NEIGHBOURS)


@given(
    st.integers(0, 150),
    st.lists(st.integers(0, 3) | st.integers(0, 60), min_size=1, max_size=14),
)
def test_unusual_is_the_rest_of_the_sum(now: int, past: list[int]) -> None:
    (found,) = hotspots.unusual(np.array([now]), np.array([past]).T)
    assert 0 <= found <= 1
    assert found == pytest.approx(_plain_unusual(now, past), rel=1e-9)


@pytest.mark.parametrize(
    ("now", "past", "p"),
    [
        # Nothing in m slices: mean 1/2m, size 1/2; P(0) = (m / (m + 1)) ** 0.5.
        (1, [0], 1 - 0.5**0.5),
        (1, [0] * 12, 1 - (12 / 13) ** 0.5),
        # P(1) = P(0) / 2 / 13.
        (2, [0] * 12, 1 - (12 / 13) ** 0.5 * (1 + 1 / 26)),
        # One in one slice: size 3/2, P(0) = 0.5 ** 1.5.
        (1, [1], 1 - 0.5**1.5),
        (0, [5, 5, 5], 1),
    ],
)
def test_unusual_of_histories_worked_out_by_hand(now: int, past: list[int], p: float) -> None:
    assert hotspots.unusual(np.array([now]), np.array([past]).T).tolist() == pytest.approx([p])


def test_unusual_asks_each_cell_for_its_own_history() -> None:
    past = np.array([[0, 40, 10, 0], [0, 38, 10, 0], [0, 42, 10, 30]])
    quiet, busy, steady, changing = hotspots.unusual(np.array([20, 40, 20, 20]), past)
    assert quiet < 1e-4
    assert busy > 0.4
    # The same sum in the past; where counts jump, another jump says less.
    assert steady < 0.05 < changing


def test_more_events_are_more_unusual_up_to_great_counts() -> None:
    random = np.random.default_rng(14)
    past = np.tile(random.poisson(1e5, (12, 1)), 40)
    now = np.linspace(98_000, 103_000, 40).astype(int)
    found = hotspots.unusual(now, past)
    assert (np.diff(found) < 0).all()
    # Counts so great are as good as normal: mean of the past, variance beyond Poisson's included.
    mean, excess = past[:, 0].mean(), max(past[:, 0].var(ddof=1) - past[:, 0].mean(), 0)
    normal = NormalDist(mean, math.sqrt((mean + excess) * 13 / 12))
    assert found == pytest.approx([1 - normal.cdf(n - 0.5) for n in now], abs=2e-3)


def test_unusual_is_as_rare_as_it_says() -> None:
    random = np.random.default_rng(15)
    rate = random.gamma(0.5, 8, 20_000)
    p = hotspots.unusual(random.poisson(rate), random.poisson(rate, (12, 20_000)))
    for alpha in (0.05, 0.01, 0.001):
        assert (p <= alpha).mean() < 1.3 * alpha


def test_without_a_past_nothing_can_be_unusual() -> None:
    with pytest.raises(ValueError, match="no past"):
        hotspots.unusual(np.array([1]), np.zeros((0, 1)))
