"""What is counted in zones, by the abstract tests of 21-038r1, against counts by hand."""

from typing import Any

import h3.api.basic_int as h3
import pytest
import shapely

from gis_testing.zones import EVENTS, FULL, PENTAGON, START, VIET_NAM

ZONES = {
    "whole": h3.cell_to_parent(FULL, 5),
    "full": FULL,
    "fine": h3.latlng_to_cell(21.59, 105.84, 9),
    "finest": h3.latlng_to_cell(21.59, 105.84, 10),
    "pentagon": h3.cell_to_parent(PENTAGON, 7),
    "base": h3.cell_to_parent(FULL, 0),
    "empty": h3.latlng_to_cell(-40, 10, 6),
}


def _by_hand(counted: Any, layer: str, zone: int, depth: int) -> tuple[list[Any], list[Any]]:
    """Return counts and values of all sub-zones in ascending order."""
    level = h3.get_resolution(zone) + depth
    known = counted(layer, level)
    parts = sorted(h3.cell_to_children(zone, level))
    found = [known.get(part, (0, None)) for part in parts]
    return [count for count, _ in found], [value for _, value in found]


def _same(found: list[Any], wanted: list[Any]) -> bool:
    return len(found) == len(wanted) and all(
        a is b is None or (a is not None and b is not None and a == pytest.approx(b))
        for a, b in zip(found, wanted, strict=True)
    )


@pytest.mark.parametrize("layer", EVENTS)
@pytest.mark.parametrize("zone", ZONES.values(), ids=ZONES)
def test_data_are_those_of_all_sub_zones(grid: Any, counted: Any, layer: str, zone: int) -> None:
    """/conf/data-json/content, /conf/data-custom-depths/zone-depth: every depth there is."""
    level = h3.get_resolution(zone)
    for depth in range(min(5, 10 - level) + 1):
        found = grid.of(layer).data(zone, zone__depth=depth)
        counts, values = _by_hand(counted, layer, zone, depth)
        assert found["count"] == {depth: counts}
        assert _same(found["value"][depth], values), (level, depth)


@pytest.mark.parametrize(
    ("text", "depths"), [("2", [2]), ("0,2", [0, 2]), ("0-2", [0, 1, 2]), ("2,0", [0, 2])]
)
def test_depths_are_one_or_a_list_or_a_range(
    grid: Any, counted: Any, text: str, depths: list[int]
) -> None:
    """/conf/data-custom-depths/zone-depth, /conf/data-json/content."""
    document = grid.json(f"/zones/{FULL:x}/data", zone__depth=text)
    assert document["depths"] == depths
    assert document["zoneId"] == f"{FULL:x}"
    assert list(document["values"]) == list(document["schema"]["properties"]) == ["count", "value"]
    for parts in document["values"].values():
        assert [part["depth"] for part in parts] == depths
        for part in parts:
            number = 7 ** part["depth"]
            assert part["shape"] == {"count": number, "subZones": number}
            assert len(part["data"]) == number
    for depth in depths:
        counts, _ = _by_hand(counted, "incident", FULL, depth)
        assert grid.data(FULL, zone__depth=text)["count"][depth] == counts


@pytest.mark.parametrize("layer", EVENTS)
def test_sums_over_sub_zones_are_those_of_the_zone(grid: Any, layer: str) -> None:
    for zone in ZONES.values():
        deepest = min(5, 10 - h3.get_resolution(zone))
        found = grid.of(layer).data(zone, zone__depth=f"0-{deepest}")
        assert {sum(data) for data in found["count"].values()} == {found["count"][0][0]}
        if layer == "incident":
            sums = [sum(v or 0 for v in data) for data in found["value"].values()]
            assert sums == pytest.approx([sums[0]] * len(sums))


def test_the_default_depth_is_the_one_that_is_said(grid: Any, counted: Any) -> None:
    """/conf/data-retrieval/zone-data: of zones of every level."""
    depth = grid.json("")["defaultDepth"]
    for level in range(11):
        zone = h3.latlng_to_cell(21.59, 105.84, level)
        found = grid.json(f"/zones/{zone:x}/data")
        assert found["depths"] == [depth]
        assert found["values"]["count"][0]["data"] == _by_hand(counted, "incident", zone, depth)[0]


def test_the_deepest_answer_is_bounded(grid: Any) -> None:
    """/rec/data-custom-depths/beyond-max-depth."""
    zone = h3.latlng_to_cell(21.59, 105.84, 3)
    deepest = grid.json("")["maxRelativeDepth"]
    assert len(grid.data(zone, zone__depth=deepest)["count"][deepest]) == 7**5
    said = grid.refusal(f"/zones/{zone:x}/data", zone__depth=deepest + 1)
    assert "deepest for a zone of level 3 is 5" in said
    fine = h3.latlng_to_cell(21.59, 105.84, 9)
    assert "level 9 is 1" in grid.refusal(f"/zones/{fine:x}/data", zone__depth="0-2")


def test_only_events_that_are_asked_for_count(grid: Any, counted: Any) -> None:
    """/conf/data-subsetting/datetime, /conf/data-subsetting/subset."""

    def counts(event: Any) -> bool:
        local = event.at.astimezone(VIET_NAM)
        is_chosen = event.category == "theft" and local.hour < 12 and local.isoweekday() < 6
        return bool(is_chosen and 9 <= (event.at - START).days <= 39)

    zone = h3.cell_to_parent(FULL, 5)
    known = counted("incident", 8, counts)
    wanted = [known.get(part, (0, None))[0] for part in sorted(h3.cell_to_children(zone, 8))]
    assert sum(wanted) > 5
    more = {"category": "theft", "hour": "0-11", "weekday": "1-5", "zone__depth": 3}
    assert grid.data(zone, datetime="2026-01-10/2026-02-09", **more)["count"][3] == wanted
    subset = 'time("2026-01-10":"2026-02-09")'
    assert grid.data(zone, subset=subset, **more)["count"][3] == wanted


def test_ends_of_time_may_be_open(grid: Any, counted: Any) -> None:
    """/conf/data-subsetting/datetime, /conf/data-subsetting/subset."""
    early = counted("incident", 7, lambda event: (event.at - START).days < 20)[FULL][0]
    late = counted("incident", 7)[FULL][0] - early
    for query in ({"datetime": "../2026-01-20"}, {"subset": 'time(*:"2026-01-20")'}):
        assert grid.data(FULL, **query)["count"] == {0: [early]}
    for query in ({"datetime": "2026-01-21/"}, {"subset": 'time("2026-01-21":*)'}):
        assert grid.data(FULL, **query)["count"] == {0: [late]}


def test_fields_are_chosen_and_keep_their_order(grid: Any) -> None:
    """/conf/data-subsetting/properties, /conf/data-subsetting/exclude-properties."""
    path = f"/zones/{FULL:x}/data"
    for query, wanted in (
        ({"properties": "count"}, ["count"]),
        ({"properties": "value,count"}, ["value", "count"]),
        ({"exclude__properties": "count"}, ["value"]),
    ):
        found = grid.json(path, **query)
        assert list(found["values"]) == wanted
        schema = found["schema"]["properties"]
        assert [schema[name]["x-ogc-propertySeq"] for name in wanted] == [1, 2][: len(wanted)]
        feature = grid.json(path, f="geojson", **query)["features"][0]
        assert [name for name in feature["properties"] if name in ("count", "value")] == wanted


def test_a_layer_without_a_weight_has_no_value(grid: Any) -> None:
    found = grid.of("report").json(f"/zones/{FULL:x}/data", zone__depth=1)
    assert found["values"] == {
        "count": [{"depth": 1, "shape": {"count": 7, "subZones": 7}, "data": [0] * 7}]
    }
    grid.of("report").refusal(f"/zones/{FULL:x}/data", properties="value")


@pytest.mark.parametrize("depth", ["0", "1", "2", "0-2"])
def test_geojson_has_sub_zones_with_events(grid: Any, counted: Any, depth: str) -> None:
    """/conf/data-geojson/content: none lies outside of the zone."""
    zone = h3.cell_to_parent(FULL, 6)
    outline = shapely.geometry.shape(grid.json(f"/zones/{zone:x}")["geometry"])
    answer = grid.get(f"/zones/{zone:x}/data", accept="application/geo+json", zone__depth=depth)
    assert answer.mimetype == "application/geo+json"
    found = answer.get_json(force=True)["features"]
    low, _, high = depth.partition("-")
    wanted: dict[int, Any] = {}
    for level in range(6 + int(low), 7 + int(high or low)):
        known = counted("incident", level)
        wanted |= {part: known[part] for part in h3.cell_to_children(zone, level) if part in known}
    assert {int(f["properties"]["zoneID"], 16) for f in found} == set(wanted)
    for feature in found:
        assert shapely.geometry.shape(feature["geometry"]).intersects(outline)
        count, value = wanted[int(feature["id"], 16)]
        assert feature["properties"]["count"] == count
        assert _same([feature["properties"]["value"]], [value])


def test_sub_zones_that_geojson_may_have_meet_their_zone() -> None:
    """What the limit of depth in GeoJSON stands on: pentagons and zones around them as well."""
    for level in (0, 1, 2, 5, 8):
        pentagon = h3.get_pentagons(level)[3]
        for zone in (pentagon, *h3.grid_ring(pentagon, 1), h3.latlng_to_cell(21.6, 105.8, level)):
            y, x = h3.cell_to_latlng(zone)
            if abs(y) > 70 or abs(x) > 120:
                continue
            outline = shapely.Polygon([(x, y) for y, x in h3.cell_to_boundary(zone)])
            for part in h3.cell_to_children(zone, level + 2):
                ring = [(x, y) for y, x in h3.cell_to_boundary(part)]
                assert shapely.Polygon(ring).intersects(outline)


def test_geojson_may_have_points(grid: Any) -> None:
    path = f"/zones/{FULL:x}/data"
    (feature,) = grid.json(path, f="geojson", geometry="zone-centroid")["features"]
    y, x = h3.cell_to_latlng(FULL)
    assert feature["geometry"]["coordinates"] == pytest.approx([x, y], abs=1e-7)
    assert "outside" in grid.refusal(path, f="geojson", zone__depth=3)
