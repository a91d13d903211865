"""CQL2 JSON to a condition in SQL: names only from the layer, values only as placeholders."""

import math
from collections.abc import Callable, Mapping
from typing import Any

from psycopg.sql import SQL, Composable, Identifier, Placeholder

from gis_server.features import shapes
from gis_server.features.cql import arrays
from gis_server.features.cql import text as cql2_text
from gis_server.features.cql.terms import KINDS, TYPES, Kind, Term, instant
from gis_server.features.cql.text import DEEPEST, Node
from gis_server.features.cql.time import RELATIONS, Period, relation
from gis_server.features.crs import Reference
from gis_server.features.errors import FilterInvalid
from gis_server.features.query import Condition, spatial
from gis_server.http import json_body, params
from gis_server.http.json_body import BodyUnreadable
from layers.audience import Audience
from layers.errors import FieldUnknown
from layers.model import Layer

GEOMETRY = "geometry"
"""Name of the geometry in filters and queryables."""

MOST_VALUES = 10_000
"""Literals in one filter; the database's protocol ends at 65535."""

_DEEPEST_JSON = 2 * DEEPEST + 8
"""An expression is an object and a list; a geometry in the innermost has a few levels more."""

_COMPARISONS = {
    "=": SQL("="), "<>": SQL("<>"), "<": SQL("<"), ">": SQL(">"), "<=": SQL("<="), ">=": SQL(">="),
}  # fmt: skip
_ARITHMETIC = {
    "+": SQL("({} + {})"),
    "-": SQL("({} - {})"),
    "*": SQL("({} * {})"),
    "/": SQL("({} / nullif({}, 0))"),
    "^": SQL("power({}, {})"),
    "%": SQL("mod({}::numeric, nullif({}::numeric, 0))::double precision"),
    "div": SQL("trunc({} / nullif({}, 0))"),
}
"""In double precision; what is divided by zero is nothing rather than an error."""

_SPATIAL = {
    "s_intersects": SQL("public.ST_Intersects({}, {})"),
    "s_disjoint": SQL("public.ST_Disjoint({}, {})"),
    "s_contains": SQL("public.ST_Contains({}, {})"),
    "s_within": SQL("public.ST_Within({}, {})"),
    "s_touches": SQL("public.ST_Touches({}, {})"),
    "s_crosses": SQL("public.ST_Crosses({}, {})"),
    "s_overlaps": SQL("public.ST_Overlaps({}, {})"),
    "s_equals": SQL("public.ST_Equals({}, {})"),
}
_SHAPES = {"type", "bbox"}
"""Members by which a literal is known to be a geometry."""

_CASE_INSENSITIVE = SQL('lower({} COLLATE "und-x-icu")')
_ACCENT_INSENSITIVE = SQL("public.unaccent('public.unaccent'::regdictionary, normalize({}, NFC))")


def from_text(text: str, layer: Layer, crs: Reference, audience: Audience) -> Condition:
    """Translate a filter in CQL2 Text.

    Args:
        text: the filter.
        layer: whose rows it chooses.
        crs: of its geometries.
        audience: whose fields it may name.

    Raises:
        FilterInvalid: not CQL2, or types that do not go together.
        FieldUnknown: a property that the layer does not show.
    """
    return translate(cql2_text.parse(text), layer, crs, audience)


def from_json(text: str | bytes, layer: Layer, crs: Reference, audience: Audience) -> Condition:
    """Translate a filter in CQL2 JSON; the arguments are those of ``from_text``.

    Raises:
        FilterInvalid: not JSON, not CQL2, or types that do not go together.
        FieldUnknown: a property that the layer does not show.
    """
    try:
        node = json_body.value(text.encode() if isinstance(text, str) else text)
    except (BodyUnreadable, UnicodeError) as error:
        said = error.reason if isinstance(error, BodyUnreadable) else "it is not UTF-8 text"
        raise FilterInvalid(said) from None
    return translate(node, layer, crs, audience)


def translate(node: Node, layer: Layer, crs: Reference, audience: Audience) -> Condition:
    """Translate the tree of a filter."""
    _check_depth(node)
    made = _Translation(layer, crs, audience)
    return Condition(made.condition(node), made.values)


def _check_depth(root: Node) -> None:
    """Refuse a tree that would overrun the stack, here or in the database."""
    left = [(root, 0)]
    while left:
        node, depth = left.pop()
        if depth > _DEEPEST_JSON:
            raise FilterInvalid(f"it is nested deeper than {DEEPEST}")
        inner = node.values() if isinstance(node, Mapping) else node
        if isinstance(node, Mapping | list):
            left += [(part, depth + 1) for part in inner]


class _Translation:
    """One filter on its way to SQL; collects the values of its placeholders."""

    def __init__(self, layer: Layer, crs: Reference, audience: Audience) -> None:
        self._layer = layer
        self._crs = crs
        self._audience = audience
        self.values: dict[str, Any] = {}

    def condition(self, node: Node) -> Composable:
        """Translate what is true or false."""
        op, args = _parts(node)
        for known, method in self._families():
            if op in known:
                return method(op, args)
        return self._truth(node)

    def _families(self) -> tuple[tuple[Any, Callable[[str, list[Node]], Composable]], ...]:
        return (
            (("and", "or"), self._joined),
            (("not",), self._not),
            (_COMPARISONS, self._compared),
            (("like",), self._like),
            (("between",), self._between),
            (("in",), self._in),
            (("isNull",), self._is_null),
            (_SPATIAL, self._spatial),
            (RELATIONS, self._temporal),
            (arrays.RELATIONS, self._arrays),
        )

    def _joined(self, op: str, args: list[Node]) -> Composable:
        if not args:
            raise FilterInvalid(f"'{op}' needs something to join")
        sign = SQL(" AND ") if op == "and" else SQL(" OR ")
        return sign.join([SQL("({})").format(self.condition(arg)) for arg in args])

    def _not(self, op: str, args: list[Node]) -> Composable:
        (inner,) = _exactly(1, op, args)
        return SQL("NOT ({})").format(self.condition(inner))

    def _truth(self, node: Node) -> Composable:
        found = self.term(node)
        if found.kind is not Kind.BOOLEAN:
            raise FilterInvalid(f"{found} is not true or false")
        return found.sql

    def _compared(self, op: str, args: list[Node]) -> Composable:
        left, right = self._alike(_exactly(2, op, args))
        return SQL("{} {} {}").format(left.sql, _COMPARISONS[op], right.sql)

    def _between(self, op: str, args: list[Node]) -> Composable:
        value, low, high = self._alike(_exactly(3, op, args))
        return SQL("{} BETWEEN {} AND {}").format(value.sql, low.sql, high.sql)

    def _in(self, op: str, args: list[Node]) -> Composable:
        value, choices = _exactly(2, op, args)
        if not isinstance(choices, list):
            raise FilterInvalid("'in' needs a list")
        if not choices:
            return SQL("FALSE")
        first, *others = self._alike([value, *choices])
        return SQL("{} IN ({})").format(first.sql, SQL(", ").join(term.sql for term in others))

    def _like(self, op: str, args: list[Node]) -> Composable:
        value, pattern = (self.term(arg) for arg in _exactly(2, op, args))
        for term in (value, pattern):
            if term.kind is not Kind.TEXT:
                raise FilterInvalid(f"'like' compares texts, {term} is none")
        return SQL("{} LIKE {}").format(value.sql, pattern.sql)

    def _is_null(self, op: str, args: list[Node]) -> Composable:
        (value,) = _exactly(1, op, args)
        found = SQL("t.geom") if _property(value) == GEOMETRY else self.term(value).sql
        return SQL("{} IS NULL").format(found)

    def _spatial(self, op: str, args: list[Node]) -> Composable:
        left, right = (self._shape(arg) for arg in _exactly(2, op, args))
        return _SPATIAL[op].format(left, right)

    def _shape(self, node: Node) -> Composable:
        if _property(node) == GEOMETRY:
            return SQL("t.geom")
        storage = self._layer.geometry.crs
        if isinstance(node, Mapping) and "bbox" in node and "type" not in node:
            area = shapes.corners(_numbers(node["bbox"]), self._crs, storage)
        elif isinstance(node, Mapping) and "type" in node:
            area = shapes.literal(node, self._crs, storage)
        else:
            raise FilterInvalid(f"a spatial function needs '{GEOMETRY}' or a geometry")
        return spatial(self._bound(area.wkb), area.srid, storage.srid)

    def _temporal(self, op: str, args: list[Node]) -> Composable:
        left, right = (self._period(arg) for arg in _exactly(2, op, args))
        return relation(op, left, right)

    def _period(self, node: Node) -> Period:
        if not (isinstance(node, Mapping) and "interval" in node):
            instant_ = self._instant(node)
            return Period(instant_, instant_)
        bounds = node["interval"]
        if not isinstance(bounds, list) or len(bounds) != 2:
            raise FilterInvalid("an interval needs a start and an end")
        start, end = (None if bound == ".." else self._instant(bound) for bound in bounds)
        return Period(start, end)

    def _instant(self, node: Node) -> Term:
        return self._literal(instant(node)) if isinstance(node, str) else self.term(node)

    def _arrays(self, op: str, args: list[Node]) -> Composable:
        left, right = (arg if isinstance(arg, list) else [arg] for arg in _exactly(2, op, args))
        sides = [arrays.array([self._element(node) for node in side]) for side in (left, right)]
        return arrays.RELATIONS[op].format(*sides)

    def _element(self, node: Node) -> Composable:
        if isinstance(node, list):
            return arrays.nested([self._element(inner) for inner in node])
        if _property(node) == GEOMETRY or (isinstance(node, Mapping) and node.keys() & _SHAPES):
            return arrays.geometry(self._shape(node))
        if any(_parts(node)[0] in known for known, _ in self._families()):
            return arrays.truth(self.condition(node))
        return arrays.value(self.term(node))

    def _alike(self, nodes: list[Node]) -> list[Term]:
        """Translate what is to be compared; a bare text beside dates is read as a date."""
        kinds = {self._kind(node) for node in nodes}
        if kinds in ({Kind.TEXT, Kind.DATE}, {Kind.TEXT, Kind.DATETIME}):
            nodes = [instant(node) if isinstance(node, str) else node for node in nodes]
        first, *others = terms = [self.term(node) for node in nodes]
        for other in others:
            if other.kind is not first.kind:
                raise FilterInvalid(f"{first} cannot be compared with {other}")
        return terms

    def _kind(self, node: Node) -> Kind:
        """Find out what a node is without keeping its values."""
        return _Translation(self._layer, self._crs, self._audience).term(node).kind

    def term(self, node: Node) -> Term:
        """Translate what has a value."""
        name = _property(node)
        if name is not None:
            return self._column(name)
        if isinstance(node, Mapping):
            for key in ("date", "timestamp"):
                if key in node:
                    return self._literal(instant(node[key], key))
            return self._computed(*_parts(node))
        return self._literal(node)

    def _column(self, name: str) -> Term:
        known = self._layer.visible_to(self._audience)
        if name == GEOMETRY:
            raise FilterInvalid(f"'{GEOMETRY}' is compared with spatial functions only")
        if name not in known:
            raise FieldUnknown(self._layer.id, name[:100], (*known, GEOMETRY))
        column = SQL("t.{}").format(Identifier(name))
        return Term(column, KINDS[known[name].type], f"'{name}'")

    def _literal(self, value: Any) -> Term:
        kind = Kind.of(value)
        if kind is None or not _storable(value):
            raise FilterInvalid(f"'{str(value)[:50]}' is not a value that can be compared")
        bound = params.nfc(value) if isinstance(value, str) else value
        placed: Composable = Placeholder(self._bound(bound))
        if kind is not Kind.NUMBER:
            # Numbers come with the narrowest type that holds them, which an index can use.
            placed = SQL("{}::{}").format(placed, TYPES[kind])
        return Term(placed, kind, f"'{str(value)[:50]}'")

    def _computed(self, op: str, args: list[Node]) -> Term:
        if op in ("casei", "accenti"):
            (inner,) = (self.term(arg) for arg in _exactly(1, op, args))
            if inner.kind is not Kind.TEXT:
                raise FilterInvalid(f"'{op}' takes a text, {inner} is none")
            wrap = _CASE_INSENSITIVE if op == "casei" else _ACCENT_INSENSITIVE
            return Term(wrap.format(inner.sql), Kind.TEXT, f"{op}({inner})")
        if op in _ARITHMETIC:
            left, right = (self.term(arg) for arg in _exactly(2, op, args))
            for term in (left, right):
                if term.kind is not Kind.NUMBER:
                    raise FilterInvalid(f"'{op}' computes with numbers, {term} is none")
            double = [SQL("{}::double precision").format(term.sql) for term in (left, right)]
            return Term(_ARITHMETIC[op].format(*double), Kind.NUMBER, f"{left} {op} {right}")
        raise FilterInvalid(f"there is no function '{op[:50]}'")

    def _bound(self, value: Any) -> str:
        if len(self.values) >= MOST_VALUES:
            raise FilterInvalid(f"it has more than {MOST_VALUES} values")
        name = f"filter_{len(self.values)}"
        self.values[name] = value
        return name


def _storable(value: Any) -> bool:
    """Tell whether the database can hold a value: no null character, no infinity.

    A whole number that is no finite double could not be compared with one.
    """
    if isinstance(value, str):
        return "\0" not in value
    try:
        return not isinstance(value, int | float) or math.isfinite(value)
    except OverflowError:
        return False


def _parts(node: Node) -> tuple[str, list[Node]]:
    if not isinstance(node, Mapping):
        return "", []
    op, args = node.get("op", ""), node.get("args", [])
    if not isinstance(op, str) or not isinstance(args, list):
        raise FilterInvalid("'op' must be a text and 'args' a list")
    return op, args


def _exactly(count: int, op: str, args: list[Node]) -> list[Node]:
    if len(args) != count:
        raise FilterInvalid(f"'{op}' takes {count} arguments, not {len(args)}")
    return args


def _property(node: Node) -> str | None:
    name = node.get("property") if isinstance(node, Mapping) else None
    return name if isinstance(name, str) else None


def _numbers(found: Any) -> list[float]:
    if not isinstance(found, list) or not all(Kind.of(n) is Kind.NUMBER for n in found):
        raise FilterInvalid("a bbox needs four or six numbers")
    try:
        return [float(number) for number in found]
    except OverflowError:
        raise FilterInvalid("a number of a bbox is beyond all that can be computed with") from None
