"""Blocks of a lattice cut into lots that share their edges."""

from typing import Final, NamedTuple

import numpy as np
import shapely

from etl.demo import lattice
from etl.demo.grid import Shape, Shapes
from etl.demo.lattice import Lattice
from etl.demo.noise import Floats, Ints

COLUMNS: Final = 30
"""A block is cut at so many places along; a lot is one or more columns wide, two lots are deep."""

_WIDTHS: Final = {
    "town": (1, 1, 1, 2, 2, 3),
    "village": (2, 3, 3, 4, 5, 6),
    "field": (4, 6, 8, 10, 15),
    "forest": (15, 30),
}
"""Columns of a lot, each as likely, by setting."""

SETTINGS: Final = tuple(_WIDTHS)

_STREET, _PATH = 3.5, 1.0
"""Metres from the edge of a block to its lots: beside a street, beside a path between fields."""

_SURVEY: Final = 0.22
"""Corners of real lots are never quite where they were meant to be, metres."""

_LEAST: Final = 25.0
"""A remnant of fewer square metres belongs to the road."""

_PIECE: Final = 3
"""Vertices of a piece of road, less one."""


class Lots(NamedTuple):
    """Lots of several blocks, block by block; all arrays have one entry a lot."""

    shapes: Shapes
    blocks: Ints
    """The block of the lot in its lattice (n, 2)."""
    setting: Ints
    """Index in ``SETTINGS``."""
    row: Ints
    """0 for the front of the block, 1 for the back."""
    column: Ints
    """Where the lot begins along the block."""

    def take(self, chosen: Ints) -> "Lots":
        """Return some of the lots."""
        return Lots(*(field[chosen] for field in self))

    @classmethod
    def join(cls, parts: "list[Lots]") -> "Lots":
        """Put lots of the same lattice together."""
        return cls(*(np.concatenate(fields) for fields in zip(*parts, strict=True)))


def cut(found: Lattice, blocks: Ints, settings: Ints, random: np.random.Generator) -> Lots:
    """Cut blocks (n, 2) of settings (n, index in ``SETTINGS``) into lots."""
    corners = _corners(found, blocks, settings, random)
    block, row, start, end = _spans(settings, random)
    shapes = np.empty(len(block), dtype=object)
    for width in np.unique(end - start):
        chosen = np.flatnonzero(end - start == width)
        columns = start[chosen, None] + np.arange(width + 1)
        front = corners[block[chosen, None], row[chosen, None], columns]
        back = corners[block[chosen, None], row[chosen, None] + 1, columns[:, ::-1]]
        shapes[chosen] = shapely.polygons(np.concatenate([front, back, front[:, :1]], axis=1))
    return Lots(shapes, blocks[block], settings[block], row, start)


def _corners(found: Lattice, blocks: Ints, settings: Ints, random: np.random.Generator) -> Floats:
    """Return the corners of lots, shape (blocks, 3 lines, columns + 1, 2), to a millimetre."""
    margin = np.where(settings < SETTINGS.index("field"), _STREET, _PATH)[:, None, None]
    part = np.linspace(0, 1, COLUMNS + 1)
    along = blocks[:, 0, None, None] * lattice.LENGTH + margin
    along = along + part * (lattice.LENGTH - 2 * margin) + np.zeros((1, 3, 1))
    middle = random.uniform(0.42, 0.58, len(blocks))
    lines = np.stack([np.zeros(len(blocks)), middle, np.ones(len(blocks))], axis=1)[:, :, None]
    across = blocks[:, 1, None, None] * lattice.DEPTH + margin
    across = across + lines * (lattice.DEPTH - 2 * margin) + np.zeros((1, 1, COLUMNS + 1))
    wobble = np.clip(random.normal(0, _SURVEY, (*along.shape, 2)), -0.6, 0.6)
    corners: Floats = np.round(found.place(along, across) + wobble, 3)
    return corners


def _spans(settings: Ints, random: np.random.Generator) -> tuple[Ints, Ints, Ints, Ints]:
    """Return block, row, first and last column of each lot."""
    widths = np.empty((len(settings), 2, COLUMNS), dtype=np.int64)
    for setting, choices in enumerate(_WIDTHS.values()):
        here = settings == setting
        widths[here] = random.choice(choices, (int(here.sum()), 2, COLUMNS))
    ends = np.cumsum(widths, axis=2)
    starts = ends - widths
    block, row, order = np.nonzero(starts < COLUMNS)
    return block, row, starts[block, row, order], np.minimum(ends[block, row, order], COLUMNS)


class Obstacles:
    """What lots may not lie on: roads cut into short pieces, each with its width."""

    def __init__(self, lines: Shapes, half_widths: Floats) -> None:
        pieces, widths = _pieces(lines, half_widths)
        self.shapes = shapely.buffer(pieces, widths, quad_segs=3)
        self.tree = shapely.STRtree(self.shapes)

    def clip(self, lots: Lots) -> Lots:
        """Take roads out of lots; a lot on both sides of a road becomes two."""
        shapes = lots.shapes.copy()
        lot, obstacle = self.tree.query(shapes, "intersects")
        order = np.lexsort((obstacle, lot))
        lot, obstacle = lot[order], obstacle[order]
        turn = np.arange(len(lot)) - np.searchsorted(lot, lot)
        for number in range(int(turn.max(initial=-1)) + 1):
            now = turn == number
            shapes[lot[now]] = shapely.difference(shapes[lot[now]], self.shapes[obstacle[now]])
        touched = np.unique(lot)
        shapes[touched] = _to_millimetres(shapes[touched])
        parts, origin = shapely.get_parts(shapes, return_index=True)
        kept = shapely.area(parts) >= _LEAST
        origin = origin[kept]
        return lots.take(origin)._replace(shapes=parts[kept])


def _to_millimetres(shapes: Shapes) -> Shapes:
    rounded: Shapes = shapely.transform(shapes, lambda places: np.round(places, 3))
    broken = ~shapely.is_valid(rounded)
    rounded[broken] = shapely.set_precision(shapes[broken], 0.001)
    return rounded


def _pieces(lines: Shapes, half_widths: Floats) -> tuple[Shapes, Floats]:
    pieces, widths = list[Shape](), list[float]()
    for line, width in zip(lines, half_widths, strict=True):
        vertices = shapely.get_coordinates(line)
        for start in range(0, len(vertices) - 1, _PIECE):
            pieces.append(shapely.LineString(vertices[start : start + _PIECE + 1]))
            widths.append(float(width))
    return np.array(pieces), np.array(widths)
