"""An answer for one audience is never an answer for another, and each sees its own fields."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict

from gis_server.answers import current
from gis_server.features import pages, tile_filter
from gis_server.features.crs import CRS84
from gis_server.features.encodings.export_query import ExportQuery
from gis_server.features.query import Query
from gis_server.features.table_state import TableState
from gis_server.http import etags
from layers import model
from layers.audience import PUBLIC, Audience
from layers.model import Access, Layer
from layers.registry import Layers

Connection = psycopg.Connection[Any]

STAFF = Audience("staff")
KEPT = TableState(keeps_text=True)
ITEMS = "/ogc/collections/school/items"

Switch = Callable[[Audience], None]


@pytest.fixture
def school(layers: Layers, monkeypatch: pytest.MonkeyPatch) -> Layer:
    """Schools whose number of classes is for the staff alone."""
    levels = frozenset({Access.PUBLIC, Access.INTERNAL})
    monkeypatch.setattr(model, "_VISIBLE", {**model._VISIBLE, STAFF: levels})
    declared = layers.get("school")
    hidden = replace(declared.fields["classes"], access=Access.INTERNAL)
    return replace(declared, fields={**declared.fields, "classes": hidden})


@pytest.fixture
def switch(
    app: Flask, filled: Connection, school: Layer, monkeypatch: pytest.MonkeyPatch
) -> Switch:
    """A function that says whose eyes the answers are for from now on."""
    filled.execute("UPDATE layer.school SET classes = 7")
    services = app.extensions["gis"]
    services.changes.ask()
    now = services.live.now
    services.live.now = Layers({**now.by_id, "school": school}, now.groups)

    def to(audience: Audience) -> None:
        monkeypatch.setattr(current, "audience", lambda: audience)

    return to


def _text(plan: pages.Plan) -> str:
    assert isinstance(plan.statement, bytes)
    return plan.statement.decode()


def test_everybody_sees_the_public_fields(school: Layer) -> None:
    assert "classes" not in school.visible_to(PUBLIC)
    assert school.visible_to(PUBLIC) == school.public == school.visible_to(Audience("unheard of"))
    assert list(school.visible_to(STAFF)) == list(school.fields)


def test_two_audiences_share_no_statement(layers: Layers) -> None:
    """Also where they see the same."""
    layer = layers.get("school")
    page = {a: pages.plan(layer, Query(a), TableState()).statement for a in (PUBLIC, STAFF)}
    one = {a: pages.plan_one(layer, "1", CRS84, TableState(), a).statement for a in (PUBLIC, STAFF)}
    for statements in (page, one):
        assert statements[PUBLIC] == statements[STAFF]
        assert statements[PUBLIC] is not statements[STAFF]
    assert pages.plan(layer, Query(STAFF), TableState()).statement is page[STAFF]


def test_each_audience_reads_its_own_fields(school: Layer) -> None:
    for make in (
        lambda audience: pages.plan(school, Query(audience), TableState()),
        lambda audience: pages.plan_one(school, "1", CRS84, TableState(), audience),
    ):
        assert '"classes"' in _text(make(STAFF))
        assert '"classes"' not in _text(make(PUBLIC))
    for audience in (PUBLIC, STAFF):
        fields = ExportQuery(school, Query(audience), TableState()).fields
        assert ("classes" in {field.name for field in fields}) is (audience is STAFF)


def test_the_stored_text_of_a_row_is_for_everybody_only(school: Layer) -> None:
    assert '"geojson"' in _text(pages.plan(school, Query(PUBLIC), KEPT))
    assert '"geojson"' not in _text(pages.plan(school, Query(STAFF), KEPT))
    assert '"geojson"' not in _text(pages.plan_one(school, "1", CRS84, KEPT, STAFF))


def test_two_audiences_share_no_filter_of_tiles(layers: Layers) -> None:
    layer, args = layers.get("school"), MultiDict({"filter": "pupils > 3"})
    filters = [tile_filter.parse(layer, args, audience) for audience in (PUBLIC, STAFF, PUBLIC)]
    first, second, third = filters
    assert first is third
    assert first
    assert second
    assert first.key != second.key
    assert first.wanted != second.wanted


def test_two_audiences_share_no_validator() -> None:
    parts = ("/items", "limit=1", "json", "vi", "declared")
    assert etags.representation(PUBLIC, *parts) != etags.representation(STAFF, *parts)


@pytest.mark.parametrize(
    "address",
    [
        f"{ITEMS}?f=json", f"{ITEMS}?f=jsonfg", f"{ITEMS}?f=html", f"{ITEMS}?f=csv",
        f"{ITEMS}?f=geojsonseq", f"{ITEMS}/S1?f=json", "/ogc/collections/school/schema?f=json",
        "/ogc/collections/school/queryables?f=json", "/ogc/collections/school/sortables?f=json",
    ],
)  # fmt: skip
def test_an_answer_for_one_audience_is_none_for_another(
    client: FlaskClient, switch: Switch, address: str
) -> None:
    switch(STAFF)
    own = client.get(address)
    assert "classes" in own.text
    switch(PUBLIC)
    known = {"If-None-Match": own.headers.get("ETag", "")}
    answer = client.get(address, headers=known)
    assert answer.status_code == 200
    assert "classes" not in answer.text
    assert answer.headers.get("ETag", "public") != own.headers.get("ETag")


def test_a_question_names_what_its_audience_sees(client: FlaskClient, switch: Switch) -> None:
    questions = ("classes=7", "filter=classes=7", "sortby=classes", "properties=classes")
    for audience, status in ((STAFF, 200), (PUBLIC, 400)):
        switch(audience)
        for question in questions:
            assert client.get(f"{ITEMS}?f=json&{question}").status_code == status, question
        tile = client.get("/tiles/school.json?filter=classes=7")
        assert tile.status_code == status


def test_descriptions_name_what_their_audience_sees(client: FlaskClient, switch: Switch) -> None:
    for audience in (STAFF, PUBLIC):
        switch(audience)
        definition = client.get("/ogc/openapi?f=json").get_json()
        named = definition["components"]["parameters"]
        asked = definition["paths"][f"{ITEMS[4:]}"]["get"]["parameters"]
        names = {one.get("name") or named[one["$ref"].split("/")[-1]]["name"] for one in asked}
        assert ("classes" in names) is (audience is STAFF)
        groups = client.get("/catalogue.json").get_json()["groups"]
        (fields,) = [
            [field["name"] for field in layer["fields"]]
            for group in groups
            for layer in group["layers"]
            if layer["id"] == "school"
        ]
        assert ("classes" in fields) is (audience is STAFF)
