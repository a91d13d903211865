"""create_app(settings) -> Flask: layers, pool, routes, error handlers, in that order."""

from collections.abc import Callable
from urllib.parse import urlsplit

import psycopg
from flask import Flask, Request, Response, g, request
from flask.sessions import NullSession, SessionInterface, SessionMixin
from flask.typing import ResponseReturnValue
from werkzeug.routing import MapAdapter

from cells.cube_views import CubeViews
from cells.generations import Generations
from gis_server.answers.current import services
from gis_server.db import pools
from gis_server.http import cors, hosts, params, preconditions, problems
from gis_server.live.changes import ChangePoller
from gis_server.live.layers import LiveLayers
from gis_server.ogc import routes as ogc
from gis_server.settings import Settings
from gis_server.state import Services
from gis_server.views import (
    attention,
    catalogue,
    health,
    heatmap,
    hotspots,
    land,
    search,
    styles,
    tiles,
    usual,
    web,
)
from layers.declared import Declared
from layers.errors import Undeclared
from tiles.source import Source
from tiles.store import Store

ROOMS = (
    health,
    catalogue,
    tiles,
    heatmap,
    hotspots,
    styles,
    search,
    land,
    attention,
    usual,
    ogc,
    web,
)
"""Modules with routes; each has ``blueprint()``."""


class _NoSession(SessionInterface):
    """There are no sessions: whoever changes something gives a key each time."""

    _none = NullSession()

    def open_session(self, app: Flask, request: Request) -> NullSession:  # noqa: ARG002
        """Return the same for everyone."""
        return self._none

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Keep nothing."""


class Application(Flask):
    """Flask, with a second try for what was asked of layers that have changed meanwhile.

    What Flask looks up in every request and never changes here is said once.
    """

    session_interface = _NoSession()

    def create_url_adapter(self, request: Request | None) -> MapAdapter | None:
        """Return what finds the view of a request: no route of ours depends on the host.

        Redirects begin with the public address, as links do: a proxy may have taken off its path.
        """
        if request is None:
            return None
        scheme, host, root = self.extensions["public"] or (
            request.scheme, hosts.called(request), request.root_path,
        )  # fmt: skip
        return MapAdapter(
            self.url_map, host, root, "", scheme, request.path, request.method,
            request.query_string.decode("latin1"),
        )  # fmt: skip

    def ensure_sync[**Given, Answer](
        self, func: Callable[Given, Answer]
    ) -> Callable[Given, Answer]:
        """Return a view as it is: none of ours is a coroutine, and to look takes time each time."""
        return func

    def dispatch_request(self) -> ResponseReturnValue:
        """Answer a request.

        Where that fails, layers may have changed meanwhile. Where it names what nobody knows,
        another process may have told the client of layers that this one has not taken over yet.
        """
        try:
            return super().dispatch_request()
        except Exception as error:
            if not _is_behind(error):
                raise
            return super().dispatch_request()


_UNKNOWN = (Undeclared, psycopg.errors.UndefinedTable, psycopg.errors.UndefinedColumn)
"""Errors that a newer declaration may put right; no other one is worth a look at the folders."""


def _is_behind(error: Exception) -> bool:
    """Tell whether other layers are served than those that a reading request failed with."""
    if request.method not in ("GET", "HEAD") or "layers" not in g:
        return False
    live, layers = services().live, g.pop("layers")
    return live.seek(layers) if isinstance(error, _UNKNOWN) else live.now is not layers


def create_app(settings: Settings, database_url: str, declared: Declared) -> Flask:
    """Make the application.

    Args:
        settings: what the installation decides.
        database_url: PostGIS to read; the pool connects at the first request.
        declared: the layers; they are looked at again while it serves.
    """
    app = Application("gis_server", static_folder=None)
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    app.extensions["public"] = urlsplit(settings.public_url)[:3] if settings.public_url else None
    app.extensions["gis"] = assemble(settings, declared, database_url)
    app.url_map.converters["whole"] = params.Whole
    for room in ROOMS:
        app.register_blueprint(room.blueprint())
    problems.install(app)
    hosts.install(app, settings)
    cors.install(app)
    preconditions.install(app)
    return app


def assemble(settings: Settings, declared: Declared, database_url: str) -> Services:
    """Put together what requests use; nothing is asked of the database yet."""
    pool = pools.pool(database_url)
    live = LiveLayers(declared, pool)
    tile_pool = pools.pool(database_url, size=pools.TILE_SIZE, parallel=False, checked=False)
    store = Store(settings.var / "tiles")
    changes = ChangePoller(lambda: live.now, pool, store, [tile_pool])
    source = Source(store, changes.versions, tile_pool.connection, tile_pool.check, live.is_serving)
    cubes = CubeViews(Generations(settings.var / "cells"), pool.connection)
    return Services(settings, live, pool, tile_pool, source, changes, cubes)
