"""Tiles and heatmaps over HTTP."""

import gzip
from typing import Any

import h3.api.basic_int as h3
import mapbox_vector_tile
import psycopg
import pytest
from flask.testing import FlaskClient

Connection = psycopg.Connection[Any]


@pytest.mark.parametrize(
    "path",
    [
        "/tiles/commune/23/0/0.mvt",
        "/tiles/commune/1/2/0.mvt",
        "/tiles/commune/1/0/-1.mvt",
        "/tiles/nowhere/0/0/0.mvt",
        "/tiles/nowhere.json",
        "/tiles/commune/a/0/0.mvt",
        "/heatmap/incident/1/2/0.mvt",
        "/heatmap/camera/0/0/0.mvt",
        "/heatmap/camera.json",
        "/heatmap/nowhere.json",
        "/heatmap/nowhere.frames",
        "/hotspots/nowhere.geojson",
        "/hotspots/camera/0/0/0.mvt",
        "/usual/nowhere.json",
        "/usual/incident/1/2/0.mvt",
        "/attention/nowhere",
        "/attention/commune",
    ],
)
def test_what_does_not_exist_is_not_found(client: FlaskClient, path: str) -> None:
    for method in ("GET", "OPTIONS"):
        answer = client.open(path, method=method)
        assert answer.status_code == 404, method
        assert answer.content_type == "application/problem+json"


def test_options_say_what_may_be_asked_of_what_there_is(client: FlaskClient) -> None:
    for path in (
        "/tiles/commune/1/0/0.mvt", "/tiles/commune.json", "/heatmap/incident/1/0/0.mvt",
        "/heatmap/incident.json", "/hotspots/incident.geojson", "/usual/incident.json",
        "/attention", "/attention/report",
    ):  # fmt: skip
        answer = client.options(path)
        allowed = set(answer.headers["Allow"].split(", "))
        assert (answer.status_code, allowed) == (200, {"GET", "HEAD", "OPTIONS"}), path


@pytest.mark.parametrize(
    "query", ["datetime=x", "category=arson", "colour=red", "datetime=2026-02-01/2026-01-01"]
)
def test_a_bad_filter_is_refused(client: FlaskClient, query: str) -> None:
    for path in ("/heatmap/fire_event.json", "/heatmap/fire_event/0/0/0.mvt"):
        assert client.get(f"{path}?{query}").status_code == 400


def test_an_empty_tile_has_no_content(client: FlaskClient) -> None:
    for path in ("/tiles/commune/5/0/0.mvt", "/heatmap/incident/5/0/0.mvt"):
        answer = client.get(path)
        assert (answer.status_code, answer.data) == (204, b"")


def test_a_tile_is_compressed_validated_and_shared(
    province: Connection, client: FlaskClient
) -> None:
    path = "/tiles/commune/9/406/224.mvt"
    plain = client.get(path)
    assert plain.status_code == 200
    assert plain.content_type == "application/vnd.mapbox-vector-tile"
    assert plain.headers["Access-Control-Allow-Origin"] == "*"
    names = [
        f["properties"]["name"]
        for f in mapbox_vector_tile.decode(plain.data)["commune"]["features"]
    ]
    assert sorted(names) == ["Sông Công", "Văn Lăng"]
    again = client.get(path, headers={"If-None-Match": plain.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_a_large_body_is_compressed_when_the_client_can(client: FlaskClient) -> None:
    packed = client.get("/catalogue.json", headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == client.get("/catalogue.json").data


def test_tilejson_describes_the_tiles(province: Connection, client: FlaskClient) -> None:
    document = client.get("/tiles/commune.json").get_json()
    assert document["tilejson"] == "3.0.0"
    assert document["tiles"] == ["http://localhost/tiles/commune/{z}/{x}/{y}.mvt"]
    assert document["bounds"] == pytest.approx([105.80, 21.40, 105.90, 21.60])
    described, labels = document["vector_layers"]
    assert (described["id"], labels["id"]) == ("commune", "commune_label")
    assert "code" in described["fields"]
    assert client.get("/tiles/commune.json?lang=en").get_json()["name"] == "Communes"
    assert client.get("/tiles/commune.json?lang=fr").status_code == 400


def test_a_heatmaps_tilejson_repeats_the_filter(client: FlaskClient) -> None:
    query = "category=theft,flood&datetime=2026-01-01T07:00:00%2B07:00/.."
    document = client.get(f"/heatmap/incident.json?{query}").get_json()
    assert document["tiles"] == [
        (
            "http://localhost/heatmap/incident/{z}/{x}/{y}.mvt"
            "?datetime=2026-01-01T00:00:00Z/..&category=flood,theft"
        )
    ]
    assert document["value"] == {
        "field": "severity",
        "aggregate": "sum",
        "unit": None,
        "worse": "high",
    }
    assert client.get("/heatmap/report.json").get_json()["value"] is None


def test_a_heatmap_tile_counts_what_the_filter_keeps(
    province: Connection, client: FlaskClient
) -> None:
    for day, category in ((1, "theft"), (2, "theft"), (3, "flood")):
        province.execute(
            "INSERT INTO layer.incident (category, severity, occurred_at, geom, h3)"
            " VALUES (%s, 2, %s, ST_SetSRID(ST_MakePoint(105.85, 21.55), 4326), %s)",
            (category, f"2026-01-{day:02}T12:00:00Z", h3.latlng_to_cell(21.55, 105.85, 10)),
        )
    counts = []
    for query in ("", "?category=theft", "?datetime=2026-01-02/2026-01-03", "?category=medical"):
        body = client.get(f"/heatmap/incident/8/203/112.mvt{query}").data
        counts.append(
            mapbox_vector_tile.decode(body)["heatmap"]["features"][0]["properties"]["count"]
            if body
            else 0
        )
    assert counts == [3, 2, 2, 0]


def test_a_rate_is_events_by_area_or_by_people(province: Connection, client: FlaskClient) -> None:
    cell = h3.latlng_to_cell(21.55, 105.85, 10)
    province.execute(
        "INSERT INTO layer.report (category, status, received_at, geom, h3)"
        " SELECT 'traffic', 'new', now(), ST_SetSRID(ST_MakePoint(105.85, 21.55), 4326), %s"
        " FROM generate_series(1, 6)",
        (cell,),
    )
    path = "/heatmap/report/8/203/112.mvt"

    def feature(query: str) -> dict[str, Any]:
        (found,) = mapbox_vector_tile.decode(client.get(path + query).data)["heatmap"]["features"]
        properties: dict[str, Any] = found["properties"]
        return properties

    assert "value" not in feature("")
    parent = h3.cell_to_parent(cell, 7)
    assert feature("?rate=area")["value"] == pytest.approx(6 / h3.cell_area(parent, "km^2"), 1e-3)
    refused = client.get(path + "?rate=people")
    assert refused.status_code == 400
    assert "number of people" in refused.get_json()["detail"]
    province.execute("UPDATE layer.commune SET population = 40000")
    client.application.extensions["gis"].changes.renew()
    by_people = feature("?rate=people")
    assert by_people["count"] == 6
    assert 0 < by_people["value"] < 1000
    described = client.get("/heatmap/report.json?rate=people").get_json()
    assert described["value"]["unit"] == "1/10000"
    assert described["tiles"][0].endswith("?rate=people")
    assert client.get(path + "?rate=cows").status_code == 400
