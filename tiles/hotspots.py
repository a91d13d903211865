"""Findings about events as hexagons: into a vector tile and as GeoJSON."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from cells.analysis import Hotspots
from cells.hotspots import Kind, discovered
from cells.question import Counted
from layers.geo import TileId
from tiles import cell_features, hexagons
from tiles.hexagon_sheets import Sheets
from tiles.tilejson import MVT_LAYER

UNUSUAL = "unusual"
"""Kind of a cell that is not hot but has more events than its own history lets expect."""

KINDS = (*(kind.value for kind in Kind), UNUSUAL)
"""Words by number: what ``kind`` is in a tile."""

_sheets = Sheets()


def kinds(found: Hotspots) -> Any:
    """Return the numbers of the cells' kinds, (n,)."""
    is_unusual = discovered(found.surprise) & (found.now > found.usual)
    return np.where((found.kinds == 0) & is_unusual, len(KINDS) - 1, found.kinds.astype(np.int64))


def tile(found: Hotspots, at: TileId) -> bytes:
    """Return a vector tile of the cells of which there is something to say; else empty bytes."""
    sheet = _sheets.of(at, found.cells)
    z = np.round(found.z, 2)
    told = Counted(found.cells, kinds(found), z, np.ones(len(z))).at(sheet.places)
    return hexagons.encode(MVT_LAYER, sheet, told, ("kind", "z"))


def features(found: Hotspots) -> Iterator[dict[str, Any]]:
    """Yield the same cells as GeoJSON features with all that was found of them."""
    numbers = kinds(found)

    def properties(place: int) -> dict[str, Any]:
        return {
            "kind": KINDS[numbers[place]],
            "z": round(float(found.z[place]), 3),
            "trend": round(float(found.trend[place]), 3),
            "count": int(found.now[place]),
            "usual": round(float(found.usual[place]), 3),
            "p": float(f"{found.surprise[place]:.3g}"),
        }

    return cell_features.features(found.cells, np.flatnonzero(numbers), properties)
