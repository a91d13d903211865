"""What an event is in a layer's table: expressions in SQL. Pure."""

import hashlib
from collections.abc import Mapping
from datetime import timedelta

from psycopg.sql import SQL, Composable, Composed, Identifier, Literal

from layers import local_time
from layers.model import Heatmap, Layer, Type

ZONE = SQL("interval {}").format(f"{local_time.UTC_OFFSET // timedelta(hours=1)} hours")
"""Viet Nam's time: a day without a time begins at midnight there."""

_UNKNOWN = "-infinity"
"""Time of an event that has none; as a number it is that of cells.question."""

_NEVER = SQL("NULL::double precision")


def expressions(layer: Layer, row: str) -> Mapping[str, Composable]:
    """Return expressions by column: cell, at, category, total, base; of a named row.

    ``total`` and ``base`` are what an event adds to the sum of weights and to that of what they are
    weighed by; null in a layer without a weight, 0 of an event without one.

    Raises:
        ValueError: events of the layer are not aggregated.
    """
    heatmap = declared(layer)
    category: Composable = SQL("NULL::text")
    if heatmap.category:
        category = Identifier(row, heatmap.category)
    total: Composable = _NEVER
    base: Composable = _NEVER
    if heatmap.weight:
        weight = Identifier(row, heatmap.weight)
        # What has a weight and nothing that it is weighed by counts once.
        by = SQL("coalesce({}, 1)").format(Identifier(row, heatmap.by)) if heatmap.by else SQL("1")
        total = SQL("coalesce({} * {}, 0)::double precision").format(weight, by)
        base = SQL("(CASE WHEN {} IS NULL THEN 0 ELSE {} END)::double precision").format(weight, by)
    return {
        "cell": Identifier(row, "h3"),
        "at": SQL("coalesce({}, {})").format(time(layer, row), Literal(_UNKNOWN)),
        "category": category,
        "total": total,
        "base": base,
    }


def time(layer: Layer, row: str) -> Composable:
    """Return the expression of an event's time, null where it has none."""
    if layer.time is None:
        return SQL("NULL::timestamptz")
    named = Identifier(row, layer.time)
    if layer.fields[layer.time].type is Type.DATE:
        return SQL("({}::timestamp AT TIME ZONE {})").format(named, ZONE)
    return named


def listed(columns: Mapping[str, Composable]) -> Composed:
    """Return the expressions as a list with their names."""
    return SQL(", ").join(
        SQL("{} AS {}").format(column, Identifier(name)) for name, column in columns.items()
    )


def declared(layer: Layer) -> Heatmap:
    """Return how a layer is aggregated.

    Raises:
        ValueError: it is not.
    """
    if layer.heatmap is None:
        raise ValueError(f"layer {layer.id} is not aggregated")
    return layer.heatmap


def digest(layer: Layer) -> str:
    """Return a digest of the events that a declaration gives, which tells them from any other."""
    text = listed(expressions(layer, "t")).as_string(None)
    return hashlib.sha256(text.encode()).hexdigest()[:32]
