"""Tiles drawn ahead: by hand, and by the process beside the server."""

import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import psycopg
import pytest
from click.testing import CliRunner

from gis_server.commands.main import cli
from gis_server.runtime import maintenance
from gis_server.settings import Settings
from layers import registry
from layers.audience import PUBLIC
from layers.declared import Declared
from layers.geo import TileId
from layers.registry import Layers
from tiles import changes, pyramid, store
from tiles.store import Store

Connection = psycopg.Connection[Any]

AT = TileId.at(105.85, 21.55, 14)


@pytest.fixture
def run(
    province: Connection, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Any:
    """Run a verb on the test's own database."""
    monkeypatch.setenv("GIS_DATABASE_URL", database_url)
    monkeypatch.setenv("GIS_VAR", str(tmp_path / "var"))

    def go(*args: str, fails: bool = False) -> str:
        result = CliRunner().invoke(cli, ["tiles", *args])
        assert (result.exit_code != 0) == fails, result.output
        return result.output + (str(result.exception) if fails else "")

    return go


def test_tiles_are_drawn_by_hand(run: Any, tmp_path: Path) -> None:
    said = run("build", "school", "commune")
    assert [line.split(":")[0] for line in said.splitlines()] == ["school", "commune"]
    assert " tiles, " in said
    kept = Store(tmp_path / "var" / "tiles")
    assert kept.find(store.name_of("school", AT, PUBLIC))
    assert kept.ready("school") is not None
    assert kept.ready("road") is None


def test_places_are_drawn_anew(run: Any, province: Connection, tmp_path: Path) -> None:
    listed = tmp_path / "tiles.txt"
    listed.write_text("5/25/14\n6/50/28\n")
    changes.drain(province)
    before = changes.version(province, "school")
    assert "3 places of school" in run(
        "purge", "school", "--tile", "14/13010/7189", "--list", str(listed)
    )
    assert "places of school" in run("purge", "school", "--bbox", "105.8,21.5,105.9,21.6")
    assert "all tiles of every layer" in run("purge", "--all")
    changes.drain(province)
    assert changes.version(province, "school") > before


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["purge"], "Name the layers"),
        (["purge", "nowhere"], "There is no layer 'nowhere'"),
        (["purge", "school", "--tile", "1/2"], "'1/2' is not z/x/y"),
        (["purge", "school", "--tile", "1/9/9"], "There is no tile 1/9/9"),
        (["purge", "school", "--bbox", "1,2"], "four or six numbers"),
        (["build", "nowhere"], "There is no layer 'nowhere'"),
    ],
)
def test_what_cannot_be_done_is_said(run: Any, args: list[str], said: str) -> None:
    assert said in run(*args, fails=True)


def test_what_is_old_or_missing_is_due(layers: Layers, tmp_path: Path) -> None:
    school, kept = layers.get("school"), Store(tmp_path)
    assert maintenance.is_due(school, kept, {})
    ready = store.PyramidManifest(5, 10, 14, pyramid.digest(school, PUBLIC))
    kept.set_ready("school", ready)
    assert not maintenance.is_due(school, kept, {"school": 5})
    assert maintenance.is_due(school, kept, {"school": 6})
    kept.set_ready("school", ready._replace(digest="another declaration"))
    assert maintenance.is_due(school, kept, {"school": 5})


def test_a_load_is_drawn_ahead_once(
    province: Connection, database_url: str, layers: Layers, tmp_path: Path
) -> None:
    kept = Store(tmp_path)
    first = maintenance.renew(province, layers, kept, database_url, processes=1)
    assert set(first) == set(layers.by_id)
    assert maintenance.renew(province, layers, kept, database_url, processes=1) == []
    province.execute("TRUNCATE layer.school")
    assert maintenance.renew(province, layers, kept, database_url, processes=1) == ["school"]
    assert kept.find(store.name_of("school", AT, PUBLIC)) is None


def test_the_maintenance_process_ends_with_the_server(
    province: Connection, database_url: str, tmp_path: Path
) -> None:
    """It is told who its parent is, so it also ends when that one was killed before it began."""
    script = (
        "import subprocess, sys, os;"
        "child = subprocess.Popen([sys.executable, '-m', 'gis_server', 'maintain',"
        " str(os.getpid())]); print(child.pid)"
    )
    environment = {
        "GIS_DATABASE_URL": database_url,
        "GIS_VAR": str(tmp_path / "var"),
        "PATH": "/usr/bin:/bin",
    }
    done = subprocess.run(
        [sys.executable, "-c", script], env=environment, check=True, stdout=subprocess.PIPE
    )
    status = Path(f"/proc/{int(done.stdout)}/stat")
    deadline = time.monotonic() + 30
    while status.exists() and " Z " not in status.read_text() and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not status.exists() or " Z " in status.read_text()


@pytest.mark.parametrize("trouble", [OSError("no space left"), psycopg.OperationalError("gone")])
def test_the_maintenance_process_goes_on_after_trouble(
    province: Connection,
    database_url: str,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    trouble: Exception,
) -> None:
    """A full disk or a database that is away passes."""
    calls: list[int] = []

    def renew(*_: Any, **__: Any) -> list[str]:
        calls.append(1)
        if len(calls) == 1:
            raise trouble
        # The second time its parent is gone.
        monkeypatch.setattr(maintenance.os, "getppid", lambda: 0)
        return []

    monkeypatch.setattr(maintenance, "renew", renew)
    monkeypatch.setattr(maintenance, "_TIDY", 0.1)
    monkeypatch.setattr(maintenance.os, "nice", lambda _: 0)
    maintenance.run(settings, Declared(), database_url, maintenance.os.getppid())
    assert len(calls) == 2


def test_the_cache_is_bounded(settings: Settings) -> None:
    kept = Store(settings.var / "tiles")
    for n in range(10):
        kept.put(store.name_of_more(PUBLIC, n), 1, b"x" * 200_000)
    assert kept.sweep(10**6) > 0
    sizes = [f.stat().st_size for f in (kept.folder / ".more").glob("*/*")]
    assert 0 < sum(sizes) <= 10**6


def test_the_declaration_of_a_layer_is_the_same_in_every_process(layers: Layers) -> None:
    assert {
        pyramid.digest(a, PUBLIC) == pyramid.digest(b, PUBLIC)
        for a, b in zip(layers, registry.load(), strict=True)
    } == {True}
