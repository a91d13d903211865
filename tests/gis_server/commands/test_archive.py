"""`gis cells archive`, `restore` and `count` at a terminal, with a real Dask cluster."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from cells import sql_counts
from cells.question import Filter
from gis_server.commands import dask_cluster
from gis_server.commands.dask_cluster import ClusterFailed, NoWorkers, SchedulerUnreachable
from gis_server.commands.main import main
from gis_testing.archived_events import put
from gis_testing.places import ROOT
from gis_testing.random_events import sums_by_cell as sums
from gis_testing.servers import ended, free_port
from gis_testing.terminal import Terminal
from layers.registry import Layers

Connection = psycopg.Connection[Any]

WORKERS = 2


@pytest.fixture
def gis(database_url: str, tmp_path: Path) -> Terminal:
    """`gis` with the test's database."""
    return Terminal(database_url, tmp_path)


@contextmanager
def _running(folder: Path, *words: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run a part of a Dask cluster until the end of the test."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with (folder / "dask.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "dask", *words],
            env=environment,
            cwd=folder,
            stdout=log,
            stderr=log,
        )
    with ended(process):
        yield process


@contextmanager
def _scheduler(folder: Path) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    port, pages = free_port(), free_port()
    words = ("scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard")
    with _running(folder, *words, "--dashboard-address", f"127.0.0.1:{pages}") as process:
        deadline = time.monotonic() + 30
        while not _listens(port):
            assert time.monotonic() < deadline, (folder / "dask.log").read_text()
            time.sleep(0.1)
        yield f"tcp://127.0.0.1:{port}", process


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _worker(folder: Path, address: str) -> Any:
    words = ("--nthreads", "1", "--no-nanny", "--no-dashboard", "--host", "127.0.0.1")
    local = ("--local-directory", str(folder))
    return _running(folder, "worker", address, *words, *local)


@pytest.fixture(scope="module")
def scheduler(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a Dask scheduler that has two workers."""
    from distributed import Client  # noqa: PLC0415

    folder = tmp_path_factory.mktemp("dask")
    with ExitStack() as running:
        address, _ = running.enter_context(_scheduler(folder))
        for _ in range(WORKERS):
            running.enter_context(_worker(folder, address))
        with Client(address, timeout=30) as client:
            client.wait_for_workers(WORKERS, timeout=60)
        yield address


def _table(file: Path) -> pa.Table:
    return pq.read_table(file, partitioning=None)


def test_events_go_and_come_back(gis: Terminal, conn: Connection) -> None:
    put(conn)
    gone = gis("cells", "archive", "incident", "old", "--before", "2025-01-01")
    assert gone.returncode == 0, gone.stderr
    assert [line.rpartition(",")[0] for line in gone.stdout.splitlines()] == [
        "2024-01: 6 events", "2024-03: 6 events", "2024-04: 12 events", "2024-12: 6 events"
    ]  # fmt: skip
    back = gis("cells", "restore", "incident", "old", "--month", "2024-03", "--month", "2024-12")
    assert back.stdout == "2024-03: 6 events\n2024-12: 6 events\n", back.stderr
    assert gis("cells", "restore", "incident", "old").returncode == 0
    assert conn.execute("SELECT count(*) FROM layer.incident").fetchone() == (60,)


@pytest.mark.deep
def test_a_cluster_counts_as_the_database_does(
    gis: Terminal, conn: Connection, layers: Layers, scheduler: str
) -> None:
    put(conn, 600)
    incident = layers.get("incident")
    conn.execute("DELETE FROM layer.incident WHERE NOT isfinite(occurred_at)")
    conn.execute("DELETE FROM layer.incident WHERE occurred_at < '2000-01-01'")
    wanted = Filter(None, None, ("flood", "theft"))
    before = [sql_counts.count(conn, incident, one, 7) for one in (Filter(), wanted)]
    assert gis("cells", "archive", "incident", "old", "--before", "2027-01-01").returncode == 0
    words = ("cells", "count", "incident", "old", "--resolution", "7", "--out")
    asked = ((), ("--category", "flood", "--category", "theft"))
    for counted, more in zip(before, asked, strict=True):
        here = gis(*words, "here.parquet", *more)
        there = gis(*words, "there.parquet", *more, "--scheduler", scheduler)
        assert here.returncode == 0, here.stderr
        assert there.returncode == 0, there.stderr
        assert f"{counted.events.sum()} events of 6 files" in there.stdout
        assert f"{WORKERS} threads" in there.stdout
        found = _table(gis.folder / "there.parquet")
        assert found.equals(_table(gis.folder / "here.parquet"))
        assert {cell: one[0] for cell, one in sums(found).items()} == dict(
            zip(counted.cells.tolist(), counted.events.tolist(), strict=True)
        )


@pytest.mark.deep
def test_both_workers_work(scheduler: str) -> None:

    def pid(_number: int) -> int:
        time.sleep(0.2)
        return os.getpid()

    with dask_cluster.pool(scheduler, 1) as pool:
        slow = [pool.executor.submit(pid, number) for number in range(8)]
        assert len({future.result() for future in slow}) == WORKERS


@pytest.mark.deep
def test_a_scheduler_that_is_lost_is_an_error(tmp_path: Path) -> None:
    with ExitStack() as running:
        address, process = running.enter_context(_scheduler(tmp_path))
        running.enter_context(_worker(tmp_path, address))

        def lose() -> None:
            with dask_cluster.pool(address, 1) as pool:
                waiting = pool.executor.submit(time.sleep, 30)
                process.kill()
                waiting.result(60)

        with pytest.raises(ClusterFailed, match="did not finish"):
            lose()


@pytest.mark.deep
def test_workers_without_the_product_are_an_error(
    gis: Terminal, conn: Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(conn)
    gis("cells", "archive", "incident", "old", "--before", "2025-01-01")
    # A room of this name that is another's.
    (tmp_path / "other" / "cells").mkdir(parents=True)
    (tmp_path / "other" / "cells" / "__init__.py").touch()
    monkeypatch.setitem(globals(), "ROOT", tmp_path / "other")
    with _scheduler(tmp_path) as (address, _), _worker(tmp_path, address):
        words = ("cells", "count", "incident", "old", "--out", "x.parquet", "--resolution", "7")
        done = gis(*words, "--scheduler", address)
    assert done.returncode == 1, done.stdout
    assert "need this version of the product" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (("archive", "incident", "old", "--before", "01.02.2025"), 2, "does not match the format"),
        (("archive", "incident", "old"), 2, "--before"),
        (("archive", "camera", "old", "--before", "2025-01-01"), 1, "has no heatmap"),
        (("archive", "incident", "file", "--before", "2025-01-01"), 2, "is a file"),
        (("restore", "incident", "old", "--month", "2024"), 2, "does not match the format"),
        (("restore", "incident", "old"), 1, "no archived events of layer 'incident'"),
        (("count", "incident", "old"), 1, "no archived events of layer 'incident'"),
        (("count", "incident", "bad"), 1, "cannot be read"),
        (("count", "incident", "bad", "--datetime", "soon"), 1, "is not a date or a time"),
        (("count", "fire_event", "old", "--category", "none"), 1, "no category 'none'"),
        (("count", "incident", "bad", "--resolution", "11"), 2, "0<=x<=10"),
        (("count", "incident", "bad", "--scheduler", "nobody"), 1, "does not answer"),
        (("count", "incident", "bad", "--scheduler", "abc://x:1"), 1, "does not answer"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(
    database_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    words: tuple[str, ...],
    code: int,
    message: str,
) -> None:
    (tmp_path / "old").mkdir()
    (tmp_path / "bad").mkdir()
    (tmp_path / "file").touch()
    (tmp_path / "bad" / "incident.parquet").write_text("no parquet", "utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIS_DATABASE_URL", database_url)
    monkeypatch.setenv("GIS_VAR", str(tmp_path / "var"))
    more = ("--out", "x.parquet") if words[0] == "count" else ()
    if more and "--resolution" not in words:
        more = (*more, "--resolution", "6")
    monkeypatch.setattr(sys, "argv", ["gis", "h3", *words, *more])
    with pytest.raises(SystemExit) as ended:
        main()
    told = capsys.readouterr().err
    assert ended.value.code == code, told
    assert message in told
    assert code == 2 or len(told.strip().splitlines()) == 1
    assert not (tmp_path / "x.parquet").exists()


@pytest.mark.deep
def test_a_scheduler_that_is_not_there_is_told_in_seconds(tmp_path: Path) -> None:
    begun = time.monotonic()
    with (
        pytest.raises(SchedulerUnreachable, match="does not answer"),
        dask_cluster.pool(f"tcp://127.0.0.1:{free_port()}", 1),
    ):
        pass
    with (
        _scheduler(tmp_path) as (address, _),
        pytest.raises(NoWorkers, match="start one with 'dask worker ADDRESS'"),
        dask_cluster.pool(address, 1),
    ):
        pass
    assert time.monotonic() - begun < 60
