"""Towns and hamlets: where people live."""

from typing import Final, NamedTuple

import numpy as np
import shapely

from etl.demo import names
from etl.demo.grid import Shape, Shapes
from etl.demo.ground import Ground
from etl.demo.noise import Floats, Ints, generator
from etl.demo.units import Unit

_SPACING: Final = 650.0
"""Least distance between two hamlets, metres."""

_TRIES: Final = 60


class Hamlets(NamedTuple):
    """Hamlets of communes and residential groups of wards, in the order of their communes."""

    points: Floats
    """Easting, northing (n, 2)."""
    commune: Ints
    """Index of the commune."""
    names: list[str]


def populations(units: list[Unit], seed: int) -> Ints:
    """Estimate the inhabitants: wards are dense, the south denser than the mountains."""
    random = generator(seed, "population")
    north = np.clip((np.array([unit.lat for unit in units]) - 21.4) / 1.2, 0, 1)
    ward = np.array([unit.unit_type == "ward" for unit in units])
    density = np.where(ward, 820 - 650 * north, 165 - 130 * north)
    crowded = 1 + 90 / np.array([unit.area_km2 + 40 for unit in units])
    spread = random.lognormal(0, 0.18, len(units))
    people: Ints = (density * crowded * spread * [u.area_km2 for u in units]).astype(np.int64)
    return people


def reach(people: Ints, ward: Ints) -> Floats:
    """Return how far the main settlement of each commune reaches, metres."""
    return np.where(ward, 650 + 2.6 * np.sqrt(people), 130 + 1.6 * np.sqrt(people))


def outlying(hamlets: Hamlets, cores: Shapes) -> Hamlets:
    """Leave out the hamlets that a town has swallowed."""
    out = ~shapely.contains_xy(cores[hamlets.commune], *hamlets.points.T)
    named = [name for name, stays in zip(hamlets.names, out, strict=True) if stays]
    return Hamlets(hamlets.points[out], hamlets.commune[out], named)


def towns(centres: Floats, communes: Shapes, lakes: Shapes) -> Floats:
    """Return the middle of each commune's main settlement: its centre, but not in a lake."""
    bed = shapely.union_all(lakes)
    moved = centres.copy()
    wet = shapely.dwithin(shapely.points(centres), bed, 500)
    for number in np.flatnonzero(wet):
        dry = shapely.difference(communes[number], shapely.buffer(bed, 900)).buffer(-600)
        line = shapely.shortest_line(shapely.Point(centres[number]), dry)
        moved[number] = shapely.get_coordinates(line)[1]
    return moved


def hamlets(units: list[Unit], towns: Floats, dry: Shapes, ground: Ground, seed: int) -> Hamlets:
    """Scatter hamlets over the low ground of each commune, apart from each other.

    Args:
        units: the communes.
        towns: their towns (n, 2).
        dry: the land of each commune where a hamlet may be.
        ground: of the province.
        seed: of the province.
    """
    points, commune, named = [], [], []
    for number, unit in enumerate(units):
        random = generator(seed, "hamlets", unit.code)
        found = _scatter(dry[number], towns[number], _wanted(unit), ground, random)
        points.append(found)
        commune += [number] * len(found)
        named += names.hamlets(unit.unit_type, len(found), random)
    return Hamlets(np.vstack(points), np.array(commune, dtype=np.int64), named)


def _wanted(unit: Unit) -> int:
    crowded = 9 if unit.unit_type == "ward" else 5
    return int(np.clip(crowded + unit.area_km2 / 11, 6, 18))


def _scatter(
    area: Shape, town: Floats, wanted: int, ground: Ground, random: np.random.Generator
) -> Floats:
    """Take the lowest of many places, one after the other, each apart from those before it."""
    west, south, east, north = shapely.bounds(area)
    tries = random.uniform((west, south), (east, north), (_TRIES * wanted, 2))
    tries = tries[shapely.contains_xy(area, tries[:, 0], tries[:, 1])]
    nearness = np.hypot(*(tries - town).T) / 9_000
    tries = tries[
        np.argsort(2 * ground.height(tries) + nearness + random.uniform(0, 1, len(tries)))
    ]
    apart, kept = max(_SPACING, 0.55 * np.sqrt(area.area / wanted)), [town]
    for place in tries:
        if np.hypot(*(np.array(kept) - place).T).min() > apart:
            kept.append(place)
        if len(kept) > wanted:
            break
    return np.array(kept[1:]).reshape(-1, 2)
