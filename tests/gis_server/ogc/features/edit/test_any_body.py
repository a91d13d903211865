"""Whatever is sent is taken or refused with a sentence; the server never stumbles over it."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

pytestmark = pytest.mark.deep

ANSWERS = {201, 204, 400, 409, 422}

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=12,
)
numbers = st.integers() | st.floats() | st.floats(100, 110) | st.floats(10, 25)
positions = st.lists(numbers, min_size=1, max_size=4)
kinds = st.sampled_from(["Point", "MultiPoint", "LineString", "Polygon", "MultiPolygon", "x"])
coordinates = st.recursive(positions, lambda inner: st.lists(inner, max_size=5), max_leaves=20)
geometries = st.fixed_dictionaries({"type": kinds, "coordinates": coordinates}) | anything
fields = st.sampled_from(["code", "name", "level", "pupils", "commune_code", "sheet", "id"])
features = st.fixed_dictionaries(
    {
        "type": st.just("Feature"),
        "geometry": geometries,
        "properties": st.dictionaries(fields, anything | st.text(), max_size=5),
    },
    optional={"id": anything},
)
many = settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@many
@given(body=features | anything, layer=st.sampled_from(["school", "land_parcel"]))
def test_any_feature_is_taken_or_refused(editor: Any, body: Any, layer: str) -> None:
    answer = editor.send("POST", f"{layer}/items", json.dumps(body).encode())
    assert answer.status_code in ANSWERS, answer.text
    assert answer.status_code == 201 or answer.get_json(force=True)["detail"]


@many
@given(raw=st.binary(max_size=200))
def test_any_bytes_are_refused(editor: Any, raw: bytes) -> None:
    assert editor.send("POST", "school/items", raw).status_code in {400, 422}


@many
@given(body=features | anything, crs=st.sampled_from([3857, 3405, 4326]))
def test_any_change_is_taken_or_refused(editor: Any, body: Any, crs: int) -> None:
    headers = {"If_Match": "*", "Content_Crs": f"<http://www.opengis.net/def/crs/EPSG/0/{crs}>"}
    editor.send("POST", "school/items", editor.school)
    for method, media in (("PUT", "application/geo+json"), ("PATCH", editor.patch)):
        answer = editor.send(method, "school/items/T1", json.dumps(body).encode(), media, **headers)
        assert answer.status_code in ANSWERS, answer.text
