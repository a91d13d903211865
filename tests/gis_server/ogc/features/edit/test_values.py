"""A feature that is created and read back is what was sent, in degrees and in the layer's CRS."""

import json
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
import pytest
import shapely
import yaml
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from etl import tables
from etl.load import Mode, Order, load
from gis_server.settings import Settings
from gis_testing.applications import create_app
from layers import registry
from layers.model import LONGEST_TEXT
from layers.registry import Layers

EPSG = "http://www.opengis.net/def/crs/EPSG/0/"
ZONE = f"{EPSG}9213"
TEXT = {"vi": "x", "en": "x"}
TYPES = ("text", "integer", "number", "boolean", "date", "datetime")

SAMPLE: dict[str, Any] = {
    "title": TEXT,
    "description": TEXT,
    "group": "service",
    "owner": TEXT,
    "licence": "CC0-1.0",
    "lifecycle": "edited",
    "geometry": {"type": "MultiPolygon", "crs": "EPSG:9213"},
    "key": "id",
    "label": "of_text",
    "fields": {
        "id": {"title": TEXT, "type": "integer", "derive": "serial"},
        **{f"of_{kind}": {"title": TEXT, "type": kind} for kind in TYPES},
        "kind": {"title": TEXT, "type": "text", "codes": {"one": TEXT, "two": TEXT}},
        "area": {"title": TEXT, "type": "number", "derive": "area"},
        "note": {"title": TEXT, "type": "text", "access": "internal"},
    },
    "tiles": {"minzoom": 8, "maxzoom": 14, "fields": ["of_text"]},
    "sources": [{"title": TEXT, "licence": "CC0-1.0"}],
}


@pytest.fixture
def sample(
    editor: Any, conn: psycopg.Connection[Any], settings: Settings, tmp_path: Path
) -> Iterator[Any]:
    """The client of a server with a layer of every type of field, one of which is internal."""
    folder = tmp_path / "layers" / "sample"
    folder.mkdir(parents=True)
    (folder / "layer.yaml").write_text(yaml.safe_dump(SAMPLE), "utf-8")
    (folder / "style.json").write_text('{"layers": []}', "utf-8")
    tables.prepare(conn, registry.load(folder.parent))
    before = editor.client.application.extensions["gis"].settings
    app = create_app(replace(before, layers=folder.parent), conn.info.dsn)
    yield type(editor)(app.test_client())
    app.extensions["gis"].close()


words = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cn", "Co", "Zs", "Zl", "Zp")),
    min_size=1,
).filter(lambda text: unicodedata.is_normalized("NFC", text))
zones = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
values: dict[str, st.SearchStrategy[Any]] = {
    "of_text": st.lists(words, min_size=1).map(" ".join),
    "of_integer": st.integers(-(2**63), 2**63 - 1),
    "of_number": st.floats(allow_nan=False, allow_infinity=False),
    "of_boolean": st.booleans(),
    "of_date": st.dates().map(str),
    "of_datetime": st.datetimes(datetime(2, 1, 1), datetime(9998, 1, 1), timezones=zones).map(  # noqa: DTZ001 - the zone is drawn
        datetime.isoformat
    ),
    "kind": st.sampled_from(["one", "two"]),
}
properties = st.fixed_dictionaries(
    {}, optional={name: st.none() | value for name, value in values.items()}
)


def box(x: float, y: float, side: float) -> Any:
    """Return a square as GeoJSON."""
    return json.loads(shapely.to_geojson(shapely.box(x, y, x + side, y + side)))


metres = st.builds(
    lambda x, y, side: box(400_000 + x / 1000, 2_370_000 + y / 1000, side),
    st.integers(0, 50_000_000), st.integers(0, 100_000_000), st.integers(1, 500),
)  # fmt: skip
degrees = st.builds(
    lambda x, y: box(round(105.5 + x / 1e7, 7), round(21.4 + y / 1e7, 7), 0.001),
    st.integers(0, 6_000_000), st.integers(0, 12_000_000),
)  # fmt: skip

SQUARE = {
    "type": "Feature",
    "geometry": box(105.85, 21.55, 0.001),
}

many = hypothesis_settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def same(name: str, sent: Any, found: Any) -> bool:
    """Tell whether a value is what was sent; of a time, the instant."""
    if name == "of_datetime" and sent is not None:
        return datetime.fromisoformat(sent) == datetime.fromisoformat(found)
    return bool(sent == found) and isinstance(found, bool) == isinstance(sent, bool)


@many
@given(sent=properties, shape=metres)
def test_what_is_sent_in_the_layers_crs_is_read(sample: Any, sent: Any, shape: Any) -> None:
    body = {"type": "Feature", "geometry": shape, "properties": sent}
    path = sample.create("sample", body, Content_Crs=f"<{ZONE}>")
    found = sample.get(path, ZONE).get_json(force=True)
    (ring,) = found["geometry"]["coordinates"][0]
    assert shapely.Polygon(ring).equals_exact(shapely.geometry.shape(shape), 0.0005)
    for name in values:
        assert same(name, sent.get(name), found["properties"][name]), name
    assert "note" not in found["properties"]


@many
@given(sent=properties, shape=degrees)
def test_what_is_replaced_in_degrees_is_read(sample: Any, sent: Any, shape: Any) -> None:
    first = {"type": "Feature", "geometry": box(106, 21.5, 0.1), "properties": {}}
    path = sample.create("sample", first)
    body = {"type": "Feature", "geometry": shape, "properties": sent}
    assert sample.send("PUT", path, body, If_Match="*").status_code == 204
    found = sample.get(path).get_json(force=True)
    (ring,) = found["geometry"]["coordinates"][0]
    assert shapely.Polygon(ring).equals_exact(shapely.geometry.shape(shape), 1.5e-7)
    for name in values:
        assert same(name, sent.get(name), found["properties"][name]), name


def test_what_is_not_public_is_neither_read_nor_written(
    sample: Any, conn: psycopg.Connection[Any]
) -> None:
    body = {"type": "Feature", "geometry": box(106, 21.5, 0.1), "properties": {}}
    path = sample.create("sample", body)
    conn.execute("UPDATE layer.sample SET note = 'kept'")
    secret = sample.with_(body, note="x")
    unknown = sample.with_(body, nothing="x")
    said = [sample.problem(422, "PUT", path, sent, If_Match="*") for sent in (secret, unknown)]
    assert said[0].replace("note", "nothing") == said[1]
    assert sample.send("PUT", path, body, If_Match="*").status_code == 204
    assert conn.execute("SELECT note FROM layer.sample").fetchall() == [("kept",)]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("of_text", 5), ("of_text", True), ("of_text", ["x"]), ("of_integer", "5"),
        ("of_integer", 5.5), ("of_integer", True), ("of_integer", 2**63), ("of_number", "5"),
        ("of_number", True), ("of_number", 10**400), ("of_boolean", 1), ("of_boolean", "true"),
        ("of_date", "31/12/2025"), ("of_date", "2025-02-30"), ("of_date", "20251231"),
        ("of_date", 5), ("of_datetime", "2025-12-31"), ("of_datetime", "2025-12-31T08:30:00"),
        ("of_datetime", "2025-12-31T25:30:00Z"), ("of_datetime", "0001-01-01T00:00:00+14:00"),
        ("of_text", "a\0b"), ("kind", "three"),
    ],
)  # fmt: skip
def test_a_value_of_another_type_is_refused(sample: Any, name: str, value: Any) -> None:
    body = {"type": "Feature", "geometry": box(106, 21.5, 0.1), "properties": {name: value}}
    assert f"{name}: " in sample.problem(422, "POST", "sample/items", body)


@pytest.mark.parametrize(
    ("layer_id", "geometry", "properties"),
    [
        (
            "report",
            {"type": "Point", "coordinates": [105.85, 21.55]},
            {"category": "Giao thông", "status": "new", "received_at": "2026-01-31T07:00:00+07:00"},
        ),
        (
            "land_parcel",
            box(105.85, 21.55, 0.001),
            {"sheet": "1", "number": "2", "land_code": "ODT", "commune_code": "05518"},
        ),
    ],
)
def test_every_column_is_as_after_a_load(
    editor: Any, layers: Layers, conn: psycopg.Connection[Any], tmp_path: Path,
    layer_id: str, geometry: Any, properties: Any,
) -> None:  # fmt: skip
    body = {"type": "Feature", "geometry": geometry, "properties": properties}
    editor.create(layer_id, body)
    file = tmp_path / "one.geojson"
    file.write_text(json.dumps({"type": "FeatureCollection", "features": [body]}), "utf-8")
    load(conn, Order(layers.get(layer_id), file, Mode.APPEND, "tests", tmp_path))
    cursor = conn.execute(f"SELECT * FROM layer.{layer_id} ORDER BY id")
    names = [column.name for column in cursor.description or ()]
    created, loaded = (dict(zip(names, row, strict=True)) for row in cursor.fetchall())
    for row in (created, loaded):
        row["geojson"] = row["geojson"].replace(f'"id":{row.pop("id")}', "")
    assert created == loaded


@pytest.mark.parametrize("number", [1e25, -1e25, 3.4028235e38, 1.7e308, 5e-324, 1e-7, 1e15, 0.001])
def test_numbers_of_any_size_are_shown(sample: Any, number: float) -> None:
    path = sample.create("sample", {**SQUARE, "properties": {"of_number": number}})
    for address in (path, "sample/items"):
        page = sample.client.get(f"/ogc/collections/{address}?f=html&lang=en")
        assert page.status_code == 200
        shown = re.findall(r"<td[^>]*>(-?[0-9][0-9.,E-]*)</td>", page.text)
        assert number in [float(text.replace(",", "")) for text in shown]


def test_whole_numbers_of_64_bits_are_told_apart(sample: Any) -> None:
    numbers = [2**63 - 1, 2**63 - 2, 2**60, 2**60 + 1, -(2**63)]
    for number in numbers:
        sample.create("sample", {**SQUARE, "properties": {"of_integer": number}})
    for number in numbers:
        for asked in (f"of_integer={number}", f"filter=of_integer={number}"):
            answer = sample.client.get(f"/ogc/collections/sample/items?{asked}")
            found = [each["properties"]["of_integer"] for each in answer.get_json(True)["features"]]
            assert found == [number], asked
    for beyond, count in (("of_integer<9223372036854775808", 5), (f"of_integer<1{'0' * 307}", 5)):
        answer = sample.client.get(f"/ogc/collections/sample/items?filter={beyond}")
        assert answer.get_json(True)["numberMatched"] == count
    answer = sample.client.get(f"/ogc/collections/sample/items?filter=of_integer<1{'0' * 400}")
    assert answer.status_code == 400
    wanted = json.dumps({"op": "<", "args": [{"property": "of_integer"}, 10**400]})
    answer = sample.client.get(
        "/ogc/collections/sample/items", query_string={"filter": wanted, "filter-lang": "cql2-json"}
    )
    assert answer.status_code == 400


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_a_text_is_found_however_its_letters_are_composed(sample: Any, form: str) -> None:
    sample.create("sample", {**SQUARE, "properties": {"of_text": "Trường Tân Cương"}})
    name = unicodedata.normalize(form, "Trường Tân Cương")
    tree = {"op": "=", "args": [{"property": "of_text"}, name]}
    for asked in (
        {"of_text": name},
        {"filter": f"of_text='{name}'"},
        {"filter": f"CASEI(of_text)=CASEI('{name.upper()}')"},
        {"filter": f"of_text LIKE '{name[:4]}%'"},
        {"filter": f"of_text IN ('{name}')"},
        {"filter": f"A_CONTAINS((of_text), ('{name}'))"},
        {"filter": json.dumps(tree), "filter-lang": "cql2-json"},
    ):
        answer = sample.client.get("/ogc/collections/sample/items", query_string=asked)
        assert answer.get_json(True)["numberMatched"] == 1, asked


def test_a_text_has_a_largest_length(sample: Any, editor: Any) -> None:
    long = {**SQUARE, "properties": {"of_text": "đ" * LONGEST_TEXT}}
    path = sample.create("sample", long)
    longer = {**SQUARE, "properties": {"of_text": "đ" * (LONGEST_TEXT + 1)}}
    for asked in (("POST", "sample/items", longer), ("PUT", path, longer)):
        assert "10000" in sample.problem(422, *asked, If_Match="*")
    patch = {"properties": longer["properties"]}
    assert "10000" in sample.problem(422, "PATCH", path, patch, sample.patch, If_Match="*")
    key = {**editor.school, "properties": {**editor.school["properties"], "code": "x" * 256}}
    assert "255" in editor.problem(422, "POST", "school/items", key)
    schema = sample.client.get("/ogc/collections/sample/schema").get_json(True)["properties"]
    assert schema["of_text"]["maxLength"] == LONGEST_TEXT


@pytest.mark.parametrize(
    "key", ["a\nb", "/x", "x/", ".", "..", "a//b", "a/../b", "./a", "a\u2028b", "a\u0085x", "a\tb"]
)
def test_a_key_that_no_address_can_end_with_is_refused(editor: Any, key: str) -> None:
    named = {**editor.school["properties"], "code": key}
    body = {**editor.school, "properties": named}
    assert "no address" in editor.problem(422, "POST", "school/items", body)


@pytest.mark.parametrize(
    "key", ["a/b", "a b", "50%", "a?b#c", "...", "đ\u0301", "\\", "a+b", "'", '"']
)
def test_any_other_key_is_found_where_it_was_created(editor: Any, key: str) -> None:
    body = {**editor.school, "properties": {**editor.school["properties"], "code": key}}
    path = editor.create("school", body)
    found = editor.get(path)
    assert found.get_json(True)["id"] == unicodedata.normalize("NFC", key)
    spelt = quote(unicodedata.normalize("NFD", key), safe="")
    assert editor.get(f"school/items/{spelt}").get_json(True)["id"] == found.get_json(True)["id"]
    answer = editor.send("DELETE", path, If_Match=found.headers["ETag"])
    assert answer.status_code == 204


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ("0001-01-01T00:00:00Z", 201),
        ("9999-12-31T23:59:59Z", 201),
        ("0001-01-01T00:00:00+14:00", 422),
        ("9999-12-31T23:59:59-14:00", 422),
    ],
)
def test_times_are_those_of_the_calendar(sample: Any, sent: str, status: int) -> None:
    body = {**SQUARE, "properties": {"of_datetime": sent}}
    assert sample.send("POST", "sample/items", body).status_code == status
    for asked in ("", "?f=html", "?sortby=of_datetime&limit=1"):
        assert sample.client.get(f"/ogc/collections/sample/items{asked}").status_code == 200


@pytest.mark.parametrize(
    "number", [2**53 + 1, 2**63 - 1, 2**63, 10**20, 10**25, 10**307, -(10**29)]
)
def test_a_number_may_be_written_without_a_fraction(sample: Any, number: int) -> None:
    path = sample.create("sample", {**SQUARE, "properties": {"of_number": number}})
    assert sample.get(path).get_json(True)["properties"]["of_number"] == float(number)


def test_a_number_of_any_length_is_held_to_its_limits(editor: Any) -> None:
    place = {"type": "Point", "coordinates": [105.85, 21.55]}
    named = {"code": "C1", "name": "x", "kind": "traffic", "bearing": 10**29}
    body = {"type": "Feature", "geometry": place, "properties": named}
    assert "maximum 360" in editor.problem(422, "POST", "camera/items", body)


def test_an_offset_of_time_has_minutes_below_sixty(sample: Any) -> None:
    body = {**SQUARE, "properties": {"of_datetime": "2026-01-01T00:00:00+07:60"}}
    assert "of_datetime" in sample.problem(422, "POST", "sample/items", body)


@pytest.mark.parametrize(("side", "status"), [(1e-6, 422), (9e-4, 422), (2e-3, 201)])
def test_an_area_is_no_smaller_than_a_millimetre(editor: Any, side: float, status: int) -> None:
    body = {**editor.parcel, "geometry": box(430000, 2380000, side)}
    answer = editor.send("POST", "land_parcel/items", body, Content_Crs=f"<{ZONE}>")
    assert answer.status_code == status, answer.text
    if status == 201:
        (feature,) = editor.client.get("/ogc/collections/land_parcel/items").get_json(True)[
            "features"
        ]
        assert shapely.from_geojson(json.dumps(feature["geometry"])).is_valid
    else:
        assert "smaller than a millimetre" in answer.get_json(True)["detail"]
