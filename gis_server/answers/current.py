"""The current request: its services, its audience, the layers it sees, and its address."""

import time
from collections.abc import Callable
from functools import lru_cache
from typing import cast

import psycopg
from flask import current_app, g, request
from werkzeug.sansio.utils import get_current_url

from gis_server.http import hosts
from gis_server.state import Services
from layers.audience import PUBLIC, Audience
from layers.registry import Layers
from sql.connection import Connection


def services() -> Services:
    """Return the services of the application that answers this request."""
    return cast(Services, current_app.extensions["gis"])


def audience() -> Audience:
    """Return whose eyes the answer is for: everybody's until accounts come."""
    return PUBLIC


def layers() -> Layers:
    """Return the layers as they were when this request began, so that it meets one set."""
    if "layers" not in g:
        g.layers = services().live.now
    return cast(Layers, g.layers)


def ask[Answer](work: Callable[[Connection], Answer]) -> Answer:
    """Query the database on behalf of a client that waits; cancelled when the client goes away.

    Once more on a new connection when the one at hand was lost meanwhile.
    """
    own, begun = services(), g.get("begun", time.monotonic())
    try:
        with own.tile_pool.connection() as conn, own.disconnects.during(conn, begun):
            return work(conn)
    except psycopg.errors.QueryCanceled:
        raise
    except psycopg.OperationalError:
        own.tile_pool.check()
        with own.tile_pool.connection() as conn, own.disconnects.during(conn, begun):
            return work(conn)


def base_url() -> str:
    """Return the address that links start with, without a slash at the end."""
    return services().settings.public_url or _address(request.scheme, hosts.called(request))


@lru_cache(maxsize=64)
def _address(scheme: str, host: str) -> str:
    """Write a host in letters of any language as itself, which takes longer than to ask for it."""
    return get_current_url(scheme, host).rstrip("/")
