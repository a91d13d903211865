"""What cannot be answered is refused with a sentence that says what is wrong."""

from typing import Any

import h3.api.basic_int as h3
import pytest

from gis_testing.zones import FULL

DATA = f"/zones/{FULL:x}/data"

NOT_ZONES = {
    "nonsense": "15 hexadecimal digits",
    f"{FULL:X}": "small letters",
    str(FULL): "15 hexadecimal digits",
    f"{FULL:x}0": "15 hexadecimal digits",
    "000000000000000": "not the index of an H3 cell",
    "8f415cb7fffffff": "not the index of an H3 cell",
    f"{h3.latlng_to_cell(21.6, 105.8, 11):x}": "the finest here is 10",
    "%00": "15 hexadecimal digits",
    "８７415cb7fffffff": "15 hexadecimal digits",
}


@pytest.mark.parametrize("text", NOT_ZONES)
def test_what_is_no_zone_is_not_there(grid: Any, text: str) -> None:
    """/conf/core/zone-info."""
    for path in (f"/zones/{text}", f"/zones/{text}/data"):
        assert NOT_ZONES[text] in grid.refusal(path, status=404)
    for name in ("parent__zone", "after"):
        said = grid.refusal(**{name: text.replace("%00", "-")})
        assert said.startswith(f"Parameter '{name.replace('__', '-')}'")
        assert NOT_ZONES[text] in said


@pytest.mark.parametrize("path", ["", "/H3", "/H3/zones", f"/H3/zones/{FULL:x}/data"])
def test_other_layers_and_grids_are_not_there(grid: Any, path: str) -> None:
    answer = grid.client.get(f"/ogc/collections/school/dggs{path}")
    assert answer.status_code == 404
    assert "incident" in answer.get_json(force=True)["detail"]
    assert grid.client.get(f"/ogc/collections/nowhere/dggs{path}").status_code == 404
    if path:
        other = path.replace("H3", "ISEA3H")
        answer = grid.client.get(f"/ogc/collections/incident/dggs{other}")
        assert answer.status_code == 404
        assert "there is H3" in answer.get_json(force=True)["detail"]
    assert grid.client.get("/ogc/dggrs/ISEA3H").status_code == 404


LISTS: list[tuple[dict[str, Any], str]] = [
    ({"zone__level": "11"}, "zone-level"),
    ({"zone__level": "-1"}, "zone-level"),
    ({"zone__level": ""}, "zone-level"),
    ({"zone__level": "8.0"}, "zone-level"),
    ({"zone__level": "²"}, "zone-level"),
    ({"zone__level": 6, "parent__zone": f"{FULL:x}"}, "zone-level"),
    ({"compact__zones": "1"}, "compact-zones"),
    ({"limit": "0"}, "limit"),
    ({"limit": "-5"}, "limit"),
    ({"limit": "many"}, "limit"),
    ({"bbox": "1,2,3"}, "bbox"),
    ({"bbox": "1,2,3,nan"}, "bbox"),
    ({"bbox": "105,22,106,21"}, "bbox"),
    ({"bbox": "105,21,190,22"}, "bbox"),
    ({"bbox": "105,21,106,22", "bbox__crs": "[EPSG:1]"}, "bbox-crs"),
    ({"bbox": "105,21,106,22", "bbox__crs": "EPSG:4326"}, "bbox-crs"),
    ({"subset": "Lon"}, "subset"),
    ({"subset": "Lon()"}, "subset"),
    ({"subset": "Lon(1:2:3)"}, "subset"),
    ({"subset": "Lon(a:b)"}, "subset"),
    ({"subset": "Lon(nan:1)"}, "subset"),
    ({"subset": "Lon(1:inf)"}, "subset"),
    ({"subset": "Lat(3:1)"}, "subset"),
    ({"subset": "Lon(1:2)Lat(1:2)"}, "subset"),
    ({"subset": "Lon(1:2),Lon(1:3)"}, "subset"),
    ({"subset": "depth(1:2)"}, "subset"),
    ({"subset": "E(1:2)"}, "subset"),
    ({"subset": "Lon(1:2)", "subset__crs": "[EPSG:3857]"}, "subset"),
    ({"subset": "Lon(1:2)", "subset__crs": "nonsense"}, "subset-crs"),
    ({"subset": "Lon(1:2)", "bbox": "1,2,3,4"}, "subset"),
    ({"subset": "time(2026)"}, "subset"),
    ({"subset": 'time("soon")'}, "subset"),
    ({"subset": 'time("2026-02-01":"2026-01-01")'}, "subset"),
    ({"subset": 'time("2026-02-01")', "datetime": "2026-02-01"}, "subset"),
    ({"datetime": "soon"}, "datetime"),
    ({"datetime": ""}, "datetime"),
    ({"datetime": "2026-02-01/2026-01-01"}, "datetime"),
    ({"hour": "24"}, "hour"),
    ({"weekday": "0"}, "weekday"),
    ({"geometry": "vectorized"}, "geometry"),
    ({"geometry": "circle"}, "geometry"),
    ({"f": "tiff"}, "f"),
    ({"lang": "xx"}, "lang"),
    ({"zone__depth": "1"}, "zone-depth"),
    ({"limit": ["1", "2"]}, "limit"),
    ({"subset": ["Lon(1:2)", "nothing"]}, "subset"),
]


@pytest.mark.parametrize(("query", "name"), LISTS, ids=str)
def test_a_list_is_refused_by_the_name_of_what_is_wrong(
    grid: Any, query: dict[str, Any], name: str
) -> None:
    """/conf/zone-query/subset and the others: 400."""
    assert grid.refusal(**query).startswith(f"Parameter '{name}'")


ZONES_DATA: list[tuple[dict[str, Any], str]] = [
    ({"zone__depth": "6"}, "zone-depth"),
    ({"zone__depth": "-1"}, "zone-depth"),
    ({"zone__depth": ""}, "zone-depth"),
    ({"zone__depth": "2-1"}, "zone-depth"),
    ({"zone__depth": "1.5"}, "zone-depth"),
    ({"zone__depth": "0-99999999999"}, "zone-depth"),
    ({"properties": "severity"}, "properties"),
    ({"properties": ""}, "properties"),
    ({"exclude__properties": "severity"}, "exclude-properties"),
    ({"exclude__properties": "count,value"}, "exclude-properties"),
    ({"properties": "count", "exclude__properties": "value"}, "exclude-properties"),
    ({"subset": "Lat(1:2)"}, "subset"),
    ({"subset": "pressure(1:2)"}, "subset"),
    ({"subset": 'time("soon")'}, "subset"),
    ({"datetime": "soon"}, "datetime"),
    ({"hour": "x"}, "hour"),
    ({"weekday": "8"}, "weekday"),
    ({"geometry": "none"}, "geometry"),
    ({"bbox": "1,2,3,4"}, "bbox"),
    ({"f": "uint64"}, "f"),
]


@pytest.mark.parametrize(("query", "name"), ZONES_DATA, ids=str)
def test_data_are_refused_by_the_name_of_what_is_wrong(
    grid: Any, query: dict[str, Any], name: str
) -> None:
    """/conf/data-subsetting/subset and the others: 400."""
    assert grid.refusal(DATA, **query).startswith(f"Parameter '{name}'")


def test_a_layer_without_categories_refuses_them(grid: Any) -> None:
    traffic = grid.of("traffic")
    for path in ("/zones", DATA):
        assert "no categories" in traffic.refusal(path, category="theft")


def test_a_form_that_there_is_not_is_refused(grid: Any) -> None:
    """/conf/zone-query/zones-list, /conf/data-retrieval/zone-data: content negotiation."""
    for path in ("/zones", f"/zones/{FULL:x}", DATA):
        assert grid.get(path, accept="image/tiff").status_code == 406
