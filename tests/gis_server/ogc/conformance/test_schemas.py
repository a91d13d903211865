"""OGC API Features part 5 (23-058r2): schemas, roles, returnables, queryables, sortables."""

from dataclasses import replace
from typing import Any

import jsonschema
import pytest

from gis_server.features.cql.to_sql import GEOMETRY
from gis_server.ogc.features import schemas
from layers.audience import PUBLIC
from layers.model import Access

SCHEMA = "application/schema+json"
NAMES = ("schema", "queryables", "sortables")
REL = "http://www.opengis.net/def/rel/ogc/1.0/"


def _get(suite: Any, layer_id: str, name: str, **query: Any) -> Any:
    return suite.document(f"/collections/{layer_id}/{name}", SCHEMA, **query)


@pytest.mark.parametrize("name", NAMES)
def test_each_is_a_json_schema_with_an_id(suite: Any, layers: Any, name: str) -> None:
    """/conf/schemas/schema: dialect, id without parameters, object, types of all properties."""
    for layer in layers:
        found = _get(suite, layer.id, name, lang="en")
        jsonschema.Draft202012Validator.check_schema(found)
        assert found["$schema"] == "https://json-schema.org/draft/2020-12/schema"
        assert found["$id"] == f"http://localhost/ogc/collections/{layer.id}/{name}"
        assert found["type"] == "object"
        assert (found["title"], found["description"]) == (
            layer.title["en"],
            layer.description["en"],
        )
        for member in found["properties"].values():
            assert "type" in member or member["format"].startswith("geometry-")
        sequence = [member["x-ogc-propertySeq"] for member in found["properties"].values()]
        assert sequence == list(range(1, len(sequence) + 1))


def test_units_are_in_ucum(suite: Any) -> None:
    """/conf/schemas/unit: the code, and the language that it is of."""
    for layer_id, name, unit in (
        ("land_parcel", "area_paper", "m2"),
        ("school", "pupils", "{person}"),
    ):
        found = _get(suite, layer_id, "schema")["properties"][name]
        assert (found["x-ogc-unit"], found["x-ogc-unitLang"]) == (unit, "UCUM")


def test_roles_tell_the_id_the_geometry_and_the_time(suite: Any, layers: Any) -> None:
    """/conf/core-roles-features/core-roles: an id, a geometry, an instant where there are times."""
    for layer in layers:
        found = _get(suite, layer.id, "schema")["properties"]
        roles = {member["x-ogc-role"]: n for n, member in found.items() if "x-ogc-role" in member}
        wanted = {"id": layer.key, "primary-geometry": GEOMETRY}
        assert roles == wanted | ({"primary-instant": layer.time} if layer.time else {})


@pytest.mark.parametrize("name", NAMES)
def test_a_collection_leads_to_its_schemas(suite: Any, layers: Any, name: str) -> None:
    """/conf/returnables-and-receivables/link, /conf/queryables/link, /conf/sortables/link."""
    for layer in layers:
        collection = suite.document(f"/collections/{layer.id}")
        found = [link for link in collection["links"] if link["rel"] == REL + name]
        assert {link["type"] for link in found} == {SCHEMA, "text/html"}
        for link in found:
            assert suite.get(link["href"], link["type"]).mimetype == link["type"]


def test_what_is_returned_is_in_the_schema(suite: Any) -> None:
    """/conf/returnables-and-receivables/returnables: features are what the schema says."""
    for layer_id in ("school", "incident", "land_parcel", "land_plan"):
        schema = _get(suite, layer_id, "schema")
        without = {n: m for n, m in schema["properties"].items() if n != GEOMETRY}
        checked = jsonschema.Draft202012Validator(
            {"properties": _nullable(without), "additionalProperties": False}
        )
        features = suite.items(layer_id, limit=100)["features"]
        assert features
        for feature in features:
            checked.validate(feature["properties"])
            assert set(schema["required"]) <= feature["properties"].keys()


def _nullable(properties: Any) -> Any:
    """A member without a value is null in GeoJSON, which a schema of the values does not say."""
    return {name: {"anyOf": [member, {"type": "null"}]} for name, member in properties.items()}


def test_what_the_server_works_out_is_read_only(suite: Any, layers: Any) -> None:
    """/conf/returnables-and-receivables/receivables: what is derived is not written by clients."""
    for layer in layers:
        schema = _get(suite, layer.id, "schema")
        marked = {n for n, member in schema["properties"].items() if member.get("readOnly")}
        assert marked == {f.name for f in layer.public.values() if f.derive is not None}
        assert not marked & set(schema["required"])


@pytest.mark.parametrize("name", NAMES)
def test_fields_that_are_not_public_are_nowhere(layers: Any, name: str) -> None:
    """/conf/schemas/schema: what nobody may see is not described."""
    school = layers.get("school")
    hidden = replace(school.fields["address"], access=Access.INTERNAL)
    changed = replace(school, fields={**school.fields, "address": hidden})
    assert "address" in schemas.document(name, school, "vi", "", PUBLIC)["properties"]
    assert "address" not in schemas.document(name, changed, "vi", "", PUBLIC)["properties"]


def test_queryables_are_what_a_filter_may_name(suite: Any) -> None:
    """/conf/queryables/queryables: each can be filtered by, and nothing else."""
    found = _get(suite, "school", "queryables")
    assert found["additionalProperties"] is False
    for name, member in found["properties"].items():
        assert "readOnly" not in member
        suite.items("school", filter=f"{name} IS NULL")
    path = "/collections/school/items"
    refused = suite.get(path, "application/geo+json", filter="nothing IS NULL")
    assert refused.status_code == 400


def test_sortables_are_what_features_can_be_sorted_by(suite: Any, layers: Any) -> None:
    """/conf/sortables/sortables: each can be sorted by both ways, and nothing else."""
    for layer in layers:
        found = _get(suite, layer.id, "sortables")["properties"]
        assert list(found) == list(layer.public)
        for name in found:
            for sign in "+-":
                suite.items(layer.id, sortby=sign + name, limit=2)
        path = f"/collections/{layer.id}/items"
        assert suite.get(path, "application/geo+json", sortby=GEOMETRY).status_code == 400
