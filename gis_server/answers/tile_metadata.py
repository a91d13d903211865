"""What the description of a layer's tiles says of the request and of the data."""

from collections.abc import Iterable

from gis_server.answers.current import base_url, services
from gis_server.catalogue.summaries import VIET_NAM, LayerState, states
from gis_server.http.language import language
from layers.model import Layer
from tiles.tilejson import About


def about(layer: Layer) -> About:
    """Return what the description of a layer's tiles says.

    The box is that of the country while there are no rows.
    """
    return abouts([layer])[0]


def abouts(layers: Iterable[Layer]) -> list[About]:
    """Return the same of several layers."""
    described = []
    with services().pool.connection() as conn:
        known = states(conn)
        for layer in layers:
            state = known.get(layer.id, LayerState())
            bounds = services().summaries.get(conn, layer, state).bounds or VIET_NAM
            described.append(About(base_url(), language(), bounds, is_demo=state.is_demo))
    return described
