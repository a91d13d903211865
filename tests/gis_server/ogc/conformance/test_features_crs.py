"""OGC API Features part 2 (18-058r1), class crs: lists, parameters, and where things are then."""

import re
from typing import Any
from urllib.parse import quote

import pyproj
import pytest
import shapely
from shapely.geometry import shape

GEOJSON = "application/geo+json"
CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
EPSG = "http://www.opengis.net/def/crs/EPSG/0/"
UNKNOWN = ("http://www.opengis.net/def/crs/OGC/0/does_not_exist", f"{EPSG}32648", "EPSG:4326", "x")

_URI = re.compile(r"http://www\.opengis\.net/def/crs/(EPSG|OGC)/[0-9.]+/[A-Za-z0-9]+")


def _offered(suite: Any, layer_id: str) -> list[str]:
    """Return the CRSs of a collection, those of the whole list put in for ``#/crs``."""
    everywhere = suite.document("/collections").get("crs", [])
    found: list[str] = []
    for uri in suite.document(f"/collections/{layer_id}")["crs"]:
        found += everywhere if uri == "#/crs" else [uri]
    return found


def _transformer(source: str, target: str) -> pyproj.Transformer:
    """Go from one identifier to another, each in the axis order that its register gives."""
    first, second = (
        "OGC:CRS84" if uri == CRS84 else f"EPSG:{uri.removeprefix(EPSG)}"
        for uri in (source, target)
    )
    return pyproj.Transformer.from_crs(first, second)


def _moved(geometry: Any, transformer: pyproj.Transformer) -> Any:
    def move(places: Any) -> Any:
        x, y = transformer.transform(places[:, 0], places[:, 1])
        return list(zip(x, y, strict=True))

    return shapely.transform(shape(geometry), move)


def test_every_crs_is_named_by_a_uri(suite: Any) -> None:
    """/conf/crs/crs-uri: crs, storageCrs and the global list, in the list and in each entry."""
    listed = suite.document("/collections")
    found = list(listed.get("crs", []))
    for one in listed["collections"]:
        for document in (one, suite.document(f"/collections/{one['id']}")):
            found += [uri for uri in document["crs"] if uri != "#/crs"]
            found.append(document["storageCrs"])
    assert all(_URI.fullmatch(uri) for uri in found), found
    assert "#/crs" not in listed.get("crs", [])


def test_every_collection_comes_in_the_default_crs(suite: Any, layers: Any) -> None:
    """/conf/crs/default-crs: CRS84 is in the list of each, and stands first."""
    for layer in layers:
        assert _offered(suite, layer.id)[0] == CRS84


def test_the_storage_crs_is_one_of_those_offered(suite: Any, layers: Any) -> None:
    """/conf/crs/storageCrs: and it is the one that the table has."""
    for layer in layers:
        named = suite.document(f"/collections/{layer.id}")["storageCrs"]
        assert named in _offered(suite, layer.id)
        assert pyproj.CRS(named).to_epsg() == layer.geometry.crs.srid or named == CRS84


def test_every_crs_can_be_asked_for(suite: Any, layer_id: str, every_feature: Any) -> None:
    """/conf/crs/crs-parameter: 200 and Content-Crs, for items and for a feature."""
    key = quote(str(every_feature[layer_id][0]["id"]), safe="")
    for uri in _offered(suite, layer_id):
        for path in (f"/collections/{layer_id}/items", f"/collections/{layer_id}/items/{key}"):
            answer = suite.get(path, GEOJSON, crs=uri)
            assert (answer.status_code, answer.mimetype) == (200, GEOJSON)
            assert answer.headers["Content-Crs"] == f"<{uri}>"


def test_an_unknown_crs_is_refused(suite: Any, layer_id: str, every_feature: Any) -> None:
    """/conf/crs/crs-parameter-invalid: 400 for items and for a feature."""
    key = quote(str(every_feature[layer_id][0]["id"]), safe="")
    for uri in UNKNOWN:
        for path in (f"/collections/{layer_id}/items", f"/collections/{layer_id}/items/{key}"):
            assert suite.get(path, GEOJSON, crs=uri).status_code == 400, uri


def test_without_a_crs_it_is_crs84(suite: Any, layer_id: str, every_feature: Any) -> None:
    """/conf/crs/crs-parameter-default: Content-Crs says so."""
    key = quote(str(every_feature[layer_id][0]["id"]), safe="")
    for path in (f"/collections/{layer_id}/items", f"/collections/{layer_id}/items/{key}"):
        assert suite.get(path, GEOJSON).headers["Content-Crs"] == f"<{CRS84}>"


def test_geometries_are_where_pyproj_puts_them(
    suite: Any, layers: Any, layer_id: str, stored: Any
) -> None:
    """/conf/crs/crs-parameter-transform: every CRS against the table and pyproj, axes as named.

    Degrees come with seven decimals and metres with three.
    """
    srid = layers.get(layer_id).geometry.crs.srid
    own = CRS84 if srid == 4326 else f"{EPSG}{srid}"
    for uri in _offered(suite, layer_id):
        near = 1.1e-7 if uri in (CRS84, f"{EPSG}4326") else 1.1e-3
        transformer = _transformer(own, uri)
        found = suite.features(layer_id, crs=uri)
        assert len(found) == len(stored[layer_id])
        for feature in found:
            wanted = _moved(stored[layer_id][feature["id"]], transformer)
            given = shape(feature["geometry"])
            assert given.geom_type == wanted.geom_type
            assert given.hausdorff_distance(wanted) < near, (uri, feature["id"])
        one = quote(str(found[0]["id"]), safe="")
        alone = suite.document(f"/collections/{layer_id}/items/{one}", GEOJSON, crs=uri)
        assert alone["geometry"] == found[0]["geometry"]


def test_the_register_says_which_axis_comes_first(suite: Any) -> None:
    """/conf/crs/crs-parameter-transform: latitude first in EPSG 4326, longitude in CRS84."""
    for uri, latitude_first in ((CRS84, False), (f"{EPSG}4326", True)):
        for feature in suite.features("school", crs=uri):
            latitude, longitude = feature["geometry"]["coordinates"][:: 1 if latitude_first else -1]
            assert 21 < latitude < 23
            assert 105 < longitude < 107


def test_a_box_can_come_in_every_crs(suite: Any, layer_id: str, stored: Any, layers: Any) -> None:
    """/conf/crs/bbox-crs-parameter: only and all features that meet it, in each CRS."""
    srid = layers.get(layer_id).geometry.crs.srid
    own = CRS84 if srid == 4326 else f"{EPSG}{srid}"
    for uri in _offered(suite, layer_id):
        is_degrees = uri in (CRS84, f"{EPSG}4326")
        transformer = _transformer(own, uri)
        moved = {key: _moved(geometry, transformer) for key, geometry in stored[layer_id].items()}
        low_x, low_y, high_x, high_y = shapely.union_all(list(moved.values())).bounds
        box = (
            low_x + 0.31 * (high_x - low_x), low_y + 0.37 * (high_y - low_y),
            low_x + 0.83 * (high_x - low_x), low_y + 0.91 * (high_y - low_y),
        )  # fmt: skip
        near = 1e-7 if is_degrees else 0.01
        inner = shapely.box(*box).buffer(-near)
        outer = shapely.box(*box).buffer(near)
        asked = {"bbox": ",".join(map(repr, box)), "bbox__crs": uri}
        found = set(suite.ids(layer_id, **asked))
        assert found <= {key for key, geometry in moved.items() if geometry.intersects(outer)}, uri
        assert found >= {key for key, geometry in moved.items() if geometry.intersects(inner)}, uri
        assert set(suite.ids(layer_id, crs=uri, **asked)) == found


def test_an_unknown_crs_of_a_box_is_refused(suite: Any, layer_id: str) -> None:
    """/conf/crs/bbox-crs-parameter-invalid: 400."""
    for uri in UNKNOWN:
        answer = suite.get(
            f"/collections/{layer_id}/items", GEOJSON, bbox="105,21,106,22", bbox__crs=uri
        )
        assert answer.status_code == 400, uri


def test_a_box_without_a_crs_is_in_crs84(suite: Any, layer_id: str) -> None:
    """/conf/crs/bbox-crs-parameter-default: the same features as with CRS84 named."""
    (box,) = suite.document(f"/collections/{layer_id}")["extent"]["spatial"]["bbox"]
    west, south, east, north = box
    text = f"{west},{south},{(west + east) / 2},{(south + north) / 2}"
    assert suite.ids(layer_id, bbox=text) == suite.ids(layer_id, bbox=text, bbox__crs=CRS84)


@pytest.mark.parametrize("name", ["crs", "bbox-crs"])
def test_parameters_of_the_crs_are_defined(suite: Any, layers: Any, name: str) -> None:
    """/conf/crs/crs-parameter, /conf/crs/bbox-crs-parameter: uri, form, not exploded."""
    for layer in layers:
        found = suite.parameter(f"/collections/{layer.id}/items", name)
        assert (found["in"], found["style"], found["explode"]) == ("query", "form", False)
        assert not found.get("required", False)
        assert (found["schema"]["type"], found["schema"]["format"]) == ("string", "uri")
        assert found["schema"]["default"] == CRS84
