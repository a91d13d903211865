"""Keyset pagination: a cursor is the place in the order that the next page begins after. Pure.

A page begins after the last feature of the page before, wherever that is by then, so that pages
stay right while features come and go, and the last page costs no more than the first.
"""

import base64
import binascii
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from itertools import takewhile
from typing import Any

from psycopg.sql import SQL, Composable, Identifier, Placeholder

from gis_server.features.query import Condition, Query, Sort
from gis_server.http.params import ParameterInvalid
from layers.model import Layer, Type

PARAMETER = "after"
"""Name of the request parameter."""


class CursorInvalid(ParameterInvalid):
    """A cursor cannot be read, or belongs to another order."""

    def __init__(self, reason: str) -> None:
        super().__init__(PARAMETER, f"{reason}; follow the link 'next' of a page as it stands")


def order(layer: Layer, query: Query) -> tuple[Sort, ...]:
    """Return by what features are sorted: in the end by the key, so that all have a place.

    What is named after the key decides nothing: no two features have the same one.
    """
    named = tuple(takewhile(lambda sort: sort.name != layer.key, query.sort))
    own = next((s for s in query.sort if s.name == layer.key), Sort(layer.key, descending=False))
    return (*named, own)


def encode_cursor(layer: Layer, query: Query, values: Sequence[Any]) -> str:
    """Return the cursor of a feature as text.

    Args:
        layer: its layer.
        query: the question, whose order it is.
        values: of the feature's sort fields and its key, in that order.
    """
    plain = [value.isoformat() if isinstance(value, date) else value for value in values]
    text = json.dumps([_signature(layer, query), *plain], ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def decode_cursor(layer: Layer, query: Query, text: str) -> tuple[Any, ...]:
    """Read the cursor that a page begins after.

    Raises:
        CursorInvalid: not a cursor, or one in another order than the question's.
    """
    try:
        found = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (binascii.Error, ValueError, RecursionError):
        raise CursorInvalid("it is not a place in a list") from None
    sorts = order(layer, query)
    if not isinstance(found, list) or found[:1] != [_signature(layer, query)]:
        raise CursorInvalid("it belongs to a list in another order")
    if len(found) != len(sorts) + 1:
        raise CursorInvalid("it is not a place in a list")
    return tuple(_value(layer, sort, value) for sort, value in zip(sorts, found[1:], strict=True))


def _value(layer: Layer, sort: Sort, value: Any) -> Any:
    field = layer.field(sort.name)
    if value is None and not _is_never_null(layer, sort):
        return None
    try:
        return _READERS[field.type](value)
    except (TypeError, ValueError, OverflowError):
        raise CursorInvalid("it is not a place in a list") from None


def _text(value: Any) -> str:
    if not isinstance(value, str) or "\0" in value:
        raise TypeError
    value.encode()  # Half of a surrogate pair is no text.
    return value


def _integer(value: Any) -> int:
    if type(value) is not int or not -(2**63) <= value < 2**63:
        raise TypeError
    return value


def _number(value: Any) -> float:
    if type(value) not in (int, float):
        raise TypeError
    return float(value)


def _boolean(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError
    return value


_READERS: Mapping[Type, Callable[[Any], Any]] = {
    Type.TEXT: _text,
    Type.INTEGER: _integer,
    Type.NUMBER: _number,
    Type.BOOLEAN: _boolean,
    Type.DATE: date.fromisoformat,
    Type.DATETIME: datetime.fromisoformat,
}
"""From what JSON has to a field's own type; what is of another type raises."""


def _signature(layer: Layer, query: Query) -> str:
    return ",".join(("-" if sort.descending else "") + sort.name for sort in order(layer, query))


def order_by(layer: Layer, query: Query) -> Composable:
    """Return the order in SQL of rows ``t``; those without a value come last either way."""
    parts = []
    for sort in order(layer, query):
        way = SQL(" DESC") if sort.descending else SQL(" ASC")
        # Said only where it matters: an index that is read backwards has them first.
        last = SQL("") if _is_never_null(layer, sort) else SQL(" NULLS LAST")
        parts.append(SQL("t.{}{}{}").format(Identifier(sort.name), way, last))
    return SQL(", ").join(parts)


def after(layer: Layer, query: Query) -> Condition:
    """Return the condition that a row ``t`` comes after the question's cursor."""
    cursor = query.after or ()
    values = {f"after_{number}": value for number, value in enumerate(cursor)}
    found: Composable | None = None
    for number, sort in reversed(list(enumerate(order(layer, query)))):
        found = _beyond(layer, sort, f"after_{number}", cursor[number], found)
    return Condition(found or SQL("TRUE"), {n: v for n, v in values.items() if v is not None})


def _beyond(layer: Layer, sort: Sort, name: str, value: Any, then: Composable | None) -> Composable:
    """Rows beyond a value, or at it and beyond what comes ``then``."""
    column = SQL("t.{}").format(Identifier(sort.name))
    sign = SQL("<") if sort.descending else SQL(">")
    if value is None:
        return SQL("{} IS NULL AND ({})").format(column, then or SQL("FALSE"))
    placed = SQL("{}::{}").format(Placeholder(name), SQL(layer.field(sort.name).type.postgres))
    strict = SQL("{} {} {}").format(column, sign, placed)
    if not _is_never_null(layer, sort):
        strict = SQL("({} OR {} IS NULL)").format(strict, column)
    if then is None:
        return strict
    at = SQL("({} OR ({} = {} AND ({})))").format(strict, column, placed, then)
    if not _is_never_null(layer, sort):
        return at
    # It follows from the rest, but an index on the column can begin there.
    return SQL("{} {}= {} AND {}").format(column, sign, placed, at)


def _is_never_null(layer: Layer, sort: Sort) -> bool:
    return sort.name == layer.key or layer.field(sort.name).required
