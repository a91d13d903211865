"""Landing page, conformance, definition, collections: complete, true, and without dead links."""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from importlib.resources import files
from typing import Any

import jsonschema
import psycopg
import pytest
from flask.testing import FlaskClient

from gis_server.ogc import openapi
from gis_server.ogc.documents import CONFORMANCE
from gis_server.settings import Settings
from gis_testing.applications import create_app
from layers.audience import PUBLIC
from layers.registry import Layers

PATHS = (
    "", "/", "/conformance", "/collections", "/collections/land_parcel", "/collections/incident/",
    "/collections/school/queryables", "/collections/school/schema/", "/collections/school/items",
    "/collections/school/items/S1", "/openapi", "/tiles", "/tiles/VN2000-9213", "/tileMatrixSets",
    "/processes",
    "/collections/school/tiles/", "/collections/land_parcel/tiles/WebMercatorQuad",
)  # fmt: skip


def links(document: Any) -> Iterator[dict[str, str]]:
    """Yield every link in a document."""
    if isinstance(document, dict):
        if isinstance(document.get("href"), str) and "rel" in document:
            yield document
        document = list(document.values())
    if isinstance(document, list):
        for part in document:
            yield from links(part)


@pytest.mark.parametrize("path", PATHS)
def test_every_link_to_us_leads_somewhere_of_its_type(api: Any, path: str) -> None:
    found = list(links(api.json(path)))
    assert found or "queryables" in path or "schema" in path or path in ("/openapi", "/conformance")
    for link in found:
        assert link["title"]
        if not link["href"].startswith("http://localhost/ogc") or "templated" in link:
            continue
        answer = api.client.get(link["href"].removeprefix("http://localhost"))
        assert answer.status_code == 200, link
        assert answer.content_type.split(";")[0] == link["type"].split(";")[0], link


def test_the_landing_page_names_what_the_standard_wants(api: Any) -> None:
    rels = {link["rel"] for link in api.json()["links"]}
    assert {"self", "alternate", "service-desc", "service-doc", "conformance", "data"} <= rels
    assert "/jobs" not in json.dumps(api.json())


def test_conformance_is_what_we_say_and_no_more(api: Any) -> None:
    found = api.json("/conformance")["conformsTo"]
    assert found == list(CONFORMANCE)
    text = " ".join(found)
    for part in (
        "features-1/1.0/conf/core", "features-1/1.0/conf/geojson", "features-1/1.0/conf/oas30",
        "features-2/1.0/conf/crs", "features-3/1.0/conf/filter",
        "features-3/1.0/conf/features-filter",
        "cql2/1.0/conf/cql2-text", "cql2/1.0/conf/cql2-json", "cql2/1.0/conf/basic-cql2",
    ):  # fmt: skip
        assert part in text
    for part in ("create-replace-delete", "update", "optimistic-locking-etags", "features"):
        assert f"features-4/1.0/conf/{part}" in text
    assert "optimistic-locking-timestamps" not in text


def test_the_definition_is_openapi_and_needs_no_other_host(api: Any) -> None:
    answer = api.get("/openapi")
    assert answer.content_type == "application/vnd.oai.openapi+json;version=3.0"
    document = answer.get_json(force=True)
    place = files("pygeoapi").joinpath("resources/schemas/openapi/openapi-3.0.x.json")
    jsonschema.Draft4Validator(json.loads(place.read_text("utf-8"))).validate(document)
    references = set(_references(document))
    assert references
    for reference in references:
        found = document
        assert reference.startswith("#/")
        for step in reference[2:].split("/"):
            found = found[step]


def _references(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        if isinstance(part.get("$ref"), str):
            yield part["$ref"]
        part = list(part.values())
    if isinstance(part, list):
        for inner in part:
            yield from _references(inner)


def test_the_definition_has_every_parameter_that_is_taken(api: Any, layers: Any) -> None:
    document = api.json("/openapi")
    parameters = document["components"]["parameters"]
    assert parameters["limit"]["schema"] == {
        "type": "integer",
        "minimum": 1,
        "maximum": 10_000,
        "default": 100,
    }
    for layer in layers:
        operation = document["paths"][f"/collections/{layer.id}/items"]["get"]
        names = {
            one.get("name") or parameters[one["$ref"].split("/")[-1]]["name"]
            for one in operation["parameters"]
        }
        assert {"bbox", "datetime", "limit", "filter", "filter-lang", "q", "crs"} <= names
        assert set(layer.public) <= names
    ids = [o["operationId"] for path in document["paths"].values() for o in path.values()]
    assert len(ids) == len(set(ids))


def test_what_is_alike_in_the_definition_stands_once(layers: Any) -> None:
    """A collection more brings what is its own."""
    school = layers.get("school")
    some = [replace(school, id=f"school_{number}") for number in range(100)]
    many = Layers({layer.id: layer for layer in (school, *some)}, layers.groups)
    one = Layers({"school": school}, layers.groups)
    lengths = [
        len(json.dumps(openapi.document(of, "http://x", "en", PUBLIC), separators=(",", ":")))
        for of in (one, many)
    ]
    assert (lengths[1] - lengths[0]) / 100 < 15_000
    document = openapi.document(many, "http://x", "en", PUBLIC)
    alike = Counter(
        repr(response)
        for path in document["paths"].values()
        for operation in path.values()
        for response in operation["responses"].values()
        if "$ref" not in response
    )
    assert max(map(len, alike)) < 80


def test_the_definition_asks_nothing_of_the_database() -> None:
    app = create_app(Settings(), "host=/nowhere dbname=nothing")
    assert app.test_client().get("/ogc/openapi").status_code == 200
    assert app.test_client().get("/ogc/conformance").status_code == 200
    app.extensions["gis"].close()


def test_collections_are_all_layers(api: Any, layers: Any) -> None:
    found = api.json("/collections")["collections"]
    assert [one["id"] for one in found] == [layer.id for layer in layers]
    for one in found:
        layer = layers.get(one["id"])
        assert one["title"] == layer.title["vi"]
        assert one["license"] == layer.licence
        assert one["attribution"] == layer.owner["vi"]
        assert one["itemType"] == "feature"
        assert one["crs"][0].endswith("CRS84")
        assert one["storageCrs"] in one["crs"]


def test_titles_come_in_the_language_that_is_wanted(api: Any) -> None:
    assert api.json("/collections/school")["title"] == "Trường học"
    assert api.json("/collections/school", lang="en")["title"] == "Schools"
    answer = api.client.get("/ogc/collections/school", headers={"Accept-Language": "en"})
    assert answer.get_json(force=True)["title"] == "Schools"
    assert answer.headers["Content-Language"] == "en-US"
    assert "Accept-Language" in answer.headers["Vary"]
    assert api.get("/collections/school").headers["Content-Language"] == "vi-VN"


def test_extents_are_those_of_the_rows(api: Any, rows: Any) -> None:
    extent = api.json("/collections/incident")["extent"]
    west, south, east, north = extent["spatial"]["bbox"][0]
    assert (west, east) == (
        min(r["x"] for r in rows.incidents),
        max(r["x"] for r in rows.incidents),
    )
    assert (south, north) == (
        min(r["y"] for r in rows.incidents),
        max(r["y"] for r in rows.incidents),
    )
    times = [row["occurred_at"].isoformat() for row in rows.incidents]
    assert extent["temporal"]["interval"] == [[times[0], times[-1]]]
    west, south, _, _ = api.json("/collections/land_parcel")["extent"]["spatial"]["bbox"][0]
    assert 105.7 < west < 105.8
    assert 21.5 < south < 21.6


def test_an_empty_layer_has_the_extent_that_is_expected(own_api: Any, layers: Any) -> None:
    found = own_api.json("/collections/commune")["extent"]["spatial"]["bbox"][0]
    assert found == list(layers.get("commune").expect.bbox)
    assert own_api.json("/collections/incident")["extent"]["temporal"]["interval"] == [[None, None]]


def test_extents_follow_the_next_load(
    own_api: Any, conn: psycopg.Connection[Any], journal: Callable[[str, bool], None]
) -> None:
    journal("school", False)
    before = own_api.json("/collections/school")["extent"]["spatial"]["bbox"][0]
    conn.execute(
        "INSERT INTO layer.school (code, name, level, geom)"
        " VALUES ('a', 'b', 'primary', ST_SetSRID(ST_MakePoint(105, 21), 4326))"
    )
    journal("school", False)
    assert (
        own_api.json("/collections/school")["extent"]["spatial"]["bbox"][0]
        == [105, 21, 105, 21]
        != before
    )


def test_queryables_are_the_public_fields(api: Any, layers: Any) -> None:
    answer = api.get("/collections/school/queryables")
    assert answer.content_type == "application/schema+json"
    found = answer.get_json(force=True)
    assert found["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert found["$id"] == "http://localhost/ogc/collections/school/queryables"
    assert list(found["properties"]) == [*layers.get("school").public, "geometry"]
    assert found["properties"]["geometry"]["format"] == "geometry-point"
    assert found["properties"]["level"]["enum"][:2] == ["kindergarten", "primary"]
    assert found["properties"]["code"]["x-ogc-role"] == "id"


def test_a_schema_has_titles_units_and_the_time(api: Any) -> None:
    found = api.json("/collections/land_parcel/schema", lang="en")["properties"]
    assert found["area_paper"] == {
        "title": "Area on paper",
        "type": "number",
        "minimum": 0,
        "x-ogc-unit": "m2",
        "x-ogc-unitLang": "UCUM",
        "x-ogc-propertySeq": 5,
    }
    assert found["geometry"]["format"] == "geometry-multipolygon"
    time = api.json("/collections/incident/schema")["properties"]["occurred_at"]
    assert time["format"] == "date-time"
    assert time["x-ogc-role"] == "primary-instant"


def test_a_schema_is_a_schema(api: Any, layers: Any) -> None:
    for layer in layers:
        jsonschema.Draft202012Validator.check_schema(api.json(f"/collections/{layer.id}/schema"))


def test_links_start_with_the_public_address(ogc_database: str, settings: Settings) -> None:
    app = create_app(replace(settings, public_url="https://gis.example.vn/map"), ogc_database)
    client = app.test_client()
    for path in ("/ogc", "/ogc/collections/school/items?limit=1", "/ogc/openapi"):
        text = client.get(path).text
        assert "https://gis.example.vn/map/ogc" in text
        assert "localhost" not in text
    app.extensions["gis"].close()


def test_links_start_with_the_name_that_the_client_used(
    ogc_database: str, settings: Settings
) -> None:
    names = ("a.example", "b.example", *(f"h{n}.example" for n in range(40)))
    app = create_app(replace(settings, hosts=names), ogc_database)
    for host in names:
        answer = app.test_client().get("/ogc/collections", headers={"Host": host})
        assert f"http://{host}/ogc/collections/school" in answer.text
        assert "localhost" not in answer.text
    app.extensions["gis"].close()


def test_json_is_not_escaped_and_not_sniffed(api: Any) -> None:
    answer = api.get("/collections/school/items")
    assert "</script><script>alert('Đạt & \\\"Mai\\\" < 5')" in answer.text
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_the_accept_header_is_honoured(api: Any) -> None:
    for accept, wanted in (
        ("application/geo+json", "application/geo+json"),
        ("application/json", "application/geo+json"),
        ("text/html", "text/html"),
        ("text/html;q=0.5,application/json", "application/geo+json"),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "text/html"),
        ("text/csv", "text/csv"),
        ("application/vnd.apache.parquet;q=0.9, text/csv;q=0.1", "application/vnd.apache.parquet"),
    ):
        assert api.get("/collections/school/items", accept=accept).mimetype == wanted
    assert (
        api.get("/collections/school/items", accept="text/html", f="json").mimetype
        == "application/geo+json"
    )


def test_other_hosts_may_ask(api: Any) -> None:
    for path in ("", "/collections/school/items", "/collections/nowhere"):
        assert api.get(path).headers["Access-Control-Allow-Origin"] == "*"
    answer = api.client.options("/ogc/collections/school/items")
    assert answer.status_code == 200
    assert "POST" in answer.headers["Access-Control-Allow-Methods"]
    allowed = answer.headers["Access-Control-Allow-Headers"].split(", ")
    assert {"Authorization", "Content-Type", "If-Match"} <= set(allowed)


def test_a_database_that_is_away_is_said_so() -> None:
    app = create_app(Settings(), "host=/nowhere dbname=nothing connect_timeout=1")
    app.extensions["gis"].pool.timeout = 0.2
    client: FlaskClient = app.test_client()
    for path in ("/ogc", "/ogc/collections/school/items", "/ogc/collections/school/items/1"):
        answer = client.get(path)
        assert answer.status_code == 503
        assert answer.content_type == "application/problem+json"
        assert client.get(path, headers={"Accept": "text/html"}).mimetype == "text/html"
    app.extensions["gis"].close()


def test_a_question_that_takes_too_long_is_stopped(
    own_api: Any, conn: psycopg.Connection[Any]
) -> None:
    conn.execute(
        "INSERT INTO layer.hydrant (code, status, geom)"
        " VALUES ('a', 'ok', ST_SetSRID(ST_MakePoint(105, 21), 4326));"
        "ALTER TABLE layer.hydrant RENAME TO hydrant_rows; CREATE VIEW layer.hydrant AS"
        " SELECT t.* FROM layer.hydrant_rows AS t, pg_sleep(5)"
    )
    with own_api.client.application.extensions["gis"].tile_pool.connection() as used:
        used.execute("SET statement_timeout = 100")
    found = own_api.refusal("/collections/hydrant/items", status=503)
    assert "too long" in found["detail"]


def test_a_missing_table_is_said_so(own_api: Any, conn: psycopg.Connection[Any]) -> None:
    conn.execute("DROP TABLE layer.hydrant")
    assert own_api.get("/collections/hydrant/items").status_code == 503
    assert own_api.get("/collections/hydrant/items", f="html").status_code == 503
