"""All tiles of a layer, drawn ahead of the first request by several processes."""

import hashlib
import itertools
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any, NamedTuple

import psycopg

import sql
from layers import pixels
from layers.geo import TileId
from layers.model import Layer
from tiles import changes, mvt, statements, store
from tiles.store import Ready, Store

Connection = psycopg.Connection[Any]
Connect = Callable[[], Connection]
Progress = Callable[[int, int | None], None]
"""Told the tiles drawn so far and, when it is known, of how many."""

_FORMAT = 1
"""Raised when the same rows and declaration give other bytes than before."""

_CHUNK = 32
_LEVEL = 6


class Built(NamedTuple):
    """A finished pyramid: tiles that are not empty, their compressed bytes, version and time."""

    tiles: int
    length: int
    version: int
    seconds: float


def form(layer: Layer) -> str:
    """Return what of a declaration decides how tiles look; others cannot be mixed with these."""
    said = (_FORMAT, layer.id, layer.key, layer.tiles, layer.geometry, tuple(layer.public))
    return hashlib.blake2b(repr(said).encode(), digest_size=8).hexdigest()


def build(
    layer: Layer, kept: Store, connect: Connect, progress: Progress, *, processes: int
) -> Built:
    """Draw every tile of a layer and keep it; older ones that are empty now are thrown away.

    Readers go on meanwhile. A change that is committed while this runs has a later version, so the
    tiles that it touches are drawn again when they are asked for.
    """
    begun = time.monotonic()
    with connect() as conn:
        changes.settle(conn)
        version = changes.version(conn, layer.id)
        count = length = 0
        with _workers(layer, kept, connect, version, processes) as draw:
            for tiles in _levels(conn, layer):
                for sizes in draw(tiles):
                    count += len(sizes)
                    length += sum(sizes)
                    progress(count, None)
    _drop_rest(layer, kept, version)
    kept.set_ready(layer.id, Ready(version, layer.tiles.minzoom, layer.tiles.maxzoom, form(layer)))
    return Built(count, length, version, time.monotonic() - begun)


def _levels(conn: Connection, layer: Layer) -> Iterator[Sequence[TileId]]:
    """Yield the tiles in which something is, zoom by zoom, from the first zoom on."""
    tiles = [TileId(0, 0, 0)]
    for zoom in range(layer.tiles.maxzoom + 1):
        tiles = _occupied(conn, layer, tiles)
        if zoom >= layer.tiles.minzoom:
            yield tiles
        tiles = [
            TileId(zoom + 1, 2 * at.x + right, 2 * at.y + down)
            for at in tiles
            for right, down in itertools.product((0, 1), repeat=2)
        ]


def _occupied(conn: Connection, layer: Layer, tiles: Sequence[TileId]) -> list[TileId]:
    if not tiles:
        return []
    zoom, side = tiles[0].z, float(pixels.side(tiles[0].z))
    values = {
        "xs": [at.x for at in tiles],
        "ys": [at.y for at in tiles],
        "side": side,
        # The margin of the finest zoom's neighbours too: a parent must not hide a child.
        "margin": side * pixels.margin(layer) / pixels.EXTENT,
    }
    statement = sql.query("tile_children").format(table=statements.table(layer))
    return [TileId(zoom, x, y) for x, y in conn.execute(statement, values)]


class _Task(NamedTuple):
    layer: Layer
    kept: Store
    version: int


_own: dict[str, Any] = {}
"""What a worker process holds: its task and its connection."""


class _workers:  # noqa: N801 - a context, used like a function
    def __init__(
        self, layer: Layer, kept: Store, connect: Connect, version: int, processes: int
    ) -> None:
        self._pool = ProcessPoolExecutor(
            processes,
            mp_context=get_context("fork"),
            initializer=_begin,
            initargs=(_Task(layer, kept, version), connect),
        )

    def __enter__(self) -> Callable[[Sequence[TileId]], Iterable[list[int]]]:
        self._pool.__enter__()
        return self._draw

    def __exit__(self, *error: Any) -> None:
        self._pool.__exit__(*error)

    def _draw(self, tiles: Sequence[TileId]) -> Iterable[list[int]]:
        size = max(1, min(_CHUNK, len(tiles) // 8))
        return self._pool.map(_draw, itertools.batched(tiles, size))


def _begin(task: _Task, connect: Connect) -> None:
    conn = connect()
    conn.execute("SET jit = off")
    conn.execute("SET max_parallel_workers_per_gather = 0")
    _own.update(task=task, conn=conn)


def _draw(tiles: Sequence[TileId]) -> list[int]:
    """Draw and keep some tiles; return the lengths of those that are not empty."""
    task: _Task = _own["task"]
    found = []
    for at in tiles:
        body = mvt.tile(_own["conn"], task.layer, at)
        if body:
            name = store.name_of(task.layer.id, at)
            found.append(task.kept.put(name, task.version, store.pack(body, _LEVEL)).length)
    return found


def _drop_rest(layer: Layer, kept: Store, version: int) -> None:
    for at in list(kept.tiles(layer.id)):
        kept.drop_older(store.name_of(layer.id, at), version)
