"""Lists of zones, by the abstract tests of 21-038r1, against counts by hand."""

import struct
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import h3.api.basic_int as h3
import numpy as np
import pyproj
import pytest
import shapely

from gis_testing.ogc_api import header_links
from gis_testing.zones import (
    DATELINE,
    EVENTS,
    FULL,
    PENTAGON,
    START,
    VIET_NAM,
    Event,
)

JSON, GEOJSON, UINT64 = "application/json", "application/geo+json", "application/x-binary"
BOX = (105.80, 21.55, 105.86, 21.62)


def _shape(zone: int) -> Any:
    """The shape of a zone away from the antimeridian."""
    return shapely.Polygon([(x, y) for y, x in h3.cell_to_boundary(zone)])


def _meeting(zones: Any, box: tuple[float, ...]) -> set[int]:
    return {zone for zone in zones if _shape(zone).intersects(shapely.box(*box))}


def _near(zones: Any) -> set[int]:
    """Zones that are not those at the antimeridian or the pentagon."""
    return {zone for zone in zones if 100 < h3.cell_to_latlng(zone)[1] < 110}


@pytest.mark.parametrize("layer", EVENTS)
@pytest.mark.parametrize("level", range(11))
def test_zones_with_events_are_listed(grid: Any, counted: Any, layer: str, level: int) -> None:
    """/conf/zone-query/zones-list, /conf/zone-query/zone-level."""
    found = grid.of(layer).zones(zone__level=level, compact__zones="false")
    assert found == sorted(counted(layer, level))


def test_a_list_is_json_with_links(grid: Any) -> None:
    """/conf/zone-query/json-response."""
    found = grid.json(zone__level=8)
    rels = {link["rel"] for link in found["links"]}
    wanted = {"self", "[ogc-rel:dggrs]", "[ogc-rel:dggrs-definition]", "[ogc-rel:geodata]"}
    assert rels >= wanted
    (template,) = found["linkTemplates"]
    assert template["rel"] == "[ogc-rel:dggrs-zone-data]"
    place = template["uriTemplate"].replace("{zoneId}", found["zones"][0])
    assert grid.client.get(urlsplit(place).path).status_code == 200
    assert found["returnedAreaMetersSquare"] == pytest.approx(
        sum(h3.cell_area(int(name, 16), "m^2") for name in found["zones"])
    )


def test_the_finest_level_is_the_default(grid: Any) -> None:
    assert grid.zones() == grid.zones(zone__level=10, compact__zones="true")


@pytest.mark.parametrize("level", [0, 3, 8, 9, 10])
def test_a_compact_list_is_that_of_h3(grid: Any, counted: Any, level: int) -> None:
    """/conf/zone-query/compact-zones: coarser zones come first."""
    found = grid.zones(zone__level=level)
    assert found == sorted(h3.compact_cells(list(counted("incident", level))))
    levels = [h3.get_resolution(zone) for zone in found]
    assert levels == sorted(levels)
    assert (FULL in found) == (level >= 7)
    if level == 10:
        plain = grid.json(zone__level=level, compact__zones="false", limit=10_000)
        area = grid.json(zone__level=level, limit=10_000)["returnedAreaMetersSquare"]
        assert area == pytest.approx(plain["returnedAreaMetersSquare"], rel=1e-3)


@pytest.mark.parametrize("compact", ["true", "false"])
def test_only_zones_below_a_parent_are_listed(grid: Any, counted: Any, compact: str) -> None:
    """/conf/zone-query/parent-zone: in the order of sub-zones."""
    parent = h3.cell_to_parent(FULL, 6)
    wanted = [z for z in counted("incident", 9) if h3.cell_to_parent(z, 6) == parent]
    found = grid.zones(parent__zone=f"{parent:x}", zone__level=9, compact__zones=compact)
    assert found == sorted(h3.compact_cells(wanted) if compact == "true" else wanted)
    assert grid.zones(parent__zone=f"{FULL:x}", zone__level=10) == [FULL]
    assert grid.zones(parent__zone=f"{FULL:x}", zone__level=7) == [FULL]
    pentagon = h3.cell_to_parent(PENTAGON, 4)
    assert grid.zones(parent__zone=f"{pentagon:x}", zone__level=10) == [PENTAGON]


@pytest.mark.parametrize("level", [5, 7, 8, 9, 10])
def test_zones_that_meet_a_box_are_listed(grid: Any, counted: Any, level: int) -> None:
    """/conf/zone-query/bbox: with four numbers and with six."""
    wanted = sorted(_meeting(_near(counted("incident", level)), BOX))
    west, south, east, north = BOX
    query = {"zone__level": level, "compact__zones": "false"}
    assert wanted
    assert grid.zones(bbox=f"{west},{south},{east},{north}", **query) == wanted
    assert grid.zones(bbox=f"{west},{south},-5,{east},{north},100", **query) == wanted
    compact = grid.zones(bbox=f"{west},{south},{east},{north}", zone__level=level)
    assert compact == sorted(h3.compact_cells(wanted))


def test_a_box_may_be_a_line_or_a_point(grid: Any, counted: Any) -> None:
    zones = _near(counted("incident", 8))
    y, x = h3.cell_to_latlng(FULL)
    query = {"zone__level": 8, "compact__zones": "false"}
    (found,) = grid.zones(bbox=f"{x},{y},{x},{y}", **query)
    assert h3.latlng_to_cell(y, x, 8) == found
    line = _meeting(zones, (105.7, y, 105.9, y + 1e-12))
    assert set(grid.zones(bbox=f"105.7,{y},105.9,{y}", **query)) == line


@pytest.mark.parametrize("level", [2, 5, 8, 10])
def test_a_box_may_cross_the_antimeridian(grid: Any, level: int) -> None:
    """/conf/zone-query/bbox, /conf/zone-query/subset."""
    wanted = sorted({h3.latlng_to_cell(y, x, 10) for x, y in DATELINE[:2]})
    zones = sorted({h3.cell_to_parent(zone, level) for zone in wanted})
    query = {"zone__level": level, "compact__zones": "false"}
    assert grid.zones(bbox="179.5,0,-179.5,1", **query) == zones
    assert grid.zones(subset="Lon(179.5:-179.5),Lat(0:1)", **query) == zones


def test_a_zone_over_the_antimeridian_is_on_both_sides(grid: Any) -> None:
    zone = h3.cell_to_parent(h3.latlng_to_cell(0.5, 179.9999, 10), 4)
    shown = [h3.cell_to_boundary(zone)[n][1] for n in range(6)]
    assert min(shown) < 0 < max(shown)
    for box in ("179.999,0,180,1", "-180,0,-179.999,1"):
        assert zone in grid.zones(bbox=box, zone__level=4)


CRS = "www.opengis.net/def/crs"
SAME = [
    f"http://{CRS}/OGC/1.3/CRS84",
    f"https://{CRS}/OGC/1.3/CRS84",
    "[OGC:CRS84]",
]


@pytest.mark.parametrize("crs", SAME)
def test_a_crs_is_a_uri_or_a_curie(grid: Any, counted: Any, crs: str) -> None:
    """/conf/zone-query/bbox-crs, /conf/zone-query/subset-crs."""
    wanted = sorted(_meeting(_near(counted("incident", 8)), BOX))
    query = {"zone__level": 8, "compact__zones": "false"}
    assert grid.zones(bbox=",".join(map(str, BOX)), bbox__crs=crs, **query) == wanted
    subset = f"Lon({BOX[0]}:{BOX[2]}),Lat({BOX[1]}:{BOX[3]})"
    assert grid.zones(subset=subset, subset__crs=crs, **query) == wanted


@pytest.mark.parametrize("crs", [f"http://{CRS}/EPSG/0/4326", "[EPSG:4326]"])
def test_the_crs_says_which_axis_comes_first(grid: Any, counted: Any, crs: str) -> None:
    """/conf/zone-query/bbox-crs: axes of subset have names instead."""
    wanted = sorted(_meeting(_near(counted("incident", 8)), BOX))
    west, south, east, north = BOX
    query = {"zone__level": 8, "compact__zones": "false"}
    assert grid.zones(bbox=f"{south},{west},{north},{east}", bbox__crs=crs, **query) == wanted
    subset = f"Longitude({west}:{east}),Latitude({south}:{north})"
    assert grid.zones(subset=subset, subset__crs=crs, **query) == wanted


@pytest.mark.parametrize("srid", [3857, 3405])
def test_a_box_may_be_in_metres(grid: Any, counted: Any, srid: int) -> None:
    """/conf/zone-query/bbox-crs, /conf/zone-query/subset: E and N."""
    turn = pyproj.Transformer.from_crs(4326, srid, always_xy=True)
    low, high = turn.transform(*BOX[:2]), turn.transform(*BOX[2:])
    back = shapely.segmentize(shapely.box(*low, *high), 100)
    area = shapely.transform(back, lambda at: _back(turn, at))
    zones = _near(counted("incident", 9))
    wanted = sorted(zone for zone in zones if _shape(zone).intersects(area))
    crs = f"http://{CRS}/EPSG/0/{srid}"
    query = {"zone__level": 9, "compact__zones": "false"}
    corners = ",".join(map(repr, (*low, *high)))
    assert grid.zones(bbox=corners, bbox__crs=crs, **query) == wanted
    subset = f"E({low[0]}:{high[0]}),N({low[1]}:{high[1]})"
    assert grid.zones(subset=subset, subset__crs=crs, **query) == wanted
    assert set(grid.zones(subset="x(*:*)", subset__crs=crs, **query)) >= zones


def _back(turn: Any, at: Any) -> Any:
    return np.column_stack(turn.transform(*at.T, direction="INVERSE"))


def test_a_crs_without_a_place_is_ignored(grid: Any) -> None:
    """/conf/zone-query/bbox-crs, /conf/zone-query/subset-crs."""
    plain = grid.zones(zone__level=5)
    assert grid.zones(zone__level=5, bbox__crs="nonsense") == plain
    query = {"subset": 'time("2020-01-01":*)', "subset__crs": "nonsense"}
    assert grid.zones(zone__level=5, **query) == plain


def test_subsets_may_be_several(grid: Any, counted: Any) -> None:
    """/conf/zone-query/subset: one axis alone, ends beyond the globe, several parameters."""
    zones = _near(counted("incident", 8))
    query = {"zone__level": 8, "compact__zones": "false"}
    parts = [f"Lon({BOX[0]}:{BOX[2]})", f"Lat({BOX[1]}:{BOX[3]})"]
    assert set(grid.zones(subset=parts, **query)) == _meeting(zones, BOX)
    band = _meeting(zones, (100, BOX[1], 110, BOX[3]))
    assert set(grid.zones(subset=[parts[1]], **query)) == band
    beyond = "Lat(-300:300),Lon(100:900)"
    assert set(grid.zones(subset=beyond, **query)) >= zones
    for nowhere in ("Lat(91:95)", "Lon(200:210)", "Lat(-99:-91)"):
        assert grid.zones(subset=nowhere, **query) == []


def _within(start: int, end: int) -> Any:
    return lambda event: start <= (event.at - START).days <= end


@pytest.mark.parametrize(
    ("text", "counts"),
    [
        ("2026-01-03", _within(2, 2)),
        ("2026-01-03/2026-01-05", _within(2, 4)),
        ("2026-01-03T00:00:00Z/2026-01-05T23:59:59.999999Z", _within(2, 4)),
        ("../2026-01-05", _within(-9, 4)),
        ("2026-02-01/..", _within(31, 99)),
        ("2026-02-01/", _within(31, 99)),
        ("../..", lambda _: True),
    ],
)
def test_zones_with_events_of_a_time_are_listed(
    grid: Any, counted: Any, text: str, counts: Any
) -> None:
    """/conf/zone-query/datetime."""
    wanted = sorted(counted("incident", 8, counts))
    query = {"zone__level": 8, "compact__zones": "false"}
    assert grid.zones(datetime=text, **query) == wanted
    low, _, high = text.partition("/")
    ends = [f'"{end}"' if end not in ("", "..") else "*" for end in (low, high or low)]
    if not text.endswith("/"):
        assert grid.zones(subset=f"time({':'.join(ends)})", **query) == wanted


def test_categories_hours_and_weekdays_choose_events(grid: Any, counted: Any) -> None:
    def counts(event: Event) -> bool:
        local = event.at.astimezone(VIET_NAM)
        return (
            event.category in ("theft", "flood")
            and local.hour in (7, 8, 9, 17)
            and local.isoweekday() in (6, 7)
        )

    query = {"category": "theft,flood", "hour": "7-9,17", "weekday": "6-7"}
    found = grid.zones(zone__level=9, compact__zones="false", **query)
    assert found == sorted(counted("incident", 9, counts))
    assert found


def _pages(grid: Any, accept: str, **query: Any) -> Iterator[Any]:
    answer = grid.get(accept=accept, **query)
    for _ in range(1000):
        assert answer.status_code == 200, answer.text
        assert answer.mimetype == accept
        yield answer
        links = header_links(answer)
        assert grid.client.get(links["self"][0]).data == answer.data
        if "next" not in links:
            return
        address, media = links["next"]
        assert media == accept
        answer = grid.client.get(address)
    raise AssertionError("the pages do not end")


@pytest.mark.parametrize("compact", ["true", "false"])
@pytest.mark.parametrize("limit", [1, 7, 100])
def test_pages_give_each_zone_once(grid: Any, compact: str, limit: int) -> None:
    """/rec/zone-query/limit: by the link next, in every form."""
    query = {"zone__level": 8, "compact__zones": compact}
    wanted = grid.zones(**query)[:150]
    if limit == 1:
        query["parent__zone"] = f"{h3.cell_to_parent(FULL, 6):x}"
        wanted = grid.zones(**query)
    assert len(wanted) > 1
    listed, binary, features = [], [], []
    for answer in _pages(grid, JSON, limit=limit, **query):
        document = answer.get_json()
        listed += [int(name, 16) for name in document["zones"]]
        assert len(document["zones"]) <= limit
        following = [link["href"] for link in document["links"] if link["rel"] == "next"]
        assert bool(following) == ('rel="next"' in answer.headers["Link"])
    for answer in _pages(grid, UINT64, limit=limit, **query):
        count = struct.unpack("<Q", answer.data[:8])[0]
        binary += struct.unpack(f"<{count}Q", answer.data[8:])
    for answer in _pages(grid, GEOJSON, limit=limit, **query):
        found = answer.get_json(force=True)["features"]
        features += [int(feature["properties"]["zoneID"], 16) for feature in found]
    assert listed == binary == features
    assert listed[: len(wanted)] == wanted


def test_a_binary_list_has_the_same_zones(grid: Any) -> None:
    """/conf/zone-uint64/content: a count, then the zones, little endian."""
    for query in ({"accept": UINT64}, {"f": "uint64"}):
        answer = grid.get(zone__level=9, limit=10_000, **query)
        assert answer.mimetype == UINT64
        numbers = struct.unpack(f"<{len(answer.data) // 8}Q", answer.data)
        assert numbers[0] == len(numbers) - 1
        assert list(numbers[1:]) == grid.zones(zone__level=9)
    assert grid.get(f="uint64", datetime="1990-01-01").data == bytes(8)


@pytest.mark.parametrize("level", [1, 4, 9])
def test_geojson_has_the_shapes_of_zones(grid: Any, level: int) -> None:
    """/conf/zone-geojson/content."""
    answer = grid.get(accept=GEOJSON, zone__level=level, limit=10_000)
    assert answer.mimetype == GEOJSON
    found = answer.get_json(force=True)
    assert found["type"] == "FeatureCollection"
    names = [feature["properties"]["zoneID"] for feature in found["features"]]
    assert [int(name, 16) for name in names] == grid.zones(zone__level=level)
    for feature in found["features"]:
        zone, shape = int(feature["id"], 16), shapely.geometry.shape(feature["geometry"])
        assert shape.is_valid
        assert shape.covers(shapely.Point(h3.cell_to_latlng(zone)[::-1]))
        if zone in _near([zone]) and level > 3:
            assert shape.symmetric_difference(_shape(zone)).area < 1e-6 * shape.area + 1e-7


def test_a_shape_over_the_antimeridian_is_cut(grid: Any) -> None:
    zone = h3.cell_to_parent(h3.latlng_to_cell(0.5, 179.9999, 10), 4)
    found = grid.json(f="geojson", zone__level=4, bbox="179.9,0,-179.9,1")
    (feature,) = [each for each in found["features"] if each["id"] == f"{zone:x}"]
    shape = shapely.geometry.shape(feature["geometry"])
    assert shape.geom_type == "MultiPolygon"
    assert all(part.bounds[2] - part.bounds[0] < 1 for part in shape.geoms)


def test_geojson_may_have_points_or_no_shapes(grid: Any) -> None:
    """/rec/zone-geojson/geometry."""
    for feature in grid.json(f="geojson", zone__level=6, geometry="zone-centroid")["features"]:
        y, x = h3.cell_to_latlng(int(feature["id"], 16))
        assert feature["geometry"]["type"] == "Point"
        assert feature["geometry"]["coordinates"] == pytest.approx([x, y], abs=1e-7)
    for feature in grid.json(f="geojson", zone__level=6, geometry="none")["features"]:
        assert feature["geometry"] is None


def test_a_page_lists_every_zone(grid: Any) -> None:
    """/conf/zone-html/content."""
    answer = grid.get(accept="text/html", zone__level=7, lang="en")
    assert answer.mimetype == "text/html"
    for name in grid.json(zone__level=7)["zones"]:
        assert f"/zones/{name}?" in answer.text
        assert f"/zones/{name}/data" in answer.text
    assert 'rel="next"' in grid.get(f="html", zone__level=7, limit=1).text
    assert "There are no zones" in grid.get(f="html", lang="en", datetime="1990-01-01").text


def test_no_zone_lies_beyond_a_pole(grid: Any) -> None:
    """As for items: latitude comes first in EPSG:4326, and whoever sends longitude first errs."""
    beyond = {"bbox": "105,21,106,22", "bbox__crs": "[EPSG:4326]", "zone__level": 8}
    assert grid.zones(**beyond) == []
    assert grid.zones(**{**beyond, "bbox": "-500,-180,500,180"}) == grid.zones(zone__level=8)
