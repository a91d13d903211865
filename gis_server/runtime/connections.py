"""Capacity check: connections of all processes together against what the database lets in.

A pool that finds the database full makes a request wait and fail, at the busiest moment; a server
that does not start says what to change.
"""

import sql
from gis_server.db import pools
from gis_server.runtime.errors import TooFewConnections

_OF_WORKER = pools.SIZE + pools.TILE_SIZE
"""The two pools of a server process."""

_BACKGROUND = 4
"""Tables, cubes, the look for new data, and the layer of which tiles are drawn ahead."""

_COMMANDS = 4
"""For commands, psql and backups beside the server."""


def needed(workers: int) -> int:
    """Return how many connections there can be at most.

    Each worker stands for one more process that draws tiles ahead, and one of a command's.
    """
    return workers * (_OF_WORKER + 2) + _BACKGROUND + _COMMANDS


def check(database_url: str, workers: int) -> None:
    """Refuse a number of workers for which the database has too few connections.

    Raises:
        TooFewConnections: with what can be set.
        DatabaseUnreachable: the database cannot be asked.
    """
    with pools.connect(database_url) as conn:
        ((most, reserved),) = conn.execute(sql.query("connection_limits")).fetchall()
    free = most - reserved
    if needed(workers) > free:
        fitting = max((n for n in range(workers) if needed(n) <= free), default=0)
        raise TooFewConnections(workers, needed(workers), most, reserved, fitting)
