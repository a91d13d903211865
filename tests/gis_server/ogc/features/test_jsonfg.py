"""JSON-FG says what GeoJSON says, with time, place and type; GDAL reads it."""

import json
from pathlib import Path
from typing import Any

import pyogrio
import pytest
from flask.testing import FlaskClient

from gis_server.features.crs import CRS84, epsg
from gis_server.ogc.features import jsonfg
from layers.registry import Layers

OGC = "/ogc/collections"
EPSG = "http://www.opengis.net/def/crs/EPSG/0/"
MEDIA = "application/vnd.ogc.fg+json"


@pytest.fixture
def client(api: Any) -> FlaskClient:
    """A client of the database that has rows."""
    used: FlaskClient = api.client
    return used


def _page(client: FlaskClient, layer: str, form: str = "jsonfg", more: str = "") -> dict[str, Any]:
    answer = client.get(f"{OGC}/{layer}/items?f={form}&limit=50{more}")
    assert answer.status_code == 200
    found: dict[str, Any] = json.loads(answer.data)
    return found


@pytest.mark.parametrize("layer", ["school", "incident", "land_parcel", "land_plan"])
def test_a_page_has_the_members_of_json_fg(client: FlaskClient, layer: str) -> None:
    page, plain = _page(client, layer), _page(client, layer, "json")
    assert page["conformsTo"] == list(jsonfg.CONFORMANCE)
    assert set(page["conformsTo"]) <= set(client.get("/ogc/conformance?f=json").json["conformsTo"])
    assert page["featureType"] == layer
    assert client.get(page["featureSchema"]).json["type"] == "object"
    assert page["geometryDimension"] == {"school": 0, "incident": 0}.get(layer, 2)
    assert "coordRefSys" not in page
    assert len(page["features"]) == len(plain["features"]) > 0
    for feature, was in zip(page["features"], plain["features"], strict=True):
        assert feature.pop("place") is None
        feature.pop("time")
        assert feature == was


@pytest.mark.parametrize("crs", [4326, 3857, 3405])
@pytest.mark.parametrize("layer", ["school", "land_parcel"])
def test_places_in_another_crs_are_in_place(client: FlaskClient, layer: str, crs: int) -> None:
    more = f"&crs={EPSG}{crs}"
    page, plain = _page(client, layer, more=more), _page(client, layer, "json", more)
    assert page["coordRefSys"] == f"{EPSG}{crs}"
    for feature, was in zip(page["features"], plain["features"], strict=True):
        assert feature["geometry"] is None
        assert feature["place"] == was["geometry"]
        assert feature["properties"] == was["properties"]


def test_times_are_instants_in_utc(client: FlaskClient) -> None:
    for feature in _page(client, "incident")["features"]:
        instant = feature["properties"]["occurred_at"].replace("+00:00", "Z")
        assert feature["time"] == {"timestamp": instant}
    left_out = _page(client, "incident", more="&properties=category")["features"]
    assert {json.dumps(feature["time"]) for feature in left_out} == {"null"}
    assert {json.dumps(f["time"]) for f in _page(client, "school")["features"]} == {"null"}


def test_one_feature_is_a_document_of_its_own(client: FlaskClient) -> None:
    answer = client.get(f"{OGC}/school/items/S1?crs={EPSG}4326", headers={"Accept": MEDIA})
    assert answer.content_type == MEDIA
    found = json.loads(answer.data)
    assert found["conformsTo"] == list(jsonfg.CONFORMANCE)
    assert found["coordRefSys"] == f"{EPSG}4326"
    # The register puts latitude first.
    assert found["place"] == {"type": "Point", "coordinates": [21.55, 105.85]}
    assert {"self", "alternate", "collection"} <= {link["rel"] for link in found["links"]}


def test_it_is_asked_for_by_its_former_name_too(client: FlaskClient) -> None:
    answer = client.get(f"{OGC}/school/items", headers={"Accept": "application/fg+json"})
    assert answer.content_type == MEDIA


def test_each_form_has_a_tag_of_its_own(client: FlaskClient) -> None:
    answers = [client.get(f"{OGC}/school/items?f={form}") for form in ("json", "jsonfg")]
    assert len({answer.headers["ETag"] for answer in answers}) == 2
    known = {"If-None-Match": answers[1].headers["ETag"]}
    assert client.get(f"{OGC}/school/items?f=jsonfg", headers=known).status_code == 304


def test_a_value_that_looks_like_a_member_is_a_value(layers: Layers) -> None:
    incident = layers.get("incident")
    value = json.dumps('x","geometry":{"occurred_at":"1999-01-01T00:00:00+00:00"}')
    text = (
        f'{{"type":"Feature","id":{value},"geometry":null,"properties":'
        f'{{"category":{value},"occurred_at":"2026-01-01T00:00:00+00:00"}}}}'
    )
    for crs in (CRS84, epsg(3857)):
        (made,) = jsonfg.features([text.encode()], incident, crs)
        found = json.loads(made)
        assert found["time"] == {"timestamp": "2026-01-01T00:00:00Z"}
        assert found["properties"] == json.loads(text)["properties"]
        assert found["id"] == json.loads(value)
        assert found["place"] is None


def test_gdal_reads_places_in_their_crs(client: FlaskClient, tmp_path: Path) -> None:
    more = f"&crs={EPSG}3405"
    body = client.get(f"{OGC}/land_parcel/items?f=jsonfg&limit=50{more}").data
    file = tmp_path / "parcels.json"
    file.write_bytes(body)
    frame = pyogrio.read_dataframe(f"JSONFG:{file}")
    plain = _page(client, "land_parcel", "json", more)["features"]
    assert frame.crs.to_epsg() == 3405
    assert len(frame) == len(plain)
    corner = plain[0]["geometry"]["coordinates"][0][0][0]
    assert next(iter(frame.geometry.iloc[0].geoms)).exterior.coords[0] == pytest.approx(corner)
