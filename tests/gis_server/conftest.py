"""Rows for tests of the server: a small province by SQL, and known rows behind one interface."""

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from gis_server.settings import Settings
from gis_testing.applications import create_app
from gis_testing.databases import cloned
from gis_testing.ogc_api import Api, Connection, Rows, fill

PROVINCE = """
INSERT INTO layer.commune (code, name, full_name, unit_type, province_code, geom) VALUES
    ('05518', 'Sông Công', 'Phường Sông Công', 'ward', '19',
     ST_Multi(ST_MakeEnvelope(105.80, 21.40, 105.90, 21.50, 4326))),
    ('05665', 'Văn Lăng', 'Xã Văn Lăng', 'commune', '19',
     ST_Multi(ST_MakeEnvelope(105.80, 21.50, 105.90, 21.60, 4326)));
INSERT INTO layer.province (code, name, full_name, geom) VALUES
    ('19', 'Thái Nguyên', 'Tỉnh Thái Nguyên',
     ST_Multi(ST_MakeEnvelope(105.80, 21.40, 105.90, 21.60, 4326)));
INSERT INTO layer.school (code, name, level, geom) VALUES
    ('S1', 'Trường THCS Văn Lăng', 'secondary', ST_SetSRID(ST_MakePoint(105.85, 21.55), 4326));
"""

PARCELS = """
INSERT INTO layer.land_parcel (commune_code, sheet, number, area_paper, land_code, geom)
SELECT code, sheet, number, 100.5, land_code,
       ST_Multi(ST_Translate(ST_MakeEnvelope(430000, y, 430010, y + 10, 9213), shift, 0))
FROM (VALUES
    ('05518', '12', '76', 'ODT', 0, 2368000), ('05518', '12', '77', 'LUC', 10, 2368000),
    ('05518', '12', '78', 'ODT', 20, 2368000), ('05665', '01', '5', 'RSX', 0, 2380000)
) AS made (code, sheet, number, land_code, shift, y);
INSERT INTO layer.land_plan (land_code, plan_name, decision, geom) VALUES
    ('DGT', 'Quy hoạch 2030', '123/QĐ-UBND',
     ST_Multi(ST_MakeEnvelope(430015, 2367990, 430030, 2368020, 9213))),
    ('ODT', 'Quy hoạch 2030', '123/QĐ-UBND',
     ST_Multi(ST_MakeEnvelope(429990, 2367990, 430015, 2368020, 9213)));
"""


@pytest.fixture
def province(conn: psycopg.Connection[Any]) -> psycopg.Connection[Any]:
    """Put a small province into the test's database; give the connection."""
    conn.execute(PROVINCE)
    conn.execute(PARCELS)
    return conn


EXAMPLES = 20
"""Requests of an operation and kind, unless a test says otherwise."""

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


@pytest.fixture(scope="session")
def ogc_database(admin_url: str, template: str) -> Iterator[str]:
    """Address of a database with the rows of this module."""
    with cloned(admin_url, template) as url:
        with psycopg.connect(url, autocommit=True) as filled:
            fill(filled)
        yield url


@pytest.fixture(scope="session")
def api(ogc_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """The interface over the rows of this module; tests do not change them."""
    # Never the folder of a product that runs here: its tiles would be thrown away.
    used = Settings(var=tmp_path_factory.mktemp("ogc") / "var")
    app = create_app(used, ogc_database)
    yield Api(app.test_client())
    app.extensions["gis"].close()


@pytest.fixture
def own_api(client: FlaskClient) -> Api:
    """The interface over the test's own database, which is empty at first."""
    return Api(client)


@pytest.fixture(scope="session")
def rows(ogc_database: str) -> Rows:
    """The rows of this module."""
    with psycopg.connect(ogc_database) as conn:
        found = conn.execute(
            "SELECT id, ST_AsGeoJSON(ST_Transform(geom, 4326), 15)::json FROM layer.land_parcel"
        )
        return Rows(dict(found.fetchall()))


@pytest.fixture
def journal(conn: Connection) -> Callable[[str, bool], None]:
    """A function that writes a load of a layer into the journal, as the loader does."""

    def write(layer: str, is_demo: bool) -> None:
        conn.execute(
            "INSERT INTO ops.load (layer, file, mode, status, started_at, duration_s, who, is_demo)"
            " VALUES (%s, 'x', 'replace', 'done', now(), 1, 'tests', %s)",
            (layer, is_demo),
        )

    return write


@pytest.fixture
def filled(conn: Connection) -> Connection:
    """The test's own database with the rows of this module."""
    fill(conn)
    return conn


AskByDefinition = Callable[..., set[int]]


@pytest.fixture(scope="session")
def ask_by_definition() -> AskByDefinition:
    """A function that asks random requests of an operation of the API definition.

    It checks each answer against the definition, and gives the statuses that came.
    """

    def go(
        app: Flask,
        operation: Any,
        mode: Any,
        change: Callable[[Any], None] = lambda _: None,
        headers: Mapping[str, str] = MappingProxyType({}),
        examples: int = EXAMPLES,
    ) -> set[int]:
        statuses = set()

        @seed(19)
        @settings(
            max_examples=examples,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy(generation_mode=mode))
        def ask(case: Any) -> None:
            change(case)
            answer = case.call(
                base_url="http://localhost/ogc",
                app=app,
                headers={"Accept-Encoding": "identity", **headers},
            )
            statuses.add(answer.status_code)
            case.validate_response(answer, checks=CHECKS)

        ask()
        return statuses

    return go
