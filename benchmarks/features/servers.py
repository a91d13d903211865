"""Us, tipg and pygeoapi over one table, and how each addresses items."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from benchmarks.tiles.data import LAYER, Database
from benchmarks.tiles.servers import WORKERS, free_port, peers, running


class Items(NamedTuple):
    """A running server of items: ``path`` of the list, and parameters that it always needs."""

    name: str
    port: int
    path: str
    always: str = "f=json"

    def listed(self, query: str) -> str:
        """Return the address of a page."""
        return f"{self.path}?{self.always}&{query}"

    def one(self, key: int) -> str:
        """Return the address of a feature."""
        return f"{self.path}/{key}?{self.always}"


@contextmanager
def ours(database: Database) -> Iterator[Items]:
    """Run our server."""
    port = free_port()
    command = [sys.executable, "-m", "gis_server.cli", "serve"]
    with running("ours", command, database.environment(port), port, ""):
        yield Items("ours", port, f"/ogc/collections/{LAYER}/items")


@contextmanager
def tipg(database: Database) -> Iterator[Items]:
    """Run tipg."""
    port = free_port()
    environment = {
        **os.environ,
        "DATABASE_URL": database.url,
        "TIPG_DB_SCHEMAS": '["layer"]',
        "TIPG_DB_TABLES": f'["layer.{LAYER}"]',
    }
    command = [
        str(peers(database) / "uvicorn"), "tipg.main:app", "--port", str(port),
        "--workers", str(WORKERS), "--log-level", "error",
    ]  # fmt: skip
    fields = "geom-column=geom&properties=id,sheet,number,land_code,area_m2"
    with running("tipg", command, environment, port, ""):
        yield Items("tipg", port, f"/collections/layer.{LAYER}/items", f"f=geojson&{fields}")


@contextmanager
def pygeoapi(database: Database) -> Iterator[Items]:
    """Run pygeoapi with its own provider of features from PostGIS."""
    port, file = free_port(), database.var / "pygeoapi-features.yml"
    definition = database.var / "pygeoapi-features-openapi.yml"
    text = (Path(__file__).parent / "pygeoapi.yml").read_text()
    file.write_text(text.replace("PORT", str(port)))
    found = peers(database)
    environment = {
        **os.environ,
        "PYGEOAPI_CONFIG": str(file),
        "PYGEOAPI_OPENAPI": str(definition),
    }
    make = [str(found / "pygeoapi"), "openapi", "generate", str(file), "-of", str(definition)]
    subprocess.run(make, env=environment, check=True, stdout=subprocess.DEVNULL)
    command = [
        str(found / "gunicorn"), "--workers", str(WORKERS), "--bind", f"127.0.0.1:{port}",
        "--timeout", "300", "pygeoapi.flask_app:APP",
    ]  # fmt: skip
    with running("pygeoapi", command, environment, port, ""):
        yield Items("pygeoapi", port, f"/collections/{LAYER}/items")
