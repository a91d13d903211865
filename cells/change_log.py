"""Change log: events of a layer's table, and the delta since a snapshot."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from psycopg import sql as compose

import sql
from cells import columns
from cells.events import Changes, Events, joined
from layers.model import Layer
from sql.connection import Connection
from sql.schemas import layer_table

_PAGES = 16_000
"""Pages of a table, of 8 kB, that are read at once: some ten megabytes of columns."""


class Delta(NamedTuple):
    """Delta: what happened after a snapshot.

    ``is_rebuilt`` where so much happened that it was not written.
    """

    snapshot: str
    changes: Changes
    is_rebuilt: bool


def identity(conn: Connection, layer: Layer) -> str:
    """Return what tells a layer's table, in this database and its course, from any other."""
    row = conn.execute(sql.query("cell_identity"), {"layer": layer.id}).fetchone()
    return str(row[0]) if row else ""


def snapshot(conn: Connection) -> str:
    """Return the snapshot of a transaction, or of this statement."""
    row = conn.execute("SELECT pg_current_snapshot()::text").fetchone()
    return str(row[0]) if row else ""


def events(conn: Connection, layer: Layer) -> Events:
    """Return all events of a layer; in a transaction that sees one state throughout."""
    table = layer_table(layer.id)
    has_weight = columns.declared(layer).weight is not None
    listed = columns.listed(columns.expressions(layer, "t"))
    statement = sql.query("cell_events").format(columns=listed, table=table)
    names = _categories(conn, layer, table)
    row = conn.execute(sql.query("table_pages"), {"layer": layer.id}).fetchone()
    parts = []
    for first in range(0, row[0] if row else 0, _PAGES):
        page = {"first": f"({first},0)", "end": f"({first + _PAGES},0)"}
        with conn.cursor(binary=True) as cursor:
            part = cursor.execute(statement, page).fetchone()
        if part and part[0]:
            parts.append(_part(part, names, has_weight=has_weight))
    return joined(parts) if parts else none(has_weight=has_weight)


def none(*, has_weight: bool) -> Events:
    """Return no events."""
    empty = np.zeros(0) if has_weight else None
    return Events(
        np.zeros(0, np.int64), np.zeros(0, np.uint64), np.zeros(0, np.int32), (), empty, empty
    )


def delta(conn: Connection, layer: Layer, seen: str) -> Delta:
    """Return what happened to a layer's events after a snapshot."""
    rows = conn.execute(sql.query("cell_changes"), {"layer": layer.id, "seen": seen}).fetchall()
    changed = [row[1:] for row in rows if row[1]]
    is_rebuilt = any(row[1] == 0 for row in rows)
    has_weight = columns.declared(layer).weight is not None
    return Delta(rows[0][0], _changes(changed, has_weight=has_weight), is_rebuilt)


def delta_size(conn: Connection, layer: Layer, seen: str) -> tuple[int, bool]:
    """Return how many changes there are after a snapshot, and whether all is to be read anew."""
    values = {"layer": layer.id, "seen": seen}
    row = conn.execute(sql.query("cell_changes_count"), values).fetchone()
    return (int(row[0]), bool(row[1])) if row else (0, False)


def forget_foreign(conn: Connection, layer: Layer) -> None:
    """Forget changes of a layer that came with a dump of another database."""
    conn.execute(sql.query("cell_foreign"), {"layer": layer.id})


def forget_all(conn: Connection, layer_id: str) -> None:
    """Forget all changes of a layer that is gone."""
    conn.execute("DELETE FROM ops.cell_change WHERE layer = %s", (layer_id,))


def last_change(conn: Connection) -> int:
    """Return a number that grows with every change of events of any layer."""
    row = conn.execute("SELECT last_value FROM ops.cell_change_id_seq").fetchone()
    return int(row[0]) if row else 0


def forget(conn: Connection, layer: Layer, seen: str) -> None:
    """Forget the changes of a layer that a snapshot shows."""
    conn.execute(sql.query("cell_forget"), {"layer": layer.id, "seen": seen})


def _categories(conn: Connection, layer: Layer, table: compose.Identifier) -> dict[int, str | None]:
    """Return categories by hash.

    Raises:
        ValueError: two have the same one.
    """
    category = columns.expressions(layer, "t")["category"]
    rows = conn.execute(sql.query("cell_categories").format(category=category, table=table))
    listed = rows.fetchall()
    by_hash = {hashed: name for name, hashed in listed}
    if len(by_hash) < len(listed):
        raise ValueError(f"two categories of layer {layer.id} have the same hash")
    return by_hash


def _part(part: Any, names: dict[int, str | None], *, has_weight: bool) -> Events:
    cell, at, hashes, total, base = part
    different, category = np.unique(_numbers(hashes, "i8"), return_inverse=True)
    return Events(
        _numbers(at, "i8"),
        _numbers(cell, "u8"),
        category.astype(np.int32),
        tuple(names[hashed] for hashed in different.tolist()),
        _numbers(total, "f8") if has_weight else None,
        _numbers(base, "f8") if has_weight else None,
    )


def _numbers(column: bytes, kind: str) -> NDArray[Any]:
    """Read a column as PostgreSQL sends it, the high byte first."""
    return np.frombuffer(column, f">{kind}").astype(kind)


def _changes(rows: list[Any], *, has_weight: bool) -> Changes:
    if not rows:
        return Changes(none(has_weight=has_weight), np.zeros(0, np.int8))
    sign, cell, at, category, total, base = zip(*rows, strict=True)
    names = tuple(dict.fromkeys(category))
    code = {name: place for place, name in enumerate(names)}
    changed = Events(
        _numbers(b"".join(at), "i8"),
        np.array(cell, np.uint64),
        np.array([code[name] for name in category], np.int32),
        names,
        np.array(total, float) if has_weight else None,
        np.array(base, float) if has_weight else None,
    )
    return Changes(changed, np.array(sign, np.int8))
