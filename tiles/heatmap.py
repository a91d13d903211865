"""Events as H3 hexagons: counted by a cube or in PostGIS, written into a vector tile."""

from collections.abc import Callable, Sequence

from cells import sql_counts
from cells.index import Cells
from cells.neighbours import Floats
from cells.question import Counted, Filter
from cells.view import View
from layers.geo import TileId
from layers.model import Layer
from sql.connection import Connection
from tiles import hexagon_sheets, hexagons
from tiles.errors import CategoryUnknown, NotAggregated
from tiles.hexagon_sheets import Sheets
from tiles.tilejson import MVT_LAYER

_RESOLUTION_BY_ZOOM = (1, 2, 2, 3, 4, 4, 5, 6, 7, 7, 8, 8, 9)
"""H3 resolution at zoom 0, 1, 2 ...; deeper zooms have the stored resolution 10.

A hexagon is 8 to 28 pixels wide at every zoom: smaller ones would fall into one point.
"""

_FINEST = 10

_MARGIN_EDGES = 3
"""Edges between a tile and the farthest event of a cell that touches it: two to the far corner,
and less than one more by which small cells lie outside their parent."""

_sheets = Sheets()


def resolution(zoom: int) -> int:
    """Return the H3 resolution that is drawn at a zoom."""
    return _RESOLUTION_BY_ZOOM[zoom] if zoom < len(_RESOLUTION_BY_ZOOM) else _FINEST


def checked(layer: Layer, categories: Sequence[str], known: Sequence[Layer]) -> None:
    """Refuse what a layer cannot be asked.

    Raises:
        NotAggregated: the layer has no heatmap.
        CategoryUnknown: a category is not in its code list.
    """
    if layer.heatmap is None:
        raise NotAggregated(layer.id, tuple(other.id for other in known))
    field = layer.fields[layer.heatmap.category] if layer.heatmap.category else None
    codes = tuple(field.codes.codes) if field and field.codes else ()
    unknown = tuple(name for name in categories if name not in codes)
    if unknown and not (field and (field.codes is None or field.codes.is_open)):
        raise CategoryUnknown(layer.id, unknown, codes)


Per = Callable[[Cells], Floats]
"""Gives what the events of cells are divided by for a rate."""


def tile(view: View, at: TileId, wanted: Filter, per: Per | None = None) -> bytes:
    """Return a vector tile of hexagons; empty bytes when no event is there.

    Args:
        view: of the events.
        at: the tile.
        wanted: which events count.
        per: where given, the value is a rate.
    """
    res = resolution(at.z)
    sheet = _sheets.of(at, view.cells(res))
    counted = view.count_some(wanted, res, sheet.places)
    return hexagons.encode(MVT_LAYER, sheet, _rated(counted, per))


def _rated(counted: Counted, per: Per | None) -> Counted:
    """Put a rate in the place of the value; there is none where there is nothing to divide by."""
    if per is None:
        return counted
    events = counted.events
    return Counted(counted.cells, events, events.astype(float), per(counted.cells), is_mean=True)


def tile_of_rows(
    conn: Connection,
    layer: Layer,
    at: TileId,
    wanted: Filter,
    per: Per | None = None,
) -> bytes:
    """Return the same tile from the rows of the layer, as long as there is no cube."""
    res = resolution(at.z)
    box = hexagon_sheets.around(at, res, _MARGIN_EDGES)
    box = box._replace(west=max(box.west, -180.0), east=min(box.east, 180.0))
    counted = sql_counts.count(conn, layer, wanted, res, box)
    sheet = hexagon_sheets.sheet(at, counted.cells)
    return hexagons.encode(MVT_LAYER, sheet, _rated(counted.at(sheet.places), per))
