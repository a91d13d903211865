"""Vector tiles of H3 hexagons: a shape is encoded once, the numbers beside it are written anew.

A tile is a Protocol Buffers message (Mapbox Vector Tile 2.1), so what a feature says of its shape
is a run of bytes that can be kept and put beside other tags.
"""

import struct
import threading
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import h3.api.basic_int as h3
import numpy as np
import shapely

from layers.geo import TileId

EXTENT, BUFFER = 4096, 64
"""Units to a tile side, and the margin in which hexagons are drawn too."""

MOST = 150_000
"""Shapes that a process remembers, in about 25 MB; all are forgotten beyond it."""

_FINEST = 15
"""The finest resolution of H3."""


class Hexagon(NamedTuple):
    """H3 cell, number of events in it, and the weight's aggregate (None without a weight)."""

    cell: int
    events: int
    value: float | None


class Drawn(NamedTuple):
    """What a tile says of a cell whatever is counted in it: id and shape, and its name."""

    shape: bytes
    name: bytes


class Shapes:
    """Shapes of cells in tiles, remembered; None for those that do not touch the tile."""

    def __init__(self) -> None:
        self._known: dict[TileId, dict[int, Drawn | None]] = {}
        self._count = 0
        self._one = threading.Lock()

    def of(self, at: TileId, cells: Sequence[int]) -> list[Drawn | None]:
        """Return the shapes of cells in a tile."""
        with self._one:
            known = self._known.setdefault(at, {})
            missing = [cell for cell in cells if cell not in known]
            if missing:
                known.update(zip(missing, _drawn(at, missing), strict=True))
            found = [known[cell] for cell in cells]
            self._count += len(missing)
            if self._count > MOST:
                self._known.clear()
                self._count = 0
        return found


def small_id(cell: int) -> int:
    """Return a cell's id among those of its resolution, below 2^52: JavaScript has no more digits.

    Base cell and digits without the unused ones.
    """
    return (cell & ((1 << 52) - 1)) >> (3 * (_FINEST - (cell >> 52 & 15)))


def encode(name: str, hexagons: Sequence[Hexagon], drawn: Sequence[Drawn]) -> bytes:
    """Return a tile with one layer.

    Args:
        name: of the layer.
        hexagons: what is counted; all have a value or none has.
        drawn: their shapes.
    """
    _, events, values = zip(*hexagons, strict=True)
    keys: list[bytes] = [b"cell", b"count"]
    first = len(hexagons)
    counted = _places(events, first)
    tags = [
        b"\0" + number + b"\1" + counted[count]
        for number, count in zip(_numbers(first), events, strict=False)
    ]
    numbers = [b"\x28" + _varint(count) for count in counted]
    if values[0] is not None:
        keys.append(b"value")
        valued = _places(values, first + len(counted))
        tags = [tag + b"\2" + valued[value] for tag, value in zip(tags, values, strict=True)]
        numbers += [b"\x19" + struct.pack("<d", value) for value in valued]
    told = [b"\x12" + _SMALL[len(tag)] + tag for tag in tags]
    features = [
        b"\x12" + _SMALL[len(shape) + len(tag)] + shape + tag
        for (shape, _), tag in zip(drawn, told, strict=True)
    ]
    return _message(
        3,
        b"".join(
            (
                _message(1, name.encode()), *features, *(_message(3, key) for key in keys),
                *(one.name for one in drawn), *(_message(4, number) for number in numbers),
                b"\x28", _varint(EXTENT), b"\x78\x02",
            )
        ),
    )  # fmt: skip


def _places(found: Iterable[Any], first: int) -> dict[Any, bytes]:
    """Return where different values stand in a layer's list, from a place on."""
    different = dict.fromkeys(found)
    return dict(zip(different, _numbers(first + len(different))[first:], strict=False))


def _numbers(end: int) -> Sequence[bytes]:
    """Return numbers from zero on as they are written, ``end`` of them or more."""
    return _SMALL if end <= len(_SMALL) else [_varint(number) for number in range(end)]


def _drawn(at: TileId, cells: Sequence[int]) -> Iterator[Drawn | None]:
    rings = [h3.cell_to_boundary(cell) for cell in cells]
    sizes = np.fromiter(map(len, rings), int)
    of, ends = np.repeat(np.arange(len(cells)), sizes), np.cumsum(sizes)
    # Cells turn against the clock, tiles want their rings with it.
    corners = _pixels(at, np.concatenate([ring[::-1] for ring in rings]), ends - sizes, of)
    touches = shapely.intersects(shapely.polygons(shapely.linearrings(corners, indices=of)), _FRAME)
    rounded = np.rint(corners).astype(int)
    steps = np.diff(rounded, axis=0, prepend=0)
    steps[ends - sizes] = rounded[ends - sizes]
    written = list(map(_varint, ((steps << 1) ^ (steps >> 63)).ravel().tolist()))
    for cell, size, end, is_seen in zip(cells, sizes.tolist(), ends.tolist(), touches, strict=True):
        path = written[2 * (end - size) : 2 * end]
        yield Drawn(_shape(cell, path), _message(4, _message(1, b"%x" % cell))) if is_seen else None


_FRAME = shapely.box(-BUFFER, -BUFFER, EXTENT + BUFFER, EXTENT + BUFFER)


def _pixels(at: TileId, corners: Any, starts: Any, of: Any) -> Any:
    """Bring corners of (latitude, longitude) degrees into tile units, y down.

    Args:
        at: the tile.
        corners: of all rings.
        starts: where rings begin.
        of: the number of each corner's ring.
    """
    latitude = np.radians(np.clip(corners[:, 0], -85.06, 85.06))
    side = 1 << at.z
    # A ring over the antimeridian is drawn in one piece, on the side where the tile is.
    middle = (at.x + 0.5) / side * 360 - 180
    first = _turned(corners[starts, 1], middle)[of]
    longitude = _turned(corners[:, 1], first)
    x = ((longitude + 180) / 360 * side - at.x) * EXTENT
    y = ((1 - np.arcsinh(np.tan(latitude)) / np.pi) / 2 * side - at.y) * EXTENT
    return np.column_stack([x, y])


def _turned(longitude: Any, around: Any) -> Any:
    """Return longitudes as they are counted within half a turn of one."""
    return (longitude - around + 180) % 360 - 180 + around


def _shape(cell: int, path: list[bytes]) -> bytes:
    """Return id, type and geometry of a feature: to the first corner, along the others, back."""
    others = _varint((len(path) // 2 - 1) << 3 | 2)
    geometry = b"".join((b"\x09", *path[:2], others, *path[2:], b"\x0f"))
    return b"\x08" + _varint(small_id(cell)) + b"\x18\x03" + _message(4, geometry)


def _message(field: int, body: bytes) -> bytes:
    return bytes((field << 3 | 2,)) + _varint(len(body)) + body


def _varint(number: int) -> bytes:
    if number < len(_SMALL):
        return _SMALL[number]
    return _written(number)


def _written(number: int) -> bytes:
    found = bytearray()
    while number > 127:
        found.append(number & 127 | 128)
        number >>= 7
    found.append(number)
    return bytes(found)


_SMALL = tuple(_written(number) for number in range(1 << 14))
"""What most numbers in a tile are written as."""
