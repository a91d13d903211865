"""`gis` at a terminal."""

import os
import pty
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import psycopg
import pytest
from click.testing import CliRunner

from gis_server.commands.main import cli
from gis_testing.servers import free_port
from gis_testing.terminal import Terminal

Connection = psycopg.Connection[Any]

CSV = "code,name,kind,lon,lat\nA,Ngã tư Đán,traffic,105.8,21.5\nB,,drone,105.8,21.5\n"


@pytest.fixture
def gis(database_url: str, tmp_path: Path) -> Terminal:
    """`gis` with the test's database."""
    return Terminal(database_url, tmp_path)


def test_a_load_tells_what_it_did(gis: Terminal, conn: Connection) -> None:
    (gis.folder / "cameras.csv").write_text(CSV, "utf-8")
    done = gis("load", "camera", "cameras.csv")
    assert done.returncode == 0, done.stderr
    assert "camera: loaded 1 of 2 rows (upsert" in done.stdout
    assert "refused: 1 x name: missing" in done.stdout
    (report,) = (gis.folder / "var" / "reports").glob("camera-*.csv")
    assert str(report) in done.stdout
    assert conn.execute("SELECT code FROM layer.camera").fetchall() == [("A",)]


def test_a_dry_run_says_would(gis: Terminal, conn: Connection) -> None:
    (gis.folder / "cameras.csv").write_text(CSV, "utf-8")
    done = gis("load", "camera", "cameras.csv", "--dry-run", "--map", "code=name")
    assert "camera: would load" not in done.stdout
    assert "needs code" in done.stderr
    done = gis("load", "camera", "cameras.csv", "--dry-run")
    assert "camera: would load 1 of 2 rows" in done.stdout
    assert conn.execute("SELECT count(*) FROM layer.camera").fetchone() == (0,)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("load", "camara", "x.csv"), "no layer 'camara'"),
        (("load", "camera", "nowhere.csv"), "no such file"),
        (("load", "camera", "cameras.csv", "--crs", "EPSG:1"), "EPSG:9213"),
        (("load", "camera", "cameras.csv", "--map", "x"), "write COLUMN=FIELD"),
        (("load", "camera", "cameras.csv", "--strict"), "nothing loaded"),
    ],
)
def test_what_a_person_can_put_right_is_one_sentence(
    gis: Terminal, words: tuple[str, ...], message: str
) -> None:
    (gis.folder / "cameras.csv").write_text(CSV, "utf-8")
    done = gis(*words)
    assert done.returncode == 1
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_a_wrong_word_shows_the_usage(gis: Terminal) -> None:
    done = gis("load", "camera", "x.csv", "--mode", "merge")
    assert done.returncode == 2
    assert "replace" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_wrong_setting_is_named(gis: Terminal) -> None:
    done = gis("layers", GIS_PORT="http")
    assert done.returncode == 1
    assert "GIS_PORT" in done.stderr
    assert "Traceback" not in done.stderr


def test_layers_are_listed(gis: Terminal) -> None:
    done = gis("layers")
    assert done.returncode == 0
    assert "Thửa đất" in done.stdout
    assert len(done.stdout.splitlines()) >= 18


def test_migrate_can_be_said_twice(gis: Terminal) -> None:
    for _ in range(2):
        done = gis("migrate")
        assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("words", [("migrate",), ("up",), ("load", "camera", "cameras.csv")])
def test_a_database_of_a_newer_release_is_refused_in_one_sentence(
    gis: Terminal, conn: Connection, words: tuple[str, ...]
) -> None:
    (gis.folder / "cameras.csv").write_text(CSV, "utf-8")
    conn.execute("INSERT INTO ops.migration (name) VALUES ('9999_later.sql')")
    done = gis(*words, GIS_PORT=str(free_port()))
    assert done.returncode == 1
    assert "brought to its form by a newer release" in done.stderr
    assert "Traceback" not in done.stderr
    assert conn.execute("SELECT count(*) FROM layer.camera").fetchone() == (0,)


def test_a_terminal_shows_a_bar(gis: Terminal) -> None:
    (gis.folder / "cameras.csv").write_text(CSV, "utf-8")
    shown = _on_a_terminal(gis, "load", "camera", "cameras.csv")
    assert "━" in shown
    assert "loaded 1 of 2 rows" in shown
    assert "━" not in gis("load", "camera", "cameras.csv").stderr


def _on_a_terminal(gis: Terminal, *words: str) -> str:
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "gis_server", *words],
        env={**gis.environment, "TERM": "xterm"},
        cwd=gis.folder,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    shown = b""
    # The other side's end is an error on this side, as terminals have no end of file.
    with suppress(OSError):
        while block := os.read(ours, 4096):
            shown += block
    os.close(ours)
    assert process.wait(60) == 0
    return shown.decode()


def _loaded(*words: str) -> set[str]:
    """Run a verb; give the modules that it imported."""
    script = (
        "import sys\n"
        "from click.testing import CliRunner\n"
        "from gis_server.commands.main import cli\n"
        "CliRunner().invoke(cli, sys.argv[1:])\n"
        "print(*sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, *words], capture_output=True, text=True, check=True
    )
    return set(done.stdout.split())


@pytest.mark.parametrize("verb", ["maintain", "layers", "migrate", "tiles"])
def test_a_verb_loads_only_what_it_needs(verb: str) -> None:
    heavy = {"flask", "pygeoapi", "geopandas", "pandas", "openpyxl", "distributed"}
    assert _loaded(verb, "--help") & heavy == set()


def test_only_the_demonstration_loads_what_makes_it_up() -> None:
    assert "etl.demo" in _loaded("demo", "--help")
    assert "etl.demo" not in _loaded("load", "--help") | _loaded("serve", "--help")


def test_the_former_name_of_a_verb_still_works() -> None:
    by_names = [CliRunner().invoke(cli, [name, "--help"]) for name in ("cells", "h3")]
    assert [done.exit_code for done in by_names] == [0, 0]
    assert "rebuild" in by_names[0].output
    assert by_names[0].output.partition("\n")[2] == by_names[1].output.partition("\n")[2]
