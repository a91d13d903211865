"""Cache of analyses of events: the tiles of a map show parts of one."""

from collections.abc import Callable
from typing import NamedTuple

import sql
from cells import analysis
from cells.analysis import Hotspots
from cells.question import Filter
from cells.view import View
from gis_server.events.single_flight import SingleFlight
from layers import units
from layers.audience import Audience
from layers.registry import Layers
from sql.connection import Connection
from sql.schemas import layer_table

Areas = tuple[int, ...]

_REMEMBERED = 16


class AnalysisQuestion(NamedTuple):
    """What is analysed for whom, and how: slices of the time; a resolution of None is any."""

    audience: Audience
    wanted: Filter
    slices: int
    resolution: int | None


class AnalysisCache:
    """Cache of the latest analyses; each is computed once, and few at a time."""

    def __init__(self) -> None:
        self._analyses: SingleFlight[tuple[int, AnalysisQuestion, Areas], Hotspots]
        self._analyses = SingleFlight(_REMEMBERED)

    def hotspots(
        self, view: View, question: AnalysisQuestion, areas: Areas, read: Callable[[], list[bytes]]
    ) -> Hotspots:
        """Return an analysis of events.

        Args:
            view: of the events, for the question's audience.
            question: what is analysed.
            areas: versions of the layers of study areas.
            read: gives the study area, where the analysis is not remembered.

        Raises:
            ComputationsBusy: others are being made.
            TooFewEvents: it cannot be made.
        """

        def compute() -> Hotspots:
            return analysis.find(
                view, question.wanted, question.slices, read(), question.resolution
            )

        return self._analyses.get((view.number, question, areas), compute)


def study_area(conn: Connection, layers: Layers) -> list[bytes]:
    """Return the polygons of the study area in degrees, as WKB; none where no layer has them.

    They are those of the largest administrative units of which there are any.
    """
    for layer_id in units.LAYERS:
        if layer_id in layers.by_id:
            table = layer_table(layer_id)
            rows = conn.execute(sql.query("study_area").format(table=table)).fetchall()
            if rows:
                return [bytes(row[0]) for row in rows]
    return []
