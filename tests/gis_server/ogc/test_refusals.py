"""What cannot be answered is said plainly: 400 or 404 as problem details, never 500."""

import json
from typing import Any

import pytest

EPSG = "http://www.opengis.net/def/crs/EPSG/0/"


@pytest.mark.parametrize(
    "path",
    [
        "/collections/nowhere",
        "/collections/nowhere/items",
        "/collections/nowhere/items/1",
        "/collections/nowhere/queryables",
        "/collections/nowhere/schema",
        "/collections/school/items/S99",
        "/collections/school/items/S1%00",
        "/collections/incident/items/999999",
        "/collections/incident/items/abc",
        "/collections/incident/items/1.5",
        "/collections/incident/items/99999999999999999999",
        "/collections/incident/items/%D9%A3",
        "/collections/school/items/' OR true --",
    ],
)
def test_what_is_not_there_is_not_found(api: Any, path: str) -> None:
    assert api.refusal(path, status=404)["code"] == "NotFound"


def test_an_unknown_collection_says_which_there_are(api: Any) -> None:
    assert "school" in api.refusal("/collections/nowhere", status=404)["detail"]


ITEMS = "/collections/incident/items"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("bbox", "a,b,c,d"),
        ("bbox", "1,2,3"),
        ("bbox", "1,2,3,4,5"),
        ("bbox", "1,2,3,4,5,6,7"),
        ("bbox", ""),
        ("bbox", "nan,nan,nan,nan"),
        ("bbox", "NaN,21,106,22"),
        ("bbox", "1_05,21,1_06,22"),
        ("datetime", "20260101"),
        ("bbox", "105,21,inf,22"),
        ("bbox", "105,22,106,21"),
        ("bbox", "105,21,106,91"),
        ("bbox", "105,21,190,22"),
        ("bbox", "105 21 106 22"),
        ("bbox-crs", f"{EPSG}4326"),
        ("crs", f"{EPSG}99999"),
        ("crs", f"{EPSG}9213"),
        ("crs", "EPSG:4326"),
        ("crs", ""),
        ("datetime", "yesterday"),
        ("datetime", ""),
        ("datetime", ".."),
        ("datetime", "2026-13-01"),
        ("datetime", "2026-02-30"),
        ("datetime", "2026-02-01/2026-01-01"),
        ("datetime", "2026-01-01/2026-01-02/2026-01-03"),
        ("datetime", "2026-01-01T25:00:00Z"),
        ("limit", "0"),
        ("limit", "-1"),
        ("limit", "abc"),
        ("limit", "1.5"),
        ("limit", ""),
        ("limit", "+1"),
        ("limit", "٣"),
        ("offset", "-1"),
        ("offset", "abc"),
        ("f", "xml"),
        ("f", "png"),
        ("f", "jsonld"),
        ("f", "ods"),
        ("f", ""),
        ("f", "JSON"),
        ("lang", "fr"),
        ("sortby", "nothing"),
        ("sortby", ""),
        ("sortby", "category,"),
        ("sortby", "geom"),
        ("sortby", "h3"),
        ("properties", "nothing"),
        ("properties", ""),
        ("properties", "geom"),
        ("skipGeometry", "maybe"),
        ("resulttype", "all"),
        ("q", "flood"),
        ("filter-lang", "ecql"),
        ("filter-crs", "EPSG:1"),
        ("filter-crs", f"{EPSG}9213"),
        ("nothing", "1"),
        ("geom", "1"),
        ("h3", "1"),
        ("id", "abc"),
        ("id", "1.5"),
        ("id", "9223372036854775808"),
        ("severity", "high"),
        ("severity", ""),
        ("occurred_at", "someday"),
        ("category", "a\0b"),
        ("filter", "a\0b"),
    ],
)  # fmt: skip
def test_an_unusable_parameter_is_named(api: Any, name: str, value: str) -> None:
    refused = api.refusal(ITEMS, **{name.replace("-", "__"): value})
    assert refused["code"] == "InvalidParameterValue"
    assert name in refused["detail"] or (value and value in refused["detail"]), refused["detail"]


def test_a_box_crs_that_is_unknown_is_refused(api: Any) -> None:
    refused = api.refusal(ITEMS, bbox="1,2,3,4", bbox__crs="EPSG:4326")
    assert "bbox-crs" in refused["detail"]
    assert f"{EPSG}3857" in refused["detail"]


@pytest.mark.parametrize(
    "box", ["2,2,1,3", "1,3,2,2", "1,2,3", "1,2,3,inf", "1,2,3,x", "1_0,2,30,4"]
)
def test_a_box_in_metres_is_checked_too(api: Any, box: str) -> None:
    assert "bbox" in api.refusal(ITEMS, bbox=box, bbox__crs=f"{EPSG}3857")["detail"]


@pytest.mark.parametrize("layer", ["incident", "school", "land_parcel"])
def test_nothing_lies_beyond_a_pole(api: Any, layer: str) -> None:
    """A client that sends longitude first for EPSG:4326 asks so; with degrees of CRS84 it erred."""
    named = {"bbox__crs": f"{EPSG}4326"}
    for box in ("105,21,106,22", "105,21,0,106,22,9", "-120,100,-91,110", "91,-180,1000,180"):
        found = api.items(layer, bbox=box, **named)
        assert (found["features"], found["numberMatched"]) == ([], 0), box
        assert api.items(layer, bbox=box, resulttype="hits", **named)["numberMatched"] == 0
    everything = api.items(layer, resulttype="hits")["numberMatched"]
    for box in ("-90,-180,90,180", "-500,-180,500,180", "0,100,100,110"):
        found = api.items(layer, bbox=box, resulttype="hits", **named)
        assert found["numberMatched"] == everything > 0, box
    assert "longitude first" in api.refusal(ITEMS, bbox="21,105,22,106")["detail"]
    assert "190" not in api.refusal(ITEMS, bbox="21,105,22,190", **named)["detail"]


def test_shapes_of_a_filter_beyond_a_pole_meet_nothing(api: Any) -> None:
    for layer in ("incident", "land_parcel"):
        everything = api.items(layer, resulttype="hits")["numberMatched"]
        for shape in ("BBOX(105,21,106,22)", "POINT(105.8 21.5)", "LINESTRING(105 21, 106 22)",
                      "POLYGON((105 21, 106 21, 106 22, 105 21))"):  # fmt: skip
            for text, wanted in ((f"S_INTERSECTS(geometry, {shape})", 0),
                                 (f"NOT S_INTERSECTS(geometry, {shape})", everything),
                                 (f"S_DISJOINT(geometry, {shape})", everything)):  # fmt: skip
                asked = {"filter": text, "filter__crs": f"{EPSG}4326", "resulttype": "hits"}
                assert api.items(layer, **asked)["numberMatched"] == wanted, (layer, text)
    said = api.refusal(ITEMS, filter="S_INTERSECTS(geometry, POINT(21 105))")["detail"]
    assert "longitude first" in said
    said = api.refusal(
        ITEMS, filter="S_INTERSECTS(geometry, POINT(21 190))", filter__crs=f"{EPSG}4326"
    )["detail"]
    assert "latitude first" in said


def test_an_unknown_parameter_says_which_there_are(api: Any) -> None:
    detail = api.refusal(ITEMS, colour="red")["detail"]
    assert "category" in detail
    assert "bbox" in detail


def test_a_parameter_given_twice_is_refused(api: Any) -> None:
    answer = api.client.get("/ogc/collections/incident/items?category=theft&category=flood")
    assert "more than once" in api.problem(answer, 400)["detail"]


@pytest.mark.parametrize(
    "path",
    [
        "", "/conformance", "/collections", "/openapi", "/collections/school",
        "/collections/school/queryables", "/collections/school/schema",
        "/collections/school/items/S1",
    ],
)  # fmt: skip
def test_every_address_refuses_unknown_parameters(api: Any, path: str) -> None:
    assert "limit" in api.refusal(path, limit="1")["detail"]
    assert "xml" in api.refusal(path, f="xml")["detail"]
    assert "lang" in api.refusal(path, lang="klingon")["detail"]


def test_an_item_refuses_an_unknown_crs(api: Any) -> None:
    assert "crs" in api.refusal("/collections/school/items/S1", crs="x")["detail"]


def test_words_without_letters_are_refused(api: Any) -> None:
    assert "letter" in api.refusal("/collections/school/items", q="%%%")["detail"]
    assert "words" in api.refusal("/collections/school/items", q="a " * 30)["detail"]


def test_a_posted_filter_must_be_json(api: Any) -> None:
    path = "/ogc/collections/incident/items"
    for body in ("", "{", "[1,", b"\xff", "nothing", '{"op": "=", "args": [1, NaN]}'):
        assert "filter" in api.problem(api.posted("incident", body), 400)["detail"]
    assert api.client.post(path, data="x", content_type="text/plain").status_code == 415
    answer = api.client.post(f"{path}?filter=TRUE", json=True)
    api.problem(answer, 400)
    answer = api.client.post(f"{path}?filter-lang=cql2-text", json=True)
    assert "filter-lang" in api.problem(answer, 400)["detail"]


def test_a_posted_filter_has_a_longest_size(api: Any) -> None:
    assert api.posted("incident", b" " * 1_000_001).status_code == 413


def test_half_a_surrogate_is_no_text(api: Any) -> None:
    for node in ('{"op":"=","args":[{"property":"category"},"\\ud800"]}', '{"property":"\\ud800"}'):
        api.problem(api.posted("incident", node), 400)


@pytest.mark.parametrize("method", ["put", "delete", "patch"])
def test_nothing_can_be_changed(api: Any, method: str) -> None:
    answer = getattr(api.client, method)("/ogc/collections/incident/items/1")
    assert answer.status_code == 405
    assert answer.content_type == "application/problem+json"


def test_a_browser_gets_a_page_that_says_what_was_wrong(api: Any) -> None:
    answer = api.get(ITEMS, accept="text/html", bbox="<script>alert(1)</script>")
    assert answer.status_code == 400
    assert answer.mimetype == "text/html"
    assert "Không trả lời được" in answer.text
    assert "<script>" not in answer.text
    answer = api.get("/collections/nowhere", f="html", lang="en")
    assert answer.status_code == 404
    assert "This cannot be answered" in answer.text


def test_a_problem_does_not_escape_what_it_quotes(api: Any) -> None:
    answer = api.get(ITEMS, bbox="<b>")
    assert "&lt;" not in answer.text
    assert "<b>" in json.loads(answer.text)["detail"]


@pytest.mark.parametrize(
    "header",
    ["text/html;q=", ";;;", "*", "a/b;q=2", "text/html;q=0.1,application/json;q=x", "\x7f"],
)
def test_odd_accept_headers_are_no_fault(api: Any, header: str) -> None:
    assert api.get("/collections/school", accept=header).status_code == 200


@pytest.mark.parametrize(
    "header", ["", "-", "xx-YY", "*;q=0", "vi;q=0, *", "vi;q=abc", "en-US-x-y-z;q=1,,", "*", "\x7f"]
)
def test_odd_language_headers_are_no_fault(api: Any, header: str) -> None:
    answer = api.client.get("/ogc", headers={"Accept-Language": header})
    assert answer.status_code == 200


@pytest.mark.parametrize("text", ["3_075.5", "٣", "1e999", "0x10", "infinity", ""])
def test_a_number_is_written_in_ascii_digits(api: Any, text: str) -> None:
    refused = api.refusal("/collections/land_parcel/items", area_paper=text)
    assert "area_paper" in refused["detail"]


@pytest.mark.parametrize(
    "path", ["/tiles/road/１/1/1.mvt", "/land/parcels/１", "/heatmap/incident/١/1/1.mvt"]
)
def test_a_number_of_an_address_is_written_in_ascii_digits(api: Any, path: str) -> None:
    assert api.client.get(path).status_code == 404
