"""What a request may use: one object an application, reached through the application."""

from dataclasses import dataclass, field
from typing import cast

from flask import current_app, request

from gis_server.catalogue import VIET_NAM, State, Summaries, states
from gis_server.db import Pool
from gis_server.settings import Settings
from layers.geo import BBox
from layers.model import Layer
from layers.registry import Layers


@dataclass(frozen=True, slots=True)
class Gis:
    """Settings, layers, the pool of connections, and what is remembered of the data."""

    settings: Settings
    layers: Layers
    pool: Pool
    summaries: Summaries = field(default_factory=Summaries)


def gis() -> Gis:
    """Return the object of the application that answers this request."""
    return cast(Gis, current_app.extensions["gis"])


def base_url() -> str:
    """Return the address that links start with, without a slash at the end."""
    return gis().settings.public_url or request.host_url.rstrip("/")


def present(layer: Layer) -> tuple[State, BBox]:
    """Return what the journal says of a layer, and where its rows are, in degrees.

    The box is that of the country while there are no rows.
    """
    with gis().pool.connection() as conn:
        state = states(conn).get(layer.id, State())
        return state, gis().summaries.get(conn, layer, state.version).bounds or VIET_NAM
