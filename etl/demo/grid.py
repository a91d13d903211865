"""Cells over the plane, and smooth areas that share their edges, traced from classes of cells."""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import rasterio.features
import shapely
from affine import Affine
from shapely.geometry.base import BaseGeometry

from etl.demo.noise import Floats, Ints

Shapes = npt.NDArray[Any]
"""An array of shapely geometries."""

_POLYGON = shapely.GeometryType.POLYGON

Shape = BaseGeometry
"""One shapely geometry."""

Bounds = tuple[float, float, float, float]
"""West, south, east, north in metres."""


class Grid(NamedTuple):
    """Square cells; row 0 is in the north. Corners are whole multiples of the cell's side."""

    transform: Affine
    shape: tuple[int, int]
    """Rows, columns."""

    @classmethod
    def over(cls, bounds: Bounds, cell: float) -> "Grid":
        """Cover a box with cells of a side in metres."""
        west, south = (np.floor(side / cell) * cell for side in bounds[:2])
        east, north = (np.ceil(side / cell) * cell for side in bounds[2:])
        shape = round((north - south) / cell), round((east - west) / cell)
        return cls(Affine(cell, 0, west, 0, -cell, north), shape)

    @property
    def cell(self) -> float:
        """The side of a cell, metres."""
        return float(self.transform.a)

    @property
    def bounds(self) -> Bounds:
        """The box of all cells, metres."""
        west, north = self.transform.c, self.transform.f
        return west, north - self.shape[0] * self.cell, west + self.shape[1] * self.cell, north

    def middles(self) -> Floats:
        """Return the middles of the cells, shape (rows, columns, 2), metres."""
        rows, columns = self.shape
        east = self.transform.c + (np.arange(columns) + 0.5) * self.cell
        north = self.transform.f - (np.arange(rows) + 0.5) * self.cell
        middles: Floats = np.stack(np.meshgrid(east, north), axis=-1)
        return middles

    def burn(self, shapes: Shapes, values: Ints) -> Ints:
        """Return the value of the last shape over the middle of each cell, 0 without one."""
        here = np.flatnonzero(
            shapely.intersects(shapely.envelope(shapes), shapely.box(*self.bounds))
        )
        pairs = [(shapes[number], int(values[number])) for number in here]
        if not pairs:
            return np.zeros(self.shape, dtype=np.int64)
        burnt = rasterio.features.rasterize(
            pairs, self.shape, transform=self.transform, dtype=np.int32
        )
        return np.asarray(burnt, dtype=np.int64)

    def sample(self, values: Floats, points: Floats) -> Floats:
        """Return values of cells at points (..., 2), blended between the middles of cells."""
        place = (points - (self.transform.c, self.transform.f)) / (self.cell, -self.cell) - 0.5
        limits = self.shape[1] - 1.001, self.shape[0] - 1.001
        place = np.clip(place, 0, limits)
        first = place.astype(np.int64)
        (x, y), (column, row) = np.moveaxis(place - first, -1, 0), np.moveaxis(first, -1, 0)
        north = values[row, column] * (1 - x) + values[row, column + 1] * x
        south = values[row + 1, column] * (1 - x) + values[row + 1, column + 1] * x
        blended: Floats = north * (1 - y) + south * y
        return blended

    def trace(self, classes: Ints) -> tuple[Shapes, Ints]:
        """Return the areas of equal class as polygons of cell edges, and their classes."""
        traced = rasterio.features.shapes(
            classes.astype(np.int32), mask=classes > 0, transform=self.transform
        )
        found = [(area["coordinates"], int(value)) for area, value in traced]
        rings = [ring for area, _ in found for ring in area]
        corners = np.array([corner for ring in rings for corner in ring])
        ring_ends = np.cumsum([0] + [len(ring) for ring in rings])
        area_ends = np.cumsum([0] + [len(area) for area, _ in found])
        areas = shapely.from_ragged_array(_POLYGON, corners, (ring_ends, area_ends))
        # Corners of a neighbour on a straight edge are no vertices of it until it is cut there.
        return shapely.segmentize(areas, self.cell), np.array([value for _, value in found])


def points(places: Floats) -> Shapes:
    """Return points of coordinates (n, 2)."""
    return np.asarray(shapely.points(places))


def sieve(classes: Ints, cells: int) -> Ints:
    """Give areas of fewer cells to their greatest neighbour."""
    return np.asarray(rasterio.features.sieve(classes.astype(np.int16), cells), dtype=np.int64)


def smooth(areas: Shapes, *, rounds: int, tolerance: float) -> Shapes:
    """Round off cell edges and leave out needless vertices; shared edges stay shared.

    Args:
        areas: a coverage of polygons traced from cells.
        rounds: how often each vertex moves towards the middle of its two neighbours.
        tolerance: square root of the area that leaving out a vertex may change, metres.
    """
    # Complex numbers sort faster than pairs.
    corners, vertex = np.unique(
        shapely.get_coordinates(areas).view(np.complex128).ravel(), return_inverse=True
    )
    places = corners.view(np.float64).reshape(-1, 2)
    edges = _edges(areas, vertex)
    bends = np.bincount(edges.ravel(), minlength=len(places)) == 2
    for _ in range(rounds):
        places[bends] = (places[bends] + _middles(places, edges)[bends]) / 2
    moved = shapely.set_coordinates(areas.copy(), places[vertex])
    simple: Shapes = shapely.coverage_simplify(moved, tolerance)
    return simple


def _edges(areas: Shapes, vertex: Ints) -> Ints:
    """Return the pairs of vertices that an edge joins, each pair once."""
    sizes = shapely.get_num_coordinates(shapely.get_rings(areas))
    joins = np.ones(len(vertex), dtype=bool)
    joins[np.cumsum(sizes) - 1] = False
    start = np.flatnonzero(joins)
    pairs: Ints = np.unique(np.sort(np.stack([vertex[start], vertex[start + 1]], 1), 1), axis=0)
    return pairs


def _middles(places: Floats, edges: Ints) -> Floats:
    """Return half the sum of each vertex's neighbours."""
    from_, to = edges.T
    axes = [
        np.bincount(from_, places[to, axis], len(places))
        + np.bincount(to, places[from_, axis], len(places))
        for axis in (0, 1)
    ]
    return np.stack(axes, axis=1) / 2
