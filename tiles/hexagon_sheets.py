"""Cells of a tile as they are written whatever is counted in them: a sheet with gaps for numbers.

A number that is written later has a fixed width (varints may have bytes that add nothing), so a
sheet is an array of bytes in which the gaps have known places. All of it is arithmetic on arrays.
"""

import threading
from dataclasses import dataclass
from typing import Any

import h3ronpy.vector
import numpy as np
import shapely
from cachetools import LRUCache
from numpy.typing import NDArray

from cells import index
from cells.index import Cells
from layers.geo import BBox, TileId

EXTENT, BUFFER = 4096, 64
"""Units to a tile side, and the margin in which hexagons are drawn too."""

MOST = 800_000
"""Shapes that a process remembers, in about 80 MB."""

Bytes = NDArray[np.uint8]

_EDGE_DEGREES = (
    None, 6, 2.2, 0.85, 0.32, 0.12, 0.045, 0.017, 0.0065, 0.0025, 0.00095,
)  # fmt: skip
"""Longest edge of a cell anywhere, in degrees of latitude, rounded up, by resolution from 1 on."""

_FLAT = 5
"""From this zoom on a tile is so small that cells are looked for in its box."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """The cells that touch a tile, (m,).

    ``places`` (m,) are those of the cells in what the sheet was made for; ``body`` has a feature of
    ``sizes`` (m,) bytes each, which begins with its length in two bytes and ends with three tags
    (cell, count, value); ``names`` (m, 19) are the entries of the names in the list of values.
    """

    places: NDArray[np.intp]
    body: Bytes
    sizes: NDArray[np.intp]
    names: Bytes


class Sheets:
    """Sheets by tile, the latest remembered; safe from many threads."""

    def __init__(self) -> None:
        self._sheets: LRUCache[TileId, tuple[Cells, Sheet]] = LRUCache(MOST, getsizeof=_shapes)
        self._lock = threading.Lock()

    def of(self, at: TileId, cells: Cells) -> Sheet:
        """Return the sheet of a tile for sorted cells; it is remembered for this very array."""
        try:
            with self._lock:
                known, remembered = self._sheets[at]
        except KeyError:
            known = None
        if known is cells:
            return remembered
        entry = cells, sheet(at, cells)
        if _shapes(entry) <= MOST:
            with self._lock:
                self._sheets[at] = entry
        return entry[1]


def _shapes(entry: tuple[Cells, Sheet]) -> int:
    """Return what a sheet takes of the cache; without any shape it takes room, too."""
    return len(entry[1].places) + 1


def sheet(at: TileId, cells: Cells) -> Sheet:
    """Return the sheet of a tile for sorted cells of one resolution."""
    places = _candidates(at, cells)
    rings, sizes = _rings(cells[places])
    corners = _pixels(at, rings, sizes)
    of = np.repeat(np.arange(len(places)), sizes)
    steps = np.rint(corners).astype(np.int64)
    # Small cells fall into a point or a line; readers drop a tile with such a ring.
    seen = shapely.intersects(_polygons(corners, of), _FRAME) & (
        shapely.area(_polygons(steps, of)) > 0
    )
    places = places[seen]
    body, lengths = _written(cells[places], steps[seen[of]], sizes[seen])
    return Sheet(places, body, lengths, _names(cells[places]))


def _polygons(corners: Any, of: Any) -> Any:
    return shapely.polygons(shapely.linearrings(corners, indices=of)) if len(of) else np.empty(0)


def around(at: TileId, resolution: int, edges: float) -> BBox:
    """Return the box of a tile in degrees, widened by some edges of a cell."""
    box = at.bbox()
    margin = (_EDGE_DEGREES[resolution] or 180) * edges
    north, south = min(box.north + margin, 90.0), max(box.south - margin, -90.0)
    # Degrees of longitude shrink towards the poles; a tile never reaches them (85 degrees).
    wide = margin / max(np.cos(np.radians(max(abs(north), abs(south)))), 0.01)
    return BBox(box.west - wide, south, box.east + wide, north)


def _candidates(at: TileId, cells: Cells) -> NDArray[np.intp]:
    """Return the places of cells that may touch a tile: their middles are near enough."""
    if at.z < _FLAT or not len(cells):
        return np.arange(len(cells))
    resolution = index.resolution(int(cells[0]))
    box = around(at, resolution, 1.5)
    wide = (box.east - box.west) * BUFFER / EXTENT
    low, high = box.south - wide, box.north + wide
    near = []
    for turn in (-360, 0, 360):
        west, east = max(box.west - wide + turn, -180), min(box.east + wide + turn, 180)
        if west < east:
            inside = shapely.box(west, low, east, high)
            near.append(h3ronpy.vector.geometry_to_cells(inside, resolution))
    wanted = np.sort(np.concatenate([np.asarray(one, np.uint64) for one in near]))
    places = np.minimum(np.searchsorted(cells, wanted), len(cells) - 1)
    found: NDArray[np.intp] = places[cells[places] == wanted]
    return found


def _rings(cells: Cells) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
    """Return corners (n, 2) as longitude and latitude, clockwise on the map, and their number."""
    if not len(cells):
        return np.empty((0, 2)), np.empty(0, np.intp)
    shapes = shapely.from_wkb(h3ronpy.vector.cells_to_wkb_polygons(cells).to_pylist())
    corners, of = shapely.get_coordinates(shapes, return_index=True)
    # The last corner is the first again; cells turn against the clock, tiles want it with it.
    is_last = np.append(of[1:] != of[:-1], True)
    corners, of = corners[~is_last][::-1], of[~is_last][::-1]
    order = np.argsort(of, kind="stable")
    return corners[order], np.bincount(of, minlength=len(cells))


_FRAME = shapely.box(-BUFFER, -BUFFER, EXTENT + BUFFER, EXTENT + BUFFER)


def _pixels(at: TileId, corners: Any, sizes: Any) -> Any:
    """Bring corners of (longitude, latitude) degrees into tile units, y down."""
    latitude = np.radians(np.clip(corners[:, 1], -85.06, 85.06))
    side = 1 << at.z
    # A ring over the antimeridian is drawn in one piece, on the side where the tile is.
    middle = (at.x + 0.5) / side * 360 - 180
    first = np.repeat(_turned(corners[np.cumsum(sizes) - sizes, 0], middle), sizes)
    longitude = _turned(corners[:, 0], first)
    x = ((longitude + 180) / 360 * side - at.x) * EXTENT
    y = ((1 - np.arcsinh(np.tan(latitude)) / np.pi) / 2 * side - at.y) * EXTENT
    return np.column_stack([x, y])


def _turned(longitude: Any, around: Any) -> Any:
    """Return longitudes as they are counted within half a turn of one."""
    return (longitude - around + 180) % 360 - 180 + around


def _written(cells: Cells, corners: Any, sizes: Any) -> tuple[Bytes, Any]:
    """Return features one after the other, and the bytes of each.

    Args:
        cells: (n,).
        corners: of all rings, in tile units.
        sizes: corners of each ring, (n,).
    """
    tag = tag_width(len(cells))
    starts = np.cumsum(sizes) - sizes
    steps = np.diff(corners, axis=0, prepend=np.zeros((1, 2), np.int64))
    steps[starts] = corners[starts]
    zigzag = (steps << 1) ^ (steps >> 63)
    ids = index.small_ids(cells)
    lengths = np.zeros(len(cells), np.intp)
    rows: list[tuple[Any, Bytes]] = []
    for size in np.unique(sizes).tolist():
        which = np.flatnonzero(sizes == size)
        paths = zigzag[starts[which][:, None] + np.arange(size)].reshape(len(which), -1)
        written, lengths[which] = _features(ids[which], paths, tag)
        rows.append((which, written))
    body = np.zeros(lengths.sum(), np.uint8)
    begins = np.cumsum(lengths) - lengths
    for which, written in rows:
        body[_runs(begins[which], lengths[which])] = written
    return body, lengths


def _features(ids: Any, paths: Any, tag: int) -> tuple[Bytes, Any]:
    """Return features of rings of one size: id, type, geometry, gaps for tags; and their lengths.

    Args:
        ids: (n,).
        paths: (n, 2 x corners) steps from corner to corner, the sign in the last bit.
        tag: bytes of a number in a tag.
    """
    number, line = len(ids), (paths.shape[1] // 2 - 1) << 3 | 2
    geometry = _lengths(paths).sum(axis=1) + 3
    head = _constant(number, 0x08), ids[:, None], _constant(number, 0x18, 3, 0x22)
    path = _constant(number, 0x09), paths[:, :2], _constant(number, line), paths[:, 2:]
    said = np.concatenate([*head, geometry[:, None], *path, _constant(number, 0x0F)], axis=1)
    written, lengths = _varints(said.astype(np.int64))
    gaps = np.array([0x12, tags(tag)] + [0] * tags(tag), np.uint8)
    for key in range(3):
        gaps[2 + key * (1 + tag)] = key
    full = lengths + 3 + len(gaps)
    body = np.zeros(full.sum(), np.uint8)
    begins = np.cumsum(full) - full
    body[begins] = 0x12
    body[_runs(begins + 3, lengths)] = written
    body[(begins + 3 + lengths)[:, None] + np.arange(len(gaps))] = gaps
    return body, full


def tag_width(cells: int) -> int:
    """Return how many bytes a place in a tile's list of values needs: cells, counts and values."""
    return 2 if 3 * cells < 1 << 14 else 3


def tags(width: int) -> int:
    """Return the bytes of a feature's tags: three keys of one byte, each with a number."""
    return 3 * (1 + width)


def _lengths(numbers: Any) -> Any:
    """Return the bytes that numbers take."""
    bits = np.array([1 << 7 * n for n in range(1, 9)])
    return np.searchsorted(bits, numbers, "right") + 1


def _varints(rows: Any) -> tuple[Bytes, Any]:
    """Return numbers (n, m) one after the other in as few bytes as they need, and bytes a row."""
    sizes = _lengths(rows)
    flat, lengths = rows.ravel(), sizes.ravel()
    begins = np.cumsum(lengths) - lengths
    found = np.zeros(lengths.sum(), np.uint8)
    for byte in range(int(lengths.max(initial=0))):
        has = lengths > byte
        more = (lengths > byte + 1) << 7
        found[begins[has] + byte] = (flat[has] >> 7 * byte & 127) | more[has]
    return found, sizes.sum(axis=1)


def _runs(begins: Any, lengths: Any) -> Any:
    """Return the places from each begin on, as many as its length."""
    return np.repeat(begins - np.cumsum(lengths) + lengths, lengths) + np.arange(lengths.sum())


def varints(numbers: Any, width: int) -> Bytes:
    """Return numbers (n,) as (n, width) bytes of seven bits, the low ones first."""
    shifts = np.arange(width, dtype=np.uint64) * np.uint64(7)
    made: Bytes = (numbers.astype(np.uint64)[:, None] >> shifts & np.uint64(127)).astype(np.uint8)
    made[:, :-1] |= 128
    return made


def _constant(number: int, *said: int) -> Bytes:
    return np.broadcast_to(np.array(said, np.uint8), (number, len(said)))


def _names(cells: Cells) -> Bytes:
    """Return the entries (n, 19) of the cells' names: 15 hexadecimal digits."""
    shifts = np.arange(56, -4, -4).astype(np.uint64)
    digits = _DIGITS[(cells[:, None] >> shifts & np.uint64(15)).astype(np.intp)]
    return np.concatenate([_constant(len(cells), 0x22, 17, 0x0A, 15), digits], axis=1)


_DIGITS = np.frombuffer(b"0123456789abcdef", np.uint8)
