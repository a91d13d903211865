"""A row as GeoJSON text: expressions in SQL, of which one is kept in a column of the row itself.

Writing a parcel of sixteen corners and transforming it from a VN-2000 zone takes PostGIS 13 us,
reading the text that was written when the row changed 2 us. Pure.
"""

import hashlib
import json
from collections.abc import Iterable

from psycopg.sql import SQL, Composable, Composed, Identifier, Literal

from layers.model import Field, Layer, Lifecycle, Type

COLUMN = "geojson"
"""Name of the column: the row as anyone may see it, in longitude and latitude of WGS 84."""

DEGREES, DIGITS = 4326, 7
"""EPSG number of the kept text's coordinates, and their decimals: 1 cm."""

_VALUE = SQL("coalesce(to_json({})::text, 'null')")
# A time is written in UTC whatever the session's zone is, so the text hangs on the row alone.
_TIME = SQL(
    "coalesce('\"' || btrim(to_json({} AT TIME ZONE 'UTC')::text, '\"') || '+00:00\"', 'null')"
)


def is_kept(layer: Layer) -> bool:
    """Tell whether a layer's rows keep their text.

    Events do not: they come by the million, and as points they are written quickly.
    """
    return layer.lifecycle is not Lifecycle.APPENDED


def form(layer: Layer) -> str:
    """Return what tells the text that a declaration gives from that of any other."""
    return hashlib.sha256(kept(layer, "t").as_string(None).encode()).hexdigest()[:32]


def kept(layer: Layer, row: str) -> Composed:
    """Return the expression of the text that a row keeps."""
    shape: Composable = Identifier(row, "geom")
    if layer.geometry.crs.srid != DEGREES:
        shape = SQL("public.ST_Transform({}, {})").format(shape, Literal(DEGREES))
    return feature(
        Identifier(row, layer.key),
        geometry(shape, DIGITS),
        properties(row, layer.public.values()),
    )


def feature(key: Composable, shape: Composable, members: Composable) -> Composed:
    """Return the expression of a feature from those of its id's value and of its parts as JSON."""
    return SQL(
        """'{{"type":"Feature","id":' || to_json({})::text || ',"geometry":' || {}"""
        """ || ',"properties":' || {} || '}}'"""
    ).format(key, shape, members)


def geometry(shape: Composable, digits: int) -> Composed:
    """Return the expression of a geometry as JSON, ``null`` where there is none.

    Outer rings turn counter-clockwise, as RFC 7946 wants them, however they are stored.
    """
    return SQL(
        "coalesce(public.ST_AsGeoJSON(public.ST_ForcePolygonCCW({}), {}, 0), 'null')"
    ).format(shape, Literal(digits))


def properties(row: str, fields: Iterable[Field]) -> Composed:
    """Return the expression of a JSON object with some fields of a row."""
    parts: list[Composable] = [Literal("{")]
    for number, field in enumerate(fields):
        parts.append(Literal(("," if number else "") + json.dumps(field.name) + ":"))
        value = _TIME if field.type is Type.DATETIME else _VALUE
        parts.append(value.format(Identifier(row, field.name)))
    return SQL(" || ").join([*parts, Literal("}")])
