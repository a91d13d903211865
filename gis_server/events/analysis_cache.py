"""Analyses of events that are remembered: the tiles of a map show parts of one."""

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import NamedTuple

import sql
from cells import analysis
from cells.analysis import Hotspots
from cells.question import Filter
from cells.view import View
from layers.registry import Layers
from sql.connection import Connection
from sql.schemas import layer_table

AREAS = ("province", "commune")
"""Layers whose polygons are the study area: of the first that has any."""

Areas = tuple[int, ...]

_REMEMBERED = 16


class AnalysisQuestion(NamedTuple):
    """What is analysed, and how: slices of the time, and the resolution of cells, None is any."""

    wanted: Filter
    slices: int
    resolution: int | None


class AnalysisCache:
    """The latest analyses; safe from many threads, which wait for each other's."""

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[int, AnalysisQuestion, Areas], Hotspots] = OrderedDict()
        self._lock = threading.Lock()

    def of(
        self, view: View, asked: AnalysisQuestion, areas: Areas, read: Callable[[], list[bytes]]
    ) -> Hotspots:
        """Return an analysis of events.

        Args:
            view: of the events.
            asked: what is analysed.
            areas: versions of the layers of study areas.
            read: gives the study area, where it is not remembered what was found.

        Raises:
            TooFewEvents: it cannot be made.
        """
        key = (view.number, asked, areas)
        with self._lock:
            if key not in self._known:
                found = analysis.find(view, asked.wanted, asked.slices, read(), asked.resolution)
                self._known[key] = found
                while len(self._known) > _REMEMBERED:
                    self._known.popitem(last=False)
            self._known.move_to_end(key)
            return self._known[key]


def study_area(conn: Connection, layers: Layers) -> list[bytes]:
    """Return the polygons of the study area in degrees, as WKB; none where no layer has them."""
    for name in AREAS:
        if name in layers.by_id:
            table = layer_table(name)
            rows = conn.execute(sql.query("study_area").format(table=table)).fetchall()
            if rows:
                return [bytes(row[0]) for row in rows]
    return []
