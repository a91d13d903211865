"""How us, tipg and pygeoapi address items; they run as for tiles."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from benchmarks.tiles import servers as of_tiles
from benchmarks.tiles.data import LAYER, Database


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
    with of_tiles.ours(database) as server:
        yield Items("ours", server.port, f"/ogc/collections/{LAYER}/items")


@contextmanager
def tipg(database: Database) -> Iterator[Items]:
    """Run tipg."""
    fields = "geom-column=geom&properties=id,sheet,number,land_code,area_m2"
    with of_tiles.tipg(database) as server:
        path = f"/collections/layer.{LAYER}/items"
        yield Items("tipg", server.port, path, f"f=geojson&{fields}")


@contextmanager
def pygeoapi(database: Database) -> Iterator[Items]:
    """Run pygeoapi with its own provider of features from PostGIS."""
    with of_tiles.pygeoapi(database) as server:
        yield Items("pygeoapi", server.port, f"/collections/{LAYER}/items")
