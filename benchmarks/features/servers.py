"""Us, tipg, pg_featureserv and pygeoapi as servers of items, and how each is asked."""

import copy
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

import yaml

from benchmarks.features.data import COLUMNS
from benchmarks.tiles import servers as of_tiles
from benchmarks.tiles.data import Database

NAMES = ("ours", "tipg", "pg_featureserv", "pygeoapi")

LARGEST = 10_000
"""Most features on a page: what tipg and we allow as they come."""


class Items(NamedTuple):
    """A running server, and how it words what everyone is asked.

    ``path`` leads to a layer's items; ``always`` goes with a page, ``alone`` with one feature.
    ``ordered`` has pages follow each other by the key, ``meets`` is the name of the filter's
    function, ``geometry`` the name that filters have for the shape.
    """

    name: str
    port: int
    pid: int
    path: str
    always: str
    alone: str
    columns: str = ""
    ordered: str = ""
    meets: str = "S_INTERSECTS"
    geometry: str = "geom"

    def listed(self, layer: str, query: str) -> str:
        """Return the address of a page."""
        return f"{self.path.format(layer=layer)}?{self.always}{self._columns(layer)}&{query}"

    def one(self, layer: str, key: int) -> str:
        """Return the address of a feature."""
        return f"{self.path.format(layer=layer)}/{key}?{self.alone}{self._columns(layer)}"

    def at(self, layer: str, limit: int, offset: int) -> str:
        """Return the address of a page by its number."""
        return self.listed(layer, f"limit={limit}&offset={offset}{self.ordered}")

    def _columns(self, layer: str) -> str:
        return self.columns + ",".join(COLUMNS[layer]) if self.columns else ""


def absent(name: str) -> str | None:
    """Say why a server cannot be measured; None when it can."""
    if name == "pg_featureserv" and of_tiles.program(name) is None:
        return "pg_featureserv is not on PATH nor in ~/go/bin"
    return None


@contextmanager
def ours(database: Database) -> Iterator[Items]:
    """Run our server."""
    with of_tiles.ours(database) as server:
        yield Items(
            "ours", server.port, server.pid, "/ogc/collections/{layer}/items",
            "f=json", "f=json", geometry="geometry",
        )  # fmt: skip


@contextmanager
def tipg(database: Database) -> Iterator[Items]:
    """Run tipg; it sorts by the key by itself."""
    always = "f=geojson&geom-column=geom"
    with of_tiles.tipg(database, tuple(COLUMNS)) as server:
        yield Items(
            "tipg", server.port, server.pid, "/collections/layer.{layer}/items",
            always, always, columns="&properties=",
        )  # fmt: skip


@contextmanager
def pg_featureserv(database: Database) -> Iterator[Items]:
    """Run pg_featureserv on two cores, with pages as large as the others'."""
    port, file = of_tiles.free_port(), database.var / "pg_featureserv.toml"
    file.write_text(
        f"""[Server]
HttpHost = "127.0.0.1"
HttpPort = {port}
WriteTimeoutSec = 120
[Database]
DbConnection = "{database.url}?sslmode=disable"
DbPoolMaxConns = 20
TableIncludes = ["layer"]
[Paging]
LimitMax = {LARGEST}
"""
    )
    command = [of_tiles.program("pg_featureserv") or "", "--config", str(file)]
    environment = {**os.environ, "GOMAXPROCS": str(of_tiles.WORKERS)}
    with of_tiles.running("pg_featureserv", command, environment, port, "") as server:
        yield Items(
            "pg_featureserv", port, server.pid, "/collections/layer.{layer}/items",
            "", "", columns="properties=", ordered="&sortby=id", meets="INTERSECTS",
        )  # fmt: skip


@contextmanager
def pygeoapi(database: Database) -> Iterator[Items]:
    """Run pygeoapi with its own provider of features from PostGIS."""
    with of_tiles.pygeoapi(database, _configuration()) as server:
        yield Items(
            "pygeoapi", server.port, server.pid, "/collections/{layer}/items",
            "f=json", "f=json", ordered="&sortby=id",
        )  # fmt: skip


def _configuration() -> str:
    """The configuration of the tiles' measurement with our tables, and with features alone."""
    configuration = yaml.safe_load(of_tiles.PYGEOAPI)
    (known,) = configuration["resources"].values()
    configuration["resources"] = {}
    for layer, columns in COLUMNS.items():
        resource = copy.deepcopy(known)
        provider = resource["providers"][0]
        provider |= {"table": layer, "properties": list(columns)}
        resource["providers"] = [provider]
        configuration["resources"][layer] = resource
    return yaml.safe_dump(configuration)
