"""What the guide shows works as it stands there."""

import re
import shlex
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import psycopg
import pytest
from flask.testing import FlaskClient

from cells import checkpoint
from cells.generations import Generations
from gis_server.settings import Settings
from gis_testing.applications import create_app
from gis_testing.places import DOCS
from layers.registry import Layers

GUIDE = (DOCS / "ogc.md").read_text("utf-8")
ADDRESS = "http://127.0.0.1:8080/ogc/collections"


def _commands() -> Iterator[list[str]]:
    block = GUIDE.split("## curl")[1].split("```")[1].replace("\\\n", " ")
    for line in block.splitlines():
        if line.startswith("curl"):
            yield shlex.split(line.replace("$B", ADDRESS))


def _filters() -> list[str]:
    return GUIDE.split("## CQL2")[1].split("```")[1].strip().splitlines()


@pytest.fixture(scope="module")
def counted_client(
    ogc_database: str, layers: Layers, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[FlaskClient]:
    """A client of a server whose incidents are counted by cell."""
    settings = Settings(var=tmp_path_factory.mktemp("var"))
    with psycopg.connect(ogc_database, autocommit=True) as conn:
        checkpoint.checkpoint(conn, layers.get("incident"), Generations(settings.var / "cells"))
    app = create_app(settings, ogc_database)
    yield app.test_client()
    app.extensions["gis"].close()


@pytest.mark.parametrize("command", _commands(), ids=lambda command: command[-1])
def test_a_command_of_the_guide_is_answered(api: Any, command: list[str]) -> None:
    (address,) = [word for word in command if word.startswith(ADDRESS)]
    path = address.removeprefix("http://127.0.0.1:8080")
    given = [after for word, after in pairwise(command) if word.startswith(("-d", "--d"))]
    if "-G" in command:
        answer = api.client.get(path, query_string=dict(part.split("=", 1) for part in given))
    elif given:
        answer = api.client.post(path, data=given[0], content_type="application/json")
    else:
        answer = api.client.get(path)
    assert answer.status_code == 200, answer.text
    assert answer.get_json(force=True)["numberMatched"] > 0


def _of_zones() -> list[str]:
    block = GUIDE.split("## Zones")[1].split("```")[1]
    place = "http://127.0.0.1:8080/ogc/collections/incident/dggs/H3"
    return [line.replace("$D", place) for line in block.splitlines() if line.startswith("curl")]


@pytest.mark.parametrize("line", _of_zones())
def test_a_command_for_zones_is_answered(api: Any, line: str) -> None:
    words = shlex.split(line, comments=True)
    (address,) = [word for word in words if word.startswith("http")]
    given = [after for word, after in pairwise(words) if word.startswith(("-d", "--d"))]
    query = dict(part.split("=", 1) for part in given)
    path = address.removeprefix("http://127.0.0.1:8080")
    answer = api.client.get(path, query_string=query) if query else api.client.get(path)
    assert answer.status_code == 200, answer.text
    found = {} if "uint64" in line else answer.get_json(force=True)
    for name in ("zones", "features", "depths"):
        assert found.get(name) != []


def _of_processes() -> list[str]:
    block = GUIDE.split("## Processes")[1].split("```")[1]
    place = "http://127.0.0.1:8080/ogc/processes"
    parts = block.replace("$P", place).split("curl ")[1:]
    return [" ".join(part.replace("\\\n", " ").split()) for part in parts]


@pytest.mark.parametrize("line", _of_processes())
def test_a_command_for_processes_is_answered(counted_client: Any, line: str) -> None:
    words = shlex.split(line)
    path = words[0].removeprefix("http://127.0.0.1:8080")
    given = [after for word, after in pairwise(words) if word == "-d"]
    if not given:
        assert counted_client.get(path).status_code == 200
        return
    answer = counted_client.post(path, data=given[0], content_type="application/json")
    assert answer.status_code == 200, answer.text
    found = answer.get_json(force=True)
    result = found.get("result", found)
    # Made-up incidents gather nowhere; that they were looked at is enough.
    assert result["features"] or result["cells"]


@pytest.mark.parametrize("text", _filters())
def test_a_filter_of_the_guide_is_answered(api: Any, text: str) -> None:
    layer = "school" if "name" in text else "incident"
    assert api.ids(layer, filter=text)


def test_the_guide_names_every_parameter(api: Any, layers: Any) -> None:
    named = set(re.findall(r"`([\w-]+)", GUIDE))
    document = api.json("/openapi")
    fields = {name for layer in layers for name in layer.fields}
    for parameter in document["components"]["parameters"].values():
        name = parameter["name"]
        assert name in {*named, *fields, "featureId", "lang"}, name
