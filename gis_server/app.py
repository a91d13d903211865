"""create_app(settings) -> Flask: layers, pool, routes, error handlers, in that order."""

from flask import Flask

from gis_server import errors
from gis_server.ogc import routes as ogc
from gis_server.settings import Settings
from gis_server.state import assemble
from gis_server.views import attention, catalogue, health, heatmap, land, search, styles, tiles, web
from layers import registry

ROOMS = (health, catalogue, tiles, heatmap, styles, search, land, attention, ogc, web)
"""Modules with routes; each has ``blueprint()``."""


def create_app(settings: Settings, database_url: str) -> Flask:
    """Make the application.

    Args:
        settings: what the installation decides.
        database_url: PostGIS to read; the pool connects at the first request.

    Raises:
        LayerInvalid: a layer folder says something that cannot be true.
    """
    app = Flask("gis_server", static_folder=None)
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    more = (settings.layers,) if settings.layers else ()
    app.extensions["gis"] = assemble(settings, registry.load(*more), database_url)
    for room in ROOMS:
        app.register_blueprint(room.blueprint())
    errors.install(app)
    return app
