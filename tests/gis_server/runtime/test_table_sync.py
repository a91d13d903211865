"""Tables beside the server, brought to what is declared."""

import time
from pathlib import Path
from typing import Any

import psycopg
import pytest

from gis_server.runtime.table_sync import TableSync
from layers.declared import Declared


def test_a_process_of_an_older_release_leaves_the_tables_of_a_newer_one_alone(
    conn: psycopg.Connection[Any],
    database_url: str,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    conn.execute("UPDATE ops.function_release SET number = number + 1")
    conn.execute("ALTER TABLE layer.camera DROP COLUMN bearing")
    sync = TableSync(Declared(), database_url, tmp_path)
    sync.watch()
    deadline = time.monotonic() + 20
    while "brought to its form by a newer release" not in caplog.text:
        assert time.monotonic() < deadline, caplog.text
        time.sleep(0.05)
    sync.stop()
    assert sync.ready is None
    column = "SELECT FROM pg_attribute WHERE attrelid = 'layer.camera'::regclass AND attname = %s"
    assert conn.execute(column, ("bearing",)).fetchone() is None
