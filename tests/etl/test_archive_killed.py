"""A process that archives is killed, again and again, at whatever moment."""

import random
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import psycopg
import pytest

from cells.errors import ArchiveEmpty
from etl.errors import ArchiveBusy
from etl.restore import restore
from gis_testing.archived_events import BEFORE, put, rows, said
from gis_testing.places import ROOT
from layers.registry import Layers

pytestmark = pytest.mark.deep

Connection = psycopg.Connection[Any]

PROGRAM = f"""
import sys
from datetime import date
from pathlib import Path
import psycopg
from etl.archive import archive
from etl.restore import restore
from layers import registry
with psycopg.connect(sys.argv[1], autocommit=True) as conn:
    conn.execute("SET TIME ZONE 'UTC'")
    layer = registry.load().get("incident")
    print("ready", flush=True)
    sys.stdin.readline()
    if sys.argv[3] == "archive":
        list(archive(conn, layer, Path(sys.argv[2]), date.fromisoformat("{BEFORE}"), "tests"))
    else:
        list(restore(conn, layer, Path(sys.argv[2]), ()))
"""


def _killed(url: str, folder: Path, direction: str, seconds: float) -> None:
    """Run one way and kill it after a while; wait until the database has noticed."""
    words = [sys.executable, "-c", PROGRAM, url, str(folder), direction]
    with subprocess.Popen(
        words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=ROOT
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdout.readline()
        process.stdin.write(b"go\n")
        process.stdin.flush()
        time.sleep(seconds)
        process.kill()


def _restored(conn: Connection, layers: Layers, folder: Path) -> None:
    for _ in range(100):
        with suppress(ArchiveBusy):
            said(restore(conn, layers.get("incident"), folder, ()))
            return
        time.sleep(0.1)


@pytest.mark.parametrize("seed", range(3))
def test_nothing_is_lost(
    conn: Connection, database_url: str, layers: Layers, tmp_path: Path, seed: int
) -> None:
    chance = random.Random(seed)
    put(conn, 3000)
    before = rows(conn)
    for _ in range(4):
        for direction in ("archive", "restore"):
            _killed(database_url, tmp_path, direction, chance.uniform(0.02, 0.5))
    with suppress(ArchiveEmpty):
        _restored(conn, layers, tmp_path)
    assert rows(conn) == before
    assert [p for p in tmp_path.rglob("*") if p.is_file()] == []
