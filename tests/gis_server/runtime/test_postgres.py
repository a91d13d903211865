"""The private cluster, with the real programs of PostgreSQL."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from gis_server.runtime import postgres as module
from gis_server.runtime.errors import ClusterFailed, ClusterGone, DiskFull, PostgresMissing
from gis_server.runtime.postgres import Cluster, settings_text
from sql import migrate

pytestmark = pytest.mark.pg


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that the server's user can reach; the temporary folders of pytest are closed."""
    folder = Path(tempfile.mkdtemp(prefix="gis-test-", dir="/tmp"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def var(open_folder: Path) -> Iterator[Path]:
    yield open_folder / "var"
    remove(open_folder / "var")


def remove(var: Path) -> None:
    Cluster(var).stop()
    home = var / "cluster"
    shutil.rmtree((home / "run").resolve(), ignore_errors=True)
    shutil.rmtree(home.resolve(), ignore_errors=True)


def answer(dsn: str, statement: str) -> object:
    with psycopg.connect(dsn) as conn:
        row = conn.execute(statement).fetchone()  # type: ignore[arg-type]
    assert row is not None
    return row[0]


def test_a_new_cluster_serves_an_ordinary_role_on_a_socket_only(var: Path) -> None:
    cluster = Cluster(var)
    assert not cluster.running()
    cluster.start()
    assert cluster.running()
    role = "SELECT rolsuper::text || rolcreatedb FROM pg_roles WHERE rolname = current_user"
    assert answer(cluster.dsn(), role) == "falsetrue"
    assert answer(cluster.dsn(), "SHOW listen_addresses") == ""
    assert answer(cluster.dsn(), "SHOW timezone") == "UTC"
    assert answer(cluster.dsn(), "SHOW data_checksums") == "on"
    extensions = (
        "SELECT count(*) FROM pg_extension WHERE extname = ANY('{postgis,unaccent,pg_trgm}')"
    )
    assert answer(cluster.dsn(), extensions) == 3
    assert answer(cluster.admin_dsn(), "SHOW is_superuser") == "on"


def test_the_ordinary_role_may_migrate(var: Path) -> None:
    cluster = Cluster(var)
    cluster.start()
    with psycopg.connect(cluster.dsn(), autocommit=True) as conn:
        assert migrate.apply(conn)
        assert migrate.apply(conn) == []


def test_data_outlives_a_stop_and_both_verbs_may_be_said_twice(var: Path) -> None:
    cluster = Cluster(var)
    cluster.stop()
    cluster.start()
    with psycopg.connect(cluster.dsn()) as conn:
        conn.execute("CREATE TABLE kept AS SELECT 7 AS n")
    cluster.stop()
    cluster.stop()
    assert not cluster.running()
    cluster.start()
    cluster.start()
    assert answer(cluster.dsn(), "SELECT n FROM kept") == 7


def test_many_processes_may_start_it_at_once(var: Path) -> None:
    code = (
        "import sys, pathlib; from gis_server.runtime.postgres import Cluster;"
        "Cluster(pathlib.Path(sys.argv[1])).start()"
    )
    starts = [subprocess.Popen([sys.executable, "-c", code, str(var)]) for _ in range(4)]
    assert [start.wait(60) for start in starts] == [0, 0, 0, 0]
    assert answer(Cluster(var).dsn(), "SELECT 1") == 1


def test_a_killed_server_starts_again(var: Path) -> None:
    cluster = Cluster(var)
    cluster.start()
    pid = int((var / "cluster/data/postmaster.pid").read_text().splitlines()[0])
    os.kill(pid, signal.SIGKILL)
    while Path(f"/proc/{pid}").exists():
        os.sched_yield()
    assert not cluster.running()
    cluster.start()
    assert answer(cluster.dsn(), "SELECT 1") == 1


def test_a_creation_that_was_cut_short_is_begun_again(var: Path) -> None:
    cluster = Cluster(var)
    cluster.start()
    cluster.stop()
    half = var / "cluster/data.new"
    (var / "cluster/data").rename(half)
    (half / "PG_VERSION").unlink()
    cluster.start()
    assert cluster.running()
    assert not half.exists()


@pytest.mark.parametrize("name", ["with space, comma and 'quote'", "tỉnh Quảng Nam", "x" * 120])
def test_any_path_will_do(open_folder: Path, name: str) -> None:
    var = open_folder / name / "var"
    try:
        cluster = Cluster(var)
        cluster.start()
        cluster.stop()
        cluster.start()
        assert answer(cluster.dsn(), "SELECT 1") == 1
    finally:
        remove(var)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the server as another user")
def test_a_closed_folder_gets_its_data_elsewhere_and_says_so(
    open_folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    open_folder.chmod(0o700)
    var = open_folder / "var"
    try:
        Cluster(var).start()
        place = (var / "cluster").readlink()
        assert place.parent == Path("/var/lib/postgresql")
        assert capfd.readouterr().err == (
            f"The user postgres cannot reach {var}: the data is in {place}\n"
        )
        Cluster(var).stop()
        Cluster(var).start()
        assert (var / "cluster").readlink() == place
    finally:
        remove(var)


def test_a_link_to_nowhere_is_not_taken_for_a_new_installation(open_folder: Path) -> None:
    (open_folder / "cluster").symlink_to(open_folder / "unplugged")
    with pytest.raises(ClusterGone, match="delete the link to begin with an empty database"):
        Cluster(open_folder).start()


def test_without_postgresql_it_says_what_to_install(
    open_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (open_folder / "14/bin").mkdir(parents=True)
    (open_folder / "14/bin/initdb").touch()
    monkeypatch.setattr(module, "BINARIES", open_folder)
    with pytest.raises(PostgresMissing, match=r"PostgreSQL 15 or newer .* run 'make up'"):
        Cluster(open_folder / "var").start()


@pytest.mark.parametrize(
    ("says", "error", "message"),
    [
        ("initdb: error: could not write: No space left on device", DiskFull, "free at least 2 GB"),
        ("initdb: error: it rains", ClusterFailed, "could not make a database cluster: .*it rains"),
    ],
)
def test_a_failed_creation_is_one_sentence(
    open_folder: Path, monkeypatch: pytest.MonkeyPatch, says: str, error: type, message: str
) -> None:
    program = open_folder / "15/bin/initdb"
    program.parent.mkdir(parents=True)
    program.write_text(f"#!/bin/sh\necho '{says}'\nexit 1\n")
    program.chmod(0o755)
    monkeypatch.setattr(module, "BINARIES", open_folder)
    with pytest.raises(error, match=message) as caught:
        Cluster(open_folder / "var").start()
    assert "\n" not in str(caught.value)
    assert not (open_folder / "var/cluster/data").exists()


def test_a_refused_start_names_the_reason(var: Path) -> None:
    cluster = Cluster(var)
    cluster.start()
    cluster.stop()
    with (var / "cluster/data/postgresql.conf").open("a") as file:
        file.write("max_connections = many\n")
    with pytest.raises(
        ClusterFailed, match=r"could not start: .*postgresql\.conf.* contains errors"
    ):
        cluster.start()


@pytest.mark.parametrize(
    ("memory", "buffers"), [(256, "64MB"), (8000, "1000MB"), (64000, "2048MB")]
)
def test_memory_follows_the_machine(memory: int, buffers: str) -> None:
    assert f"shared_buffers = '{buffers}'\n" in settings_text(Path("/run"), memory)
