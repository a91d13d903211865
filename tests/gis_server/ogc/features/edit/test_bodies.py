"""A body that is not a feature of the layer changes nothing, and is told what is wrong with it."""

from typing import Any

import pytest

EPSG = "http://www.opengis.net/def/crs/EPSG/0/"


def test_every_fault_is_named(editor: Any) -> None:
    body = {
        "type": "Feature",
        "geometry": {"type": "LineString", "coordinates": [[105, 21], [106, 22]]},
        "properties": {
            "code": "T2", "level": "best", "pupils": -1, "classes": "three",
            "commune_code": "1", "teachers": 4,
        },
    }  # fmt: skip
    detail = editor.problem(422, "POST", "school/items", body)
    for part in (
        "name: missing", "level: not in the code list", "pupils: below the minimum 0",
        'classes: not a whole number of 64 bits ("three")', "commune_code: does not match",
        "teachers: the layer has no such field", "geometry: not a Point",
    ):  # fmt: skip
        assert part in detail


@pytest.mark.parametrize(
    ("geometry", "reason"),
    [
        (None, "missing"),
        ([1, 2], "not a GeoJSON geometry"),
        ({"type": "Circle", "coordinates": [1, 2]}, "not a GeoJSON geometry"),
        ({"type": {}, "coordinates": [1, 2]}, "not a GeoJSON geometry"),
        ({"type": [[]], "coordinates": [1, 2]}, "not a GeoJSON geometry"),
        ({"type": "Point"}, "not lists"),
        ({"type": "Point", "coordinates": []}, "two or three finite numbers"),
        ({"type": "Point", "coordinates": [105.8]}, "two or three finite numbers"),
        ({"type": "Point", "coordinates": ["105", "21"]}, "two or three finite numbers"),
        ({"type": "Point", "coordinates": [True, 21]}, "two or three finite numbers"),
        ({"type": "Point", "coordinates": [10**400, 21]}, "two or three finite numbers"),
        ({"type": "Point", "coordinates": [21.5, 105.8]}, "latitude stands where longitude"),
        ({"type": "Point", "coordinates": [0, 0]}, "look at axis order"),
        ({"type": "Point", "coordinates": [430000, 2380000]}, "not degrees"),
        ({"type": "Point", "coordinates": [105.8, 21], "crs": "x"}, "Content-Crs"),
        ({"type": "Point", "coordinates": [105.8, 21], "m": 1}, "'m'"),
    ],
)
def test_a_geometry_that_cannot_be_is_refused(editor: Any, geometry: Any, reason: str) -> None:
    body = {**editor.school, "geometry": geometry}
    assert reason in editor.problem(422, "POST", "school/items", body)


SQUARE = [[430000, 2380000], [430020, 2380000], [430020, 2380010], [430000, 2380000]]
RING = [[430000, 2380000], [430020, 2380010], [430020, 2380000], [430000, 2380010]]


@pytest.mark.parametrize(
    ("rings", "reason"),
    [
        ([[*RING, RING[0]]], "invalid"),
        ([RING], "invalid"),
        ([[[y, x] for x, y in SQUARE]], "axis order, zone"),
        ([[[x + 200_000, y] for x, y in SQUARE]], "zone"),
        ([], "missing"),
    ],
)
def test_an_area_that_cannot_be_is_refused(editor: Any, rings: Any, reason: str) -> None:
    body = {**editor.parcel, "geometry": {"type": "Polygon", "coordinates": rings}}
    crs = f"<{EPSG}9213>"
    detail = editor.problem(422, "POST", "land_parcel/items", body, Content_Crs=crs)
    assert f"geometry: {reason}" in detail or reason in detail


def test_the_register_says_which_axis_comes_first(editor: Any) -> None:
    body = {**editor.school, "geometry": {"type": "Point", "coordinates": [21.55, 105.85, 30.0]}}
    path = editor.create("school", body, Content_Crs=f"<{EPSG}4326>")
    assert editor.get(path).get_json(force=True)["geometry"] == editor.school["geometry"]
    assert editor.problem(
        400, "POST", "school/items", body, Content_Crs=f"<{EPSG}9213>"
    ).startswith("Parameter 'Content-Crs'")


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", "not JSON"),
        (b"\xff\xfe", "not UTF-8"),
        (b"[1]", "not a JSON object"),
        (b"[" * 100_000, "nested"),
        (b'{"type": "Feature", "type": "Feature"}', "'type' is given twice"),
        (b'{"type": "Feature", "properties": {"a": 1, "a": 2}}', "'a' is given twice"),
        (b'{"a": NaN}', "NaN"),
        (b'{"a": 1' + b"0" * 5000 + b"}", "not JSON"),
        (b'{"type": "Feature", "properties": {}}', "'geometry'"),
        (b'{"type": "FeatureCollection", "geometry": 1, "properties": {}}', "not 'Feature'"),
        (b'{"type": "Feature", "geometry": 1, "properties": []}', "not an object"),
        (b'{"type": "Feature", "geometry": 1, "properties": {}, "crs": 1}', "Content-Crs"),
        (b'{"type": "Feature", "geometry": 1, "properties": {"a": "\\ud800"}}', "not UTF-8"),
    ],
)
def test_a_body_that_is_no_feature_is_refused(editor: Any, raw: bytes, reason: str) -> None:
    assert reason in editor.problem(400, "POST", "school/items", raw)


def test_a_body_cannot_name_another_feature(editor: Any) -> None:
    path = editor.create("school", editor.school)
    for body in (
        {**editor.school, "id": "T9"},
        editor.with_(editor.school, code="T9"),
        editor.with_(editor.school, code=None),
    ):
        assert "the address says T1" in editor.problem(422, "PUT", path, body, If_Match="*")
    assert "id: not that" in editor.problem(
        422, "POST", "school/items", {**editor.school, "id": "T9"}
    )


@pytest.mark.parametrize("code", ["", " ", "a/", "/a", "a//b", "..", None, 5])
def test_a_key_must_fit_an_address(editor: Any, code: Any) -> None:
    detail = editor.problem(422, "POST", "school/items", editor.with_(editor.school, code=code))
    assert "code: " in detail


def test_a_key_may_have_a_slash_and_come_as_id(editor: Any) -> None:
    body = {**editor.school, "id": "Đ/1?&", "properties": {"name": "Trường"}}
    path = editor.create("school", body)
    assert editor.get(path).get_json(force=True)["id"] == "Đ/1?&"
    assert editor.send("DELETE", path, If_Match="*").status_code == 204
