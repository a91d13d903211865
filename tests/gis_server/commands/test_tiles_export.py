"""`gis tiles export` at a terminal: killed, said again, refused."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import psycopg
import pytest
from pmtiles.reader import MmapSource, Reader, all_tiles

from gis_testing.places import ROOT

Connection = psycopg.Connection[Any]


class Terminal:
    """Runs `gis` as a person does, on the test's database."""

    def __init__(self, database_url: str, folder: Path) -> None:
        self.folder = folder
        self.var = folder / "var"
        self.environment = {
            **os.environ,
            "GIS_DATABASE_URL": database_url,
            "GIS_VAR": str(self.var),
            "GIS_NODE_MODULES": str(ROOT / "node_modules"),
        }

    def start(self, *words: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "gis_server", "tiles", "export", *words],
            env=self.environment,
            cwd=self.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def __call__(self, *words: str) -> tuple[int, str, str]:
        process = self.start(*words)
        said, errors = process.communicate(timeout=180)
        return process.returncode, said, errors

    def processes(self) -> list[int]:
        """Return the processes that work for this terminal."""
        mark, found = f"GIS_VAR={self.var}".encode(), []
        for place in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                if mark in (place / "environ").read_bytes().split(b"\0"):
                    found.append(int(place.name))
        return found


@pytest.fixture
def gis(database_url: str, tmp_path: Path) -> Terminal:
    return Terminal(database_url, tmp_path)


@pytest.fixture
def cameras(conn: Connection) -> Connection:
    """Cameras far from each other, so that there are some thousand tiles."""
    conn.execute(
        "INSERT INTO layer.camera (code, name, geom)"
        " SELECT 'C' || x || '-' || y, 'x', ST_SetSRID(ST_MakePoint(x * 0.05, y * 0.05), 4326)"
        " FROM generate_series(2080, 2119) AS x, generate_series(300, 329) AS y"
    )
    return conn


def _within(seconds: float, true: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + seconds
    while not true() and time.monotonic() < deadline:
        time.sleep(0.005)
    return true()


@pytest.mark.deep
def test_a_killed_export_goes_on_where_it_was(gis: Terminal, cameras: Connection) -> None:
    process = gis.start("camera", "out.pmtiles")
    journal = gis.folder / "out.pmtiles.partial" / "journal"
    assert _within(60, lambda: journal.is_file() and journal.stat().st_size > 0)
    process.send_signal(signal.SIGKILL)
    # Its workers hold the other ends of its output until they end.
    process.communicate(timeout=30)
    assert not (gis.folder / "out.pmtiles").exists()
    assert _within(10, lambda: gis.processes() == [])
    broken = shutil.copytree(journal.parent, gis.folder / "changed.pmtiles.partial")

    code, said, errors = gis("camera", "out.pmtiles")
    assert (code, errors) == (0, "")
    assert "went on after " in said
    assert not journal.parent.exists()

    cameras.execute("UPDATE layer.camera SET name = 'y' WHERE code = 'C2080-300'")
    code, said, errors = gis("camera", "changed.pmtiles")
    assert (code, errors) == (0, "")
    assert "begun anew" in said
    assert not broken.exists()
    with (gis.folder / "out.pmtiles").open("rb") as file:
        source = MmapSource(file)
        assert Reader(source).header()["addressed_tiles_count"] == len(list(all_tiles(source)))
        assert len(list(all_tiles(source))) > 2000


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("camara", "x.pmtiles"), "no layer 'camara'"),
        (("road", "x.pmtiles"), "nothing to export: no rows in road"),
        (("camera", "nowhere/x.pmtiles"), "no folder"),
        (("camera", "there.pmtiles"), "--force"),
    ],
)
def test_what_a_person_can_put_right_is_one_sentence(
    gis: Terminal, conn: Connection, words: tuple[str, ...], message: str
) -> None:
    conn.execute(
        "INSERT INTO layer.camera (code, name, geom)"
        " VALUES ('A', 'x', ST_SetSRID(ST_MakePoint(105.84, 21.59), 4326))"
    )
    (gis.folder / "there.pmtiles").write_text("precious")
    code, _, errors = gis(*words)
    assert code == 1
    assert message in errors
    assert len(errors.strip().splitlines()) == 1
    assert (gis.folder / "there.pmtiles").read_text() == "precious"
    assert {p.name for p in gis.folder.iterdir()} <= {"there.pmtiles", "var"}
