"""Arrays of a filter, compared as sets; elements are JSON, so that unlike kinds may stand together.

Dates, times and geometries are wrapped with the name of their kind: none of them equals a text.
"""

from psycopg.sql import SQL, Composable

from gis_server.features.cql.terms import Kind, Term

RELATIONS = {
    "a_equals": SQL("({0} @> {1} AND {0} <@ {1})"),
    "a_contains": SQL("({0} @> {1})"),
    "a_containedBy": SQL("({0} <@ {1})"),
    "a_overlaps": SQL("({0} && {1})"),
}
"""Of two sets; how often and in which order a value stands in them does not matter."""

_ELEMENT = SQL("to_jsonb({})")
_ELEMENTS = {
    # 3 and 3.0 are one number, and so are an integer and a double of the same value.
    Kind.NUMBER: SQL("to_jsonb(({})::numeric)"),
    Kind.DATE: SQL("nullif(jsonb_build_object('date', {}), jsonb_build_object('date', NULL))"),
    Kind.DATETIME: SQL(
        "nullif(jsonb_build_object('timestamp', extract(epoch FROM {})),"
        " jsonb_build_object('timestamp', NULL))"
    ),
}
_GEOMETRY = SQL("jsonb_build_object('geometry', ({})::text)")
_ARRAY = SQL("ARRAY[{}]::jsonb[]")
_NESTED = SQL("to_jsonb(ARRAY[{}]::jsonb[])")


def array(elements: list[Composable]) -> Composable:
    """Return an array of elements."""
    return _ARRAY.format(SQL(", ").join(elements))


def nested(elements: list[Composable]) -> Composable:
    """Return an array that is an element itself; it equals one with the same order only."""
    return _NESTED.format(SQL(", ").join(elements))


def value(term: Term) -> Composable:
    """Return an element that has a value; without one it is in no set."""
    return _ELEMENTS.get(term.kind, _ELEMENT).format(term.sql)


def truth(condition: Composable) -> Composable:
    """Return an element that is true or false."""
    return _ELEMENT.format(condition)


def geometry(shape: Composable) -> Composable:
    """Return an element that is a shape; equal are shapes of the same corners in the same order."""
    return _GEOMETRY.format(shape)
