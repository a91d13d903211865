"""Tiles of one or several layers into one PMTiles archive, by several processes."""

import gzip
import hashlib
import itertools
import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

from pmtiles.tile import tileid_to_zxy, zxy_to_tileid

from layers.audience import PUBLIC
from layers.geo import BBox, TileId
from layers.model import Layer
from sql.connection import Connection
from tiles import changes, mvt, pyramid, tilejson, workers
from tiles.archive import ArchiveError, ArchiveExists, Packed, Partial, Place
from tiles.pyramid import Connect, Progress
from tiles.store import Store, name_of, unpack
from tiles.tilejson import About
from tiles.versions import Versions

_FORMAT = 1
"""Raised when the same data give another archive than before."""

_CHUNK, _FEW = 128, 256
"""Tiles that a process draws at a time; tiles for which no other process is started."""

_LEVEL = 6


class NothingToExport(ArchiveError):
    """No layer has a row in a tile."""

    def __init__(self, layer_ids: Iterable[str]) -> None:
        super().__init__(f"There is nothing to export: no rows in {', '.join(layer_ids)}.")


class Part(NamedTuple):
    """A layer in an archive: its zooms there, and the version of its data."""

    layer: Layer
    maxzoom: int
    version: int

    @property
    def minzoom(self) -> int:
        """The first zoom with tiles."""
        return self.layer.tiles.minzoom


class Plan(NamedTuple):
    """What an archive will hold: layers, and the ids of all tiles in which one may have something.

    The ids go up: zoom by zoom along the Hilbert curve, the order of the archive.
    """

    parts: tuple[Part, ...]
    tile_ids: tuple[int, ...]
    empty: tuple[str, ...] = ()
    """Layers that were wanted and have no row."""

    @property
    def identity(self) -> str:
        """All that decides what is in which chunk."""
        ids = hashlib.blake2b(repr(self.tile_ids).encode(), digest_size=16).hexdigest()
        parts = [
            (p.layer.id, p.maxzoom, p.version, pyramid.digest(p.layer, PUBLIC)) for p in self.parts
        ]
        return json.dumps([_FORMAT, _CHUNK, parts, len(self.tile_ids), ids])

    @property
    def zooms(self) -> tuple[int, int]:
        """The first and the last zoom that has a tile."""
        return tileid_to_zxy(self.tile_ids[0])[0], tileid_to_zxy(self.tile_ids[-1])[0]

    def chunks(self) -> Iterator[tuple[int, ...]]:
        """Yield the ids in portions that are written at once."""
        return itertools.batched(self.tile_ids, _CHUNK)


class ExportMetadata(NamedTuple):
    """What a reader of the archive is told of a layer, and of the archive as a whole its name."""

    about: Mapping[str, About]
    name: str


class ExportContext(NamedTuple):
    """Tiles that are ready, and who draws the others; ``connect`` is a function of a module."""

    store: Store
    connect: Connect
    processes: int


class Written(NamedTuple):
    """A finished archive: tiles, contents that differ, bytes, tiles taken from a killed run.

    ``dropped`` tells that what a killed run had left did not fit any more; ``changed`` names the
    layers whose data changed meanwhile.
    """

    tiles: int
    contents: int
    length: int
    resumed: int
    dropped: bool
    changed: tuple[str, ...]


def plan(wanted: Iterable[Part], occupied: Mapping[str, Sequence[TileId]]) -> Plan:
    """Put the tiles of several layers into the order of an archive. Pure.

    Raises:
        NothingToExport: there is no tile.
    """
    parts = tuple(wanted)
    ids = {zxy_to_tileid(*at) for part in parts for at in occupied[part.layer.id]}
    if not ids:
        raise NothingToExport(part.layer.id for part in parts)
    shown = tuple(part for part in parts if occupied[part.layer.id])
    empty = tuple(part.layer.id for part in parts if not occupied[part.layer.id])
    return Plan(shown, tuple(sorted(ids)), empty)


def survey(conn: Connection, layers: Sequence[Layer], maxzoom: int | None) -> Plan:
    """Look up what is to be exported; ``maxzoom`` takes the place of each layer's own.

    Raises:
        NothingToExport: no layer has a row.
    """
    changes.drain(conn)
    parts = [
        Part(
            layer,
            layer.tiles.maxzoom if maxzoom is None else maxzoom,
            changes.version(conn, layer.id),
        )
        for layer in layers
    ]
    return plan(parts, {part.layer.id: _occupied(conn, part) for part in parts})


def _occupied(conn: Connection, part: Part) -> list[TileId]:
    levels = pyramid.levels(conn, part.layer, part.maxzoom)
    return list(itertools.chain.from_iterable(levels))


def refuse(out: Path, *, force: bool) -> None:
    """Refuse to write over something.

    Raises:
        ArchiveExists: it is there, and ``force`` was not said; or it is no file.
    """
    if out.exists() and not (force and out.is_file()):
        raise ArchiveExists(out)


def run(
    planned: Plan, out: Path, told: ExportMetadata, means: ExportContext, progress: Progress
) -> Written:
    """Write an archive; ``out`` is there only when it is complete.

    Tiles that are ready in the store are taken from there, others are drawn; the store is only
    read. What is committed while this runs may be in it or not.

    Raises:
        ArchiveError: with what to do.
    """
    with Partial(out) as partial, closing(means.connect()) as conn:
        dropped = partial.begin(planned.identity)
        resumed, done = partial.addressed, partial.chunks
        task = _task(conn, planned, means.store)
        total = len(planned.tile_ids)
        progress(min(done * _CHUNK, total), total)
        left = list(planned.chunks())[done:]
        for drawn in _drawn(task, left, conn, means):
            partial.add(drawn)
            progress(min(partial.chunks * _CHUNK, total), total)
        if not partial.addressed:
            raise NothingToExport(part.layer.id for part in planned.parts)
        tiles, contents = partial.addressed, partial.contents
        length = partial.finish(place(planned, told), metadata(planned, told))
        return Written(tiles, contents, length, resumed, dropped, _changed(conn, planned))


def _changed(conn: Connection, planned: Plan) -> tuple[str, ...]:
    changes.publish(conn)
    now = {part.layer.id: changes.version(conn, part.layer.id) for part in planned.parts}
    return tuple(part.layer.id for part in planned.parts if now[part.layer.id] > part.version)


class _Task(NamedTuple):
    parts: tuple[Part, ...]
    store: Store
    ready: frozenset[str]
    """Layers whose tiles in the store follow the present declaration."""
    versions: Versions


def _task(conn: Connection, planned: Plan, store: Store) -> _Task:
    versions = Versions()
    versions.apply(changes.since(conn, 0))
    ready: list[str] = []
    if store.belongs_to(changes.database_id(conn)):
        for layer in (part.layer for part in planned.parts):
            drawn = store.ready(layer.id)
            if drawn and drawn.digest == pyramid.digest(layer, PUBLIC):
                ready.append(layer.id)
    return _Task(planned.parts, store, frozenset(ready), versions)


def _drawn(
    task: _Task, chunks: Sequence[Sequence[int]], conn: Connection, means: ExportContext
) -> Iterator[list[Packed]]:
    if len(chunks) * _CHUNK <= _FEW:
        yield from (_draw(task, conn, chunk) for chunk in chunks)
        return
    pool = workers.pool(means.processes, _begin, task, means.connect)
    try:
        yield from pool.map(_draw_here, chunks)
    finally:
        pool.shutdown(cancel_futures=True)


_own: list[tuple[_Task, Connection]] = []
"""What a worker process holds."""


def _begin(task: _Task, connect: Connect) -> None:
    _own.append((task, pyramid.calm(connect())))


def _draw_here(tile_ids: Sequence[int]) -> list[Packed]:
    return _draw(*_own[0], tile_ids)


def _draw(task: _Task, conn: Connection, tile_ids: Sequence[int]) -> list[Packed]:
    made = ((tile_id, _body(task, conn, TileId(*tileid_to_zxy(tile_id)))) for tile_id in tile_ids)
    return [Packed(tile_id, pack(body)) for tile_id, body in made if body]


def pack(body: bytes) -> bytes:
    """Compress with gzip, smaller and slower than for the store: written once, read often.

    Equal tiles give equal bytes, which the store, with its several levels, does not promise.
    """
    return gzip.compress(body, _LEVEL, mtime=0)


def _body(task: _Task, conn: Connection, at: TileId) -> bytes:
    """Return the tile of all layers: the layers of an MVT may simply stand one after the other."""
    shown = [part.layer for part in task.parts if part.minzoom <= at.z <= part.maxzoom]
    return b"".join(_of_layer(task, conn, layer, at) for layer in shown)


def _of_layer(task: _Task, conn: Connection, layer: Layer, at: TileId) -> bytes:
    packed = None
    if layer.id in task.ready:
        name = name_of(layer.id, at, PUBLIC)
        packed = task.store.read(name, task.versions.tile(layer.id, at))
    return mvt.tile(conn, layer, at) if packed is None else unpack(packed)


def place(planned: Plan, told: ExportMetadata) -> Place:
    """Return where a map of the archive opens: all of the boxes, as near as they fit. Pure."""
    boxes = [told.about[part.layer.id].bounds for part in planned.parts]
    west, south, east, north = zip(*boxes, strict=True)
    box = BBox(min(west), min(south), max(east), max(north))
    minzoom, maxzoom = planned.zooms
    wide = max(box.east - box.west, 1e-6)
    # A tile is 512 pixels on a screen; two of them show the box.
    fits = math.floor(math.log2(2 * 360 / wide))
    return Place(box, minzoom, maxzoom, max(minzoom, min(maxzoom, fits)))


def metadata(planned: Plan, told: ExportMetadata) -> dict[str, Any]:
    """Return the archive's JSON metadata: names, layers with fields, whom to name. Pure."""
    described = [
        (part, tilejson.vector(part.layer, told.about[part.layer.id])) for part in planned.parts
    ]
    said = {
        "name": told.name,
        "description": " · ".join(document["name"] for _, document in described),
        "attribution": " · ".join(dict.fromkeys(d["attribution"] for _, d in described)),
        "type": "overlay",
        "version": ".".join(str(part.version) for part in planned.parts),
    }
    layers = [
        {**layer, "maxzoom": part.maxzoom}
        for part, document in described
        for layer in document["vector_layers"]
    ]
    return {**said, "vector_layers": layers}
