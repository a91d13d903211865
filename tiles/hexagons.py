"""Vector tiles of H3 hexagons: numbers written into a sheet of cells.

A tile is a Protocol Buffers message (Mapbox Vector Tile 2.1).
"""

from collections.abc import Iterable
from itertools import chain
from typing import Any

import numpy as np

from cells.question import Counted
from tiles.hexagon_sheets import EXTENT, Bytes, Sheet, tag_width, tags, varints


def encode(
    name: str, sheet: Sheet, counted: Counted, names: tuple[str, str] = ("count", "value")
) -> bytes:
    """Return a tile with one layer of the cells that have events; empty bytes when none has.

    Args:
        name: of the layer.
        sheet: the cells of the tile.
        counted: what is counted in these cells.
        names: of the events and of the value in a feature.
    """
    kept = counted.events > 0
    which = np.flatnonzero(kept)
    if not len(which):
        return b""
    value = np.full(len(kept), np.nan) if counted.value is None else counted.value
    has_value = ~np.isnan(value[which])
    body, ends = sheet.body.copy(), np.cumsum(sheet.sizes)[which]
    width = tag_width(len(kept))
    first = ends - tags(width) + 1
    numbers, place = _different(counted.events[which])
    _put(body, first, np.arange(len(which)), width)
    _put(body, first + width + 1, len(which) + place, width)
    values, place = np.unique(value[which][has_value], return_inverse=True)
    last = first[has_value] + 2 * (width + 1)
    _put(body, last, len(which) + len(numbers) + place, width)
    features = _fitted(body, sheet, kept, ends, has_value)
    return _message(
        3,
        b"".join(
            (
                _message(1, name.encode()), features.tobytes(), _message(3, b"cell"),
                *(_message(3, key.encode()) for key in names[: 2 if len(values) else 1]),
                sheet.names[which].tobytes(), *_entries(numbers),
                _doubles(values).tobytes(), b"\x28", _varint(EXTENT), b"\x78\x02",
            )
        ),
    )  # fmt: skip


def _put(body: Bytes, at: Any, numbers: Any, width: int) -> None:
    """Write numbers of some bytes each."""
    for place, byte in enumerate(varints(numbers, width).T):
        body[at + place] = byte


def _fitted(body: Bytes, sheet: Sheet, kept: Any, ends: Any, has_value: Any) -> Bytes:
    """Take out features that are not kept and tags of no value, and write how long they are."""
    width = tag_width(len(kept))
    sizes, less = sheet.sizes[kept], np.where(has_value, 0, width + 1)
    length = sizes - 3 - less
    body[ends - sizes + 1], body[ends - sizes + 2] = length & 127 | 128, length >> 7
    body[ends - tags(width) - 1] = tags(width) - less
    stays = np.repeat(kept, sheet.sizes)
    stays[(ends[~has_value][:, None] - np.arange(1, width + 2)).ravel()] = False
    # A third of the time of indexing with brackets.
    fitted: Bytes = body.compress(stays)
    return fitted


def _different(counts: Any) -> tuple[Any, Any]:
    """Return the different numbers among whole ones, ascending, and the place of each in them."""
    if counts.max() >= _DENSE:
        numbers, place = np.unique(counts, return_inverse=True)
        return numbers, place
    # A table is a fifth of the time of sorting, as long as it is short.
    is_there = np.bincount(counts) > 0
    return np.flatnonzero(is_there), (np.cumsum(is_there) - 1).take(counts)


_DENSE = 1 << 14


def _entries(numbers: Any) -> Iterable[bytes]:
    """Return the entries of ascending whole numbers in the list of values."""
    few = int(np.searchsorted(numbers, len(_FEW)))
    return chain(
        map(_FEW.__getitem__, numbers[:few].tolist()), map(_number, numbers[few:].tolist())
    )


def _number(number: int) -> bytes:
    return _message(4, b"\x28" + _varint(number))


def _doubles(values: Any) -> Bytes:
    head = np.broadcast_to(np.array([0x22, 9, 0x19], np.uint8), (len(values), 3))
    return np.concatenate([head, values.astype("<f8").view(np.uint8).reshape(-1, 8)], axis=1)


def _message(field: int, body: bytes) -> bytes:
    return bytes((field << 3 | 2,)) + _varint(len(body)) + body


def _varint(number: int) -> bytes:
    found = bytearray()
    while number > 127:
        found.append(number & 127 | 128)
        number >>= 7
    found.append(number)
    return bytes(found)


_FEW = tuple(map(_number, range(4096)))
"""What most numbers are written as."""
