"""Hot reload: the declared layers of an installation, read anew when one of their files changes."""

import logging
import os
import stat
import time
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

from layers import registry
from layers.errors import LayerInvalid
from layers.registry import Layers, Readings

log = logging.getLogger("gis")

_STILL = 0.5
"""Seconds that files must have been left alone: a folder is copied file by file."""

Stamp = tuple[tuple[str, int, int], ...]
"""Path, time of the last change (ns) and length of every file that declares something."""


class Declared:
    """The layers that the folders declare, those of the product and those of further folders.

    A declaration that cannot be true changes nothing: its layer stays what it was, and ``problem``
    says what is wrong until the files are put right. All layers stay where the mistake is in what
    they have in common: groups, code lists.
    """

    def __init__(self, *further: Path) -> None:
        """Read the folders.

        Raises:
            LayerInvalid: naming the file, the key and the reason.
        """
        self._further = further
        self._folders = (Path(str(files("layers"))), *further)
        self._read, _ = _stamp(self._folders)
        self._readings = Readings()
        self.layers = registry.load(*further, readings=self._readings)
        self.problem: str | None = None

    def look(self) -> bool:
        """Read the folders again when files changed; return whether there are other layers now."""
        stamp, changed_ns = _stamp(self._folders)
        if stamp == self._read or 0 <= time.time_ns() - changed_ns < _STILL * 1e9:
            return False
        self._read = stamp
        try:
            read = registry.survey(
                *self._further, former=self.layers.by_id, readings=self._readings
            )
        except LayerInvalid as error:
            self._refuse(str(error))
            return False
        except Exception as error:  # A declaration for another release may break the reader itself.
            log.exception("the layers could not be read")
            self._refuse(f"the layers cannot be read ({type(error).__name__}: {error})")
            return False
        self.problem = None
        if read.mistakes:
            self._refuse("; ".join(map(str, read.mistakes)))
        layers = _keeping(self.layers, read.layers)
        if layers is self.layers:
            return False
        self.layers = layers
        return True

    def _refuse(self, problem: str) -> None:
        self.problem = problem
        log.warning("layers stay as they were where there is a mistake: %s", problem)


def _stamp(folders: tuple[Path, ...]) -> tuple[Stamp, int]:
    """Return what tells these files from the same files changed, and when they last changed (ns).

    The latter is the time at which the file system was changed, which a copy does not carry over.
    It is asked for several times a second, so paths are plain texts here.
    """
    known, latest = [], 0
    for place in _places(folders):
        try:
            told = os.stat(place)  # noqa: PTH116 - a Path takes as long to make
        except (FileNotFoundError, NotADirectoryError):
            continue
        latest = max(latest, told.st_ctime_ns)
        length = told.st_size if stat.S_ISREG(told.st_mode) else 0
        known.append((place, told.st_mtime_ns if length else 0, length))
    return tuple(known), latest


def _places(folders: tuple[Path, ...]) -> Iterator[str]:
    for folder in map(str, folders):
        yield f"{folder}/groups.yaml"
        for name in _names(folder):
            inside = f"{folder}/{name}"
            yield inside
            if name == "codelists":
                yield from (
                    f"{inside}/{file_name}"
                    for file_name in _names(inside)
                    if file_name.endswith(".yaml")
                )
            else:
                yield from (f"{inside}/layer.yaml", f"{inside}/style.json")


def _names(folder: str) -> list[str]:
    """Return what is in a folder; nothing when it is away."""
    try:
        return sorted(os.listdir(folder))  # noqa: PTH208 - as above
    except (FileNotFoundError, NotADirectoryError):
        return []


def _keeping(former: Layers, current: Layers) -> Layers:
    """Return the current layers, with the former objects where nothing differs.

    What was worked out for a layer is remembered by its object.
    """
    same = {
        layer.id: former.by_id[layer.id] if former.by_id.get(layer.id) == layer else layer
        for layer in current
    }
    if list(former) == list(same.values()) and former.groups == current.groups:
        return former
    return Layers(same, current.groups)
