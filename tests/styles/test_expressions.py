"""Reading expressions without evaluating them."""

from typing import Any

import pytest

from styles import expressions


@pytest.mark.parametrize(
    ("value", "names"),
    [
        ("plain", []),
        (["get", "a"], ["a"]),
        (["all", ["has", "a"], ["==", ["get", "b"], "get"]], ["a", "b"]),
        ({"text-field": ["concat", ["get", "a"], " ", ["get", "a"]]}, ["a", "a"]),
        (["literal", ["get"]], []),
        (["get", ["get", "a"]], ["a"]),
        (None, []),
    ],
)
def test_fields_that_are_read(value: Any, names: list[str]) -> None:
    assert list(expressions.fields(value)) == names


@pytest.mark.parametrize(
    ("value", "texts"),
    [
        ("a", ["a"]),
        (["match", ["get", "x"], "in", "a", ["in", "too"], "b", "c"], ["a", "b", "c"]),
        (["case", ["has", "x"], "a", "b"], ["a", "b"]),
        (["step", ["zoom"], "a", 12, ["case", True, "b", "c"]], ["a", "b", "c"]),
        (["coalesce", ["get", "x"], "a"], ["a"]),
        (["image", "a"], ["a"]),
        (["get", "x"], []),
        (None, []),
        (3, []),
    ],
)
def test_texts_that_come_out(value: Any, texts: list[str]) -> None:
    assert list(expressions.outputs(value)) == texts
