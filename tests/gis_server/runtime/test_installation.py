"""Starting and stopping the installation, and what it says when it cannot."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from gis_server.db.pools import DatabaseUnreachable
from gis_server.runtime import installation, postgres
from gis_server.runtime.errors import (
    DatabaseUnfit,
    MigrationFailed,
    PortTaken,
    PostgisTooOld,
    PostgresTooOld,
    ServerFailed,
    StepFailed,
)
from gis_server.runtime.installation import Server, check_versions, database_url, refuse_taken
from gis_server.runtime.postgres import Cluster
from gis_server.settings import Settings
from sql import migrate

STUB = """
    import http.server, os, sys
    os.fork()
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.end_headers()
            self.wfile.write(sys.argv[2].encode())
    http.server.HTTPServer.allow_reuse_port = True
    http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
"""


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def var() -> Iterator[Path]:
    """A folder that the server's user can reach; the temporary folders of pytest are closed."""
    folder = Path(tempfile.mkdtemp(prefix="gis-test-", dir="/tmp"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def cluster(var: Path) -> Iterator[Cluster]:
    running = Cluster(var)
    running.start()
    yield running
    running.stop()


def stub(port: int, name: str = "gis-server") -> tuple[str, ...]:
    return (sys.executable, "-c", dedent(STUB), str(port), json.dumps({"service": name}))


def test_the_server_starts_answers_and_stops(tmp_path: Path, port: int) -> None:
    server = Server(tmp_path, port, stub(port))
    assert not server.healthy()
    server.start()
    assert server.healthy()
    pid = int((tmp_path / "run/server.pid").read_text().splitlines()[0])
    assert Server(tmp_path, port).healthy()
    Server(tmp_path, port, stub(port)).stop()
    assert not server.healthy()
    assert not (tmp_path / "run/server.pid").exists()
    os.waitpid(pid, 0)
    refuse_taken(port)


def test_a_server_that_ends_at_once_is_reported_with_its_log(tmp_path: Path, port: int) -> None:
    command = (sys.executable, "-c", "raise SystemExit('the reason')")
    with pytest.raises(ServerFailed, match=r"ended while it was starting: read .*server\.log"):
        Server(tmp_path, port, command).start()
    assert (tmp_path / "log/server.log").read_text() == "the reason\n"


def test_a_silent_server_is_stopped(
    tmp_path: Path, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(installation, "_START_SECONDS", 0.3)
    with pytest.raises(ServerFailed, match="did not answer"):
        Server(tmp_path, port, (sys.executable, "-c", "import time; time.sleep(60)")).start()
    assert not (tmp_path / "run/server.pid").exists()


def test_a_number_that_belongs_to_another_process_now_is_left_alone(tmp_path: Path) -> None:
    other = subprocess.Popen(["sleep", "60"])
    (tmp_path / "run").mkdir()
    (tmp_path / "run/server.pid").write_text(f"{other.pid}\nanother-boot 1\n")
    Server(tmp_path, 1).stop()
    assert other.poll() is None
    other.kill()
    other.wait()


def test_workers_of_a_killed_server_give_the_port_back(tmp_path: Path, port: int) -> None:
    server = Server(tmp_path, port, stub(port))
    server.start()
    os.kill(int((tmp_path / "run/server.pid").read_text().splitlines()[0]), signal.SIGKILL)
    with pytest.raises(PortTaken):
        refuse_taken(port)
    server.stop()
    refuse_taken(port)


def test_another_installation_on_the_port_is_not_ours(tmp_path: Path, port: int) -> None:
    theirs = Server(tmp_path / "theirs", port, stub(port))
    theirs.start()
    assert not Server(tmp_path / "ours", port).healthy()
    with pytest.raises(PortTaken, match=rf"Port {port} is taken .* GIS_PORT={port + 1}"):
        installation.up(Settings(var=tmp_path / "ours", port=port))
    theirs.stop()


def test_versions_that_are_new_enough_pass() -> None:
    check_versions(150000, "3.3.0")
    check_versions(170002, "3.5.0dev")


@pytest.mark.parametrize("postgis", [None, "2.5.9", "3.2.7", "unknown"])
def test_an_old_or_absent_postgis_is_refused(postgis: str | None) -> None:
    with pytest.raises(PostgisTooOld, match=r"install PostGIS 3\.3 or newer"):
        check_versions(150000, postgis)


def test_an_old_postgresql_is_refused() -> None:
    with pytest.raises(PostgresTooOld, match="PostgreSQL 14: PostgreSQL 15 or newer is needed"):
        check_versions(140011, "3.3.0")


@pytest.mark.parametrize(
    "url", ["postgresql://me:secret@127.0.0.1:1/gis", "postgresql//me:secret@host/gis"]
)
def test_an_unreachable_database_is_one_sentence_without_the_password(url: str) -> None:
    with pytest.raises(DatabaseUnreachable) as caught:
        database_url(Settings(database_url=url))
    message = str(caught.value)
    assert message.startswith("The database of GIS_DATABASE_URL cannot be used (")
    assert "correct the address or start that database" in message
    assert "secret" not in message
    assert "\n" not in message


@pytest.mark.pg
def test_a_named_database_gets_its_extensions_where_we_may_add_them(cluster: Cluster) -> None:
    with psycopg.connect(cluster.dsn(), autocommit=True) as conn:
        conn.execute("CREATE DATABASE bare")
    ordinary, admin = cluster.dsn("bare"), cluster.admin_dsn("bare")
    with pytest.raises(PostgisTooOld, match="has no PostGIS"):
        database_url(Settings(database_url=ordinary))
    assert database_url(Settings(database_url=admin)) == admin
    with pytest.raises(DatabaseUnfit, match=r"GRANT INSERT ON public.spatial_ref_sys TO gis\."):
        database_url(Settings(database_url=ordinary))
    with psycopg.connect(admin, autocommit=True) as conn:
        conn.execute("GRANT INSERT ON public.spatial_ref_sys TO gis")
    assert database_url(Settings(database_url=ordinary)) == ordinary


@pytest.mark.pg
def test_a_database_that_does_not_exist_is_named(cluster: Cluster) -> None:
    url = make_conninfo(cluster.dsn(), dbname="nowhere")
    with pytest.raises(DatabaseUnreachable, match='database "nowhere" does not exist'):
        database_url(Settings(database_url=url))


@pytest.mark.deep
@pytest.mark.pg
def test_a_standby_is_refused(cluster: Cluster) -> None:
    """One that waits for a primary server which never comes."""
    with psycopg.connect(cluster.admin_dsn(), autocommit=True) as conn:
        conn.execute("CREATE DATABASE waiting")
    cluster.stop()
    signal_file = cluster._data.resolve() / "standby.signal"
    signal_file.touch()
    try:
        cluster._launch(postgres._account())
        with pytest.raises(DatabaseUnfit, match="a standby, which can only be read"):
            database_url(Settings(database_url=cluster.admin_dsn("waiting")))
    finally:
        cluster.stop()
        signal_file.unlink()
        cluster.start()


@pytest.mark.pg
def test_without_a_named_database_our_cluster_is_started(var: Path, cluster: Cluster) -> None:
    cluster.stop()
    assert database_url(Settings(var=var)) == cluster.dsn()
    assert cluster.running()


@pytest.fixture
def fresh(cluster: Cluster) -> Iterator[str]:
    """Address of an empty database in which we may do everything."""
    with psycopg.connect(cluster.admin_dsn(), autocommit=True) as conn:
        conn.execute("CREATE DATABASE fresh")
        yield cluster.admin_dsn("fresh")
        conn.execute("DROP DATABASE fresh WITH (FORCE)")


def journal(url: str, *, is_demo: bool) -> None:
    with psycopg.connect(url, autocommit=True) as conn:
        conn.execute(
            "INSERT INTO ops.load (layer, file, mode, status, started_at, duration_s, who, is_demo)"
            " VALUES ('x', 'x', 'replace', 'done', now(), 0, 'me', %s)",
            (is_demo,),
        )


@pytest.mark.pg
def test_the_demo_is_loaded_once_and_again_only_when_cut_short(
    tmp_path: Path, fresh: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = tmp_path / "calls"
    script = f"import sys; open({str(calls)!r}, 'a').write(sys.argv[1]); sys.exit(%d)"
    settings = Settings(database_url=fresh, var=tmp_path)
    monkeypatch.setattr(installation, "GIS", (sys.executable, "-c", script % 1))
    with pytest.raises(StepFailed, match="'gis demo' failed"):
        installation._prepare(settings)
    journal(fresh, is_demo=True)
    monkeypatch.setattr(installation, "GIS", (sys.executable, "-c", script % 0))
    installation._prepare(settings)
    installation._prepare(settings)
    assert calls.read_text() == "demodemo"


@pytest.mark.pg
def test_the_demo_never_replaces_what_a_person_loaded(
    tmp_path: Path, fresh: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(database_url=fresh, var=tmp_path)
    monkeypatch.setattr(installation, "GIS", ("false",))
    with pytest.raises(StepFailed):
        installation._prepare(settings)
    journal(fresh, is_demo=False)
    installation._prepare(settings)


@pytest.mark.pg
def test_a_migration_that_the_database_refuses_is_one_sentence(tmp_path: Path, fresh: str) -> None:
    installation.database_url(Settings(database_url=fresh))
    with psycopg.connect(fresh, autocommit=True) as conn:
        migrate.apply(conn)
        conn.execute("DELETE FROM ops.migration WHERE name = '0009_archive.sql'")
    settings = Settings(database_url=fresh, var=tmp_path)
    with pytest.raises(MigrationFailed, match=r'\(relation "archive" already exists\)'):
        installation._prepare(settings)


def gis(verb: str, var: Path, port: int) -> subprocess.CompletedProcess[str]:
    settings = {"GIS_VAR": str(var), "GIS_PORT": str(port), "PATH": "/usr/bin:/bin"}
    command = [sys.executable, "-m", "gis_server", verb]
    return subprocess.run(command, env=settings, capture_output=True, text=True, check=False)


@pytest.mark.deep
@pytest.mark.pg
def test_up_twice_is_up_once_and_down_leaves_nothing(var: Path, port: int) -> None:
    own = var / "whole"
    address = f"The map is at http://127.0.0.1:{port}\n"
    first = gis("up", own, port)
    assert first.stdout.endswith(address), first.stdout + first.stderr
    with psycopg.connect(Cluster(own).dsn()) as conn:
        loads = conn.execute("SELECT max(id) FROM ops.load").fetchone()
    begun = time.monotonic()
    assert gis("up", own, port).stdout == address
    assert time.monotonic() - begun < 10
    with psycopg.connect(Cluster(own).dsn()) as conn:
        assert conn.execute("SELECT max(id) FROM ops.load").fetchone() == loads
    assert gis("down", own, port).returncode == 0
    refuse_taken(port)
    assert not Cluster(own).running()


def test_a_taken_port_is_one_sentence_on_the_command_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        number = taken.getsockname()[1]
        result = gis("up", tmp_path, number)
    assert result.returncode == 1
    assert result.stderr.startswith(f"gis: Port {number} is taken by another program")
    assert result.stderr.count("\n") == 1
