"""Rivers that wind past the towns on their way, and lakes."""

from typing import Final, NamedTuple

import numpy as np
import shapely

from etl.demo import plane
from etl.demo.grid import Grid, Shape, Shapes, smooth
from etl.demo.noise import Floats, Terrain, Warp, generator

_RIVERS: Final = (
    ("Sông Cầu", "", 22, 95,
     "02020 02014 01843 02104 02107 02086 05665 05692 05710 05467 05917 05908 05890 05899"),
    ("Sông Công", "Sông Cầu", 14, 60,
     "05587 05602 05776 05788 05830 05488 05503 05533 05518 05860"),
    ("Sông Đu", "Sông Cầu", 10, 30, "05620 05611 05641"),
    ("Sông Chợ Chu", "Sông Cầu", 10, 30, "05551 05569 05563"),
    ("Sông Nghinh Tường", "Sông Cầu", 10, 32, "05722 05725"),
    ("Sông Năng", "", 14, 50, "01864 01882 01894 01912 01906"),
    ("Sông Bắc Giang", "", 14, 55, "01954 01960 02143 02155"),
    ("Sông Phó Đáy", "", 12, 40, "02026 02020 02044 02071"),
)  # fmt: skip
"""Name, the river it joins if any, metres wide at the spring and at the mouth, communes passed."""

_LAKES: Final = (
    ("Hồ Núi Cốc", "reservoir", 105.690, 21.580, 21.0),
    ("Hồ Ba Bể", "lake", 105.617, 22.405, 5.0),
    ("Hồ Bảo Linh", "reservoir", 105.652, 21.942, 0.8),
    ("Hồ Ghềnh Chè", "reservoir", 105.756, 21.489, 0.7),
    ("Hồ Suối Lạnh", "reservoir", 105.742, 21.424, 0.5),
    ("Hồ Gò Miếu", "reservoir", 105.575, 21.585, 0.7),
    ("Hồ Quán Chẽ", "reservoir", 106.085, 21.715, 0.6),
    ("Hồ Trại Gạo", "reservoir", 106.020, 21.535, 0.5),
    ("Hồ Bản Chang", "reservoir", 105.975, 22.400, 0.6),
    ("Hồ Khuổi Khe", "reservoir", 106.140, 22.185, 0.5),
    ("Hồ Nặm Cắt", "reservoir", 105.815, 22.140, 0.9),
)
"""Name, kind, longitude and latitude in degrees, area in km2."""


class Water(NamedTuple):
    """Named areas of water in the plane of the province, the rivers first."""

    names: list[str]
    kinds: list[str]
    shapes: Shapes

    @property
    def lakes(self) -> Shapes:
        """What roads go round."""
        return self.shapes[len(_RIVERS) :]

    @property
    def rivers(self) -> Shapes:
        """What roads cross."""
        return self.shapes[: len(_RIVERS)]


def draw(codes: list[str], centres: Floats, inside: Shape, seed: int) -> Water:
    """Draw the rivers and lakes inside the province.

    Args:
        codes: of the communes.
        centres: of the communes, easting and northing (n, 2).
        inside: the province.
        seed: of the province.
    """
    lakes, place = _lakes(seed), dict(zip(codes, centres, strict=True))
    bed = shapely.union_all(lakes)
    rivers = [
        shapely.difference(_widening(line, spring, mouth), bed)
        for line, (_, _, spring, mouth, _) in zip(_lines(place, inside, seed), _RIVERS, strict=True)
    ]
    names = [river[0] for river in _RIVERS] + [lake[0] for lake in _LAKES]
    kinds = ["river"] * len(_RIVERS) + [lake[1] for lake in _LAKES]
    return Water(names, kinds, shapely.intersection([*rivers, *lakes], inside))


def _lines(place: dict[str, Floats], inside: Shape, seed: int) -> list[Floats]:
    """Draw the middle of each river; one that joins another ends in the middle of it."""
    winding = Warp.of(generator(seed, "rivers"), (2_600.0, 470.0), (1_100.0, 200.0), (500.0, 85.0))
    random, lines = generator(seed, "rivers", "side"), dict[str, Floats]()
    for name, joined, _, _, passed in _RIVERS:
        course = _beside(np.array([place[code] for code in passed.split()]), random)
        if joined:
            other = lines[joined]
            end = other[np.hypot(*(other - course[-1]).T).argmin()]
        else:
            border = shapely.shortest_line(shapely.Point(course[-1]), inside.boundary)
            end = course[-1] + 1.5 * np.diff(shapely.get_coordinates(border), axis=0)[0]
        lines[name] = _curve(np.vstack([course, end]))
    return [winding.apply(line) for line in lines.values()]


def _beside(course: Floats, random: np.random.Generator) -> Floats:
    """Move each point off the town, across the course."""
    along = np.gradient(course, axis=0)
    across = np.stack([-along[:, 1], along[:, 0]], 1) / np.hypot(*along.T)[:, None]
    shift = random.choice([-1, 1], len(course)) * random.uniform(900, 1_600, len(course))
    moved: Floats = course + across * shift[:, None]
    return moved


def _curve(course: Floats) -> Floats:
    """Draw a curve through the points, a vertex about every 60 metres (centripetal by length)."""
    knots = np.r_[0, np.cumsum(np.hypot(*np.diff(course, axis=0).T))]
    slope = np.gradient(course, knots, axis=0)
    at = np.linspace(0, knots[-1], int(knots[-1] / 60))
    piece = np.clip(np.searchsorted(knots, at, "right") - 1, 0, len(knots) - 2)
    span = np.diff(knots)[piece][:, None]
    t = (at - knots[piece])[:, None] / span
    start, end = course[piece], course[piece + 1]
    bent: Floats = (
        (2 * t**3 - 3 * t**2 + 1) * start
        + (t**3 - 2 * t**2 + t) * span * slope[piece]
        + (3 * t**2 - 2 * t**3) * end
        + (t**3 - t**2) * span * slope[piece + 1]
    )
    return bent


def _widening(line: Floats, spring: float, mouth: float) -> Shape:
    """Give a line a width in metres that grows from its first point to its last."""
    step = 12
    starts = np.arange(0, len(line) - 1, step)
    pieces = [shapely.LineString(line[i : i + step + 1]) for i in starts]
    widths = np.linspace(spring, mouth, len(pieces))
    return shapely.union_all(shapely.buffer(pieces, widths / 2, quad_segs=4)).simplify(3)


def _lakes(seed: int) -> Shapes:
    """Flood the valleys round the place of each lake until it has its area."""
    places = plane.to_plane(np.array([lake[2:4] for lake in _LAKES]))
    sides = np.sqrt([lake[4] for lake in _LAKES]) * 1_000
    valleys = Terrain.of(generator(seed, "lakes"), 0.75, 4)
    shores = np.array([_shore(valleys, number) for number in range(len(_LAKES))])
    ring, lake = shapely.get_coordinates(shores, return_index=True)
    placed: Shapes = shapely.set_coordinates(shores, places[lake] + ring * sides[lake, None])
    return placed


def _shore(valleys: Terrain, number: int) -> Shape:
    """Return a lake round the origin, longer to the north, with an area of about one."""
    grid = Grid.over((-2, -2, 2, 2), 1 / 32)
    points = grid.middles()
    level = np.hypot(points[..., 0] * 1.3, points[..., 1]) + 2.9 * np.abs(
        valleys.at(points + 5.3 * number)
    )
    water = level < np.partition(level.ravel(), 32 * 32)[32 * 32]
    lakes = smooth(grid.trace(water.astype(np.int64))[0], rounds=3, tolerance=1 / 100)
    greatest: Shape = lakes[shapely.area(lakes).argmax()]
    return greatest
