"""A PMTiles archive (version 3) while it is written: complete chunk by chunk, or not there.

Beside ``OUT`` stands the folder ``OUT.partial`` with the archive in the making and a journal of
what is in it, so a run that was killed goes on where it was. The header and the root directory
keep to the first 16 KiB, as they must; tiles follow in the order of their ids, each content once,
then the leaf directories and the metadata. The format itself is the library's.
"""

import errno
import fcntl
import gzip
import hashlib
import json
import os
import shutil
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import IO, Any, NamedTuple

from pmtiles.tile import Compression, Entry, TileType, serialize_header
from pmtiles.writer import optimize_directories

from layers.errors import GisError
from layers.geo import BBox

_HEADER = 127
_FIRST = 16_384
"""Bytes in which the header and the root directory have to be."""

_SAVED_EVERY = 2.0
"""Seconds of work that a kill may cost."""


class ArchiveError(GisError):
    """An archive cannot be written."""


class ArchiveExists(ArchiveError):
    """Something is there already."""

    def __init__(self, out: Path) -> None:
        super().__init__(f"{out} is there already; --force writes a new one in its place.")


class FolderMissing(ArchiveError):
    """There is no folder to write into."""

    def __init__(self, folder: Path) -> None:
        super().__init__(f"There is no folder {folder}; make it, or name another.")


class ArchiveBusy(ArchiveError):
    """Another process writes the same archive."""

    def __init__(self, out: Path) -> None:
        super().__init__(f"Another export writes {out} at this moment; wait for it, or end it.")


class DiskFull(ArchiveError):
    """The disk is full."""

    def __init__(self, folder: Path) -> None:
        super().__init__(
            f"The disk of {folder} is full: free some space and run the same command again;"
            " it goes on where it was."
        )


class Place(NamedTuple):
    """Where a map of the archive opens: a box in degrees (EPSG:4326), zooms, and the first zoom."""

    bounds: BBox
    minzoom: int
    maxzoom: int
    centre_zoom: int


class Packed(NamedTuple):
    """A tile that is not empty: its id on the Hilbert curve and its compressed bytes."""

    tile_id: int
    body: bytes


class Partial:
    """The archive in the making, as a context: it is locked while it is written."""

    def __init__(self, out: Path) -> None:
        self.out = out
        self.folder = out.with_name(f"{out.name}.partial")
        self.chunks = 0
        """Chunks that are in it."""
        self.addressed = 0
        self._entries: list[Any] = []
        self._offsets: dict[bytes, int] = {}
        self._end = 0
        self._unsaved: list[str] = []
        self._saved_at = 0.0

    def __enter__(self) -> "Partial":
        if not self.out.absolute().parent.is_dir():
            raise FolderMissing(self.out.absolute().parent)
        self.folder.mkdir(exist_ok=True)
        self._lock = os.open(self.folder / "lock", os.O_RDWR | os.O_CREAT, 0o644)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(self._lock)
            raise ArchiveBusy(self.out) from None
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with suppress(AttributeError, OSError):
            self._file.close()
        os.close(self._lock)
        if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise DiskFull(self.folder.absolute().parent) from error

    @property
    def contents(self) -> int:
        """Tiles that differ from each other."""
        return len(self._offsets)

    def begin(self, identity: str) -> bool:
        """Take up what an earlier run left, if it was the same; tell whether another was dropped.

        Args:
            identity: all that decides what is in which chunk.
        """
        mark = self.folder / "identity"
        same = mark.is_file() and mark.read_text() == identity
        dropped = mark.is_file() and not same
        if not same:
            for name in ("journal", "archive"):
                (self.folder / name).unlink(missing_ok=True)
            mark.write_text(identity)
        opened = os.open(self.folder / "archive", os.O_RDWR | os.O_CREAT, 0o644)
        self._file: IO[bytes] = os.fdopen(opened, "r+b")
        if same:
            self._take_up()
        self._file.truncate(_FIRST + self._end)
        self._file.seek(_FIRST + self._end)
        return dropped

    def _take_up(self) -> None:
        size = os.fstat(self._file.fileno()).st_size
        good = 0
        with (self.folder / "journal").open("a+b") as journal:
            journal.seek(0)
            for line in journal:
                if not line.endswith(b"\n"):
                    break
                tiles = json.loads(line)
                if _FIRST + self._end + self._new(tiles) > size:
                    break
                self._note(tiles)
                good += len(line)
            journal.truncate(good)

    def _new(self, tiles: Iterable[tuple[int, str, int]]) -> int:
        lengths = {bytes.fromhex(digest): length for _, digest, length in tiles}
        return sum(lengths[digest] for digest in lengths.keys() - self._offsets.keys())

    def add(self, tiles: Iterable[Packed]) -> None:
        """Write the next chunk; ids go up, also from chunk to chunk."""
        noted = []
        for tile_id, body in tiles:
            digest = hashlib.blake2b(body, digest_size=16).digest()
            offset = self._offsets.get(digest)
            if offset is None:
                self._file.write(body)
            noted.append((tile_id, digest.hex(), len(body)))
            self._put(tile_id, digest, len(body))
        self.chunks += 1
        self._unsaved.append(json.dumps(noted, separators=(",", ":")))
        if time.monotonic() - self._saved_at > _SAVED_EVERY:
            self._save()

    def _note(self, tiles: Iterable[tuple[int, str, int]]) -> None:
        for tile_id, digest, length in tiles:
            self._put(tile_id, bytes.fromhex(digest), length)
        self.chunks += 1

    def _put(self, tile_id: int, digest: bytes, length: int) -> None:
        offset = self._offsets.setdefault(digest, self._end)
        if offset == self._end:
            self._end += length
        last = self._entries[-1] if self._entries else None
        if last and last.offset == offset and last.tile_id + last.run_length == tile_id:
            last.run_length += 1
        else:
            self._entries.append(Entry(tile_id, offset, length, 1))
        self.addressed += 1

    def _save(self) -> None:
        # The tiles before the journal: what it names has to be there even after a power cut.
        self._file.flush()
        os.fsync(self._file.fileno())
        with (self.folder / "journal").open("a") as journal:
            journal.writelines(f"{line}\n" for line in self._unsaved)
        self._unsaved.clear()
        self._saved_at = time.monotonic()

    def finish(self, place: Place, metadata: Mapping[str, Any]) -> int:
        """Write directories, metadata and header, move all into place; return the bytes."""
        root, leaves, _ = optimize_directories(self._entries, _FIRST - _HEADER)
        said = gzip.compress(json.dumps(metadata, ensure_ascii=False).encode(), mtime=0)
        self._file.write(leaves + said)
        self._file.seek(0)
        lengths = {"root": len(root), "leaf_directory": len(leaves), "metadata": len(said)}
        self._file.write(serialize_header({**self._header(lengths), **_placed(place)}) + root)
        self._save()
        size = os.fstat(self._file.fileno()).st_size
        (self.folder / "archive").replace(self.out)
        shutil.rmtree(self.folder)
        return size

    def _header(self, lengths: Mapping[str, int]) -> dict[str, Any]:
        leaves_at = _FIRST + self._end
        offsets = {
            "root": _HEADER,
            "tile_data": _FIRST,
            "leaf_directory": leaves_at,
            "metadata": leaves_at + lengths["leaf_directory"],
        }
        return {
            **{f"{name}_offset": offset for name, offset in offsets.items()},
            **{f"{name}_length": length for name, length in lengths.items()},
            "tile_data_length": self._end,
            "addressed_tiles_count": self.addressed,
            "tile_entries_count": len(self._entries),
            "tile_contents_count": len(self._offsets),
            "clustered": True,
            "internal_compression": Compression.GZIP,
            "tile_compression": Compression.GZIP,
            "tile_type": TileType.MVT,
        }


def _placed(place: Place) -> dict[str, int]:
    """Write a place as the header has it: degrees times ten million."""
    box = place.bounds
    lon, lat = (box.west + box.east) / 2, (box.south + box.north) / 2
    degrees = {
        "min_lon": box.west, "min_lat": box.south, "max_lon": box.east, "max_lat": box.north,
        "center_lon": lon, "center_lat": lat,
    }  # fmt: skip
    return {
        "min_zoom": place.minzoom,
        "max_zoom": place.maxzoom,
        "center_zoom": place.centre_zoom,
        **{f"{name}_e7": round(value * 1e7) for name, value in degrees.items()},
    }
