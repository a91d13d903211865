"""vector-tile-js, the reader of MapLibre and Mapbox GL, as a judge of tiles."""

import base64
import json
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from gis_testing.places import ROOT
from gis_testing.requirements import unavailable

_SCRIPT = Path(__file__).with_name("read_tiles.mjs")
_READER = ROOT / "node_modules" / "@mapbox" / "vector-tile"


class Findings(NamedTuple):
    """What was read: how many tiles, features and corners, and a sentence for each fault."""

    tiles: int
    features: int
    corners: int
    faults: list[str]


REACH = 1024 + 8
"""Units beyond a tile up to which a shape may be whole: what reaches farther is cut."""


def read(tiles: Iterable[tuple[str, bytes]], reach: int = REACH) -> Findings:
    """Read tiles, each with a name for the sentences; those without bytes are passed over."""
    node = shutil.which("node")
    if node is None or not _READER.is_dir():
        unavailable("no node, or the browser modules are not installed")
    reader = subprocess.Popen(
        [node, _SCRIPT, str(reach)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    count = 0
    with reader:
        assert reader.stdin
        assert reader.stdout
        for name, body in tiles:
            count += bool(body)
            if body:
                line = {"name": name, "body": base64.b64encode(body).decode()}
                reader.stdin.write(json.dumps(line) + "\n")
        reader.stdin.close()
        found = json.load(reader.stdout)
    return Findings(count, found["features"], found["corners"], found["faults"])
