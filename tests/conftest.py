"""A real PostGIS for every test that asks: a template made once, cloned per test."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from filelock import FileLock
from flask import Flask
from flask.testing import FlaskClient
from psycopg import sql

from etl import tables
from gis_server.settings import Settings
from gis_testing.applications import create_app, product
from gis_testing.databases import Lender, cloned, create, drop
from gis_testing.places import ROOT, SHARED
from gis_testing.requirements import unavailable
from gis_testing.servers import Serve, serving
from layers.registry import Layers
from sql import migrate

UNTIL = datetime(2026, 6, 30, tzinfo=UTC)
"""End of the demonstration's year in tests."""


def pytest_report_header() -> str:
    where = "present" if SHARED.is_dir() else "absent"
    return f"postgis: {_admin_url()}  real data: {where}"


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs PostgreSQL or a browser, and keep those that share much in one process.

    There is one Chromium and one demonstration province at a time: two would share two cores.
    """
    for item in items:
        fixtures = getattr(item, "fixturenames", ())
        if "admin_url" in fixtures:
            item.add_marker("pg")
        if "browser" in fixtures:
            item.add_marker("browser")
        if "demonstration" in fixtures or "browser" in fixtures:
            item.add_marker(pytest.mark.xdist_group("province"))


def _admin_url() -> str:
    """A server where databases can be created: the given one, or a cluster of our own."""
    given = os.environ.get("GIS_DATABASE_URL")
    if given:
        return given
    from gis_server.runtime.postgres import Cluster  # noqa: PLC0415

    cluster = Cluster(ROOT / "var" / "test")
    cluster.start()
    _without_durability(cluster.admin_dsn())
    return cluster.admin_dsn()


def _without_durability(url: str) -> None:
    """Let a cluster that only tests use wait for no disk; a crash costs no more than the run."""
    with psycopg.connect(url, autocommit=True) as conn:
        for name in ("fsync", "synchronous_commit", "full_page_writes"):
            statement = sql.SQL("ALTER SYSTEM SET {} = off").format(sql.Identifier(name))
            conn.execute(statement)
        conn.execute("SELECT pg_reload_conf()")


@pytest.fixture(scope="session")
def admin_url() -> str:
    """Address of the server on which test databases live."""
    try:
        return _admin_url()
    except Exception as error:
        unavailable(f"no PostGIS: {error}")
        raise


@pytest.fixture(scope="session")
def layers() -> Layers:
    """The layers that come with the product."""
    return product().layers


@pytest.fixture(scope="session")
def template(
    admin_url: str, layers: Layers, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """A database with migrations and empty tables, one a test process."""
    name = f"gis_test_template_{uuid4().hex[:12]}"
    # Two databases cannot be made from one template at the same moment.
    with FileLock(tmp_path_factory.getbasetemp().parent / "template.lock"):
        url = create(admin_url, name, "template0")
    with psycopg.connect(url, autocommit=True) as conn:
        migrate.apply(conn)
        tables.prepare(conn, layers)
    yield name
    drop(admin_url, name)


@pytest.fixture(scope="session")
def lender(admin_url: str, template: str) -> Iterator[Lender]:
    """The databases that tests of this process are lent."""
    opened = Lender(admin_url, template)
    yield opened
    opened.close()


@pytest.fixture
def database_url(lender: Lender) -> Iterator[str]:
    """A database of the test's own: migrated, with empty layer tables."""
    with lender.lent() as url:
        yield url


@pytest.fixture
def conn(database_url: str) -> Iterator[psycopg.Connection[Any]]:
    """A connection to the test's database, in autocommit mode and UTC."""
    with psycopg.connect(database_url, autocommit=True) as opened:
        opened.execute("SET TIME ZONE 'UTC'")
        yield opened


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings of a test: nothing of the machine's environment."""
    return Settings(var=tmp_path / "var", node_modules=ROOT / "node_modules")


@pytest.fixture
def app(settings: Settings, database_url: str) -> Iterator[Flask]:
    """The application on the test's database."""
    application = create_app(settings, database_url)
    yield application
    application.extensions["gis"].close()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A client of the application."""
    return app.test_client()


@pytest.fixture(scope="module")
def module_database(admin_url: str, template: str) -> Iterator[str]:
    """A database for all tests of a module; they read, or leave it as it was."""
    with cloned(admin_url, template) as url:
        yield url


@pytest.fixture(scope="module")
def module_settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings for all tests of a module."""
    var = tmp_path_factory.mktemp("module") / "var"
    return Settings(var=var, node_modules=ROOT / "node_modules")


@pytest.fixture(scope="module")
def module_app(module_settings: Settings, module_database: str) -> Iterator[Flask]:
    """The application for all tests of a module."""
    application = create_app(module_settings, module_database)
    yield application
    application.extensions["gis"].close()


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real files."""
    if not SHARED.is_dir():
        unavailable(f"the real data are not at {SHARED} (GIS_TEST_DATA names another place)")
    return SHARED


@pytest.fixture(scope="session")
def serve() -> Serve:
    """Run the real server on a database with given settings, as a context."""
    return serving


@pytest.fixture
def live(database_url: str, settings: Settings) -> Iterator[str]:
    """Address of a real server on the test's own database."""
    with serving(database_url, settings) as address:
        yield address


@pytest.fixture(scope="session")
def demonstration(
    admin_url: str, template: str, layers: Layers, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """Address of a database with a small demonstration province, one a test process."""
    from etl import demo, seed  # noqa: PLC0415
    from etl.load import Mode, Order, load  # noqa: PLC0415

    folder = tmp_path_factory.mktemp("demo")
    with cloned(admin_url, template) as url:
        with psycopg.connect(url, autocommit=True) as opened:
            seed.plant(opened, layers, folder)
            for part in demo.write(folder, parcels=3000, events=6000, seed=19, until=UNTIL):
                order = Order(
                    layers.get(part.layer_id),
                    part.file,
                    Mode.REPLACE,
                    "tests",
                    folder,
                    is_demo=True,
                )
                load(opened, order)
        yield url


@pytest.fixture(scope="session")
def server(demonstration: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a real server on the demonstration province, one a test process."""
    var = tmp_path_factory.mktemp("demo-var") / "var"
    with serving(demonstration, Settings(var=var, node_modules=ROOT / "node_modules")) as address:
        yield address
