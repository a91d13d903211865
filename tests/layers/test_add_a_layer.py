"""The worked example of docs/add-a-layer.md is a layer."""

import json
import re
from pathlib import Path

import pytest

from gis_testing.places import DOCS
from layers import registry
from layers.model import Layer
from styles import theme
from styles.compose import compose
from styles.legend import legend

SCHEMA = Path(registry.__file__).parent / "layer.schema.json"
DOC = DOCS / "add-a-layer.md"


@pytest.fixture(scope="module")
def market_hall(tmp_path_factory: pytest.TempPathFactory) -> Layer:
    more = tmp_path_factory.mktemp("more")
    folder = more / "market_hall"
    folder.mkdir()
    blocks = dict(re.findall(r"```(yaml|json)\n(.*?)```", DOC.read_text("utf-8"), re.DOTALL))
    (folder / "layer.yaml").write_text(blocks["yaml"], "utf-8")
    (folder / "style.json").write_text(blocks["json"], "utf-8")
    return registry.load(more).get("market_hall")


def test_the_example_is_drawn_in_every_theme(market_hall: Layer) -> None:
    for name in theme.names():
        drawn = compose(name, [market_hall], "https://gis.example.vn", "vi")["layers"]
        assert {"market_hall-dot", "market_hall-name"} <= {layer["id"] for layer in drawn}


def test_the_example_explains_its_signs(market_hall: Layer) -> None:
    assert [sign["title"]["vi"] for sign in legend(market_hall, "light")] == [
        "Hạng 1",
        "Hạng 2",
        "Hạng 3",
    ]


@pytest.mark.parametrize("part", ["", "fields"])
def test_every_key_of_a_declaration_is_explained(part: str) -> None:
    schema = json.loads(SCHEMA.read_text("utf-8"))
    keys = schema["$defs"]["field"]["properties"] if part else schema["properties"]
    explained = set(re.findall(r"`([a-z_]+)`", DOC.read_text("utf-8")))
    assert set(keys) <= explained
