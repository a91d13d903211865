"""Schemathesis asks what the API definition allows, and checks each answer against it."""

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
JSON = "application/json"

EXAMPLES = 12
"""Requests of an operation and kind; the whole ends in about a minute."""

KEPT = ("school", "incident")
"""Layers whose paths are asked: the others have the same operations."""


@pytest.fixture(scope="module")
def contract(api: Any) -> Any:
    """The definition as Schemathesis reads it: what reads, which changes no rows of the tests."""
    document = api.json("/openapi")
    document["paths"] = {
        path: {method: made for method, made in methods.items() if method in ("get", "post")}
        for path, methods in document["paths"].items()
        if not path.startswith("/collections/") or path.split("/")[2] in KEPT
    }
    for methods in document["paths"].values():
        if "post" in methods:
            bodies = methods["post"]["requestBody"]["content"]
            methods["post"]["requestBody"]["content"] = {JSON: bodies[JSON]}
    return schemathesis.openapi.from_dict(document)


def _operations(contract: Any) -> Iterator[Any]:
    for found in contract.get_all_operations():
        yield found.ok()


def _checked(api: Any, operation: Any, mode: Any) -> None:
    strategy = operation.as_strategy(generation_mode=mode)

    @seed(19)
    @settings(
        max_examples=EXAMPLES,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=strategy)
    def ask(case: Any) -> None:
        answer = case.call(
            base_url="http://localhost/ogc",
            app=api.client.application,
            headers={"Accept-Encoding": "identity"},
        )
        case.validate_response(answer, checks=CHECKS)

    ask()


@pytest.mark.parametrize("mode", list(schemathesis.GenerationMode))
def test_answers_are_as_the_definition_says(api: Any, contract: Any, mode: Any) -> None:
    for operation in _operations(contract):
        _checked(api, operation, mode)
