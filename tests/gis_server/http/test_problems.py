"""Every error has one answer."""

import importlib
import pkgutil
from collections.abc import Iterator

import psycopg
import psycopg_pool
import pytest
from flask import Flask
from flask.testing import FlaskClient

import gis_server
import styles
import tiles
from gis_server.http import problems
from layers.errors import GisError, LayerInvalid, LayerUnknown
from styles.errors import StyleInvalid

OF_COMMANDS = {
    "cells.errors",
    "etl",
    "gis_server.runtime.postgres",
    "gis_server.commands.dask_cluster",
    "gis_server.commands.export_page",
    "gis_server.runtime.errors",
    "gis_server.settings",
    "tiles.archive",
    "tiles.export",
}
"""Rooms whose errors a person at a terminal sees, never a client of the server."""

OF_DECLARATIONS = (LayerInvalid, StyleInvalid)
"""Mistakes in a layer's folder: nothing that a client asked for (500)."""


def _subclasses(root: type[GisError]) -> Iterator[type[GisError]]:
    for kind in root.__subclasses__():
        yield kind
        yield from _subclasses(kind)


def test_every_error_that_a_client_can_meet_has_a_status() -> None:
    for package in (gis_server, tiles, styles):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            importlib.import_module(module.name)
    kinds = {
        kind
        for kind in _subclasses(GisError)
        if not any(kind.__module__.startswith(room) for room in OF_COMMANDS)
        and not issubclass(kind, OF_DECLARATIONS)
    }
    assert LayerUnknown in kinds
    unmapped = {
        f"{k.__module__}.{k.__name__}"
        for k in kinds
        if not k.__subclasses__() and not any(base in problems.STATUS for base in k.__mro__)
    }
    assert unmapped == set()


def test_a_client_is_told_when_to_come_back_where_that_helps(app: Flask) -> None:
    busy = (psycopg.OperationalError("x"), psycopg_pool.PoolTimeout("x"), problems.Busy("x"))
    rest = (psycopg.errors.QueryCanceled("x"), LayerUnknown("x", ("a",)), ValueError("x"))
    with app.test_request_context("/"):
        assert [problems.problem(error).headers.get("Retry-After") for error in busy] == ["5"] * 3
        assert [problems.problem(error).headers.get("Retry-After") for error in rest] == [None] * 3


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (LayerUnknown("x", ("a",)), 404, "NotFound"),
        (
            psycopg.errors.QueryCanceled("canceling statement due to user request"),
            503,
            "ServerBusy",
        ),
        (psycopg.OperationalError("password=secret"), 503, "ServerBusy"),
        (psycopg_pool.PoolTimeout("x"), 503, "ServerBusy"),
        (ValueError("secret"), 500, "NoApplicableCode"),
    ],
)
def test_an_error_is_a_problem_that_shows_nothing_of_the_inside(
    app: Flask, error: Exception, status: int, code: str
) -> None:
    with app.test_request_context("/"):
        answer = problems.problem(error)
    assert answer.status_code == status
    assert answer.content_type == "application/problem+json"
    body = answer.get_json()
    assert (body["status"], body["code"]) == (status, code)
    assert body["detail"]
    assert "secret" not in answer.get_data(as_text=True)


def test_a_wrong_method_names_the_right_ones(client: FlaskClient) -> None:
    answer = client.post("/catalogue.json")
    assert answer.status_code == 405
    assert "GET" in answer.headers["Allow"]


def test_a_missing_table_is_the_servers_matter(
    conn: psycopg.Connection[tuple[object, ...]], client: FlaskClient
) -> None:
    conn.execute("DROP TABLE layer.camera")
    answer = client.get("/tiles/camera/14/0/0.mvt")
    assert answer.status_code == 503
    assert "gis migrate" in answer.get_json()["detail"]


def test_a_database_that_is_gone_is_said_so(
    app: Flask, client: FlaskClient, admin_url: str, database_url: str
) -> None:
    from psycopg.conninfo import conninfo_to_dict  # noqa: PLC0415

    name = str(conninfo_to_dict(database_url)["dbname"])
    assert "test" in name
    assert client.get("/health").status_code == 200
    with psycopg.connect(admin_url, autocommit=True) as admin:
        admin.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')  # type: ignore[call-overload]
        admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,)
        )
        app.extensions["gis"].pool.timeout = 1
        try:
            answer = client.get("/health")
        finally:
            admin.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')  # type: ignore[call-overload]
    assert answer.status_code == 503
    assert answer.get_json()["code"] == "ServerBusy"
