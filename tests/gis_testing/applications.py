"""Applications of tests: they share the product's declarations, which take a while to read."""

from functools import cache

from flask import Flask

from gis_server import app
from gis_server.settings import Settings
from layers.declared import Declared


def create_app(settings: Settings, database_url: str) -> Flask:
    """Make an application; one with further layers reads its declarations by itself."""
    declared = Declared(*settings.more_layers) if settings.layers else product()
    return app.create_app(settings, database_url, declared)


@cache
def product() -> Declared:
    """Return the declarations that come with the product, read once a process."""
    return Declared()
