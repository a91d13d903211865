"""Pages of features as GeoJSON text: a plan made from a question (pure), and its answer.

PostGIS writes the features, or reads those that a table keeps as text (etl/geojson.py); here they
pass as bytes.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

import psycopg
from psycopg import sql as compose
from psycopg.sql import SQL, Composable, Identifier, Literal

import sql
from etl import geojson
from gis_server.db.statement_cache import StatementCache
from gis_server.features import keyset
from gis_server.features import query as features
from gis_server.features.crs import CRS84, Reference
from gis_server.features.query import Condition, Query, Sort
from gis_server.features.table_state import TableState
from gis_server.http.params import ParameterInvalid
from layers.audience import PUBLIC, Audience
from layers.model import Field, Layer
from sql.connection import Connection
from sql.schemas import layer_table

COUNTED = 10_000
"""Rows up to which a short page says how many fit in all; more are counted only when asked for."""

SHORT = 100
"""Features on a page that people look at; programs that take more do not wait for a count."""


class ValueUnusable(ParameterInvalid):
    """The database could not compute with a value of the request."""

    def __init__(self, reason: str) -> None:
        super().__init__("filter", f"the database refuses a value ({reason})")


class Plan(NamedTuple):
    """A statement and the values of its placeholders.

    ``is_counted``: a page says how many fit in all. ``is_prepared``: the database keeps its plan.
    """

    statement: compose.Composed | bytes
    values: Mapping[str, Any]
    is_counted: bool = False
    is_prepared: bool = False


class Page(NamedTuple):
    """Features as GeoJSON text.

    ``matched`` is how many fit in all, exact, or None when that was not counted; ``following`` the
    place of the last feature when there are more after it.
    """

    features: list[bytes]
    matched: int | None
    following: tuple[Any, ...] | None


class Item(NamedTuple):
    """A feature as GeoJSON text, and what tells its row from the same row changed."""

    feature: bytes
    row: str


def plan(layer: Layer, query: Query, state: TableState) -> Plan:
    """Make the statement that gives a page.

    Args:
        layer: whose features are asked for.
        query: the question; it has a limit.
        state: of the layer's table.
    """
    chosen = list(features.conditions(layer, query))
    conditions = [*chosen, keyset.after(layer, query)] if query.after else chosen
    values: dict[str, Any] = {"limit": (query.limit or 0) + 1, "offset": query.offset}
    for condition in conditions:
        values |= condition.values
    key = _StatementKey(
        query.audience,
        tuple(condition.sql.as_bytes(None) for condition in conditions),
        query.after is not None,
        not chosen or (query.limit or 0) <= SHORT,
        _is_gathered(query, state),
        state.keeps_text,
        query.crs,
        query.sort,
        query.properties,
        query.with_geometry,
    )
    statement = _statements.get(layer, key, lambda: _page(layer, query, state, conditions, key))
    return Plan(statement, values, key.is_counted, _is_prepared(query, key))


_statements = StatementCache()


class _StatementKey(NamedTuple):
    """What the statement of a page depends on, beside its layer."""

    audience: Audience
    conditions: tuple[Any, ...]
    is_after: bool
    is_counted: bool
    is_gathered: bool
    keeps_text: bool
    crs: Reference
    sort: tuple[Sort, ...]
    properties: tuple[str, ...] | None
    with_geometry: bool


def _page(
    layer: Layer, query: Query, state: TableState, conditions: list[Condition], key: _StatementKey
) -> compose.Composed:
    chosen = conditions[:-1] if key.is_after else conditions
    answer = _answer(layer, query, state, chosen, is_counted=key.is_counted)
    return sql.query("items_page").format(
        answer=SQL(", ").join(answer),
        columns=_needed(layer, query, state),
        table=layer_table(layer.id),
        where=_where(conditions),
        fence=SQL("OFFSET 0") if key.is_gathered else SQL(""),
        order=keyset.order_by(layer, query),
    )


def plan_count(layer: Layer, query: Query) -> Plan:
    """Make the statement that counts what fits, exactly."""
    conditions = list(features.conditions(layer, query))
    if not conditions:
        return Plan(_count_all(layer), {})
    statement = sql.query("items_count").format(
        table=layer_table(layer.id), where=_where(conditions)
    )
    return Plan(statement, {n: v for condition in conditions for n, v in condition.values.items()})


def plan_one(
    layer: Layer, key: str | int, crs: Reference, state: TableState, audience: Audience
) -> Plan:
    """Make the statement that gives one feature."""
    depends_on = (audience, crs.srid, crs.is_northing_first, state.keeps_text)
    query = Query(audience, crs=crs)
    return Plan(_statements.get(layer, depends_on, lambda: _one(layer, query, state)), {"key": key})


def _one(layer: Layer, query: Query, state: TableState) -> compose.Composed:
    return sql.query("items_one").format(
        feature=feature(layer, query, state),
        table=layer_table(layer.id),
        key=Identifier(layer.key),
    )


def run(conn: Connection, planned: Plan, query: Query) -> Page:
    """Ask for a page.

    Raises:
        ValueUnusable: a value overflows, or a pattern cannot be read.
    """
    rows = _fetched(conn, planned)
    limit = query.limit or 0
    is_first = query.after is None and query.offset == 0
    has_more = len(rows) > limit
    matched = rows[0][1] if rows and planned.is_counted else None
    if is_first and not has_more:
        matched = len(rows)
    following = _cursor(rows[limit - 1], planned) if has_more else None
    return Page([row[0] for row in rows[:limit]], matched, following)


def _cursor(row: Sequence[Any], planned: Plan) -> tuple[Any, ...]:
    return (*row[1 + planned.is_counted :], json.loads(row[0])["id"])


def run_count(conn: Connection, planned: Plan) -> int:
    """Ask for a count.

    Raises:
        ValueUnusable: a value overflows, or a pattern cannot be read.
    """
    return int(_fetched(conn, planned)[0][0])


def run_one(conn: Connection, planned: Plan) -> Item | None:
    """Ask for one feature; None when there is none."""
    row = conn.execute(planned.statement, planned.values, binary=True).fetchone()
    return None if row is None else Item(*row)


def _fetched(conn: Connection, planned: Plan) -> list[Any]:
    with refusing():
        return conn.execute(
            planned.statement, planned.values, prepare=planned.is_prepared, binary=True
        ).fetchall()


@contextmanager
def refusing() -> Iterator[None]:
    """Say of what the database cannot compute with that it is the question's fault.

    Raises:
        ValueUnusable: a value overflows, or a pattern cannot be read.
    """
    try:
        yield
    except psycopg.DataError as error:
        raise ValueUnusable(str(error.diag.message_primary or error)) from error


def _is_gathered(query: Query, state: TableState) -> bool:
    """Tell whether the rows of an area are found first and sorted then.

    Neighbours have neighbouring keys, which the planner does not know. Going along the key it would
    hope to meet enough rows of a small box soon, and pass over a whole table until the first.
    """
    if query.area is None:
        return False
    box, extent = query.area.inside, state.extent
    if box is None or extent is None or extent.area == 0:
        return True
    return box.meet(extent).area < _LARGE * extent.area


def _is_prepared(query: Query, key: _StatementKey) -> bool:
    """Tell whether one plan will do for all values.

    To make one takes as long as to find the features of a small box, which are found by the index
    of places whatever the box. Elsewhere the values matter: with them at hand a shape is computed
    once, not once a row, and the better of two indexes is chosen.
    """
    is_short_box = key.is_gathered and query.area is not None and query.area.inside is not None
    is_plain = query.condition is None and not query.words
    return is_short_box and is_plain and (query.limit or 0) <= SHORT


_LARGE = 0.25
"""Share of a table's extent from which a box holds so much that the order of the key is as good."""


def _answer(
    layer: Layer, query: Query, state: TableState, chosen: list[Condition], *, is_counted: bool
) -> Iterator[Composable]:
    """Yield what a row of a page has; the key is not among it, as the feature says it."""
    yield SQL("textsend({})").format(feature(layer, query, state))
    if is_counted:
        yield _matched(layer, chosen)
    yield from (Identifier("t", sort.name) for sort in keyset.order(layer, query)[:-1])


def _matched(layer: Layer, chosen: list[Condition]) -> Composable:
    if not chosen:
        return SQL("({})").format(_count_all(layer))
    return SQL("({})").format(
        sql.query("items_count_upto").format(
            table=layer_table(layer.id), where=_where(chosen), most=Literal(COUNTED)
        )
    )


def _count_all(layer: Layer) -> compose.Composed:
    return sql.query("items_count_all").format(layer=Literal(layer.id), table=layer_table(layer.id))


def feature(layer: Layer, query: Query, state: TableState) -> Composable:
    """Return the expression of the row ``t`` as a GeoJSON feature: as it is stored, or written."""
    if _is_as_stored(query, state):
        return SQL("t.{}").format(Identifier(geojson.COLUMN))
    return written(layer, query)


def written(layer: Layer, query: Query) -> compose.Composed:
    """Return the expression that writes the row ``t`` as a GeoJSON feature."""
    shape = geometry(layer, query)
    return geojson.feature("t", layer.field(layer.key), shape, _fields(layer, query))


def geometry(layer: Layer, query: Query) -> Composable:
    """Return the expression of the geometry of the row ``t`` as JSON, as the question wants it."""
    if not query.with_geometry:
        return SQL("'null'")
    shape: Composable = SQL("t.geom")
    if layer.geometry.crs.srid != query.crs.srid:
        shape = SQL("public.ST_Transform({}, {})").format(shape, query.crs.srid)
    if query.crs.is_northing_first:
        shape = SQL("public.ST_FlipCoordinates({})").format(shape)
    return geojson.geometry(shape, layer.geometry, query.crs.digits)


def _is_as_stored(query: Query, state: TableState) -> bool:
    """The text of a row is what everybody may see, so it is an answer for nobody else."""
    is_whole = query.properties is None and query.with_geometry
    return state.keeps_text and query.audience == PUBLIC and query.crs == CRS84 and is_whole


def _fields(layer: Layer, query: Query) -> list[Field]:
    visible = layer.visible_to(query.audience)
    names = visible if query.properties is None else query.properties
    return [layer.field(name) for name in names]


def _needed(layer: Layer, query: Query, state: TableState) -> compose.Composed:
    names = [sort.name for sort in keyset.order(layer, query)]
    if _is_as_stored(query, state):
        names.append(geojson.COLUMN)
    else:
        names += [field.name for field in _fields(layer, query)]
        names += ["geom"] if query.with_geometry else []
    return _columns(dict.fromkeys(names))


def _columns(names: Iterable[str]) -> compose.Composed:
    return SQL(", ").join(Identifier("t", name) for name in names)


def _where(conditions: list[Condition]) -> Composable:
    return features.all_of([SQL("({})").format(condition.sql) for condition in conditions])
