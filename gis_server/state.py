"""What a request may use: one object an application, reached through the application."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, cast

import psycopg
from flask import current_app, g, has_request_context, request
from werkzeug.sansio.utils import get_current_url

from cells.generations import Generations
from cells.served import Served
from gis_server import db
from gis_server.catalogue import VIET_NAM, State, Summaries, states
from gis_server.db import Pool
from gis_server.findings import Analyses
from gis_server.freshness import Freshness
from gis_server.hangups import Hangups
from gis_server.language import language
from gis_server.live_layers import LiveLayers
from gis_server.population import Population
from gis_server.settings import Settings
from gis_server.table_facts import Tables
from layers.declared import Declared
from layers.model import Layer
from layers.registry import Layers
from tiles.source import Source
from tiles.store import Store
from tiles.tilejson import About

Connection = psycopg.Connection[Any]


@dataclass(frozen=True, slots=True)
class Gis:
    """Settings, layers, connections, tiles, events, and what is remembered of the data."""

    settings: Settings
    live: LiveLayers
    pool: Pool
    tile_pool: Pool
    tiles: Source
    freshness: Freshness
    events: Served
    population: Population = field(default_factory=Population)
    analyses: Analyses = field(default_factory=Analyses)
    summaries: Summaries = field(default_factory=Summaries)
    tables: Tables = field(default_factory=Tables)
    hangups: Hangups = field(default_factory=Hangups)

    @property
    def layers(self) -> Layers:
        """The layers as they were when this request began, so that it meets one set throughout."""
        if not has_request_context():
            return self.live.now
        if "layers" not in g:
            g.layers = self.live.now
        return cast(Layers, g.layers)

    def ask[Answer](self, work: Callable[[Connection], Answer]) -> Answer:
        """Ask the database on behalf of a client that waits; stopped when the client goes away.

        Once more on a new connection when the one at hand was lost meanwhile.
        """
        begun = g.get("begun", time.monotonic())
        try:
            with self.tile_pool.connection() as conn, self.hangups.during(conn, begun):
                return work(conn)
        except psycopg.errors.QueryCanceled:
            raise
        except psycopg.OperationalError:
            self.tile_pool.check()
            with self.tile_pool.connection() as conn, self.hangups.during(conn, begun):
                return work(conn)

    def close(self) -> None:
        """Give the connections back and end the threads."""
        self.live.stop()
        self.hangups.stop()
        self.freshness.stop()
        self.pool.close()
        self.tile_pool.close()


def assemble(settings: Settings, declared: Declared, database_url: str) -> Gis:
    """Put together what requests use; nothing is asked yet."""
    pool = db.pool(database_url)
    live = LiveLayers(declared, pool)
    tile_pool = db.pool(database_url, parallel=False, checked=False)
    store = Store(settings.var / "tiles")
    freshness = Freshness(lambda: live.now, pool, store)
    source = Source(
        store, freshness.versions, tile_pool.connection, tile_pool.check, live.is_serving
    )
    events = Served(Generations(settings.var / "cells"), pool.connection)
    return Gis(settings, live, pool, tile_pool, source, freshness, events)


def gis() -> Gis:
    """Return the object of the application that answers this request."""
    return cast(Gis, current_app.extensions["gis"])


def base_url() -> str:
    """Return the address that links start with, without a slash at the end."""
    return gis().settings.public_url or _address(request.scheme, request.host)


@lru_cache(maxsize=64)
def _address(scheme: str, host: str) -> str:
    """Write a host in letters of any language as itself, which takes longer than to ask for it."""
    return get_current_url(scheme, host).rstrip("/")


def about(layer: Layer) -> About:
    """Return what the description of a layer's tiles says of this request and of the data.

    The box is that of the country while there are no rows.
    """
    return abouts([layer])[0]


def abouts(layers: Iterable[Layer]) -> list[About]:
    """Return the same of several layers."""
    found = []
    with gis().pool.connection() as conn:
        known = states(conn)
        for layer in layers:
            state = known.get(layer.id, State())
            bounds = gis().summaries.get(conn, layer, state.version).bounds or VIET_NAM
            found.append(About(base_url(), language(), bounds, is_demo=state.is_demo))
    return found
