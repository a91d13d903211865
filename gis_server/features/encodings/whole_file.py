"""Encodings that are written into a file first, because their libraries or formats need one."""

import tempfile
from collections.abc import Callable, Generator
from pathlib import Path

_PIECE = 1 << 18
"""Bytes that are passed on together."""


def pieces(name: str, write: Callable[[Path], None]) -> Generator[bytes]:
    """Yield the bytes of a file of some name; nothing is left of it afterwards."""
    with tempfile.TemporaryDirectory(prefix="gis-") as folder:
        file = Path(folder) / name
        write(file)
        with file.open("rb") as made:
            while piece := made.read(_PIECE):
                yield piece
