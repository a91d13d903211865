"""Cells as GeoJSON features."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import shapely
from h3ronpy.vector import cells_to_wkb_polygons
from numpy.typing import NDArray

from cells.index import Cells


def features(
    cells: Cells, told: NDArray[np.intp], properties: Callable[[int], dict[str, Any]]
) -> Iterator[dict[str, Any]]:
    """Yield cells as features; their index, hexadecimal, is the id and a property.

    Args:
        cells: (n,).
        told: the places of those that are wanted.
        properties: gives what else is said of the cell at a place.
    """
    if not len(told):
        return
    shapes = shapely.from_wkb(cells_to_wkb_polygons(cells[told]).to_pylist())
    for place, shape in zip(told.tolist(), shapes, strict=True):
        cell = f"{int(cells[place]):x}"
        yield {
            "type": "Feature",
            "id": cell,
            "geometry": shapely.geometry.mapping(shape),
            "properties": {"cell": cell, **properties(place)},
        }
