"""A question about a layer's features, and the conditions in SQL that it comes to. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NamedTuple

from psycopg import sql as compose
from psycopg.sql import SQL, Composable, Identifier, Placeholder

from gis_server.features.crs import CRS84, Reference
from gis_server.http.params import Interval
from layers.audience import Audience
from layers.model import Field, Layer, Type
from layers.pixels import PixelBox


class Area(NamedTuple):
    """A shape to intersect with: WKB with easting or longitude first, and its EPSG number.

    What lies in ``inside`` certainly meets the shape.
    """

    wkb: bytes
    srid: int
    inside: PixelBox | None = None


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
    """What is asked of a layer, and whose eyes the answer is for; all that is given must hold.

    ``equals`` has values of the fields' own types, for dates and times an Interval. ``words`` are
    searched without case and accents. ``properties`` None stands for all fields that the audience
    sees, ``limit`` None for all features. ``after`` is a cursor in the order: values of the sort's
    fields and of the key, whose row and all before it are left out.
    """

    audience: Audience
    limit: int | None = 100
    offset: int = 0
    after: tuple[Any, ...] | None = None
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


def conditions(layer: Layer, query: Query) -> Iterator[Condition]:
    """Yield what a row ``t`` has to meet; all of it together."""
    if query.area:
        yield _meets(layer, query.area)
    if query.interval and layer.time:
        yield _when(layer.field(layer.time), query.interval, "time")
    for number, (name, value) in enumerate(query.equals.items()):
        yield _equal(layer.field(name), value, f"equal_{number}")
    for number, word in enumerate(query.words):
        yield _word(layer, word, f"word_{number}")
    if query.condition:
        yield query.condition


def _meets(layer: Layer, area: Area) -> Condition:
    """Most rows of a box lie in it altogether, which pixels tell without a look at the shape."""
    condition = _area_condition(
        area.srid, layer.geometry.crs.srid, has_inside=area.inside is not None
    )
    if area.inside is None:
        return Condition(condition, {"area": area.wkb})
    values = zip(_INSIDE, area.inside, strict=True)
    return Condition(condition, {"area": area.wkb, **dict(values)})


_INSIDE = tuple(f"area_{side}" for side in PixelBox._fields)


@lru_cache(maxsize=256)
def _area_condition(source: int, storage: int, *, has_inside: bool) -> Composable:
    shape = spatial("area", source, storage)
    exact = SQL("public.ST_Intersects(t.geom, {})").format(shape)
    if not has_inside:
        return exact
    inside = SQL("public.ST_MakeEnvelope({})").format(SQL(", ").join(map(Placeholder, _INSIDE)))
    # As a CASE, for an OR would have both indexes read and the rows badly estimated.
    condition = SQL(
        "t.geom OPERATOR(public.&&) {}"
        " AND CASE WHEN t.px OPERATOR(public.@) {} THEN TRUE ELSE {} END"
    )
    return condition.format(shape, inside, exact)


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
    return Condition(all_of(bounds), values)


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


def all_of(conditions: list[compose.Composed]) -> Composable:
    """Return what holds where all conditions hold."""
    return SQL(" AND ").join(conditions) if conditions else SQL("TRUE")
