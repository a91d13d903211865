"""Tile cache in files, shared by all processes and by a web server in front of them.

A tile is ``<layer>/<z>/<x>/<y>.mvt.gz``: gzip, written once, moved into place whole. Its time of
change is not a time: it is the version of the data that the tile shows, so a look at the file tells
whether it is fresh, and its validator (version and length) is the one that nginx makes.
A layer's ``ready.json`` tells that all its tiles were rendered; from then on a tile that is not
there is an empty one, unless a change of the layer was announced that the reader has not heard of:
whoever throws stale tiles away announces their version first. Tiles of another kind (filtered, of
several layers, in another encoding) are kept under ``.more`` by a digest of what they are; there an
empty one is an empty file.
"""

import errno
import fcntl
import hashlib
import json
import os
import shutil
import threading
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple
from uuid import uuid4

from isal import isal_zlib

from layers.audience import PUBLIC, Audience
from layers.geo import TileId

ENDING = ".mvt.gz"
_GZIP = 31
"""zlib's word for a gzip frame with the largest window."""

_LEVEL = 3
"""Five times as fast as level 1 of zlib, and within two percent of the size of its level 6."""

_LOCKS = 512
_BLOCK = 4096
"""Bytes that a small file takes."""


class StoredTile(NamedTuple):
    """A stored tile: its file, the version that it shows, and its length in bytes, 0 when empty."""

    file: str
    version: int
    length: int

    def tag(self, audience: Audience) -> str:
        """Return the strong validator, without quotes; that of everybody's tiles is nginx's."""
        plain = f"{self.version:x}-{self.length:x}"
        return plain if audience == PUBLIC else f"{plain}-{_digest(audience)[:12]}"


class PyramidManifest(NamedTuple):
    """What a complete set of tiles shows: a version, the zooms, and the declaration they follow."""

    version: int
    minzoom: int
    maxzoom: int
    digest: str


class Store:
    """The tiles of one database in a folder. A tile is named by its path without the ending."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._ready: dict[str, tuple[tuple[int, int], PyramidManifest | None]] = {}

    def claim(self, database: str) -> None:
        """Take the folder for a database; tiles of another one are thrown away."""
        if not self.belongs_to(database):
            self.clear()
            _write(self.folder / "database", database.encode())

    def clear(self, layer_id: str | None = None) -> None:
        """Throw the tiles of a layer away, or all; at once, whatever their number."""
        victim = self.folder / layer_id if layer_id else self.folder
        gone = victim.with_name(f".{victim.name}-{uuid4().hex}")
        with suppress(FileNotFoundError):
            victim.rename(gone)
            shutil.rmtree(gone, ignore_errors=True)

    def find(self, name: str) -> StoredTile | None:
        """Look for a tile; None when it is not there."""
        file = f"{self.folder}/{name}{ENDING}"
        try:
            state = os.stat(file)  # noqa: PTH116 - a Path costs more than the look itself
        except OSError:
            return None
        return StoredTile(file, int(state.st_mtime), state.st_size)

    def read(self, name: str, version: int) -> bytes | None:
        """Return a tile that shows at least a version; None when there is none."""
        with suppress(FileNotFoundError), open(f"{self.folder}/{name}{ENDING}", "rb") as file:  # noqa: PTH123
            if os.fstat(file.fileno()).st_mtime >= version:
                return file.read()
        return None

    def belongs_to(self, database: str) -> bool:
        """Tell whether the tiles are those of a database."""
        mark = self.folder / "database"
        return mark.is_file() and mark.read_text() == database

    def put(self, name: str, version: int, packed: bytes) -> StoredTile:
        """Keep a tile as it is at a version, unless a newer one is there."""
        known = self.find(name)
        if known is None or known.version <= version:
            _write(Path(f"{self.folder}/{name}{ENDING}"), packed, version)
        return StoredTile(f"{self.folder}/{name}{ENDING}", version, len(packed))

    def drop_older(self, name: str, version: int) -> bool:
        """Throw a tile away if it shows less than a version; tell whether it did."""
        known = self.find(name)
        if known is None or known.version >= version:
            return False
        # Moved aside before it is judged for good: a new one may have come into its place.
        aside = f"{known.file}.{uuid4().hex}"
        try:
            os.rename(known.file, aside)  # noqa: PTH104
            if os.stat(aside).st_mtime >= version:  # noqa: PTH116
                with suppress(FileExistsError):
                    os.link(aside, known.file)
            os.unlink(aside)  # noqa: PTH108
        except FileNotFoundError:
            return False
        return True

    def layers(self) -> list[str]:
        """Return the layers of which tiles are kept, whether they are still declared or not."""
        return [f.name for f in self.folder.glob("[a-z]*") if f.is_dir()]

    def tiles(self, layer_id: str) -> Iterator[TileId]:
        """Go through the tiles that are kept of a layer."""
        for file in (self.folder / layer_id).glob(f"*/*/*{ENDING}"):
            z, x, y = file.parts[-3], file.parts[-2], file.name.removesuffix(ENDING)
            if z.isdigit() and x.isdigit() and y.isdigit():
                yield TileId(int(z), int(x), int(y))

    def ready(self, layer_id: str) -> PyramidManifest | None:
        """Return what a layer's complete set of tiles shows; None when there is none."""
        file = f"{self.folder}/{layer_id}/ready.json"
        try:
            state = os.stat(file)  # noqa: PTH116
        except OSError:
            return None
        # The clock of files is coarse; a file in the place of another has a new number.
        changed = (state.st_mtime_ns, state.st_ino)
        known = self._ready.get(layer_id)
        if known and known[0] == changed:
            return known[1]
        try:
            manifest: PyramidManifest | None = PyramidManifest(
                **json.loads(Path(file).read_bytes())
            )
        except (OSError, ValueError, TypeError):
            manifest = None
        self._ready[layer_id] = (changed, manifest)
        return manifest

    def set_ready(self, layer_id: str, ready: PyramidManifest) -> None:
        """Write that a layer's tiles are complete."""
        _write(self.folder / layer_id / "ready.json", json.dumps(ready._asdict()).encode())

    def announce(self, layer_id: str, version: int) -> None:
        """Write ahead that tiles of a layer which show less than a version may be thrown away.

        A process that has not heard of the version must not take what is missing for empty.
        """
        # With a lock of its own: that of a tile may be held for as long as the tile is drawn.
        with self._locked("announced"):
            if self.announced(layer_id) < version:
                _write(self.folder / ".announced" / layer_id, b"", version)

    def announced(self, layer_id: str) -> int:
        """Return the highest version that was announced for a layer; 0 when none was."""
        try:
            return int(os.stat(f"{self.folder}/.announced/{layer_id}").st_mtime)  # noqa: PTH116
        except OSError:
            return 0

    def latest(self) -> int:
        """Return the highest version that was announced for any layer; 0 when none was."""
        folder = self.folder / ".announced"
        return max((self.announced(file.name) for file in folder.glob("*")), default=0)

    def synced(self) -> int:
        """Return the version up to which stale tiles were thrown away."""
        try:
            return int((self.folder / "synced").read_text())
        except (OSError, ValueError):
            return 0

    def set_synced(self, version: int) -> None:
        """Write the version up to which stale tiles were thrown away."""
        _write(self.folder / "synced", str(version).encode())

    def sweep(self, most: int) -> int:
        """Throw the oldest of the other tiles away until they take at most so many bytes."""
        files = []
        for file in (self.folder / ".more").glob(f"*/*{ENDING}"):
            with suppress(FileNotFoundError):
                state = file.stat()
                files.append((state.st_ctime_ns, max(state.st_size, _BLOCK), file))
        excess = sum(size for _, size, _ in files) - most
        freed = 0
        for _, size, file in sorted(files):
            if freed >= excess:
                break
            file.unlink(missing_ok=True)
            freed += size
        return freed

    @contextmanager
    def alone(self, name: str) -> Iterator[None]:
        """File lock: keeps all others, in any process, from making the same tile meanwhile."""
        with self._locked(str(zlib.crc32(name.encode()) % _LOCKS)):
            yield

    @contextmanager
    def _locked(self, slot: str) -> Iterator[None]:
        folder = self.folder / ".locks"
        file = folder / slot
        try:
            lock = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
        except FileNotFoundError:
            folder.mkdir(parents=True, exist_ok=True)
            lock = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)


def name_of(layer_id: str, at: TileId, audience: Audience) -> str:
    """Name the tile of a layer; one that everybody may see is where a web server looks for it."""
    if audience == PUBLIC:
        return f"{layer_id}/{at.z}/{at.x}/{at.y}"
    return name_of_more(audience, layer_id, at)


def name_of_more(audience: Audience, *what: object) -> str:
    """Name a tile of another kind by who may see it and all that decides what is in it."""
    digest = _digest(audience, *what)
    return f".more/{digest[:2]}/{digest[2:]}"


def _digest(*what: object) -> str:
    return hashlib.blake2b(repr(what).encode(), digest_size=16).hexdigest()


def pack(body: bytes, level: int = _LEVEL) -> bytes:
    """Compress with gzip; the same bytes every time. Levels are those of ISA-L, 0 to 3."""
    packed: bytes = isal_zlib.compress(body, level, _GZIP) if body else b""
    return packed


def unpack(packed: bytes) -> bytes:
    """Undo ``pack``."""
    unpacked: bytes = isal_zlib.decompress(packed, _GZIP) if packed else b""
    return unpacked


def _write(file: Path, body: bytes, version: int | None = None) -> None:
    """Write a file so that readers see all of it or none."""
    unfinished = f"{file}.{os.getpid()}-{threading.get_ident()}"
    try:
        opened = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    except FileNotFoundError:
        file.parent.mkdir(parents=True, exist_ok=True)
        opened = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    try:
        _write_all(opened, body)
        if version is not None:
            os.utime(opened, (version, version))
        os.rename(unfinished, file)  # noqa: PTH104
    except OSError:
        Path(unfinished).unlink(missing_ok=True)
        raise
    finally:
        os.close(opened)


def _write_all(opened: int, body: bytes) -> None:
    # A disk that becomes full takes a part of it without an error.
    if os.write(opened, body) < len(body):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
