"""Roads between towns and a railway, as lines."""

from typing import Final, NamedTuple

import numpy as np
import shapely

from etl.demo.network import Net
from etl.demo.noise import Floats, Warp, generator

HALF_WIDTH: Final = {
    "national": 9.0,
    "provincial": 6.5,
    "district": 5.0,
    "commune": 3.5,
    "street": 3.5,
}
"""Metres from the middle of a road to the lots beside it, by class."""

_WARP: Final = ((7_000.0, 1_250.0), (2_600.0, 430.0), (1_000.0, 150.0))
_TAPER: Final = 4_000.0

_STOPS: Final = "05899 05860 05518 05500 05482"
_SIDING: Final = (-900.0, -500.0)
"""From the middle of a town to its station, metres."""


class Road(NamedTuple):
    """A line in the plane with what the layer of roads says of it."""

    line: shapely.LineString
    name: str | None
    ref: str | None
    rank: str
    """Its class."""
    mode: str = "road"


def main(net: Net, seed: int) -> list[Road]:
    """Draw the roads between towns."""
    warp = Warp.of(generator(seed, "roads"), *_WARP)
    return [
        Road(winding(net.nodes[[e.start, e.end]], warp, _TAPER), e.name, e.ref, e.rank)
        for e in net.edges
    ]


def winding(ends: Floats, warp: Warp, taper: float) -> shapely.LineString:
    """Draw a bent line between two points (2, 2); it is true to them within ``taper`` metres."""
    start, end = ends
    length = float(np.hypot(*(end - start)))
    part = np.linspace(0, 1, max(3, int(length / 70)))[:, None]
    straight = start + part * (end - start)
    free = np.clip(np.minimum(part, 1 - part) * length / taper, 0, 1)
    bent = straight + (warp.apply(straight) - straight) * free * free * (3 - 2 * free)
    return shapely.LineString(_eased(bent, 8))


def railway(codes: list[str], towns: Floats, seed: int) -> Road:
    """Draw the railway from the south to the capital of the province, past the towns."""
    warp = Warp.of(generator(seed, "railway"), (5_000.0, 600.0))
    stops = [towns[codes.index(code)] + _SIDING for code in _STOPS.split()]
    course = shapely.segmentize(shapely.LineString([2 * stops[0] - stops[1], *stops]), 120)
    line = _eased(warp.apply(shapely.get_coordinates(course)), 60)
    name = "Đường sắt Hà Nội - Quan Triều"
    return Road(shapely.LineString(line), name, None, "national", "railway")


def _eased(line: Floats, rounds: int) -> Floats:
    """Take the kinks out of a line by moving each vertex towards its two neighbours."""
    eased = line.copy()
    for _ in range(rounds):
        eased[1:-1] = (eased[:-2] + 2 * eased[1:-1] + eased[2:]) / 4
    return eased
