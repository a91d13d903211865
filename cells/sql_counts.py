"""Counts straight from a layer's rows, in PostGIS: what a cube has to equal."""

from typing import Any

import numpy as np
from psycopg import sql as compose

import sql
from cells import columns
from cells.question import HOURS, Counted, Filter
from layers.geo import BBox
from layers.model import Layer
from sql.connection import Connection
from sql.schemas import layer_table

_WORLD = BBox(-180, -90, 180, 90)


def count(
    conn: Connection, layer: Layer, wanted: Filter, resolution: int, box: BBox = _WORLD
) -> Counted:
    """Count a layer's events by the cells of a resolution up to 10.

    Args:
        conn: where the rows are.
        layer: one whose events are aggregated.
        wanted: which events count.
        resolution: of the cells.
        box: degrees; events outside of it do not count.
    """
    values = {"resolution": resolution, **box._asdict(), **_values(wanted)}
    rows = conn.execute(_statement(layer, wanted), values).fetchall()
    heatmap = columns.declared(layer)
    cell, events, total, base = zip(*rows, strict=True) if rows else ((), (), (), ())
    has_weight = heatmap.weight is not None
    return Counted(
        np.array(cell, np.uint64),
        np.array(events, np.int64),
        np.array(total, float) if has_weight else None,
        np.array(base, float) if has_weight else None,
        is_mean=heatmap.aggregate == "mean",
    )


def _values(wanted: Filter) -> dict[str, Any]:
    week = wanted.week
    return {
        "start": wanted.start,
        "end": wanted.end,
        "categories": list(wanted.categories),
        "week": [] if week is None else [hour for hour in range(HOURS) if week[hour]],
    }


def _statement(layer: Layer, wanted: Filter) -> compose.Composed:
    event = columns.expressions(layer, "t")
    time = columns.time(layer, "t")
    conditions = []
    if wanted.start:
        conditions.append(compose.SQL("AND {} >= %(start)s").format(time))
    if wanted.end:
        conditions.append(compose.SQL("AND {} <= %(end)s").format(time))
    if wanted.categories:
        conditions.append(compose.SQL("AND {} = ANY(%(categories)s)").format(event["category"]))
    if wanted.week is not None:
        conditions.append(
            compose.SQL("AND {} = ANY(%(week)s::integer[])").format(
                sql.query("cell_hour").format(time=time, zone=columns.ZONE)
            )
        )
    return sql.query("heatmap").format(
        table=layer_table(layer.id),
        total=event["total"],
        base=event["base"],
        filters=compose.SQL(" ").join(conditions),
    )
