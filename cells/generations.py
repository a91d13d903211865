"""Generations of cubes on disk: numbered folders, and a link that is swapped to the current one."""

import fcntl
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from cells import cube as cubes
from cells.cube import Cube

_CURRENT = "current"
_KEPT = 2
"""Cubes of a layer that stay: one that is being opened may just have been replaced."""


@dataclass(frozen=True, slots=True)
class CubeManifest:
    """Manifest of a cube: what it holds.

    Every change that ``snapshot`` shows in the table ``identity`` is counted, of events whose
    declaration has this ``digest``.
    """

    identity: str
    digest: str
    snapshot: str


@dataclass(frozen=True, slots=True)
class Generation:
    """A cube in its folder."""

    folder: Path
    manifest: CubeManifest

    def load(self) -> Cube:
        """Return the cube, its arrays mapped."""
        return cubes.load(self.folder)


class Generations:
    """The cubes of all layers. Whoever builds one is alone; readers need not be kept out."""

    def __init__(self, root: Path) -> None:
        self._root = root

    @contextmanager
    def building(self, layer_id: str) -> Iterator[None]:
        """Hold the file lock of those who build or remove cubes of a layer; wait for it.

        Two who build at once would take the same number. The kernel gives the lock back when a
        process dies. It lies beside the layer's folder, as that may be removed.
        """
        self._root.mkdir(parents=True, exist_ok=True)
        with (self._root / f"{layer_id}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def current(self, layer_id: str) -> Generation | None:
        """Return the newest cube of a layer; None where there is none that can be read."""
        link = self._root / layer_id / _CURRENT
        try:
            folder = link.parent / link.readlink()
            described = json.loads((folder / "manifest.json").read_text("utf-8"))
            return Generation(folder, CubeManifest(**described))
        except (OSError, ValueError, TypeError):
            return None

    def name(self, layer_id: str) -> str:
        """Return what tells the newest cube of a layer from older ones; empty without one."""
        try:
            return str((self._root / layer_id / _CURRENT).readlink())
        except OSError:
            return ""

    def publish(self, layer_id: str, cube: Cube, manifest: CubeManifest) -> Generation:
        """Write a cube and make it the current one; those before the last are removed.

        To be called within `building`.
        """
        place = self._root / layer_id
        place.mkdir(parents=True, exist_ok=True)
        number = max(self._numbers(place), default=0) + 1
        folder = place / f"{number:08}"
        folder.mkdir()
        cubes.save(cube, folder)
        (folder / "manifest.json").write_text(json.dumps(asdict(manifest)), "utf-8")
        new = place / "new"
        new.unlink(missing_ok=True)
        new.symlink_to(folder.name)
        new.replace(place / _CURRENT)
        for old in sorted(self._numbers(place))[:-_KEPT]:
            shutil.rmtree(place / f"{old:08}", ignore_errors=True)
        return Generation(folder, manifest)

    def clear(self, layer_id: str) -> None:
        """Remove the cubes of a layer."""
        with self.building(layer_id):
            shutil.rmtree(self._root / layer_id, ignore_errors=True)

    def layers(self) -> list[str]:
        """Name the layers that have a folder."""
        places = self._root.iterdir() if self._root.is_dir() else ()
        return sorted(place.name for place in places if place.is_dir())

    @staticmethod
    def _numbers(place: Path) -> list[int]:
        return [int(p.name) for p in place.iterdir() if p.name.isdigit()]
