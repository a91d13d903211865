"""Events as columns, and changes of them. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from cells.index import Cells
from cells.question import Instants

STORED = 10
"""Resolution of the cell that an event is stored with: the finest that can be asked for."""


class EventUnknown(ValueError):
    """An event was taken back that is not there; the cube has to be built anew."""


@dataclass(frozen=True, slots=True)
class Events:
    """Events in any order, a row each.

    ``cell`` (n,) are H3 cells of resolution 10, ``category`` (n,) are places in ``names``, of which
    None is an event without one. ``total`` and ``base`` (n,) are what an event adds to the sum of
    weights and to that of what they are weighed by; None in a layer without a weight.
    """

    at: Instants
    cell: Cells
    category: NDArray[np.int32]
    names: tuple[str | None, ...]
    total: NDArray[np.float64] | None = None
    base: NDArray[np.float64] | None = None

    def __len__(self) -> int:
        return len(self.at)

    def take(self, places: NDArray[np.generic]) -> "Events":
        """Return some of the events, by their places or a mask."""
        return replace(
            self,
            at=self.at[places],
            cell=self.cell[places],
            category=self.category[places],
            total=None if self.total is None else self.total[places],
            base=None if self.base is None else self.base[places],
        )

    def named(self, names: tuple[str | None, ...]) -> "Events":
        """Return the same events with their categories as places in another list of all of them."""
        if names == self.names:
            return self
        known = {name: place for place, name in enumerate(names)}
        moved = np.array([known[name] for name in self.names], np.int32)
        return replace(self, category=moved[self.category], names=names)


@dataclass(frozen=True, slots=True)
class Changes:
    """Events that were added (sign 1) and taken away (sign -1), in any order."""

    events: Events
    sign: NDArray[np.int8]

    def __len__(self) -> int:
        return len(self.sign)


def joined(parts: Sequence[Events]) -> Events:
    """Return the events of one or more parts; all have weights or none has."""
    names = tuple(dict.fromkeys(name for part in parts for name in part.names))
    alike = [part.named(names) for part in parts]
    totals = [part.total for part in alike if part.total is not None]
    bases = [part.base for part in alike if part.base is not None]
    return Events(
        np.concatenate([part.at for part in alike]),
        np.concatenate([part.cell for part in alike]),
        np.concatenate([part.category for part in alike]),
        names,
        np.concatenate(totals) if totals else None,
        np.concatenate(bases) if bases else None,
    )


def together(parts: Sequence[Changes]) -> Changes:
    """Return the changes of one or more parts."""
    return Changes(
        joined([part.events for part in parts]), np.concatenate([part.sign for part in parts])
    )


def changed(events: Events, changes: Changes) -> Events:
    """Return events with changes made; of equal events any one is taken away.

    Raises:
        EventUnknown: an event is taken away that is not there.
    """
    if not len(changes):
        return events
    is_new = changes.sign > 0
    more = joined([events, changes.events.take(is_new)])
    less = changes.events.take(~is_new)
    if not len(less):
        return more
    return more.take(_left(more, less))


def _left(more: Events, less: Events) -> NDArray[np.bool_]:
    """Tell which events stay. Of the millions there, few share a time with one that goes."""
    places = np.flatnonzero(np.isin(more.at, less.at))
    there: dict[tuple[object, ...], list[int]] = {}
    for row, place in zip(_rows(more.take(places)), places.tolist(), strict=True):
        there.setdefault(row, []).append(place)
    kept = np.ones(len(more), bool)
    for row in _rows(less):
        found = there.get(row)
        if not found:
            raise EventUnknown(f"no event {row} is there to be taken away")
        kept[found.pop()] = False
    return kept


def _rows(events: Events) -> list[tuple[object, ...]]:
    numbers = (events.at, events.cell, events.total, events.base)
    plain = [column.tolist() for column in numbers if column is not None]
    named = [events.names[code] for code in events.category.tolist()]
    return list(zip(named, *plain, strict=True))
