"""Features of a layer as GeoJSON text: a question, a plan made from it (pure), and its answer."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import psycopg
from psycopg import sql as compose
from psycopg.sql import SQL, Composable, Identifier, Placeholder

import sql
from gis_server.ogc.crs import CRS84, Reference
from gis_server.params import Interval, ParameterInvalid
from layers.model import Field, Layer, Type

Connection = psycopg.Connection[Any]


class ValueUnusable(ParameterInvalid):
    """The database could not compute with a value of the request."""

    def __init__(self, reason: str) -> None:
        super().__init__("filter", f"the database refuses a value ({reason})")


class Area(NamedTuple):
    """A shape to intersect with: WKB with easting or longitude first, and its EPSG number."""

    wkb: bytes
    srid: int


class Condition(NamedTuple):
    """A condition on the row ``t``, with the values of its placeholders."""

    sql: Composable
    values: Mapping[str, Any]


class Sort(NamedTuple):
    """A field to sort by; rows without a value come last either way."""

    name: str
    descending: bool


@dataclass(frozen=True, slots=True)
class Query:
    """What is asked of a layer; everything that is given must hold.

    ``equals`` has values of the fields' own types, for dates and times an Interval. ``words`` are
    searched without case and accents. ``properties`` None stands for all public fields.
    """

    limit: int = 100
    offset: int = 0
    crs: Reference = CRS84
    area: Area | None = None
    interval: Interval | None = None
    equals: Mapping[str, Any] = field(default_factory=dict)
    words: tuple[str, ...] = ()
    condition: Condition | None = None
    sort: tuple[Sort, ...] = ()
    properties: tuple[str, ...] | None = None
    with_geometry: bool = True
    only_count: bool = False


class Plan(NamedTuple):
    """A statement and the values of its placeholders."""

    statement: compose.Composed
    values: Mapping[str, Any]


class Page(NamedTuple):
    """How many rows fit in all, how many are on this page, and these as JSON joined by commas."""

    matched: int
    returned: int
    features: str


def plan(layer: Layer, query: Query) -> Plan:
    """Make the statement that answers a question about a layer."""
    conditions = list(chosen(layer, query))
    parts = {
        "table": Identifier("layer", layer.id),
        "where": _all([SQL("({})").format(condition.sql) for condition in conditions]),
    }
    values: dict[str, Any] = {"limit": query.limit, "offset": query.offset}
    for condition in conditions:
        values |= condition.values
    if query.only_count:
        return Plan(sql.query("items_count").format(**parts), values)
    parts |= {"order": _order(layer, query), "feature": feature(layer, query)}
    parts |= {"columns": _columns(layer, query)}
    return Plan(sql.query("items_page").format(**parts), values)


def plan_one(layer: Layer, key: str | int, crs: Reference) -> Plan:
    """Make the statement that gives one feature."""
    statement = sql.query("items_one").format(
        table=Identifier("layer", layer.id),
        key=Identifier(layer.key),
        feature=feature(layer, Query(crs=crs)),
    )
    return Plan(statement, {"key": key})


def run(conn: Connection, made: Plan) -> Page:
    """Ask for a page.

    Raises:
        ValueUnusable: a value overflows, or a pattern cannot be read.
    """
    try:
        # Not prepared: with the values at hand the planner computes a shape once, not once a row.
        row = conn.execute(made.statement, made.values, prepare=False).fetchone()
    except psycopg.DataError as error:
        raise ValueUnusable(str(error.diag.message_primary or error)) from error
    return Page(*row) if row else Page(0, 0, "")


def run_one(conn: Connection, made: Plan) -> str | None:
    """Ask for one feature; None when there is none."""
    row = conn.execute(made.statement, made.values).fetchone()
    return None if row is None else str(row[0])


def feature(layer: Layer, query: Query) -> compose.Composed:
    """Return the expression that writes the row ``t`` as a GeoJSON feature."""
    properties = SQL(", ").join(SQL("t.{}").format(Identifier(n)) for n in _names(layer, query))
    return SQL(
        """'{{"type":"Feature","id":' || to_json(t.{key})::text"""
        """ || ',"geometry":' || {geometry} || ',"properties":'"""
        """ || row_to_json((SELECT p FROM (SELECT {properties}) AS p))::text || '}}'"""
    ).format(key=Identifier(layer.key), geometry=_geometry(layer, query), properties=properties)


def _all(conditions: list[compose.Composed]) -> Composable:
    return SQL(" AND ").join(conditions) if conditions else SQL("TRUE")


def _names(layer: Layer, query: Query) -> tuple[str, ...]:
    return tuple(layer.public) if query.properties is None else query.properties


def _columns(layer: Layer, query: Query) -> compose.Composed:
    names = dict.fromkeys((layer.key, *_names(layer, query)))
    geometry = ["geom"] if query.with_geometry else []
    return SQL(", ").join(SQL("t.{}").format(Identifier(name)) for name in (*names, *geometry))


def _geometry(layer: Layer, query: Query) -> Composable:
    if not query.with_geometry:
        return SQL("'null'")
    shape: Composable = SQL("t.geom")
    if layer.geometry.crs.srid != query.crs.srid:
        shape = SQL("public.ST_Transform({}, {})").format(shape, query.crs.srid)
    if query.crs.is_northing_first:
        shape = SQL("public.ST_FlipCoordinates({})").format(shape)
    return SQL("coalesce(public.ST_AsGeoJSON({}, {}, 0), 'null')").format(shape, query.crs.digits)


def _order(layer: Layer, query: Query) -> compose.Composed:
    """By the key in the end, so that no row is on two pages and none is on none."""
    sort = [s for s in query.sort if s.name != layer.key]
    own = next((s for s in query.sort if s.name == layer.key), Sort(layer.key, descending=False))
    ways = {True: SQL("t.{} DESC NULLS LAST"), False: SQL("t.{} ASC NULLS LAST")}
    return SQL(", ").join(ways[s.descending].format(Identifier(s.name)) for s in (*sort, own))


def chosen(layer: Layer, query: Query) -> Iterator[Condition]:
    """Yield what a row ``t`` has to meet; all of it together."""
    if query.area:
        shape = spatial("area", query.area.srid, layer.geometry.crs.srid)
        expression = SQL("public.ST_Intersects(t.geom, {})").format(shape)
        yield Condition(expression, {"area": query.area.wkb})
    if query.interval and layer.time:
        yield _when(layer.field(layer.time), query.interval, "time")
    for number, (name, value) in enumerate(query.equals.items()):
        yield _equal(layer.field(name), value, f"equal_{number}")
    for number, word in enumerate(query.words):
        yield _word(layer, word, f"word_{number}")
    if query.condition:
        yield query.condition


def spatial(name: str, source: int, storage: int) -> compose.Composed:
    """Return a placeholder of WKB as a geometry in the CRS that a layer is stored in."""
    shape = SQL("public.ST_GeomFromWKB({}, {})").format(Placeholder(name), source)
    return shape if source == storage else SQL("public.ST_Transform({}, {})").format(shape, storage)


def _when(of: Field, interval: Interval, name: str) -> Condition:
    """Rows without a time are of every time: the standard wants it so."""
    column = SQL("t.{}").format(Identifier(of.name))
    found = _between(of, interval, name)
    if of.required:
        return found
    return Condition(SQL("{} IS NULL OR ({})").format(column, found.sql), found.values)


def _between(of: Field, interval: Interval, name: str) -> Condition:
    column = SQL("t.{}").format(Identifier(of.name))
    form = SQL("({}::timestamptz AT TIME ZONE 'UTC')::date" if of.type is Type.DATE else "{}")
    ends = {f"{name}_start": interval.start, f"{name}_end": interval.end}
    values = {end: value for end, value in ends.items() if value is not None}
    signs = dict(zip(ends, (SQL(">="), SQL("<=")), strict=True))
    bounds = [
        SQL("{} {} {}").format(column, signs[end], form.format(Placeholder(end))) for end in values
    ]
    return Condition(_all(bounds), values)


def _equal(of: Field, value: Any, name: str) -> Condition:
    if isinstance(value, Interval):
        return _between(of, value, name)
    expression = SQL("t.{} = {}").format(Identifier(of.name), Placeholder(name))
    return Condition(expression, {name: value})


def _word(layer: Layer, word: str, name: str) -> Condition:
    """Written with LIKE because the trigram index of a search field serves it.

    What gis_fold leaves of a word has letters and digits only, so nothing needs escaping.
    """
    pattern = SQL("'%%' || public.gis_fold({}::text) || '%%'").format(Placeholder(name))
    fields = SQL(" OR ").join(
        SQL("public.gis_fold(t.{}) LIKE {}").format(Identifier(of), pattern) for of in layer.search
    )
    return Condition(fields, {name: word})
