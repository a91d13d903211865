"""Events by zones: from the cube where there is one, else from the rows."""

import numpy as np

from cells import index, sql_counts
from cells.question import Counted, Filter
from gis_server.answers import current
from gis_server.answers.current import services
from gis_server.ogc.dggs import zones
from layers.model import Layer


def all_zones(layer: Layer, version: int, wanted: Filter, level: int) -> Counted:
    """Count events by all zones of a level; zones without any are left out.

    Args:
        layer: whose events.
        version: the counts are no older than this one of the layer.
        wanted: which events count.
        level: of the zones.
    """
    view = services().cubes.view(layer, version, current.audience())
    if view:
        return view.count(wanted, level).counted
    return current.ask(lambda conn: sql_counts.count(conn, layer, wanted, level)).counted


def below(layer: Layer, version: int, wanted: Filter, zone: int, level: int) -> Counted:
    """Count events by the zones of a level that descend from a zone, or are it."""
    view = services().cubes.view(layer, version, current.audience())
    if view and level == zones.FINEST:
        # The finest zones are counted one event at a time, so only those that matter are.
        within = index.within(view.cells(level), zone)
        return view.count_some(wanted, level, np.arange(within.start, within.stop)).counted
    counted = all_zones(layer, version, wanted, level)
    return counted.at(index.within(counted.cells, zone))
