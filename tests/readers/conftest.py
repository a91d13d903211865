"""The demonstration province behind the application, for programs that nobody here wrote."""

from collections.abc import Iterator

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient

from cells import checkpoint
from cells.generations import Generations
from gis_server.settings import Settings
from gis_testing.applications import create_app
from gis_testing.places import ROOT
from layers.registry import Layers


@pytest.fixture(scope="session")
def province_app(
    demonstration: str, layers: Layers, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Flask]:
    """The application on the demonstration province, with its events counted."""
    settings = Settings(var=tmp_path_factory.mktemp("readers"), node_modules=ROOT / "node_modules")
    with psycopg.connect(demonstration, autocommit=True) as conn:
        for layer in layers.heatmaps:
            checkpoint.checkpoint(conn, layer, Generations(settings.var / "cells"))
    application = create_app(settings, demonstration)
    yield application
    application.extensions["gis"].close()


@pytest.fixture
def reader(province_app: Flask) -> FlaskClient:
    """A client of that application."""
    return province_app.test_client()
