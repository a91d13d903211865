"""Start and stop the whole installation: database, migrations, demo province, web server."""

import errno
import fcntl
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

import psycopg

from etl import provenance, seed, tables
from gis_server.db import pools
from gis_server.db.pools import DatabaseUnreachable
from gis_server.runtime.errors import (
    DatabaseNewer,
    DatabaseUnfit,
    DiskFull,
    MigrationFailed,
    PortForbidden,
    PortTaken,
    PostgisTooOld,
    PostgresTooOld,
    ServerFailed,
    StepFailed,
)
from gis_server.runtime.postgres import OLDEST, Cluster, ensure_extensions
from gis_server.settings import Settings
from layers import registry
from layers.registry import Layers
from sql import migrate
from sql.connection import Connection
from sql.preflight import Unfit

SERVICE: Final = "gis-server"
"""How /health names us, so that another program on our port is not mistaken for us."""

OLDEST_POSTGIS: Final = (3, 3)
HOST: Final = "127.0.0.1"

GIS: Final = (sys.executable, "-m", "gis_server")
SERVE: Final = (*GIS, "serve")

_START_SECONDS = 120
_STOP_SECONDS = 15
_LOG_BYTES = 10_000_000


def up(settings: Settings) -> None:
    """Bring everything up and print the address; only print it when all is up already.

    Raises:
        GisError: one class per cause, each saying what to do.
    """
    with _lock(settings.var):
        server = Server(settings.var, settings.port)
        if not server.healthy():
            server.stop()
            refuse_taken(settings.port)
            _prepare(settings)
            server.start()
    print(f"The map is at http://{HOST}:{settings.port}")


def down(settings: Settings) -> None:
    """Stop what `up` started here; do nothing when it is down already."""
    with _lock(settings.var):
        Server(settings.var, settings.port).stop()
        Cluster(settings.var).stop()
    print("The server and its database are down.")


def database_url(settings: Settings) -> str:
    """Return the address of a database that we can use, starting our own when none is named.

    Raises:
        GisError: the database is unreachable or too old, or the cluster cannot start.
    """
    if settings.database_url is None:
        cluster = Cluster(settings.var)
        cluster.start()
        return cluster.dsn()
    _check(settings.database_url)
    return settings.database_url


def check_versions(server_version_num: int, postgis: str | None) -> None:
    """Refuse a database that is older than the oldest that we test with."""
    if server_version_num < OLDEST * 10000:
        raise PostgresTooOld(server_version_num)
    numbers = re.match(r"(\d+)\.(\d+)", postgis or "")
    if numbers is None or (int(numbers[1]), int(numbers[2])) < OLDEST_POSTGIS:
        raise PostgisTooOld(postgis)


def refuse_taken(port: int) -> None:
    """Refuse a port that we could not listen on."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            wrong = PortForbidden if error.errno == errno.EACCES else PortTaken
            raise wrong(port) from error


class Server:
    """The web server of this installation as a process in the background."""

    def __init__(self, var: Path, port: int, command: tuple[str, ...] = SERVE) -> None:
        self._port = port
        self._command = command
        self._pid_file = var / "run" / "server.pid"
        self._log = var / "log" / "server.log"

    def healthy(self) -> bool:
        """Tell whether our own process answers on our port."""
        return self._pid() is not None and _answers(self._port)

    def start(self) -> None:
        """Start it and wait until it answers."""
        for folder in (self._pid_file.parent, self._log.parent):
            folder.mkdir(parents=True, exist_ok=True)
        if self._log.exists() and self._log.stat().st_size > _LOG_BYTES:
            self._log.replace(self._log.with_suffix(".log.1"))
        with self._log.open("a") as log:
            child = subprocess.Popen(
                self._command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._pid_file.write_text(f"{child.pid}\n{_identity(child.pid)}\n")
        self._wait(child)

    def stop(self) -> None:
        """Stop it; leave alone a process that merely has its number now."""
        leader = self._pid()
        if leader is not None:
            with suppress(ProcessLookupError):
                os.kill(leader, signal.SIGTERM)
            _within(_STOP_SECONDS, lambda: self._pid() is None)
        # Workers outlive a leader that was killed, and go on holding the port.
        left = self._members()
        if left:
            os.killpg(self._written()[0], signal.SIGKILL)
            _within(_STOP_SECONDS, lambda: not any(map(_identity, left)))
        self._pid_file.unlink(missing_ok=True)

    def _wait(self, child: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while not _answers(self._port):
            if child.poll() is not None:
                self._pid_file.unlink()
                raise ServerFailed("ended while it was starting", self._log)
            if time.monotonic() > deadline:
                self.stop()
                raise ServerFailed(f"did not answer within {_START_SECONDS} seconds", self._log)
            time.sleep(0.1)

    def _written(self) -> tuple[int, str]:
        """Return the number and the identity in the pid file, zero when there is none."""
        text = self._pid_file.read_text() if self._pid_file.exists() else ""
        pid, _, identity = text.partition("\n")
        return (int(pid) if pid.isdigit() else 0), identity.strip()

    def _pid(self) -> int | None:
        """Return the number of our process, while it lives."""
        pid, identity = self._written()
        return pid if pid and _identity(pid) == identity else None

    def _members(self) -> list[int]:
        """Return the processes of our process group that run our command."""
        leader = self._written()[0]
        ours = "\0".join(self._command) + "\0"
        numbers = [int(place.name) for place in Path("/proc").iterdir() if place.name.isdigit()]
        return [
            pid
            for pid in numbers
            if leader and _stat(pid)[2:3] == [str(leader)] and _read(pid, "cmdline") == ours
        ]


def _prepare(settings: Settings) -> None:
    """Bring the database to the present form, and load the demo province into an empty one."""
    # Stands while the demo loads, so that a load that was cut short is done again.
    unfinished = settings.var / "run" / "demo.unfinished"
    history = _migrate(database_url(settings), settings)
    if history == "empty" or (history == "demo" and unfinished.exists()):
        unfinished.parent.mkdir(parents=True, exist_ok=True)
        unfinished.touch()
        if subprocess.run([*GIS, "demo"], check=False).returncode != 0:
            raise StepFailed("demo")
    unfinished.unlink(missing_ok=True)


def prepare(conn: Connection, layers: Layers, settings: Settings) -> None:
    """Bring a database to the present form, with the rows that come with the product.

    Raises:
        DatabaseNewer: a newer release has been here; nothing was changed.
        DatabaseUnfit: the database cannot be ours as it is; nothing was changed.
        DiskFull: there is no room for it.
        LoadError: a table or a file of the product does not fit.
        MigrationFailed: the database refuses for another reason.
    """
    try:
        with conn.transaction():
            migrate.apply(conn)
            provenance.check(conn, layers)
        tables.prepare(conn, layers)
    except migrate.SchemaNewer as error:
        raise DatabaseNewer(str(error)) from error
    except Unfit as error:
        raise DatabaseUnfit(str(error)) from error
    except psycopg.errors.DiskFull as error:
        raise DiskFull(settings.var) from error
    except psycopg.Error as error:
        raise MigrationFailed(_reason(error)) from error
    seed.plant(conn, layers, settings.var / "reports")


def _migrate(url: str, settings: Settings) -> str:
    """Migrate, make the tables, and tell what was loaded before: empty, demo or real."""
    declared = registry.load(*settings.more_layers)
    with pools.connect(url) as conn:
        prepare(conn, declared, settings)
        row = conn.execute(
            "SELECT count(*), bool_and(is_demo) FROM ops.load WHERE file <> %s", (seed.FILE,)
        ).fetchone()
    loads, only_demo = row or (0, None)
    return "empty" if not loads else "demo" if only_demo else "real"


def _check(url: str) -> None:
    try:
        with psycopg.connect(
            url, autocommit=True, connect_timeout=5, client_encoding="UTF8"
        ) as conn:
            _check_connected(conn)
    except psycopg.ProgrammingError as error:
        # The driver's own words would repeat the address, password included.
        raise _unreachable("the address cannot be read") from error
    except psycopg.Error as error:
        raise _unreachable(_reason(error)) from error


def _check_connected(conn: Connection) -> None:
    """Look before anything is added to a database that may be others'."""
    try:
        if conn.info.server_version >= OLDEST * 10000:
            migrate.check(conn)
            ensure_extensions(conn)
        row = conn.execute(
            "SELECT extversion FROM pg_extension WHERE extname = 'postgis'"
        ).fetchone()
    except Unfit as error:
        raise DatabaseUnfit(str(error)) from error
    except psycopg.OperationalError:
        raise
    except psycopg.Error as error:
        raise MigrationFailed(_reason(error)) from error
    check_versions(conn.info.server_version, row[0] if row else None)


def _unreachable(reason: str) -> DatabaseUnreachable:
    return DatabaseUnreachable(
        f"The database of GIS_DATABASE_URL cannot be used ({reason}):"
        " correct the address or start that database."
    )


def _reason(error: psycopg.Error) -> str:
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return lines[0].rstrip(".")


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection(HOST, port, timeout=2)
    try:
        connection.request("GET", "/health")
        response = connection.getresponse()
        body = json.loads(response.read())
    except (OSError, http.client.HTTPException, ValueError):
        return False
    finally:
        connection.close()
    return response.status == 200 and isinstance(body, dict) and body.get("service") == SERVICE


def _identity(pid: int) -> str | None:
    """Return what tells this process from any other that ever had the same number."""
    fields = _stat(pid)
    if not fields or fields[0] == "Z":
        return None
    boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    return f"{boot} {fields[19]}"


def _stat(pid: int) -> list[str]:
    """Return what the kernel says of a process, from its state on; nothing when it is gone."""
    # The name of the program stands in brackets and may itself hold spaces and brackets.
    return _read(pid, "stat").rpartition(")")[2].split()


def _read(pid: int, name: str) -> str:
    try:
        return Path(f"/proc/{pid}/{name}").read_text(errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return ""


def _within(seconds: float, done: Callable[[], bool]) -> None:
    deadline = time.monotonic() + seconds
    while not done() and time.monotonic() < deadline:
        time.sleep(0.05)


@contextmanager
def _lock(var: Path) -> Iterator[None]:
    """Keep two starts of one installation apart."""
    var.mkdir(parents=True, exist_ok=True)
    with (var / "service.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
