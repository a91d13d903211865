"""The house is as its plan says: rooms, sizes, names, papers."""

import re
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from gis_server import settings
from gis_server.commands.main import VERBS
from gis_testing.places import ROOT
from layers.registry import Layers

ROOMS = ("gis_server", "layers", "tiles", "cells", "etl", "styles", "sql")
LONGEST_MODULE = 400


def _ours(*endings: str) -> Iterator[Path]:
    for room in (*ROOMS, "tests", "scripts", "benchmarks"):
        for place in (ROOT / room).rglob("*"):
            if place.suffix in endings and place.is_file():
                yield place


@pytest.mark.parametrize("room", ROOMS)
def test_the_rooms_names_are_ours_alone(room: str) -> None:
    assert set(packages_distributions()[room]) == {"gis-server"}


def test_modules_can_be_read_in_one_sitting() -> None:
    long = {
        str(place.relative_to(ROOT)): lines
        for place in _ours(".py", ".js", ".css", ".sh", ".sql")
        if (lines := len(place.read_text("utf-8").splitlines())) > LONGEST_MODULE
    }
    assert long == {}


def test_there_is_no_drawer_for_everything() -> None:
    assert [p for p in _ours(".py", ".js") if p.stem in {"utils", "util", "helpers", "misc"}] == []


def test_only_the_settings_read_the_environment() -> None:
    """Of the product; measurements start it, and others, from outside."""
    readers = [
        str(place.relative_to(ROOT))
        for place in _ours(".py")
        if not {"tests", "benchmarks"} & set(place.parts)
        and re.search(r"os\.environ|getenv", place.read_text("utf-8"))
    ]
    assert readers == ["gis_server/settings.py"]


def test_every_layer_has_its_papers(layers: Layers) -> None:
    for layer in layers:
        assert {"layer.yaml", "style.json", "README.md"} <= {p.name for p in layer.folder.iterdir()}
        for text in (layer.title, layer.description, layer.owner):
            assert text["vi"].strip()
            assert text["en"].strip()


def test_every_setting_and_every_verb_is_in_the_docs() -> None:
    papers = [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]
    text = "\n".join(paper.read_text("utf-8") for paper in papers)
    assert [name for name in settings.HELP if name not in text] == []
    assert [verb for verb in VERBS if f"gis {verb}" not in text] == []


IMPORTED_AS = {"pyyaml": "yaml"}
"""Packages whose module has another name than they have."""

INSTALLER = "setuptools"
"""What the project itself is installed with."""


def test_every_package_that_is_declared_is_used() -> None:
    lines = (ROOT / "requirements.in").read_text("utf-8").splitlines()
    declared = {re.split(r"[\[<>=]", line)[0] for line in lines if line and line[0] != "#"}
    source = "\n".join(
        place.read_text("utf-8") for room in ROOMS for place in (ROOT / room).rglob("*.py")
    )
    unused = {
        name
        for name in declared - {INSTALLER}
        if not re.search(rf"\b{IMPORTED_AS.get(name, name).replace('-', '_')}\b", source)
    }
    assert unused == set()


def test_the_docs_name_modules_that_exist() -> None:
    papers = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md"), ROOT / "benchmarks" / "README.md"]
    modules = [f"/{place.relative_to(ROOT)}" for place in _ours(".py", ".js", ".sh", ".sql")]
    named = re.compile(r"`((?:[\w-]+/)*[a-z_-]+\.(?:py|js|sh|sql))`")
    gone = {
        f"{paper.name}: {name}"
        for paper in papers
        for name in named.findall(paper.read_text("utf-8"))
        if not any(module.endswith(f"/{name}") for module in modules)
    }
    assert gone == set()


def test_statements_carry_no_signs_that_the_driver_would_read() -> None:
    """A percent sign or a brace in a comment would be taken for a placeholder."""
    for place in (ROOT / "sql" / "queries").glob("*.sql"):
        comments = [line for line in place.read_text("utf-8").splitlines() if line.startswith("--")]
        assert comments, place.name
        assert not any(sign in line for line in comments for sign in "%{}"), place.name
