"""GeoJSON of a row as SQL expressions; one of them fills a column that the row keeps.

Writing a parcel of sixteen corners and transforming it from a VN-2000 zone takes PostGIS 13 us,
reading the text that was written when the row changed 2 us. Pure.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping

from psycopg.sql import SQL, Composable, Composed, Identifier, Literal

from layers.model import Field, Geometry, Layer, Lifecycle, Type

COLUMN = "geojson"
"""Name of the column: the row as anyone may see it, in longitude and latitude of WGS 84."""

DEGREES, DIGITS = 4326, 7
"""EPSG number of the kept text's coordinates, and their decimals: 1 cm."""

MORE_DIGITS = 2
"""Decimals that sql/functions/gis_rounded.sql adds at most; zeros at the end are not written."""

_AREA = 2
"""Dimension of shapes that have rings."""

_PLAIN = SQL("{}::text")
_VALUE = SQL("to_json({})::text")
# A time is written in UTC whatever the session's zone is, so the text depends on the row alone.
_TIME = SQL("left(to_json({} AT TIME ZONE 'UTC')::text, -1) || '+00:00\"'")

_WRITTEN: Mapping[Type, SQL] = {
    Type.TEXT: _VALUE,
    Type.INTEGER: _PLAIN,
    Type.NUMBER: _VALUE,
    Type.BOOLEAN: _PLAIN,
    Type.DATE: _VALUE,
    Type.DATETIME: _TIME,
}
"""A value as JSON. What text has alike does not go through JSON, which takes thrice as long."""


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
    written = geometry(shape, layer.geometry, DIGITS)
    return feature(row, layer.field(layer.key), written, layer.public.values())


def feature(row: str, key: Field, shape: Composable, fields: Iterable[Field]) -> Composed:
    """Return the expression of a feature.

    Args:
        row: name of the row.
        key: field of the feature's id.
        shape: expression of the geometry as JSON.
        fields: the feature's properties.
    """
    return _joined(
        '{"type":"Feature","id":',
        _WRITTEN[key.type].format(Identifier(row, key.name)),
        ',"geometry":',
        shape,
        ',"properties":{',
        *_members(row, fields),
        "}}",
    )


def geometry(shape: Composable, declared: Geometry, digits: int) -> Composed:
    """Return the expression of a geometry as JSON, ``null`` where there is none.

    Outer rings turn counter-clockwise, as RFC 7946 wants them, however they are stored.

    Args:
        shape: expression of the geometry.
        declared: what the layer says of it.
        digits: decimals of a coordinate; a narrow line or area has one or two more.
    """
    if declared.dimension:
        shape = SQL("public.gis_rounded({}, {})").format(shape, Literal(digits))
        digits += MORE_DIGITS
    if declared.dimension == _AREA:
        shape = SQL("public.ST_ForcePolygonCCW({})").format(shape)
    return SQL("coalesce(public.ST_AsGeoJSON({}, {}, 0), 'null')").format(shape, Literal(digits))


def properties(row: str, fields: Iterable[Field]) -> Composed:
    """Return the expression of a JSON object with some fields of a row."""
    return _joined("{", *_members(row, fields), "}")


def _members(row: str, fields: Iterable[Field]) -> Iterator[str | Composable]:
    for number, field in enumerate(fields):
        yield ("," if number else "") + json.dumps(field.name) + ":"
        value = _WRITTEN[field.type].format(Identifier(row, field.name))
        yield SQL("coalesce({}, 'null')").format(value)


def _joined(*parts: str | Composable) -> Composed:
    """Join texts and expressions; texts that meet become one, as each takes time in every row."""
    operands: list[Composable] = []
    text = ""
    for part in parts:
        if isinstance(part, str):
            text += part
        else:
            operands += [Literal(text), part]
            text = ""
    return SQL(" || ").join([*operands, Literal(text)])
