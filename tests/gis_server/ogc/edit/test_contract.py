"""Schemathesis sends the changes that the API definition allows, and checks each answer by it."""

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
ITEM = "/collections/school/items/{featureId}"


@pytest.fixture
def contract(editor: Any) -> Any:
    """The definition of changes of a school."""
    document = editor.client.get("/ogc/openapi?f=json").get_json(force=True)
    methods = {m: made for m, made in document["paths"][ITEM].items() if m != "get"}
    assert methods.keys() == {"put", "patch", "delete"}
    return schemathesis.openapi.from_dict({**document, "paths": {ITEM: methods}})


@pytest.mark.parametrize("mode", list(schemathesis.GenerationMode))
def test_changes_are_answered_as_the_definition_says(editor: Any, contract: Any, mode: Any) -> None:
    editor.create("school", editor.school)
    for found in contract.get_all_operations():
        operation = found.ok()

        @seed(19)
        @settings(
            max_examples=20,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy(generation_mode=mode))
        def ask(case: Any) -> None:
            answer = case.call(
                base_url="http://localhost/ogc",
                app=editor.client.application,
                headers={"Accept-Encoding": "identity", "Authorization": f"Bearer {editor.token}"},
            )
            case.validate_response(answer, checks=CHECKS)

        ask()
