"""The grid, its zones and their links, by the abstract tests of 21-038r1; a client of links."""

import json
import time
from typing import Any
from urllib.parse import urlsplit

import h3.api.basic_int as h3
import numpy as np
import psycopg
import pytest

from cells import checkpoint
from cells.generations import Generations
from gis_testing.zones import FULL, PENTAGON
from layers.audience import PUBLIC

LAYERS = ("fire_event", "incident", "report", "traffic")
JSON = "application/json"
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


def _rel(name: str) -> str:
    return f"[ogc-rel:{name}]"


def _links(document: Any, rel: str) -> list[str]:
    return [link["href"] for link in document["links"] if link["rel"] == rel]


def _follow(client: Any, href: str, accept: str = JSON) -> Any:
    place = urlsplit(href)
    answer = client.get(f"{place.path}?{place.query}", headers={"Accept": accept})
    assert answer.status_code == 200, (href, answer.text)
    assert answer.mimetype == accept
    return answer.get_json(force=True)


def test_a_client_comes_to_the_data_by_links_alone(grid: Any) -> None:
    """/conf/core/dggrs-list, /conf/collection-dggs/dggs, /conf/zone-query/zones-list."""
    landing = _follow(grid.client, "http://localhost/ogc")
    collections = _follow(grid.client, _links(landing, "data")[0])["collections"]
    offered = [each for each in collections if _links(each, _rel("dggrs-list"))]
    assert tuple(sorted(each["id"] for each in offered)) == LAYERS
    (incident,) = [each for each in offered if each["id"] == "incident"]
    listed = _follow(grid.client, _links(incident, _rel("dggrs-list"))[0])
    (known,) = [each for each in listed["dggrs"] if each["id"] == "H3"]
    definition = _follow(grid.client, _links(known, _rel("dggrs-definition"))[0])
    assert "ascending" in definition["subZoneOrder"]["description"]
    described = _follow(grid.client, _links(known, "self")[0])
    zones = _follow(grid.client, _links(described, _rel("dggrs-zone-query"))[0])
    templates = {each["rel"]: each["uriTemplate"] for each in described["linkTemplates"]}
    zone = zones["zones"][0]
    info = _follow(grid.client, templates[_rel("dggrs-zone-info")].replace("{zoneId}", zone))
    (place,) = _links(info, _rel("dggrs-zone-data"))
    assert place == templates[_rel("dggrs-zone-data")].replace("{zoneId}", zone)
    data = _follow(grid.client, place)
    assert data["zoneId"] == zone
    assert data["dggrs"] == definition["uri"]
    assert data["values"]["count"][0]["data"][0] > 0


@pytest.mark.parametrize("layer", LAYERS)
def test_the_grids_of_a_collection_are_listed(grid: Any, layer: str) -> None:
    """/conf/core/dggrs-list, /conf/collection-dggs/dggs."""
    found = _follow(grid.client, f"/ogc/collections/{layer}/dggs")
    assert _links(found, _rel("geodata")) == [f"http://localhost/ogc/collections/{layer}"]
    for known in found["dggrs"]:
        assert {"id", "title", "links"} <= set(known)
        assert "uri" not in known
        assert _links(known, "self")
        assert _links(known, _rel("dggrs-definition"))


def test_the_grid_is_described(grid: Any) -> None:
    """/conf/core/dggrs-description, /conf/collection-dggs/dggs, /rec/core/max-refinement."""
    found = _follow(grid.client, "/ogc/collections/incident/dggs/H3")
    assert found["id"] == "H3"
    assert found["title"]
    assert found["description"]
    assert found["crs"].endswith("/CRS84")
    assert found["maxRefinementLevel"] == 10
    assert "uri" not in found
    assert urlsplit(_links(found, "self")[0]).path == "/ogc/collections/incident/dggs/H3"
    for rel in ("dggrs-definition", "dggrs-zone-query", "geodata"):
        assert len(_links(found, _rel(rel))) == 1
    assert all("{zoneId}" in each["uriTemplate"] for each in found["linkTemplates"])


def test_the_definition_says_what_the_annex_wants(grid: Any) -> None:
    """/conf/core/dggrs-description: our own, under an identifier of ours that leads to it."""
    found = _follow(grid.client, "/ogc/dggrs/H3")
    assert found["uri"] == "http://localhost/ogc/dggrs/H3"
    hierarchy = found["dggh"]["definition"]
    assert (hierarchy["spatialDimensions"], hierarchy["temporalDimensions"]) == (2, 0)
    assert hierarchy["refinementRatio"] == 7
    assert hierarchy["zoneTypes"] == ["hexagon", "pentagon"]
    assert set(found["zirs"]) == {"textZIRS", "uint64ZIRS"}
    assert "children by index" in found["description"]
    place = found["dggh"]["parameters"]["orientation"]
    vertices = [h3.cell_to_latlng(cell) for cell in h3.get_pentagons(0)]
    assert pytest.approx((place["latitude"], place["longitude"])) in vertices


@pytest.mark.parametrize("level", range(11))
@pytest.mark.parametrize("layer", ["incident", "traffic"])
def test_a_zone_is_described(grid: Any, counted: Any, layer: str, level: int) -> None:
    """/conf/core/zone-info, /rec/core/zone-info."""
    zone = h3.latlng_to_cell(21.59, 105.84, level)
    found = grid.of(layer).json(f"/zones/{zone:x}")
    assert (found["id"], found["level"], found["shapeType"]) == (f"{zone:x}", level, "hexagon")
    assert found["centroid"] == pytest.approx(h3.cell_to_latlng(zone)[::-1], abs=1e-7)
    assert found["areaMetersSquare"] == pytest.approx(h3.cell_area(zone, "m^2"))
    ring = np.array(found["geometry"]["coordinates"][0])
    assert found["bbox"] == [*ring.min(axis=0), *ring.max(axis=0)]
    corners = {(round(x, 7), round(y, 7)) for y, x in h3.cell_to_boundary(zone)}
    assert corners <= set(map(tuple, ring.tolist()))
    parts = h3.cell_to_children(zone, min(level + 1, 10))
    known = counted(layer, min(level + 1, 10))
    counts = np.array([known.get(part, (0, None))[0] for part in parts])
    statistics = found["statistics"]["count"]
    assert (statistics["minimum"], statistics["maximum"]) == (counts.min(), counts.max())
    assert statistics["average"] == pytest.approx(counts.mean())
    assert statistics["stdDev"] == pytest.approx(counts.std())
    values = [known[part][1] for part in parts if known.get(part, (0, None))[1] is not None]
    if values:
        assert found["statistics"]["value"]["average"] == pytest.approx(np.mean(values))
    else:
        assert "value" not in found["statistics"]


@pytest.mark.parametrize(
    "zone",
    [FULL, h3.cell_to_parent(FULL, 0), h3.latlng_to_cell(21.59, 105.84, 10), PENTAGON,
     h3.cell_to_parent(PENTAGON, 5)],
)  # fmt: skip
def test_a_zone_leads_to_its_relatives(grid: Any, zone: int) -> None:
    """/conf/core/zone-info, /rec/core/zone-info."""
    found = grid.json(f"/zones/{zone:x}")
    level = h3.get_resolution(zone)

    def named(rel: str) -> list[int]:
        return sorted(int(href.rsplit("/", 1)[1], 16) for href in _links(found, _rel(rel)))

    assert named("dggrs-zone-parent") == ([h3.cell_to_parent(zone)] if level else [])
    children = [] if level == 10 else sorted(h3.cell_to_children(zone))
    assert named("dggrs-zone-child") == children
    assert named("dggrs-zone-neighbor") == sorted(set(h3.grid_disk(zone, 1)) - {zone})
    assert len(named("dggrs-zone-neighbor")) == 6 - h3.is_pentagon(zone)
    for rel in ("dggrs", "dggrs-definition", "geodata", "dggrs-zone-data"):
        for href in _links(found, _rel(rel)):
            _follow(grid.client, href)
    for child in children:
        assert _links(grid.json(f"/zones/{child:x}"), _rel("dggrs-zone-parent"))[0].endswith(
            f"/{zone:x}"
        )


def test_a_pentagon_is_called_one(grid: Any) -> None:
    for level in range(11):
        zone = h3.get_pentagons(level)[6]
        assert grid.json(f"/zones/{zone:x}")["shapeType"] == "pentagon"


def test_zones_at_the_antimeridian_and_the_poles_have_boxes(grid: Any) -> None:
    """West is above east over the antimeridian, as RFC 7946 has it; a pole is in the box."""
    west, south, east, north = grid.json(f"/zones/{h3.latlng_to_cell(0, 180, 2):x}")["bbox"]
    assert (west > 179, east < -178) == (True, True)
    assert south < 0 < north
    for level in range(11):
        box = grid.json(f"/zones/{h3.latlng_to_cell(90, 0, level):x}")["bbox"]
        assert box[0::2] == [-180, 180]
        assert box[3] == 90


def test_a_zone_comes_as_geojson(grid: Any) -> None:
    """/rec/core/zone-info: the same in properties."""
    plain = grid.json(f"/zones/{FULL:x}")
    answer = grid.get(f"/zones/{FULL:x}", accept="application/geo+json")
    found = answer.get_json(force=True)
    assert (found["type"], found["id"]) == ("Feature", plain["id"])
    assert found["geometry"] == plain["geometry"]
    properties = found["properties"]
    assert properties["zoneID"] == plain["id"]
    for name in ("level", "shapeType", "areaMetersSquare", "centroid", "statistics"):
        assert properties[name] == plain[name]


@pytest.mark.parametrize(
    "path", ["/collections/incident/dggs", "/collections/incident/dggs/H3", "/dggrs/H3",
             f"/collections/incident/dggs/H3/zones/{FULL:x}"],
)  # fmt: skip
def test_documents_come_as_pages(grid: Any, path: str) -> None:
    for lang in ("vi", "en"):
        answer = grid.client.get(f"/ogc{path}?lang={lang}", headers={"Accept": BROWSER})
        assert (answer.status_code, answer.mimetype) == (200, "text/html")
        assert "H3" in answer.text


ENDS = {
    "": "getDGGRSList",
    "/{dggrsId}": "getDGGRS",
    "/{dggrsId}/zones": "getDGGRSZones",
    "/{dggrsId}/zones/{zoneId}": "getDGGRSZoneInfo",
    "/{dggrsId}/zones/{zoneId}/data": "getDGGRSZoneData",
}


@pytest.mark.parametrize("layer", LAYERS)
def test_operations_end_as_the_standard_says(grid: Any, layer: str) -> None:
    """/conf/operation-ids/operation-ids."""
    paths = _follow(grid.client, "/ogc/openapi", "application/vnd.oai.openapi+json")["paths"]
    for path, end in ENDS.items():
        operation = paths[f"/collections/{layer}/dggs{path}"]["get"]
        assert operation["operationId"].endswith(f".collection.{end}")
    named = [each["get"]["operationId"] for each in paths.values() if "get" in each]
    assert len(set(named)) == len(named)


TAGGED = (
    "/zones?zone-level=7",
    "/zones?zone-level=7&f=uint64",
    "/zones?zone-level=7&f=geojson",
    f"/zones/{FULL:x}",
    f"/zones/{FULL:x}/data?zone-depth=2",
    f"/zones/{FULL:x}/data?f=geojson",
)


@pytest.mark.parametrize("path", TAGGED)
def test_what_a_client_has_is_not_sent_again(grid: Any, path: str) -> None:
    address = f"/ogc/collections/incident/dggs/H3{path}"
    first = grid.client.get(address)
    assert first.headers["Cache-Control"] == "no-cache"
    assert first.headers["Access-Control-Allow-Origin"] == "*"
    tag = {"If-None-Match": first.headers["ETag"]}
    again = grid.client.get(address, headers=tag)
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]
    other = f"{address}{'&' if '?' in path else '?'}lang=en"
    assert grid.client.get(other, headers=tag).status_code == 200
    packed = grid.client.get(address, headers={"Accept-Encoding": "gzip", **tag})
    assert packed.status_code == 304


@pytest.mark.parametrize("has_cube", [True, False])
def test_an_event_is_in_the_next_answer(
    conn: psycopg.Connection[Any], client: Any, settings: Any, layers: Any, has_cube: bool
) -> None:
    """With a new tag, whether there is a cube or not."""
    incident = layers.get("incident")
    if has_cube:
        checkpoint.checkpoint(conn, incident, Generations(settings.var / "cells"))
    view = client.application.extensions["gis"].cubes.view(incident, 0, PUBLIC)
    assert (view is not None) == has_cube
    zone = h3.latlng_to_cell(21.6, 105.8, 8)
    address = f"/ogc/collections/incident/dggs/H3/zones/{zone:x}/data"
    first = client.get(address)
    assert first.get_json()["values"]["count"][0]["data"] == [0]
    conn.execute(
        "INSERT INTO layer.incident (category, occurred_at, h3, geom) VALUES"
        " ('theft', now(), %s, ST_SetSRID(ST_MakePoint(105.8, 21.6), 4326))",
        [h3.latlng_to_cell(21.6, 105.8, 10)],
    )
    for _ in range(40):
        answer = client.get(address, headers={"If-None-Match": first.headers["ETag"]})
        if answer.status_code == 200:
            break
        time.sleep(0.1)
    assert json.loads(answer.data)["values"]["count"][0]["data"] == [1]
    listed = client.get("/ogc/collections/incident/dggs/H3/zones?zone-level=8").get_json()
    assert listed["zones"] == [f"{zone:x}"]
