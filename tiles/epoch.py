"""Epochs of versions: fencing against a database that was restored or set back.

A restored database goes on with the numbers of its dump, so a version would come twice, for other
data; tiles and validators of the first time would count as fresh. The database therefore keeps the
identity of the tables in which it gives out versions. Where that is another one than its own, or
where somebody knows of a higher version than the database, a new epoch begins: above all versions
that were given out, with all of every layer as changed.
"""

from typing import NamedTuple

import sql
from sql.connection import Connection

_ANY = 2**62
"""A number above that of any change."""


class State(NamedTuple):
    """The epoch of a database, and whether changes wait in it.

    ``is_whole`` is false while a restore is under way. ``identity`` is that of the tables,
    ``written`` that of the present epoch, None before the first. ``version`` was given out last.
    """

    is_whole: bool
    is_waiting: bool
    identity: str
    written: str | None
    version: int

    def is_over(self, given: int) -> bool:
        """Tell whether another epoch has to begin, for somebody who knows of a version."""
        return self.identity != self.written or self.version < given


def state(conn: Connection, last: int = _ANY) -> State:
    """Return the state, with changes up to the number ``last`` as those that may wait."""
    (row,) = conn.execute(sql.query("epoch_state"), {"last": last}).fetchall()
    return State(*row)


def renew(conn: Connection, given: int) -> None:
    """Begin an epoch where the last one is over; the caller keeps all others from doing the same.

    Args:
        conn: in a transaction.
        given: the highest version that the caller knows of.
    """
    now = state(conn)
    if now.is_over(given):
        is_first = now.written is None and now.version >= given
        values = {"identity": now.identity, "given": given, "is_first": is_first}
        conn.execute(sql.query("epoch_begin"), values)
