"""Whatever is asked of any address, the answer is a document or a problem, no fault of ours."""

import json
import logging
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import psycopg
import pytest
from flask import Flask
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from cells import checkpoint
from cells.generations import Generations
from gis_server.features.request import OF_ITEM, OF_ITEMS
from gis_server.ogc.dggs.request import OF_DATA, OF_LIST
from gis_server.ogc.tiles.request import OF_DATASET_TILE, OF_TILE
from gis_server.settings import Settings
from gis_testing.any_request import Chance, Wanted
from gis_testing.applications import create_app
from gis_testing.databases import cloned
from gis_testing.hostile import BODIES, HEADERS, SENSIBLE
from gis_testing.ogc_api import fill
from gis_testing.places import ROOT
from layers.registry import Layers

TOKEN = "only for tests"

QUICK, THOROUGH = 25, 300
"""Requests of an address, in the two tiers; there are sixty addresses."""

_EVENTS = ("datetime", "category", "hour", "weekday", "lang")
_TILE = ("datetime", "filter", "filter-lang", "filter-crs", "lang")
_FIELDS = ("category", "severity", "occurred_at", "level", "pupils", "area_paper", "id", "code")

_DOCUMENT = ("f", "lang")

TAKES: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(
        ("web.index", "web.own", "web.vendor", "health.health", "catalogue.show", "land.parcel",
         "styles.index", "styles.picture", "tiles.anew"),
        (),
    ),
    **dict.fromkeys(
        ("ogc.landing", "ogc.collections", "ogc.collection", "ogc.schema", "ogc.grids", "ogc.grid",
         "ogc.conformance", "ogc.grid_definition", "ogc.no_job", "ogc.definition", "ogc.process",
         "ogc.execute", "ogc.matrix_sets", "ogc.matrix_set", "ogc.dataset_tilesets",
         "ogc.collection_tilesets", "ogc.zone", "ogc.replace", "ogc.update", "ogc.delete",
         "ogc.options_of_item", "ogc.misplaced"),
        _DOCUMENT,
    ),
    **dict.fromkeys(("ogc.items", "ogc.posted", "ogc.options_of_items"), (*OF_ITEMS, *_FIELDS)),
    "ogc.item": OF_ITEM,
    "ogc.zone_list": OF_LIST,
    "ogc.data": OF_DATA,
    "ogc.processes": (*_DOCUMENT, "limit", "offset"),
    "ogc.collection_tileset": OF_TILE, "ogc.collection_tile": OF_TILE,
    "ogc.dataset_tileset": OF_DATASET_TILE, "ogc.dataset_tile": OF_DATASET_TILE,
    "attention.figures": ("datetime",), "attention.places": ("datetime",),
    "search.show": ("q", "limit", "lang"), "styles.style": ("lang",),
    "tiles.describe": _TILE, "tiles.tile": _TILE,
    "heatmap.describe": (*_EVENTS, "rate"), "heatmap.tile": (*_EVENTS, "rate"),
    "heatmap.play": (*_EVENTS, "resolution", "step", "window"),
    **dict.fromkeys(
        ("hotspots.describe", "hotspots.features", "hotspots.tile"),
        (*_EVENTS, "slices", "resolution"),
    ),
    "usual.describe": _EVENTS, "usual.tile": _EVENTS, "usual.features": (*_EVENTS, "resolution"),
}  # fmt: skip
"""Parameters of an address, by endpoint; an address that is not here fails the tests."""

SLOW = "The question took too long and was stopped; ask for less."
"""The one reason why a server that has nobody else to serve may be too busy."""


@pytest.fixture(scope="module")
def app(
    admin_url: str, template: str, layers: Layers, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Flask]:
    """The application over rows that requests may change, and events that are counted."""
    var = tmp_path_factory.mktemp("var")
    settings = Settings(var=var, node_modules=ROOT / "node_modules", admin_token=TOKEN)
    with cloned(admin_url, template) as url:
        with psycopg.connect(url, autocommit=True) as conn:
            fill(conn)
            # The rows brought numbers of their own.
            conn.execute("SELECT setval(pg_get_serial_sequence('layer.land_parcel', 'id'), 1000)")
            for layer in layers.heatmaps:
                checkpoint.checkpoint(conn, layer, Generations(settings.var / "cells"))
        made = create_app(settings, url)
        yield made
        made.extensions["gis"].close()


def _rules(app: Flask) -> list[Rule]:
    return sorted(app.url_map.iter_rules(), key=lambda rule: (rule.rule, str(rule.endpoint)))


def test_every_address_is_asked_with_what_it_takes(app: Flask) -> None:
    """A new address, or a new name in one, is written down here before anything else."""
    assert {str(rule.endpoint) for rule in _rules(app)} == set(TAKES)
    named = {name for rule in _rules(app) for name in rule.arguments}
    asked = {name for names in TAKES.values() for name in names}
    assert named | asked | {"school", "sprites", "vendor"} == set(SENSIBLE)


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param(["IF_NONE_MATCH"], id="quick"),
        pytest.param(
            sorted(set(HEADERS) - {"IF_NONE_MATCH"}), id="thorough", marks=pytest.mark.deep
        ),
    ],
)
def test_any_header_is_read_at_every_address(
    app: Flask, headers: Sequence[str], caplog: pytest.LogCaptureFixture
) -> None:
    asked = [
        (rule, Chance(rule, (), TOKEN, 0).reading(name, text))
        for rule in _rules(app)
        if "GET" in (rule.methods or ())
        for name in headers
        for text in HEADERS[name]
    ]
    _ask(app, asked, caplog)


def test_any_body_is_read_at_every_address(app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    asked = [
        (rule, Chance(rule, (), TOKEN, 0).changing(method, body))
        for rule in _rules(app)
        for method in sorted({"POST", "PUT", "PATCH"} & (rule.methods or set()))
        for body in BODIES
    ]
    _ask(app, asked, caplog)


@pytest.mark.parametrize(
    "count",
    [
        pytest.param(range(QUICK), id="quick"),
        pytest.param(range(QUICK, THOROUGH), id="thorough", marks=pytest.mark.deep),
    ],
)
def test_any_request_is_answered(
    app: Flask, count: range, caplog: pytest.LogCaptureFixture
) -> None:
    asked = [
        (rule, Chance(rule, TAKES[str(rule.endpoint)], TOKEN, number).request())
        for rule in _rules(app)
        for number in count
    ]
    _ask(app, asked, caplog)


@pytest.mark.parametrize(
    "count",
    [
        pytest.param(range(60), id="quick"),
        pytest.param(range(60, 700), id="thorough", marks=pytest.mark.deep),
    ],
)
def test_what_is_taken_can_be_read_and_removed(app: Flask, count: range) -> None:
    """By its own address, in a list that holds it, and in every format."""
    client, faults, taken = app.test_client(), {}, 0
    (rule,) = (rule for rule in _rules(app) if rule.endpoint == "ogc.posted")
    editor = {"Authorization": f"Bearer {TOKEN}", "If-Match": "*"}
    for number in count:
        layer, feature = Chance(rule, (), TOKEN, number).feature()
        items = f"/ogc/collections/{layer}/items"
        data = json.dumps(feature)
        made = client.post(items, data=data, content_type="application/geo+json", headers=editor)
        if made.status_code != 201:
            assert made.status_code in (400, 409, 422), made.text
            continue
        taken += 1
        at = made.headers["Location"].removeprefix("http://localhost")
        for address in (at, f"{at}?f=html", f"{at}?f=jsonfg", f"{items}?f=html", f"{items}?f=csv"):
            status = client.get(address, buffered=True).status_code
            if status != 200:
                faults[layer, "GET", status] = f"{address} of {data[:400]}"
        status = client.delete(at, headers=editor).status_code
        if status != 204:
            faults[layer, "DELETE", status] = f"{at} of {data[:400]}"
    assert not faults, "\n".join(f"{what}: {last}" for what, last in faults.items())
    assert taken > len(count) / 8


def _ask(
    app: Flask, asked: Iterable[tuple[Rule, Wanted]], caplog: pytest.LogCaptureFixture
) -> None:
    """Send requests; fail with the first of every address and fault."""
    caplog.set_level(logging.ERROR, "gis")
    client, faults = app.test_client(), defaultdict(list)
    for rule, wanted in asked:
        fault = _fault(wanted, wanted.send(client), caplog)
        if fault:
            faults[rule.endpoint, fault].append(wanted)
        caplog.clear()
    assert not faults, "\n".join(
        f"{endpoint}: {fault} ({len(found)} times)\n    {found[0]}"
        for (endpoint, fault), found in faults.items()
    )


def _fault(wanted: Wanted, answer: TestResponse, caplog: pytest.LogCaptureFixture) -> str:
    """Return what is wrong with an answer; empty when nothing is."""
    if answer.status_code >= 500 and not _is_slow(answer):
        errors = [record.exc_info[1] for record in caplog.records if record.exc_info]
        return f"{answer.status_code} {answer.text[:100] if not errors else repr(errors[0])[:300]}"
    if b"Traceback (most recent" in answer.data or b"site-packages" in answer.data:
        return "it shows what is inside"
    if wanted.method == "HEAD" or answer.status_code in (204, 304):
        return "it has a body" if answer.data else ""
    if answer.status_code >= 400:
        return _fault_of_problem(answer)
    return _fault_of_document(answer)


def _is_slow(answer: TestResponse) -> bool:
    return answer.status_code == 503 and SLOW in answer.text


def _fault_of_problem(answer: TestResponse) -> str:
    if answer.mimetype == "text/html":
        return "" if "<html" in answer.text else "it is no page"
    if answer.mimetype != "application/problem+json":
        return f"{answer.status_code} as {answer.content_type}"
    found = _json(answer)
    is_told = bool(found) and found["status"] == answer.status_code and found["detail"]
    return "" if is_told else "it is no problem details"


def _fault_of_document(answer: TestResponse) -> str:
    if answer.status_code >= 300:
        return "" if "Location" in answer.headers else "it leads nowhere"
    is_plain = "Content-Encoding" not in answer.headers
    if is_plain and answer.mimetype.endswith("json") and answer.data and _json(answer) is None:
        return "it is not JSON"
    return ""


def _json(answer: TestResponse) -> Any:
    """Read JSON strictly; None when it is none."""
    try:
        return json.loads(answer.data, parse_constant=_refuse)
    except ValueError:
        return None


def _refuse(name: str) -> Any:
    raise ValueError(name)
