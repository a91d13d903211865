"""Schemathesis sends the changes that the API definition allows, and checks each answer by it."""

from typing import Any

import pytest
import schemathesis

pytestmark = pytest.mark.deep

ITEM = "/collections/school/items/{featureId}"


@pytest.fixture
def contract(editor: Any) -> Any:
    """The definition of changes of a school."""
    document = editor.client.get("/ogc/openapi?f=json").get_json(force=True)
    methods = {m: made for m, made in document["paths"][ITEM].items() if m != "get"}
    assert methods.keys() == {"put", "patch", "delete"}
    return schemathesis.openapi.from_dict({**document, "paths": {ITEM: methods}})


@pytest.mark.parametrize("mode", list(schemathesis.GenerationMode))
def test_changes_are_answered_as_the_definition_says(
    editor: Any, contract: Any, mode: Any, ask_by_definition: Any
) -> None:
    editor.create("school", editor.school)
    headers = {"Authorization": f"Bearer {editor.token}"}
    for operation in contract.get_all_operations():
        ask_by_definition(editor.client.application, operation.ok(), mode, headers=headers)
