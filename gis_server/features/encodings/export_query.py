"""What a stream of features is made from, and the statement that finds them."""

from collections.abc import Callable, Generator
from dataclasses import replace
from typing import Any, NamedTuple

from psycopg.sql import SQL, Composable, Identifier, Literal

import sql
from etl.geojson import MORE_DIGITS
from gis_server.features import keyset
from gis_server.features import query as features
from gis_server.features.pages import Plan
from gis_server.features.query import Query
from gis_server.features.table_state import TableState
from gis_server.http.params import LANGUAGES
from layers.geo import definition
from layers.model import Field, Layer
from sql.connection import Connection
from sql.schemas import layer_table

Place = tuple[Any, ...]
"""Of a feature in an order: its values of the sort's fields and its key."""


class ExportQuery(NamedTuple):
    """Which features are wanted, with what is known of their table, and the reader's language."""

    layer: Layer
    query: Query
    state: TableState
    language: str = LANGUAGES[0]

    @property
    def fields(self) -> list[Field]:
        """The fields that are shown, in declared order; the key is the first of them."""
        visible = self.layer.visible_to(self.query.audience)
        names = visible if self.query.properties is None else self.query.properties
        key = self.layer.key
        return [self.layer.field(name) for name in dict.fromkeys((key, *names))]


class Encoding(NamedTuple):
    """An encoding.

    ``stream`` yields the bytes of all features that are wanted, a few thousand rows at a time; when
    it is closed early, its statement ends. One for people has words in the reader's language.
    """

    media_type: str
    extension: str
    stream: Callable[[Connection, ExportQuery], Generator[bytes]]
    is_compressed: bool = False
    is_for_people: bool = False


def plan(wanted: ExportQuery, columns: Composable) -> Plan:
    """Make the statement that gives some columns of the rows ``t`` that are wanted, in order."""
    layer, query = wanted.layer, wanted.query
    conditions = list(features.conditions(layer, query))
    if query.after:
        conditions.append(keyset.after(layer, query))
    values: dict[str, Any] = {"limit": query.limit, "offset": query.offset}
    for condition in conditions:
        values |= condition.values
    statement = sql.query("items_all").format(
        columns=columns,
        table=layer_table(layer.id),
        where=features.all_of([SQL("({})").format(condition.sql) for condition in conditions]),
        order=keyset.order_by(layer, query),
    )
    return Plan(statement, values)


def following(conn: Connection, wanted: ExportQuery) -> Place | None:
    """Return the place of the last feature where the limit leaves others out; else None."""
    layer, query = wanted.layer, wanted.query
    if query.limit is None:
        return None
    last = replace(query, limit=2, offset=query.offset + query.limit - 1)
    places = [Identifier("t", sort.name) for sort in keyset.order(layer, query)]
    made = plan(wanted._replace(query=last), SQL(", ").join(places))
    rows = conn.execute(made.statement, made.values).fetchall()
    return rows[0] if len(rows) > 1 else None


def transformed(wanted: ExportQuery) -> Composable:
    """Return the geometry of the row ``t`` in the CRS that is wanted, easting first."""
    found: Composable = SQL("t.geom")
    if _is_stored(wanted):
        return found
    return SQL("public.ST_Transform({}, {})").format(found, Literal(wanted.query.crs.srid))


def shape(wanted: ExportQuery) -> Composable:
    """Return the same to full precision, and valid as it is stored."""
    found = transformed(wanted)
    if _is_stored(wanted) or wanted.layer.geometry.dimension == 0:
        return found
    return SQL("public.gis_valid({}, {})").format(found, Literal(wanted.query.crs.digits))


def _is_stored(wanted: ExportQuery) -> bool:
    return wanted.layer.geometry.crs.srid == wanted.query.crs.srid


def places(wanted: ExportQuery) -> list[tuple[Composable, str]]:
    """Return the columns of a table that tell where a feature is, easting first, with their names.

    Points are two numbers, other shapes well-known text, valid after rounding.
    """
    found, digits = transformed(wanted), wanted.query.crs.digits
    if wanted.layer.geometry.type != "Point":
        rounded = SQL("public.gis_rounded({}, {})").format(found, digits)
        return [(SQL("public.ST_AsText({}, {})").format(rounded, digits + MORE_DIGITS), "geometry")]
    is_geographic = definition(wanted.query.crs.srid).is_geographic
    names = ("longitude", "latitude") if is_geographic else ("x", "y")
    edge = SQL("trim_scale(round(public.{}({})::numeric, {}))")
    functions = (SQL("ST_X"), SQL("ST_Y"))
    return [
        (edge.format(function, found, Literal(digits)), name)
        for function, name in zip(functions, names, strict=True)
    ]
