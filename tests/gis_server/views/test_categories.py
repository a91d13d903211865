"""Categories of events: their names may hold commas, and come in any spelling of Unicode."""

import json
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pytest
import yaml
from flask.testing import FlaskClient

from cells import checkpoint
from cells.generations import Generations
from etl import tables
from gis_server.settings import Settings
from gis_testing.applications import create_app
from layers import registry

TEXT = {"vi": "x", "en": "x"}
ZONES = "/ogc/collections/event/dggs/H3/zones"
CODES = ("fire", "theft, robbery", "quấy rối", 'the "others"')

EVENTS: dict[str, Any] = {
    "title": TEXT,
    "description": TEXT,
    "group": "security",
    "owner": TEXT,
    "licence": "CC0-1.0",
    "lifecycle": "appended",
    "geometry": {"type": "Point", "crs": "EPSG:4326"},
    "key": "id",
    "label": "kind",
    "time": "at",
    "fields": {
        "id": {"title": TEXT, "type": "integer", "derive": "serial"},
        "kind": {"title": TEXT, "type": "text", "codes": dict.fromkeys(CODES, TEXT)},
        "at": {"title": TEXT, "type": "datetime"},
    },
    "heatmap": {"category": "kind"},
    "tiles": {"minzoom": 8, "maxzoom": 14, "fields": ["kind"]},
    "sources": [{"title": TEXT, "licence": "CC0-1.0"}],
}


@pytest.fixture
def client(
    conn: psycopg.Connection[Any], settings: Settings, tmp_path: Path
) -> Iterator[FlaskClient]:
    """A client of a server with one event of each category."""
    folder = tmp_path / "layers" / "event"
    folder.mkdir(parents=True)
    (folder / "layer.yaml").write_text(yaml.safe_dump(EVENTS), "utf-8")
    (folder / "style.json").write_text('{"layers": []}', "utf-8")
    layers = registry.load(folder.parent)
    tables.prepare(conn, layers)
    for code in CODES:
        conn.execute(
            "INSERT INTO layer.event (kind, at, h3, geom) VALUES"
            " (%s, '2026-01-05', 622646572370591743, ST_Point(105.85, 21.55, 4326))",
            (code,),
        )
    checkpoint.checkpoint(conn, layers.get("event"), Generations(settings.var / "cells"))
    app = create_app(replace(settings, layers=folder.parent), conn.info.dsn)
    yield app.test_client()
    app.extensions["gis"].close()


def _count(client: FlaskClient, **asked: str) -> int:
    answer = client.get(f"{ZONES}/8a415c236c37fff/data", query_string=asked)
    found = answer.get_json(force=True)
    assert answer.status_code == 200, answer.text
    (count,) = found["values"]["count"][0]["data"]
    return int(count)


@pytest.mark.parametrize(
    ("category", "number"),
    [
        ("fire", 1),
        ('"theft, robbery"', 1),
        ('fire,"theft, robbery"', 2),
        ('"the ""others""", fire', 2),
        (unicodedata.normalize("NFD", "quấy rối"), 1),
        ("", 4),
    ],
)
def test_every_category_can_be_asked_for(client: FlaskClient, category: str, number: int) -> None:
    described = client.get("/heatmap/event.json", query_string={"category": category})
    assert described.status_code == 200, described.text
    # The tiles' addresses repeat the question.
    address = described.get_json(force=True)["tiles"][0]
    tile = client.get(address.format(z=8, x=203, y=112).removeprefix("http://localhost"))
    assert tile.status_code == 200
    assert _count(client, category=category) == number


def test_a_process_takes_categories_as_a_list(client: FlaskClient) -> None:
    inputs = {
        "layer": "event",
        "category": ["theft, robbery", "fire"],
        "datetime": "2026-01-05/2026-01-06",
    }
    answer = client.post("/ogc/processes/usual/execution", json={"inputs": inputs})
    assert answer.status_code == 200, answer.text
    (feature,) = answer.get_json(force=True)["features"]
    assert feature["properties"]["count"] == 2


def test_one_that_there_is_not_is_named(client: FlaskClient) -> None:
    answer = client.get("/heatmap/event.json", query_string={"category": "theft, robbery"})
    assert answer.status_code == 400
    assert "robbery" in json.loads(answer.text)["detail"]
