"""One statement alone, asked by pgbench over two connections: the limit of any server."""

import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from benchmarks.features.data import COLUMNS, PARCELS
from benchmarks.features.questions import Box
from benchmarks.tiles.data import Database

CONNECTIONS = 2
_FILES = 100
"""pgbench takes 128 at most."""

_BINARIES = Path("/usr/lib/postgresql")


def written(layer: str, limit: int, box: Box) -> str:
    """Return the statement in which PostGIS writes the shapes, as the peers have it do."""
    columns = ", ".join(COLUMNS[layer])
    return f"SELECT ST_AsGeoJSON(geom), {columns} {_rows(layer, box)} LIMIT {limit};"


def kept(layer: str, limit: int, box: Box) -> str | None:
    """Return the statement that reads the text that rows keep, in order, as ours does."""
    if layer != PARCELS:
        return None
    rows = f"SELECT id, geojson {_rows(layer, box)} OFFSET 0"
    return f"SELECT geojson FROM ({rows}) AS t ORDER BY id LIMIT {limit};"  # noqa: S608


def rate(database: Database, statements: list[str], seconds: int) -> float:
    """Return how many of the statements, taken by chance, are answered a second."""
    with tempfile.TemporaryDirectory() as folder:
        files = []
        for number, statement in enumerate(statements[:_FILES]):
            file = Path(folder) / f"{number}.sql"
            file.write_text(statement)
            files += ["-f", str(file)]
        done = subprocess.run(
            [
                _program(), "-n", "-c", str(CONNECTIONS), "-T", str(seconds), "--random-seed=19",
                *files, database.url,
            ],
            check=True, capture_output=True, text=True,
        )  # fmt: skip
    rate_line = re.search(r"^tps = ([\d.]+)", done.stdout, re.MULTILINE)
    if rate_line is None:
        raise RuntimeError(f"pgbench said: {done.stdout}")
    return float(rate_line[1])


def _rows(layer: str, box: Box) -> str:
    sides = ", ".join(map(str, box))
    return f"FROM layer.{layer} WHERE ST_Intersects(geom, ST_MakeEnvelope({sides}, 4326))"


def _program() -> str:
    places = os.pathsep.join(str(place) for place in sorted(_BINARIES.glob("*/bin")))
    return shutil.which("pgbench") or shutil.which("pgbench", path=places) or "pgbench"
