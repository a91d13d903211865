"""All tiles of a layer, drawn ahead of the first request by several processes."""

import hashlib
import itertools
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import NamedTuple

import sql
from layers import pixels
from layers.audience import PUBLIC, Audience
from layers.geo import TileId
from layers.model import Layer
from sql.connection import Connection
from sql.schemas import layer_table
from tiles import changes, mvt, workers
from tiles.store import PyramidManifest, Store, name_of, pack
from tiles.versions import Versions

Connect = Callable[[], Connection]
Progress = Callable[[int, int | None], None]
"""Told the tiles drawn so far and, when it is known, of how many."""

_FORMAT = 4
"""Raised when the same rows and declaration give other bytes than before."""

_FEW, _CHUNK = 40, 32


class Built(NamedTuple):
    """A finished pyramid: tiles that are not empty, their compressed bytes, version and time."""

    tiles: int
    length: int
    version: int
    seconds: float


def digest(layer: Layer, audience: Audience) -> str:
    """Return a digest of who sees tiles, and of what of a declaration decides how they look.

    Tiles of different ones cannot be mixed.
    """
    key = (layer.id, audience)
    known = _digests.get(key)
    if known is None or known[0] is not layer:
        known = _digests[key] = (layer, _digest(layer, audience))
    return known[1]


_digests: dict[tuple[str, Audience], tuple[Layer, str]] = {}
"""What was found last, by layer and audience, with the layer that it is of."""


def _digest(layer: Layer, audience: Audience) -> str:
    parts = (
        _FORMAT,
        audience,
        layer.id,
        layer.key,
        layer.tiles,
        layer.geometry,
        tuple((field.name, field.type.value) for field in layer.public.values()),
        # Of points, what needs an eye stands for the others.
        layer.attention,
        layer.always_visible,
    )
    return hashlib.blake2b(repr(parts).encode(), digest_size=8).hexdigest()


def build(
    layer: Layer, store: Store, connect: Connect, progress: Progress, *, processes: int
) -> Built:
    """Draw every tile that everybody may see; older ones that are empty now are thrown away.

    ``connect`` goes to other processes, so it has to be a function of a module.

    Readers go on meanwhile. A change that is committed while this runs has a later version, so the
    tiles that it touches are drawn again when they are asked for.
    """
    begun = time.monotonic()
    with connect() as conn:
        changes.drain(conn)
        version = changes.version(conn, layer.id)
        count = length = 0
        task = _Task(layer, store, version, Versions(version))
        with _Drawing(task, calm(conn), connect, processes) as drawing:
            for tiles in levels(conn, layer, layer.tiles.maxzoom):
                for sizes in drawing.draw(tiles):
                    count += len(sizes)
                    length += sum(sizes)
                    progress(count, None)
    _drop_rest(layer, store, version)
    zooms = (layer.tiles.minzoom, layer.tiles.maxzoom)
    store.set_ready(layer.id, PyramidManifest(version, *zooms, digest(layer, PUBLIC)))
    return Built(count, length, version, time.monotonic() - begun)


def levels(conn: Connection, layer: Layer, maxzoom: int) -> Iterator[Sequence[TileId]]:
    """Yield the tiles in which something is, zoom by zoom, from the layer's first zoom on."""
    tiles = [TileId(0, 0, 0)]
    for zoom in range(maxzoom + 1):
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
    statement = sql.query("tile_children").format(table=layer_table(layer.id))
    return [TileId(zoom, x, y) for x, y in conn.execute(statement, values)]


class _Task(NamedTuple):
    layer: Layer
    store: Store
    version: int
    versions: Versions
    """What a process hears of changes while it draws."""


class _Drawing:
    """Draws tiles: a few in this process, many in others."""

    def __init__(self, task: _Task, conn: Connection, connect: Connect, processes: int) -> None:
        self._task, self._conn = task, conn
        self._connect, self._processes = connect, processes
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> "_Drawing":
        return self

    def __exit__(self, *_: object) -> None:
        if self._pool:
            self._pool.shutdown(cancel_futures=True)

    def draw(self, tiles: Sequence[TileId]) -> Iterable[list[int]]:
        """Draw and keep tiles; yield the lengths of those that are not empty."""
        if self._pool is None and len(tiles) <= _FEW:
            return [_draw(self._task, self._conn, tiles)]
        if self._pool is None:
            self._pool = workers.pool(self._processes, _begin, self._task, self._connect)
        size = max(1, min(_CHUNK, len(tiles) // 8))
        return self._pool.map(_draw_here, itertools.batched(tiles, size))


_own: list[tuple[_Task, Connection]] = []
"""What a worker process holds."""


def _begin(task: _Task, connect: Connect) -> None:
    _own.append((task, calm(connect())))


def calm(conn: Connection) -> Connection:
    """Keep a connection to one core: the others have their own work."""
    conn.execute("SET jit = off")
    conn.execute("SET max_parallel_workers_per_gather = 0")
    return conn


def _draw_here(tiles: Sequence[TileId]) -> list[int]:
    return _draw(*_own[0], tiles)


def _draw(task: _Task, conn: Connection, tiles: Sequence[TileId]) -> list[int]:
    lengths = []
    for at in tiles:
        body = mvt.tile(conn, task.layer, at)
        if body:
            name = name_of(task.layer.id, at, PUBLIC)
            lengths.append(task.store.put(name, task.version, pack(body)).length)
    _drop_outdated(task, conn, tiles)
    return lengths


def _drop_outdated(task: _Task, conn: Connection, drawn: Sequence[TileId]) -> None:
    """Throw away what a change has touched that servers may have heard of before it was put.

    They threw away what was there then; a web server in front would find this and ask nobody.
    """
    heard = changes.since(conn, task.versions.seen)
    latest = max((change.version for change in heard if change.layer == task.layer.id), default=0)
    if latest:
        task.store.announce(task.layer.id, latest)
    task.versions.apply(heard)
    if task.versions.layer(task.layer.id) <= task.version:
        return
    for at in drawn:
        needed = task.versions.tile(task.layer.id, at)
        task.store.drop_older(name_of(task.layer.id, at, PUBLIC), needed)


def _drop_rest(layer: Layer, store: Store, version: int) -> None:
    for at in list(store.tiles(layer.id)):
        store.drop_older(name_of(layer.id, at, PUBLIC), version)
