"""Seed data: rows that come with a layer's folder, which every installation must show."""

from pathlib import Path

from etl import tables
from etl.load import Mode, Order, load
from layers.registry import Layers
from sql.connection import Connection

FILE = "seed.csv"
"""Name of the file in a layer's folder."""


def plant(conn: Connection, layers: Layers, reports: Path) -> list[str]:
    """Load the rows of the folders into tables that have none; return the layers.

    Raises:
        LoadError: a file that cannot be loaded whole.
    """
    planted = [
        layer
        for layer in layers
        if (layer.folder / FILE).is_file() and tables.is_empty(conn, layer)
    ]
    for layer in planted:
        load(conn, Order(layer, layer.folder / FILE, Mode.REPLACE, "gis", reports, strict=True))
    return [layer.id for layer in planted]
