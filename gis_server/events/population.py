"""People by cell, from the communes: made once for a version of these."""

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager

import sql
from cells import people
from cells.people import People
from layers.errors import Invalid
from sql.connection import Connection
from sql.schemas import layer_table

Connect = Callable[[], AbstractContextManager[Connection]]

LAYER = "commune"
"""Layer whose areas have a number of people."""


class NobodyCounted(Invalid):
    """No commune has a number of people, so there is no rate by people."""


class Population:
    """The people of the latest version; safe from many threads."""

    def __init__(self) -> None:
        self._known: tuple[int, People] | None = None
        self._lock = threading.Lock()

    def at(self, version: int, connect: Connect) -> People:
        """Return the people by cell.

        Args:
            version: of the communes.
            connect: lends a connection to where they are, when these people are not known.

        Raises:
            NobodyCounted: no commune has a number.
        """
        with self._lock:
            if self._known is None or self._known[0] != version:
                with connect() as conn:
                    self._known = version, _read(conn)
            return self._known[1]


def _read(conn: Connection) -> People:
    table = layer_table(LAYER)
    rows = conn.execute(sql.query("study_people").format(table=table)).fetchall()
    if not rows:
        raise NobodyCounted(str(NobodyCounted.__doc__))
    shapes, numbers = zip(*rows, strict=True)
    return people.shared_out([bytes(shape) for shape in shapes], numbers)
