"""Items: what is chosen, in which order and CRS, page by page."""

import json
import random
from typing import Any

import pyproj
import pytest
import shapely
from shapely.geometry import shape

EPSG = "http://www.opengis.net/def/crs/EPSG/0/"
CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"


def test_items_are_a_feature_collection_in_geojson(api: Any) -> None:
    answer = api.get("/collections/school/items")
    assert answer.content_type == "application/geo+json"
    assert answer.headers["Content-Crs"] == f"<{CRS84}>"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    found = answer.get_json(force=True)
    assert found["type"] == "FeatureCollection"
    assert found["numberMatched"] == found["numberReturned"] == 5
    assert "timeStamp" not in found
    first = found["features"][0]
    assert first["type"] == "Feature"
    assert first["id"] == "S/4"
    assert first["geometry"] == {"type": "Point", "coordinates": [106, 21.6]}


def test_items_name_the_queryables_in_a_link_header(api: Any) -> None:
    link = api.get("/collections/school/items").headers["Link"]
    assert "/ogc/collections/school/queryables>" in link
    assert 'rel="http://www.opengis.net/def/rel/ogc/1.0/queryables"' in link


def test_values_keep_their_types_and_characters(api: Any, rows: Any) -> None:
    answer = api.get("/collections/school/items", code="S/4")
    assert "&lt;" not in answer.text
    (found,) = answer.get_json(force=True)["features"]
    assert found["properties"] == {
        "code": "S/4", "name": rows.evil, "level": "mixed", "pupils": 5, "classes": 1,
        "address": None, "commune_code": None,
    }  # fmt: skip


def test_times_are_written_with_their_zone(api: Any) -> None:
    (found,) = api.items("incident", filter="id=3")["features"]
    assert found["properties"]["occurred_at"] == "2026-01-02T00:00:00+00:00"


def test_an_item_has_the_id_of_its_row(api: Any) -> None:
    answer = api.get("/collections/incident/items/7")
    assert answer.content_type == "application/geo+json"
    found = answer.get_json(force=True)
    assert found["id"] == found["properties"]["id"] == 7
    links = {link["rel"]: link["href"] for link in found["links"] if link["rel"] != "root"}
    assert links["self"].endswith("/ogc/collections/incident/items/7?f=json")
    assert links["alternate"].endswith("/items/7?f=html")
    assert links["collection"].endswith("/ogc/collections/incident")


@pytest.mark.parametrize("address", ["S/4", "S%2F4", "S/4/"])
def test_an_id_may_have_a_slash(api: Any, address: str) -> None:
    assert api.json(f"/collections/school/items/{address}")["id"] == "S/4"


def test_pages_hold_every_row_once_in_the_order_of_the_key(api: Any) -> None:
    found, address = [], "/collections/incident/items?limit=7"
    while address:
        document = api.client.get(f"/ogc{address}").get_json(force=True)
        assert document["numberMatched"] == 300
        found += [feature["id"] for feature in document["features"]]
        following = [link["href"] for link in document["links"] if link["rel"] == "next"]
        address = following[0].removeprefix("http://localhost/ogc") if following else ""
    assert found == list(range(1, 301))


def test_a_full_last_page_has_no_next(api: Any) -> None:
    links = api.items("incident", limit=100, offset=200)["links"]
    rels = [link["rel"] for link in links]
    assert "next" not in rels
    (first,) = [link["href"] for link in links if link["rel"] == "first"]
    assert first.endswith("items?limit=100")


def test_links_of_pages_keep_the_question(api: Any) -> None:
    found = api.items("incident", limit=10, category="theft", bbox="105,21,107,23")
    (following,) = [link["href"] for link in found["links"] if link["rel"] == "next"]
    for part in ("category=theft", "bbox=105%2C21%2C107%2C23", "limit=10", "after="):
        assert part in following
    assert "offset" not in following


def test_a_page_beyond_the_end_is_empty(api: Any) -> None:
    found = api.items("incident", offset=10_000_000_000_000_000_000_000)
    assert found["features"] == []
    assert found["numberReturned"] == 0


def test_a_limit_above_the_most_is_taken_as_the_most(api: Any) -> None:
    found = api.items("incident", limit="9" * 5000)
    assert found["numberReturned"] == 300


def test_hits_only_count(api: Any) -> None:
    found = api.items("incident", resulttype="hits", category="flood")
    assert found["features"] == []
    assert found["numberReturned"] == 0
    assert found["numberMatched"] == len(api.ids("incident", category="flood"))
    assert "next" not in [link["rel"] for link in found["links"]]


def test_a_box_chooses_the_same_points_as_plain_arithmetic(api: Any, rows: Any) -> None:
    chance = random.Random(3)
    for _ in range(20):
        west, east = sorted(chance.uniform(105.4, 106.3) for _ in range(2))
        south, north = sorted(chance.uniform(21.2, 22.1) for _ in range(2))
        wanted = [
            row["id"] for row in rows.incidents
            if west <= row["x"] <= east and south <= row["y"] <= north
        ]  # fmt: skip
        assert api.ids("incident", bbox=f"{west},{south},{east},{north}") == wanted


def test_a_box_meets_the_points_on_its_edge(api: Any) -> None:
    assert api.ids("school", bbox="105.85,21.55,105.85,21.55") == ["S1"]
    assert api.ids("school", bbox="105.85,21.4,105.85,21.55") == ["S1"]


def test_heights_of_a_box_do_not_matter(api: Any) -> None:
    plain = api.ids("school", bbox="105.8,21.5,105.9,21.6")
    assert plain == api.ids("school", bbox="105.8,21.5,-10,105.9,21.6,900")


def test_a_box_across_the_antimeridian_is_two(api: Any) -> None:
    assert api.ids("school", bbox="105.95,20,-170,22") == ["S/4"]


def test_a_box_of_the_world_holds_everything_in_every_storage(api: Any) -> None:
    assert len(api.ids("incident", bbox="-180,-90,180,90")) == 300
    assert len(api.ids("land_parcel", bbox="-180,-90,180,90")) == 400


def test_a_box_far_away_holds_nothing(api: Any) -> None:
    assert api.ids("land_parcel", bbox="-80,-40,-70,-30") == []
    assert api.ids("incident", bbox="-80,-40,-70,-30") == []


def test_a_box_over_shapes_in_metres_agrees_with_shapely_in_degrees(api: Any, rows: Any) -> None:
    """The shapes are transformed one way, the box the other; the answer is the same."""
    chance = random.Random(5)
    shapes = {key: shape(found) for key, found in rows.parcels.items()}
    for _ in range(20):
        west, east = sorted(chance.uniform(105.77, 105.88) for _ in range(2))
        south, north = sorted(chance.uniform(21.51, 21.61) for _ in range(2))
        box = shapely.box(west, south, east, north)
        wanted = sorted(key for key, found in shapes.items() if found.intersects(box))
        assert api.ids("land_parcel", bbox=f"{west},{south},{east},{north}") == wanted


@pytest.mark.parametrize("srid", [4326, 3857, 3405])
def test_a_box_may_come_in_another_crs(api: Any, rows: Any, srid: int) -> None:
    transformer = pyproj.Transformer.from_crs(4326, srid, always_xy=True)
    edges = transformer.transform_bounds(105.7, 21.5, 105.9, 21.8)
    if srid == 4326:
        edges = (edges[1], edges[0], edges[3], edges[2])
    found = api.ids("incident", bbox=",".join(map(str, edges)), bbox__crs=f"{EPSG}{srid}")
    inside = {
        row["id"] for row in rows.incidents
        if 105.702 < row["x"] < 105.898 and 21.502 < row["y"] < 21.798
    }  # fmt: skip
    assert inside <= set(found)
    assert len(found) <= len(inside) + 6


def test_a_box_in_the_storage_crs_needs_no_transformation(api: Any) -> None:
    found = api.ids("land_parcel", bbox="425100,2380100,425900,2380200", bbox__crs=f"{EPSG}9213")
    assert found == [1, 2]


def test_a_box_far_outside_its_projection_is_no_fault(api: Any) -> None:
    everything = "-1e12,-1e12,1e12,1e12"
    assert len(api.ids("land_parcel", bbox=everything, bbox__crs=f"{EPSG}3857")) == 400
    assert len(api.ids("land_parcel", bbox=everything, bbox__crs=f"{EPSG}3405")) == 400
    assert len(api.ids("incident", bbox=everything, bbox__crs=f"{EPSG}3405")) == 300
    assert api.ids("incident", bbox="1e11,1e11,1e12,1e12", bbox__crs=f"{EPSG}3857") == []


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("2026-01-02T00:00:00Z", lambda at: at == "2026-01-02T00:00:00+00:00"),
        ("2026-01-05", lambda at: at[:10] == "2026-01-05"),
        ("2026-01-05/2026-01-07", lambda at: "2026-01-05" <= at[:10] <= "2026-01-07"),
        ("2026-03-01/..", lambda at: at >= "2026-03-01"),
        ("2026-03-01/", lambda at: at >= "2026-03-01"),
        ("../2026-01-31", lambda at: at < "2026-02-01"),
        ("/2026-01-31T08:00:00Z", lambda at: at <= "2026-01-31T08:00:00+00:00"),
        ("../..", lambda at: True),
        ("2026-01-02T07:00:00+07:00", lambda at: at == "2026-01-02T00:00:00+00:00"),
    ],
)
def test_datetime_is_a_closed_span(api: Any, rows: Any, text: str, wanted: Any) -> None:
    times = {row["id"]: row["occurred_at"].isoformat() for row in rows.incidents}
    assert api.ids("incident", datetime=text) == [key for key, at in times.items() if wanted(at)]


def test_datetime_chooses_all_of_a_layer_without_time(api: Any) -> None:
    assert len(api.ids("school", datetime="1999-01-01")) == 5


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ({"level": "primary"}, ["S2"]),
        ({"pupils": "420"}, ["S1", "s5"]),
        ({"pupils": "420", "level": "college"}, ["s5"]),
        ({"pupils": "-1"}, []),
        ({"q": "song cong"}, ["S2"]),
        ({"q": "CÔNG trường"}, ["S2"]),
        ({"q": "100%"}, ["s5"]),
        ({"q": "mo_1"}, ["s5"]),
        ({"q": "Van Lang không"}, []),
        ({"q": " "}, ["S/4", "S1", "S2", "S3", "s5"]),
    ],
)
def test_values_and_words_choose(api: Any, query: Any, wanted: list[str]) -> None:
    assert sorted(api.ids("school", **query)) == wanted


def test_a_date_may_be_asked_for_as_a_value_or_a_span(api: Any) -> None:
    assert api.ids("land_plan", valid_from="2025-01-01") == [2]
    assert api.ids("land_plan", valid_from="2020-01-01/2025-12-31") == [1, 2]
    assert len(api.ids("incident", occurred_at="2026-01-05")) == 3


def test_rows_are_sorted_and_those_without_a_value_come_last(api: Any) -> None:
    assert api.ids("school", sortby="-pupils") == ["S2", "S1", "s5", "S/4", "S3"]
    assert api.ids("school", sortby="pupils,-code") == ["S/4", "s5", "S1", "S2", "S3"]
    assert api.ids("school", sortby="+pupils") == ["S/4", "S1", "s5", "S2", "S3"]
    assert api.ids("school", sortby="-code") == ["s5", "S3", "S2", "S1", "S/4"]


def test_only_the_wanted_properties_come(api: Any) -> None:
    (found,) = api.items("school", properties="pupils,name", code="S1")["features"]
    assert found["properties"] == {"name": "Trường THCS Văn Lăng", "pupils": 420}
    assert found["id"] == "S1"


def test_the_geometry_can_be_left_out(api: Any) -> None:
    found = api.items("land_parcel", skipGeometry="true", limit=1)["features"][0]
    assert found["geometry"] is None
    assert found["properties"]["land_code"] == "ODT"


def _coordinates(api: Any, layer: str, crs: str) -> Any:
    answer = api.get(f"/collections/{layer}/items/1", crs=crs)
    assert answer.headers["Content-Crs"] == f"<{crs}>"
    return shapely.get_coordinates(shape(answer.get_json(force=True)["geometry"]))


def test_latitude_comes_first_where_the_register_says_so(api: Any) -> None:
    plain = _coordinates(api, "incident", CRS84)
    turned = _coordinates(api, "incident", f"{EPSG}4326")
    assert turned.tolist() == plain[:, ::-1].tolist()


@pytest.mark.parametrize("layer", ["incident", "land_parcel"])
@pytest.mark.parametrize("srid", [3857, 3405])
def test_coordinates_agree_with_proj(api: Any, layer: str, srid: int) -> None:
    degrees = _coordinates(api, layer, CRS84)
    found = _coordinates(api, layer, f"{EPSG}{srid}")
    transformer = pyproj.Transformer.from_crs(4326, srid, always_xy=True)
    for (x, y), (lon, lat) in zip(found, degrees, strict=True):
        assert transformer.transform(lon, lat) == pytest.approx((x, y), abs=0.05)


def test_the_storage_crs_gives_what_is_stored(api: Any) -> None:
    found = _coordinates(api, "land_parcel", f"{EPSG}9213")
    assert min(map(tuple, found)) == (425000, 2380000)


def test_degrees_have_seven_decimals_and_metres_three(api: Any) -> None:
    def decimals(crs: str) -> int:
        text = api.get("/collections/land_parcel/items/5", crs=crs).get_json(force=True)["geometry"]
        numbers = json.dumps(text["coordinates"]).replace("[", "").replace("]", "").split(",")
        return max(len(number.partition(".")[2]) for number in numbers)

    assert decimals(CRS84) == 7
    assert decimals(f"{EPSG}3405") == 3


def test_conditions_are_joined_by_and(api: Any, rows: Any) -> None:
    found = api.ids(
        "incident", bbox="105.5,21.3,105.9,21.7", datetime="2026-02-01/..", category="theft",
        filter="severity > 2",
    )  # fmt: skip
    assert found == [
        row["id"] for row in rows.incidents
        if row["x"] <= 105.9 and row["y"] <= 21.7 and row["category"] == "theft"
        and row["occurred_at"].isoformat() >= "2026-02-01" and (row["severity"] or 0) > 2
    ]  # fmt: skip
    assert found
