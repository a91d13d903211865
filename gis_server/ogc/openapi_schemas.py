"""Schemas of what is answered, for the OpenAPI definition; pure.

They say what holds for every layer; a layer's own fields are in its schema and queryables.
"""

from gis_server.ogc import openapi_parts as parts
from gis_server.ogc.openapi_parts import Part

_TEXT: Part = {"type": "string"}
_COUNT: Part = {"type": "integer", "minimum": 0}
_NUMBER: Part = {"type": "number"}

SHAPES = ("Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon")
"""Geometries of GeoJSON that a layer may have."""


def schemas() -> dict[str, Part]:
    """Return the schemas by the name that they are referred to by."""
    return {**_general(), **_collections(), **_features()}


def _general() -> dict[str, Part]:
    return {
        "link": _object(["href", "rel"], href=_TEXT, rel=_TEXT, type=_TEXT, title=_TEXT),
        "landing": _object(["links"], title=_TEXT, description=_TEXT, links=_links()),
        "conformance": _object(["conformsTo"], conformsTo=_list(_TEXT)),
        "definition": _object(["openapi", "info", "paths"], openapi=_TEXT),
        "fields": _object(
            ["$schema", "$id", "type", "properties"],
            type={"type": "string", "enum": ["object"]},
            properties={"type": "object"},
        ),
        "problem": _object(
            ["title", "status"], type=_TEXT, title=_TEXT, status=_COUNT, detail=_TEXT, code=_TEXT
        ),
        "cql2": _object(["op", "args"], op=_TEXT, args=_list({})),
    }


def _collections() -> dict[str, Part]:
    box = {**_list(_NUMBER), "minItems": 4, "maxItems": 4}
    span = {**_list({**_TEXT, "nullable": True}), "minItems": 2, "maxItems": 2}
    spatial = _object(["bbox"], bbox={**_list(box), "minItems": 1}, crs=_TEXT)
    temporal = _object(["interval"], interval={**_list(span), "minItems": 1}, trs=_TEXT)
    return {
        "collection": _object(
            ["id", "links"],
            id=_TEXT, title=_TEXT, description=_TEXT, links=_links(),
            extent=_object([], spatial=spatial, temporal=temporal),
            itemType=_TEXT, crs=_list(_TEXT), storageCrs=_TEXT,
        ),
        "collections": _object(
            ["links", "collections"],
            links=_links(), collections=_list(parts.schema("collection")),
        ),
    }  # fmt: skip


def _features() -> dict[str, Part]:
    shape = {"type": "string", "enum": list(SHAPES)}
    coordinates: Part = {"type": "array", "items": {}}
    return {
        "geometry": {
            **_object(["type", "coordinates"], type=shape, coordinates=coordinates),
            "nullable": True,
        },
        "feature": _object(
            ["type", "geometry", "properties"],
            type={"type": "string", "enum": ["Feature"]},
            id={"oneOf": [_TEXT, {"type": "integer"}]},
            geometry=parts.schema("geometry"), properties={"type": "object"}, links=_links(),
        ),
        "features": _object(
            ["type", "features"],
            type={"type": "string", "enum": ["FeatureCollection"]},
            features=_list(parts.schema("feature")),
            numberMatched=_COUNT, numberReturned=_COUNT, links=_links(),
        ),
    }  # fmt: skip


def _links() -> Part:
    return _list(parts.schema("link"))


def _list(of: Part) -> Part:
    return {"type": "array", "items": of}


def _object(required: list[str], **properties: Part) -> Part:
    made: Part = {"type": "object", "properties": properties}
    # In OpenAPI 3.0 the list of what is required may not be empty.
    return {**made, "required": required} if required else made
