"""An installation of some layers in a database of its own, and its server."""

import http.client
import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import psycopg
from psycopg import sql

from benchmarks.features import memory
from benchmarks.tiles import servers
from gis_server.runtime.postgres import Cluster, ensure_extensions

_PATIENCE = 300.0
_FINE = (200, 204, 404)


class Cost(NamedTuple):
    """Seconds of waiting, and of processor time in our processes (the database's are not in it)."""

    waited: float
    processor: float


class Installation(NamedTuple):
    """Settings of an installation."""

    url: str
    layers: Path
    var: Path

    def environment(self, port: int) -> dict[str, str]:
        """Return the environment that our programs run in."""
        return {
            **os.environ,
            "GIS_DATABASE_URL": self.url,
            "GIS_VAR": str(self.var),
            "GIS_LAYERS": str(self.layers),
            "GIS_PORT": str(port),
            "GIS_WORKERS": "1",
        }

    def migrate(self) -> Cost:
        """Run ``gis migrate``: what every start does before it serves."""
        began, before = time.monotonic(), _children()
        command = [sys.executable, "-m", "gis_server", "migrate"]
        subprocess.run(command, env=self.environment(8099), check=True)
        return Cost(time.monotonic() - began, _children() - before)


def create(cluster: Cluster, folder: Path, name: str) -> Installation:
    """Make an empty database, in the place of one that was left over."""
    with psycopg.connect(cluster.admin_dsn(), autocommit=True) as conn:
        database = sql.Identifier(name)
        conn.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(database))
        conn.execute(sql.SQL("CREATE DATABASE {}").format(database))
    with psycopg.connect(cluster.admin_dsn(name), autocommit=True) as conn:
        ensure_extensions(conn)
    return Installation(cluster.admin_dsn(name), folder / "layers", folder / "var")


class Server(NamedTuple):
    """A running server."""

    port: int
    pid: int

    def get(self, path: str) -> bytes:
        """Ask; return the body."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=_PATIENCE)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            if answer.status not in _FINE:
                raise OSError(f"{path}: {answer.status}")
            return answer.read()
        finally:
            connection.close()

    def seconds(self, path: str) -> float:
        """Ask; return how long it took."""
        began = time.monotonic()
        self.get(path)
        return time.monotonic() - began

    def processor(self) -> float:
        """Return the seconds of processor time that its processes have used."""
        return memory.ticks(self.pid) / os.sysconf("SC_CLK_TCK")

    def rest(self) -> None:
        """Wait until nothing is left to do: tiles that are drawn ahead, tables."""
        deadline = time.monotonic() + _PATIENCE
        before = self.processor()
        while time.monotonic() < deadline:
            time.sleep(3)
            now = self.processor()
            if now - before < _BUSY * 3:
                return
            before = now


_BUSY = 0.1
"""Share of a core below which a server is at rest: it polls for changes."""


@contextmanager
def serving(installation: Installation) -> Iterator[tuple[Server, float]]:
    """Run the server; give it, and the seconds until it answered."""
    port, began = servers.free_port(), time.monotonic()
    command = [sys.executable, "-m", "gis_server", "serve"]
    process = subprocess.Popen(command, env=installation.environment(port))
    server = Server(port, process.pid)
    try:
        while not _answers(server):
            time.sleep(0.05)
        yield server, time.monotonic() - began
    finally:
        process.terminate()
        process.wait(30)


def _answers(server: Server) -> bool:
    try:
        server.get("/health")
    except (OSError, http.client.HTTPException):
        return False
    return True


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
