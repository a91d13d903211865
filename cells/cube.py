"""The cube: events of a layer as columns, with prefix sums at checkpoints among them.

A checkpoint is a row of prefix sums: how many of the first k x step events, in the order of
time, were in each cell. So any range of time is the difference of two rows, and what lies between
the checkpoints and the ends of the range is counted from the columns. There are rows of every
category, each over the cells that it has, and rows of all together. Immutable; on disk a folder of
arrays.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cells import index
from cells.events import Events
from cells.index import Cells
from cells.question import Instants

BASE = 9
"""Resolution of the cells of checkpoints; coarser ones are sums of these."""

Column = NDArray[Any]
"""Numbers in the narrowest type that holds them."""


@dataclass(frozen=True, slots=True)
class EventColumns:
    """Events in some order: category, hour of the week, and what they add to sums.

    ``total`` is None in a layer without a weight, ``base`` where it would be 1 for every event.
    """

    category: Column
    hour: NDArray[np.uint8]
    total: Column | None = None
    base: Column | None = None

    def take(self, places: Any) -> "EventColumns":
        """Return some of the events, by their places or a slice."""
        return EventColumns(
            self.category[places],
            self.hour[places],
            None if self.total is None else self.total[places],
            None if self.base is None else self.base[places],
        )


@dataclass(frozen=True, slots=True)
class Marks:
    """Prefix sums: (checkpoints, pairs of category and cell), (checkpoints, cells)."""

    pairs: Column
    cells: Column


@dataclass(frozen=True)
class Cube:
    """Events of a layer.

    ``cells`` (c,) are those of resolution 9 that have any. In the order of time: ``times`` (n,),
    ``place`` (n,) in ``cells``, ``rows``. ``step`` events are between two checkpoints. ``pair``
    (p,) are places in ``cells`` of the pairs of category and cell, those of a category from
    ``starts`` on. By finest cell: ``fine`` (f,) of resolution 10, whose events begin at
    ``fine_starts`` (f + 1,), ``rank`` (n,) is the place of each in the order of time.
    """

    names: tuple[str | None, ...]
    step: int
    cells: Cells
    times: Instants
    place: NDArray[np.uint32]
    rows: EventColumns
    pair: NDArray[np.uint32]
    starts: NDArray[np.int64]
    events: Marks
    total: Marks | None
    base: Marks | None
    fine: Cells
    fine_starts: NDArray[np.int64]
    rank: NDArray[np.uint32]
    fine_rows: EventColumns

    def __len__(self) -> int:
        return len(self.times)

    @cached_property
    def _coarser(self) -> dict[int, tuple[Cells, NDArray[np.intp]]]:
        return {}

    def coarser(self, resolution: int) -> tuple[Cells, NDArray[np.intp]]:
        """Return the cells of a resolution up to 9, and where their children begin in ``cells``."""
        known = self._coarser
        if resolution not in known:
            above = index.parents(self.cells, resolution)
            starts = np.flatnonzero(np.diff(above, prepend=np.uint64(0)))
            known[resolution] = above[starts], starts
        return known[resolution]

    def all_events(self) -> Events:
        """Return the events that the cube was made from, in the order of time."""
        cell = np.empty(len(self), np.uint64)
        cell[self.rank] = np.repeat(self.fine, np.diff(self.fine_starts))
        total, base = self.rows.total, self.rows.base
        if total is not None:
            total = total.astype(float)
            base = np.ones(len(self)) if base is None else base.astype(float)
        return Events(
            self.times, cell, self.rows.category.astype(np.int32), self.names, total, base
        )


def save(cube: Cube, folder: Path) -> None:
    """Write a cube into an empty folder."""
    for name, array in _arrays(cube):
        np.save(folder / f"{name}.npy", array)
    described = {"names": cube.names, "step": cube.step}
    (folder / "cube.json").write_text(json.dumps(described, ensure_ascii=False), "utf-8")


def load(folder: Path) -> Cube:
    """Return the cube of a folder; its arrays are mapped, so processes share what they read."""
    described = json.loads((folder / "cube.json").read_text("utf-8"))
    found = {file.stem: _mapped(file) for file in folder.glob("*.npy")}
    made: dict[str, Any] = {one.name: found.get(one.name) for one in fields(Cube)}
    made |= {name: _parts(kind, name, found) for name, kind in _PARTS.items()}
    return Cube(**{**made, "names": tuple(described["names"]), "step": described["step"]})


_PARTS = {
    "rows": EventColumns,
    "fine_rows": EventColumns,
    "events": Marks,
    "total": Marks,
    "base": Marks,
}


def _parts(kind: type[EventColumns | Marks], name: str, found: dict[str, NDArray[Any]]) -> Any:
    parts: dict[str, Any] = {one.name: found.get(f"{name}.{one.name}") for one in fields(kind)}
    return kind(**parts) if any(part is not None for part in parts.values()) else None


def _mapped(file: Path) -> NDArray[Any]:
    """The plain class of arrays costs less at every slice than that of mapped ones."""
    try:
        found: NDArray[Any] = np.load(file, mmap_mode="r")
    except ValueError:
        # What is empty cannot be mapped.
        found = np.load(file)
    return found.view(np.ndarray)


def _arrays(cube: Cube) -> Iterator[tuple[str, NDArray[Any]]]:
    for one in fields(cube):
        value = getattr(cube, one.name)
        if isinstance(value, EventColumns | Marks):
            for part in fields(value):
                if getattr(value, part.name) is not None:
                    yield f"{one.name}.{part.name}", getattr(value, part.name)
        elif isinstance(value, np.ndarray):
            yield one.name, value
