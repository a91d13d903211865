"""Comparisons with what is usual as hexagons: into a vector tile and as GeoJSON."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from cells.question import Counted
from cells.usual import Comparison
from layers.geo import TileId
from tiles import cell_features, hexagons
from tiles.hexagon_sheets import Sheets
from tiles.tilejson import MVT_LAYER

LEVELS = ("unknown", "usual", "worse", "much worse")
"""Words by number: what ``level`` is in a tile."""

_sheets = Sheets()


def tile(found: Comparison, at: TileId) -> bytes:
    """Return a vector tile of the cells that can be compared; else empty bytes."""
    cells = found.now.cells
    sheet = _sheets.of(at, cells)
    ratio = np.round(found.ratio, 2)
    has_ratio = np.isfinite(ratio)
    told = Counted(cells, found.level, np.nan_to_num(ratio), has_ratio.astype(float))
    return hexagons.encode(MVT_LAYER, sheet, told.at(sheet.places), ("level", "ratio"))


def features(found: Comparison) -> Iterator[dict[str, Any]]:
    """Yield the cells in which anything was counted as GeoJSON features."""

    def properties(place: int) -> dict[str, Any]:
        return {
            "level": LEVELS[found.level[place]],
            "count": int(found.now.events[place]),
            "flow": _number(found.flow[place]),
            "usual_flow": _number(found.usual_flow[place]),
            "value": _number(found.value[place]),
            "usual": _number(found.usual[place]),
            "ratio": _number(found.ratio[place]),
        }

    told = np.flatnonzero(found.now.events)
    return cell_features.features(found.now.cells, told, properties)


def _number(value: float) -> float | None:
    return round(float(value), 3) if np.isfinite(value) else None
