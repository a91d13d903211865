"""Schemathesis asks what the API definition allows, and checks each answer against it."""

from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
import schemathesis
from flask import Flask

from cells import checkpoint
from cells.generations import Generations
from gis_server.settings import Settings
from gis_testing.applications import create_app
from layers.registry import Layers

JSON = "application/json"

KEPT = ("school", "incident")
"""Layers whose paths are asked most: the others have the same operations."""

FEW = 2
"""Requests of an operation and kind where every operation is asked, or the time is short."""


@pytest.fixture(scope="module")
def app(
    ogc_database: str, layers: Layers, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Flask]:
    """The application with a store of tiles of its own, and events that are counted."""
    settings = Settings(var=tmp_path_factory.mktemp("var"))
    with psycopg.connect(ogc_database, autocommit=True) as conn:
        for layer in layers.heatmaps:
            checkpoint.checkpoint(conn, layer, Generations(settings.var / "cells"))
    made = create_app(settings, ogc_database)
    yield made
    made.extensions["gis"].close()


@pytest.fixture(scope="module")
def whole(app: Flask) -> Any:
    """The definition as Schemathesis reads it: what reads, which changes no rows of the tests."""
    return _read(app, lambda layer: True)


@pytest.fixture(scope="module")
def contract(app: Flask) -> Any:
    """The same, of two layers."""
    return _read(app, lambda layer: layer in KEPT)


def _read(app: Flask, is_kept: Callable[[str], bool]) -> Any:
    document = app.test_client().get("/ogc/openapi").get_json(force=True)
    document["paths"] = {
        path: {method: made for method, made in methods.items() if method in ("get", "post")}
        for path, methods in document["paths"].items()
        if not path.startswith("/collections/") or is_kept(path.split("/")[2])
    }
    for methods in document["paths"].values():
        if "post" in methods:
            bodies = methods["post"]["requestBody"]["content"]
            methods["post"]["requestBody"]["content"] = {JSON: bodies[JSON]}
    return schemathesis.openapi.from_dict(document)


GRAMMARS = (
    "filter", "filter-crs", "bbox-crs", "after", "datetime", "sortby", "properties", "q",
    "subset", "subset-crs", "collections", "id", "severity", "occurred_at", "pupils", "classes",
    "parent-zone", "exclude-properties", "category",
)  # fmt: skip
"""Parameters whose text has a grammar, or a type, that random text does not meet."""

KEYS = {"school": "S1", "incident": "7"}
TILE = {
    "tileMatrixSetId": "WebMercatorQuad", "tileMatrix": "12", "tileRow": "1796", "tileCol": "3252",
    "zoneId": "85415c3bfffffff",
}  # fmt: skip
"""Where the rows of the fixtures are."""


def _sensible(case: Any) -> None:
    """Make of a random request one that can be answered, and keep the rest of it random."""
    for name in GRAMMARS:
        case.query.pop(name, None)
    case.path_parameters |= {name: TILE[name] for name in case.path_parameters if name in TILE}
    if "featureId" in case.path_parameters:
        case.path_parameters["featureId"] = KEYS[case.operation.path.split("/")[2]]
    if case.operation.path.startswith("/processes/") and case.method == "POST":
        case.body = {"inputs": {"layer": "incident", "datetime": "2026-01-01/2026-04-10"}}
    elif case.method == "POST":
        case.query.pop("filter-lang", None)
        key = "code" if "/school/" in case.operation.path else "id"
        case.body = {"op": "isNull", "args": [{"property": key}]}


@pytest.mark.parametrize("mode", list(schemathesis.GenerationMode))
def test_a_few_requests_are_answered_as_the_definition_says(
    app: Flask, contract: Any, mode: Any, ask_by_definition: Any
) -> None:
    for operation in contract.get_all_operations():
        ask_by_definition(app, operation.ok(), mode, examples=FEW)


@pytest.mark.deep
@pytest.mark.parametrize("mode", list(schemathesis.GenerationMode))
def test_every_documented_address_answers_as_the_definition_says(
    app: Flask, whole: Any, mode: Any, ask_by_definition: Any
) -> None:
    for operation in whole.get_all_operations():
        ask_by_definition(app, operation.ok(), mode, examples=FEW)


@pytest.mark.deep
@pytest.mark.parametrize("mode", list(schemathesis.GenerationMode))
def test_any_request_is_answered_as_the_definition_says(
    app: Flask, contract: Any, mode: Any, ask_by_definition: Any
) -> None:
    """/conf/oas30/completeness, /conf/oas30/exceptions-codes: statuses, types, schemas."""
    for operation in contract.get_all_operations():
        ask_by_definition(app, operation.ok(), mode)


@pytest.mark.deep
def test_every_operation_answers_what_it_says(
    app: Flask, contract: Any, ask_by_definition: Any
) -> None:
    """/conf/oas30/oas-impl: each operation gives what it is there for, in the form it says."""
    for operation in contract.get_all_operations():
        mode = schemathesis.GenerationMode.POSITIVE
        statuses = ask_by_definition(app, operation.ok(), mode, _sensible)
        assert statuses & {200, 204}, operation.ok().label
