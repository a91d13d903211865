"""A server whose processes could take more connections than there are does not start."""

from pathlib import Path

import psycopg
import pytest

from gis_server.runtime import connections
from gis_server.runtime.errors import TooFewConnections
from gis_testing.servers import free_port
from gis_testing.terminal import Terminal


def _free(database_url: str) -> tuple[int, int]:
    with psycopg.connect(database_url) as conn:
        row = conn.execute(
            "SELECT current_setting('max_connections')::int,"
            " current_setting('superuser_reserved_connections')::int"
        ).fetchone()
    assert row is not None
    return row


def test_too_many_workers_are_refused_with_one_sentence(database_url: str, tmp_path: Path) -> None:
    most, reserved = _free(database_url)
    terminal = Terminal(database_url, tmp_path)
    refused = terminal("serve", GIS_WORKERS="64", GIS_PORT=str(free_port()))
    assert refused.returncode == 1
    (sentence,) = refused.stderr.strip().splitlines()
    assert f"GIS_WORKERS=64 can take {connections.needed(64)} connections" in sentence
    assert f"max_connections={most}, of which {reserved} are reserved" in sentence


def test_as_many_workers_as_fit_are_let_in(database_url: str) -> None:
    most, reserved = _free(database_url)
    fitting = max(n for n in range(1, 65) if connections.needed(n) <= most - reserved)
    assert fitting >= 4, "with the number of connections that a new database has"
    connections.check(database_url, fitting)
    with pytest.raises(TooFewConnections, match=f"set GIS_WORKERS to {fitting} or less"):
        connections.check(database_url, fitting + 1)


def test_a_database_for_nobody_names_what_it_needs() -> None:
    error = TooFewConnections(1, connections.needed(1), 20, 3, 0)
    assert f"set max_connections to at least {connections.needed(1) + 3}." in str(error)
    assert "GIS_WORKERS to" not in str(error)
