"""Where events gather, how that changes, and where there are more than a place is used to.

Everything here is a function of counts by cell; places without events are counted as zero, for
without them the mean would be that of the busy places only.
"""

import math
from enum import StrEnum
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from cells.neighbours import Floats, Neighbours, Numbers

Mask = npt.NDArray[np.bool_]

Kinds = npt.NDArray[np.uint8]
"""Kinds by their places in ``tuple(Kind)``."""

ALPHA = 0.05
"""Share of false alarms that is put up with."""

_ENOUGH = 1e-14
"""Relative change below which a continued fraction stands."""

_MOST_STEPS = 20_000
"""Steps of a continued fraction; it takes some times the root of the counts."""

_BLOCK = 4096
"""Places whose continued fractions are worked on at once."""

_TINY = 1e-300
"""Stands for zero in a denominator."""

_lgamma = np.vectorize(math.lgamma, otypes=[float])
_erfc = np.vectorize(math.erfc, otypes=[float])


class Kind(StrEnum):
    """What a leader is told of a cell; `kinds` says when."""

    NONE = "none"
    NEW = "new"
    GROWING = "growing"
    PERSISTENT = "persistent"
    FADING = "fading"


class Emerging(NamedTuple):
    """What became of n cells over all slices."""

    kinds: Kinds
    """Places in ``tuple(Kind)`` (n,)."""
    z: Floats
    """Gi* of the last slice (n,)."""
    trend: Floats
    """Mann-Kendall z of each cell's Gi* over the slices (n,)."""


def getis_ord(values: Numbers, neighbours: Neighbours) -> Floats:
    """Return Gi* of cells: by how many standard deviations their ring is above the mean.

    Weights are one for a cell's ring, itself included, and zero elsewhere.

    Args:
        values: counts in all cells of the study area, (n,) or (slices, n).
        neighbours: of these cells.

    Returns:
        Gi* in the shape of the values; zero where a slice has one value in all cells, and where a
        ring is the whole study area.

    Raises:
        ValueError: there are not as many values as cells.
    """
    sizes = neighbours.sizes.astype(float)
    excess = neighbours.sums(values)
    if not sizes.size:
        return excess
    excess -= values.mean(axis=-1, keepdims=True) * sizes
    # Rounding leaves equal values a little deviation, which must not be divided by.
    differs = np.ptp(values, axis=-1, keepdims=True) > 0
    deviation = np.where(differs, values.std(axis=-1, keepdims=True), 0.0)
    scale = deviation * np.sqrt((sizes.size - sizes) * sizes / max(sizes.size - 1, 1))
    return _quotient(excess, scale)


def p_values(z: Floats) -> Floats:
    """Return how likely a standard normal number is as far from zero as z, on either side."""
    far: Floats = _erfc(np.abs(z) / math.sqrt(2))
    return far


def discovered(p: Floats, alpha: float = ALPHA) -> Mask:
    """Return what can be called significant if a share of alpha may be false discoveries.

    By Benjamini and Hochberg, over the last axis: the k smallest of m are taken, with the greatest
    k whose p is at most ``alpha * k / m``.
    """
    ordered = np.sort(p, axis=-1)
    bars = alpha * np.arange(1, p.shape[-1] + 1) / max(p.shape[-1], 1)
    passed = np.where(ordered <= bars, ordered, -1.0)
    return p <= passed.max(axis=-1, keepdims=True, initial=-1.0)


def mann_kendall(series: Numbers) -> Floats:
    """Return z of the Mann-Kendall test for a trend, corrected for ties and for continuity.

    Args:
        series: values (slices, n), the oldest slice first.

    Returns:
        z (n,): above zero where values rise; zero for fewer than 3 slices and for values that are
        all the same. Nothing is significant at 0.05 before there are 5 slices.
    """
    slices, count = series.shape
    score, ties = np.zeros(count, np.int64), np.zeros(count, np.int64)
    for place, now in enumerate(series):
        later = series[place + 1 :]
        above, below = _how_many(later > now), _how_many(later < now)
        score += above - below
        # With l equals after each, a group of t adds up to the textbook's t (t - 1) (2 t + 5).
        equal = len(later) - above - below
        ties += 6 * equal * (equal + 2)
    variance = (slices * (slices - 1) * (2 * slices + 5) - ties) / 18
    scale = np.sqrt(variance)
    # Continuity takes one from the score, which leaves nothing of two slices.
    return _quotient(score - np.sign(score), scale)


def _how_many(mask: Mask) -> npt.NDArray[np.int64]:
    # Summing in 8 bytes is slow, and this is most of the work; 2 hold any number of slices.
    return mask.view(np.int8).sum(axis=0, dtype=np.int16).astype(np.int64)


def _quotient(number: Numbers, divisor: Floats) -> Floats:
    """Divide; what is divided by zero is zero."""
    found = np.zeros(number.shape)
    np.divide(number, divisor, out=found, where=divisor > 0)
    return found


def emerging(series: Numbers, neighbours: Neighbours, alpha: float = ALPHA) -> Emerging:
    """Return what became of cells.

    A cell is hot in a slice if its Gi* is above zero and `discovered` at alpha among all cells of
    that slice. Its Gi* rises or falls if Mann-Kendall's p over all slices is at most alpha; that is
    asked of each cell by itself, as Esri does.

    Slices and cells must be great enough for a ring to have some events on average: few events are
    far from normal, and chance makes hot cells of them that no control of discoveries removes. Of
    12,481 cells without any pattern, per slice, 816 are hot with 0.07 events per ring, 70 with 0.7,
    9 with 3.5, 2 with 7 and none to one with more.

    Args:
        series: counts (slices, n) in all cells of the study area, the oldest slice first.
        neighbours: of these cells.
        alpha: share of false discoveries, and chance of a false trend.

    Raises:
        ValueError: there is no slice, or there are not as many values as cells.
    """
    if not len(series):
        raise ValueError("There is no slice")
    # One by one, so that a long series takes no more room than its Gi*.
    z = np.array([getis_ord(slice_, neighbours) for slice_ in series])
    hot = np.array([(row > 0) & discovered(p_values(row), alpha) for row in z])
    trend = mann_kendall(z)
    is_clear = p_values(trend) <= alpha
    return Emerging(kinds(hot, (trend > 0) & is_clear, (trend < 0) & is_clear), z[-1], trend)


def kinds(hot: Mask, rises: Mask, falls: Mask) -> Kinds:
    """Return the kinds of cells. Every cell is of one kind; the first that fits is taken.

    - NEW: hot in the last slice and never before.
      Esri's new hot spot.
    - FADING: still hot, but its Gi* falls; or no longer hot, after it was so in at least half of
      the earlier slices. Esri's diminishing and historical (which asks for 90 % of slices).
    - GROWING: hot now, and its Gi* rises; or it became hot lately and stayed so: all its hot
      slices, two or more but fewer than 90 % of all, are the last ones.
      Esri's intensifying and consecutive.
    - PERSISTENT: hot now, hot before, and neither growing nor fading: it stays hot or comes back.
      Esri's persistent, and sporadic and oscillating without a trend.
    - NONE: all others, among them cells that were hot now and then and are not now.

    Esri's sporadic and oscillating hot spots with a trend go by that trend.

    Args:
        hot: whether cells are hot (slices, n), the oldest slice first; one slice at least.
        rises: whether their Gi* rises significantly (n,).
        falls: whether it falls significantly (n,).

    Returns:
        Places in ``tuple(Kind)`` (n,).
    """
    slices, now = len(hot), hot[-1]
    before = hot[:-1].sum(axis=0)
    begins = (hot[1:] & ~hot[:-1]).sum(axis=0)
    is_recent = ~hot[0] & (begins == 1) & (10 * (before + 1) < 9 * slices)
    was_often = (before > 0) & (2 * before >= slices - 1)
    rules = (
        (Kind.NEW, now & (before == 0)),
        (Kind.FADING, np.where(now, falls, was_often)),
        (Kind.GROWING, now & (rises | is_recent)),
        (Kind.PERSISTENT, now),
    )
    place = {kind: np.uint8(at) for at, kind in enumerate(Kind)}
    fits, found = [mask for _, mask in rules], [place[kind] for kind, _ in rules]
    return np.select(fits, found, place[Kind.NONE])


def unusual(now: Numbers, past: Numbers) -> Floats:
    """Return how likely a cell's own history makes at least as many events as there are now.

    The history gives a negative binomial distribution (gamma-Poisson). Its mean is that of the
    past with half an event more (Jeffreys' prior for a rate), so that the first event of a quiet
    place is no wonder. Its variance is what Poisson counts have, and beyond it what the past's
    variance has in excess, both increased by 1/slices since the mean itself is uncertain. Without
    excess this is the exact predictive distribution of Poisson counts under that prior.

    Args:
        now: counts (n,).
        past: counts (slices, n) over equal lengths of time, in any order.

    Returns:
        Probabilities (n,) in [0, 1]; one where there are no events now.

    Raises:
        ValueError: there is no past.
    """
    slices = len(past)
    if not slices:
        raise ValueError("There is no past to compare with")
    mean = (past.sum(axis=0, dtype=np.float64) + 0.5) / slices
    excess = np.zeros(now.shape)
    if slices > 1:
        excess = np.maximum(past.var(axis=0, ddof=1) - past.mean(axis=0), 0)
    size = mean**2 / (mean / slices + (1 + 1 / slices) * excess)
    p = np.ones(now.shape)
    some = now > 0
    # The tail of the distribution is an incomplete beta function, exact without any summing.
    p[some] = _beta(now[some].astype(float), size[some], (mean / (size + mean))[some])
    return p


def _beta(a: Floats, b: Floats, x: Floats) -> Floats:
    """Return the regularised incomplete beta function I_x(a, b), for a, b > 0 and 0 < x < 1."""
    # The fraction converges fast below the mean of the distribution; above, ask for the rest.
    is_high = x > (a + 1) / (a + b + 2)
    a, b = np.where(is_high, b, a), np.where(is_high, a, b)
    x = np.where(is_high, 1 - x, x)
    front = a * np.log(x) + b * np.log1p(-x) + _lgamma(a + b) - _lgamma(a) - _lgamma(b)
    low = np.exp(front) / a
    # The greater a and b, the more steps: few places should wait for the greatest.
    for block in np.split(np.argsort(a + b), range(_BLOCK, a.size, _BLOCK)):
        low[block] *= _beta_fraction(a[block], b[block], x[block])
    found: Floats = np.clip(np.where(is_high, 1 - low, low), 0, 1)
    return found


def _beta_fraction(a: Floats, b: Floats, x: Floats) -> Floats:
    """Return the continued fraction of I_x(a, b), by Lentz's method (Numerical Recipes, 6.4)."""
    c, d = np.ones_like(x), 1 / _apart(1 - (a + b) * x / (a + 1))
    total = d.copy()
    for m in range(1, _MOST_STEPS):
        for factor in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d = 1 / _apart(1 + factor * d)
            c = _apart(1 + factor / c)
            change = c * d
            total *= change
        if (np.abs(change - 1) < _ENOUGH).all():
            break
    return total


def _apart(divisor: Floats) -> Floats:
    return np.where(np.abs(divisor) < _TINY, _TINY, divisor)
