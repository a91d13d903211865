"""A real nginx with the configuration that is shipped, in front of a real server."""

import os
import re
import signal
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import psycopg
import pytest

from gis_server.settings import Settings
from gis_testing.nginx import running
from gis_testing.places import ROOT
from gis_testing.servers import free_port, serving
from layers.geo import TileId

AT = TileId.at(105.852, 21.55, 14)
TILE = f"/tiles/school/{AT.z}/{AT.x}/{AT.y}.mvt"
"""The address of the tile that is ready."""

SCHOOLS = """
INSERT INTO layer.school (code, name, level, geom)
SELECT 'S' || n, 'Trường ' || n, 'secondary',
       ST_SetSRID(ST_MakePoint(105.85 + n * 1e-4, 21.55), 4326)
FROM generate_series(1, 40) AS n
"""

UNCHANGED = """
SELECT count(*) = 40 AND bool_and(name = 'Trường ' || substr(code, 2)) FROM layer.school
"""
"""Whether the schools are as they were put."""

VERSION = """
SELECT version FROM ops.layer_version
WHERE layer = 'school' AND NOT EXISTS (SELECT FROM ops.change)
"""
"""Version of the schools when no change is waiting."""

SHIPPED = ROOT / "deploy" / "nginx.conf"


class Answer(NamedTuple):
    """What came back, as it was on the wire."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Front:
    """nginx before a server: asks through it or around it."""

    def __init__(self, address: str, behind: str, folder: Path) -> None:
        self.address, self.behind, self.folder = address, behind, folder
        self._asked: list[str] = []
        self._begun = 0

    def begin(self) -> None:
        """Forget what was asked and kept: one nginx serves one test after the other."""
        for file in (self.folder / "cache").rglob("*"):
            if file.is_file():
                file.unlink()
        self._asked.clear()
        self._begun = (self.folder / "access.log").stat().st_size

    def get(
        self,
        path: str,
        *,
        encoding: str | None = "gzip",
        direct: bool = False,
        method: str = "GET",
        **headers: str,
    ) -> Answer:
        """Ask; ``direct`` goes around nginx, header names are written with underscores."""
        if not direct:
            self._asked.append(path)
        address = (self.behind if direct else self.address) + path
        request = urllib.request.Request(address, method=method)
        for name, value in headers.items():
            request.add_header(name.replace("_", "-"), value)
        if encoding is not None:
            request.add_header("Accept-Encoding", encoding)
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return Answer(answer.status, answer.headers, answer.read())
        except urllib.error.HTTPError as error:
            return Answer(error.code, error.headers, error.read())

    def logged(self, path: str) -> list[list[str]]:
        """Return what nginx wrote of an address: status, cache, status of Python."""
        deadline = time.monotonic() + 5
        # nginx writes a line after the client has its answer.
        while len(self._lines(path)) < self._asked.count(path) and time.monotonic() < deadline:
            time.sleep(0.01)
        return self._lines(path)

    def _lines(self, path: str) -> list[list[str]]:
        lines = (self.folder / "access.log").read_bytes()[self._begun :].decode().splitlines()
        return [line.split(" ")[1:] for line in lines if line.split(" ")[0] == path]

    def reached_python(self, path: str) -> int:
        """Count how often an address was asked of Python."""
        return sum(upstream != "-" for *_, upstream in self.logged(path))


def site(text: str, port: int, python: str, var: Path, cache: Path) -> str:
    """Change the lines that an administrator changes, and the port."""
    for was, becomes in (
        (r"server 127\.0\.0\.1:8080;", f"server {python};"),
        (r"default /srv/gis/var;", f"default {var};"),
        (r"proxy_cache_path /var/cache/gis-nginx", f"proxy_cache_path {cache}"),
        (r"listen 80;", f"listen 127.0.0.1:{port};"),
        (r"listen \[::\]:80;", ""),
    ):
        text, times = re.subn(was, becomes, text)
        assert times == 1, was
    return text


@contextmanager
def nginx(folder: Path, behind: str, var: Path, user: str = "root") -> Iterator[Front]:
    """Run nginx with the shipped configuration before a server; root's as another user."""
    port = free_port()
    python = behind.removeprefix("http://")
    text = site(SHIPPED.read_text(), port, python, var, folder / "cache")
    with running(folder, text, port, user):
        yield Front(f"http://127.0.0.1:{port}", behind, folder)


@pytest.fixture
def shipped() -> str:
    """The configuration as it is shipped."""
    return SHIPPED.read_text("utf-8")


@pytest.fixture
def prepared(shipped: str) -> Callable[..., str]:
    """Give the configuration with the lines of a test: port, Python, GIS_VAR, cache."""
    return partial(site, shipped)


@pytest.fixture
def tile() -> str:
    """The address of the tile that is ready."""
    return TILE


@pytest.fixture(scope="module")
def database_url(module_database: str) -> str:
    """The module's database."""
    return module_database


@pytest.fixture(scope="module")
def settings(module_settings: Settings) -> Settings:
    """The module's settings."""
    return module_settings


@pytest.fixture(scope="module")
def nginx_before_a_server(
    database_url: str, settings: Settings, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Front]:
    """One server with one nginx before it, for all tests of the module."""
    with (
        serving(database_url, settings) as address,
        nginx(tmp_path_factory.mktemp("front") / "nginx", address, settings.var) as opened,
    ):
        yield opened


@pytest.fixture
def front(nginx_before_a_server: Front, settings: Settings, conn: psycopg.Connection[Any]) -> Front:
    """nginx before a server with one ready tile of forty schools, nothing asked yet."""
    if conn.execute(UNCHANGED).fetchone() != (True,):
        conn.execute("TRUNCATE layer.school")
        conn.execute(SCHOOLS)
    file = settings.var / f"{TILE[1:]}.gz"
    deadline = time.monotonic() + 30
    while not _is_ready(conn, file) and time.monotonic() < deadline:
        nginx_before_a_server.get(TILE, direct=True)
        time.sleep(0.05)
    nginx_before_a_server.begin()
    return nginx_before_a_server


def _is_ready(conn: psycopg.Connection[Any], file: Path) -> bool:
    """Tell whether the tile shows the latest version of the layer."""
    row = conn.execute(VERSION).fetchone()
    return row is not None and file.is_file() and int(file.stat().st_mtime) >= row[0]


@pytest.fixture
def stranger(front: Front, settings: Settings, tmp_path: Path) -> Iterator[Front]:
    """Another nginx before the same server, of a user who may not read the tiles."""
    if os.geteuid() != 0:
        pytest.skip("only root can start nginx as another user")
    with nginx(tmp_path / "stranger", front.behind, settings.var, "nobody nogroup") as made:
        yield made


@pytest.fixture
def frozen(settings: Settings) -> Callable[[], AbstractContextManager[None]]:
    """Stop every process of the server for a while, as a context."""

    @contextmanager
    def freeze() -> Iterator[None]:
        pids = _processes(settings.var)
        assert len(pids) >= 3
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for pid in pids:
                os.kill(pid, signal.SIGCONT)

    return freeze


def _processes(var: Path) -> list[int]:
    """Return the processes that were started with a folder as GIS_VAR."""
    mark, found = f"GIS_VAR={var}".encode(), []
    for place in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if mark in (place / "environ").read_bytes().split(b"\0"):
                found.append(int(place.name))
    return found
