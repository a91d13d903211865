"""Provenance: what has the name of a layer's table and is none of ours is left alone."""

from collections.abc import Iterable

import sql
from etl.errors import TableForeign
from layers.model import Layer
from sql.connection import Connection


def check(conn: Connection, layers: Iterable[Layer]) -> None:
    """Look for what others have in the place of layers' tables.

    Raises:
        TableForeign: there is something.
    """
    names = [layer.id for layer in layers]
    row = conn.execute(sql.query("tables_foreign"), {"layers": names}).fetchone()
    if row is not None:
        raise TableForeign(*row)
