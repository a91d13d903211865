"""Zones in the OpenAPI definition; pure.

The ends of operation ids are those by which OGC API DGGS tells what a path is.
"""

from collections.abc import Iterable, Mapping

from gis_server.ogc import openapi_parts as parts
from gis_server.ogc.dggs import documents, zones
from gis_server.ogc.dggs.request import CENTROID, DEFAULT_DEPTH, DEFAULT_LIMIT, MAX_LIMIT, REGION
from gis_server.ogc.documents import GEOJSON, JSON
from gis_server.ogc.openapi_parts import Part
from layers.model import Layer
from layers.registry import Layers

_TEXT: Part = {"type": "string"}
_NUMBER: Part = {"type": "number"}
_TEXTS: Part = {"type": "array", "items": _TEXT}

_SUBSET = 'Lon(105.7:105.9),Lat(21.5:21.7),time("2026-01-01":"2026-01-31"), with * for an open end'
_SHAPES: Part = {"type": "string", "enum": [REGION, CENTROID, "none"], "default": REGION}

_CHOOSING = ("datetime", "category", "hour", "weekday")
"""Parameters that choose events."""


def paths(layers: Layers, lang: str) -> dict[str, Part]:
    """Return the paths of the grid's definition and of every layer that is counted by zones."""
    what = {"vi": "Định nghĩa lưới H3", "en": "Definition of H3"}[lang]
    content = {JSON: parts.schema("dggrsDefinition")}
    one = parts.get("getDGGRSDefinition", what, [parts.ref("dggrsId")], content)
    found: dict[str, Part] = {"/dggrs/{dggrsId}": {"get": one}}
    for layer in layers.heatmaps:
        found |= _of_layer(layer, lang)
    return found


def _of_layer(layer: Layer, lang: str) -> dict[str, Part]:
    title, name = layer.title[lang], f"{layer.id}.collection"
    every = f"/collections/{layer.id}/dggs"
    one, zone = f"{every}/{{dggrsId}}", f"{every}/{{dggrsId}}/zones/{{zoneId}}"
    grid = [parts.ref("dggrsId")]
    at = [*grid, parts.ref("zoneId")]
    listed = {JSON: parts.schema("zones"), GEOJSON: parts.schema("features")}
    listed[documents.UINT64] = {"type": "string", "format": "binary"}
    described = {JSON: parts.schema("zone"), GEOJSON: parts.schema("feature")}
    operations = {
        every: parts.get(f"{name}.getDGGRSList", title, [], {JSON: parts.schema("dggs")}),
        one: parts.get(f"{name}.getDGGRS", title, grid, {JSON: parts.schema("dggrs")}),
        f"{one}/zones": _in_formats(
            documents.OF_LIST,
            parts.get(f"{name}.getDGGRSZones", title, [*grid, *_of_list()], listed),
        ),
        zone: _in_formats(
            documents.OF_ZONE, parts.get(f"{name}.getDGGRSZoneInfo", title, at, described)
        ),
        f"{zone}/data": _data(f"{name}.getDGGRSZoneData", title, at),
    }
    return {path: {"get": {**made, "tags": [layer.id]}} for path, made in operations.items()}


def _in_formats(media_formats: Iterable[str], operation: Part) -> Part:
    operation["parameters"][0] = parts.query("f", {**_TEXT, "enum": list(media_formats)}, "Format")
    return operation


def _of_list() -> list[Part]:
    limit = {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT}
    return [
        *map(parts.ref, _CHOOSING),
        *map(parts.ref, ("zone-level", "compact-zones", "parent-zone", "bbox")),
        parts.query("bbox-crs", _TEXT, "CRS of bbox, as a URI or a CURIE"),
        parts.query("subset", _TEXT, _SUBSET),
        parts.query("subset-crs", _TEXT, "CRS of subset, as a URI or a CURIE"),
        parts.query("limit", limit, "Zones on a page"),
        parts.query("after", _TEXT, "Zone that the page begins after"),
        parts.query("geometry", _SHAPES, "How zones are shown in GeoJSON"),
    ]


def _data(name: str, title: str, at: list[Part]) -> Part:
    schema: Mapping[str, Part] = {
        JSON: parts.schema("zoneData"), GEOJSON: parts.schema("features"),
    }  # fmt: skip
    shapes = {**_SHAPES, "enum": [REGION, CENTROID]}
    parameters = [
        *map(parts.ref, _CHOOSING),
        parts.ref("zone-depth"),
        parts.query("subset", _TEXT, 'time("2026-01-01":"2026-01-31"), with * for an open end'),
        parts.query("properties", _TEXTS, "Fields of the answer: count, value"),
        parts.ref("exclude-properties"),
        parts.query("geometry", shapes, "How zones are shown in GeoJSON"),
    ]
    return _in_formats(
        documents.OF_DATA,
        {
            "operationId": name,
            "summary": title,
            "parameters": [parts.ref("f"), parts.ref("lang"), *at, *parameters],
            "responses": {
                "200": parts.response(parts.ANSWER, dict(schema)),
                "304": {"description": "The client has it"},
                **parts.refused(*parts.OF_READING),
            },
        },
    )


def parameters() -> dict[str, Part]:
    """Return the parameters of zones that are referred to by name."""
    level = {"type": "integer", "minimum": 0, "maximum": zones.FINEST, "default": zones.FINEST}
    depth = {**_TEXT, "pattern": r"^[0-5](-[0-5]|(,[0-5])+)?$", "default": str(DEFAULT_DEPTH)}
    ranges = {**_TEXT, "pattern": r"^\d{1,2}(-\d{1,2})?(,\d{1,2}(-\d{1,2})?)*$"}
    found = [
        parts.path("dggrsId", {**_TEXT, "enum": [documents.ID]}, "Grid"),
        parts.path("zoneId", {**_TEXT, "pattern": "^[0-9a-f]{15}$"}, "H3 index"),
        parts.query("zone-level", level, "Level of the zones"),
        parts.query("compact-zones", {"type": "boolean", "default": True}, "A zone for all of its"),
        parts.query("parent-zone", {**_TEXT, "pattern": "^[0-9a-f]{15}$"}, "Zones below this one"),
        parts.query("zone-depth", depth, "Depths below the zone: 2, or 0,2, or 0-2"),
        parts.query("exclude-properties", _TEXTS, "Fields to leave out of the answer"),
        parts.query("category", _TEXTS, "Categories of events"),
        parts.query("hour", ranges, "Hours of the day in Viet Nam, 0 to 23: 7-9,17"),
        parts.query("weekday", ranges, "Days of the week in Viet Nam, 1 (Monday) to 7"),
    ]
    return {part["name"]: part for part in found}


def schemas() -> dict[str, Part]:
    """Return the schemas by the name that they are referred to by."""
    links = {"type": "array", "items": parts.schema("link")}
    anything: Part = {"type": "object"}
    listed = {"type": "array", "items": anything}
    grid: Part = {"id": _TEXT, "title": _TEXT, "links": links}
    grids = {"type": "array", "items": _object(list(grid), grid)}
    return {
        "dggrsDefinition": _object(["dggh", "zirs", "subZoneOrder"], {"uri": _TEXT}),
        "dggs": _object(["dggrs"], {"dggrs": grids}),
        "dggrs": _object(
            [*grid, "description", "defaultDepth", "linkTemplates"],
            grid | {"defaultDepth": {"type": "integer"}, "linkTemplates": listed},
        ),
        "zones": _object(
            ["zones", "links"],
            {"zones": _TEXTS, "returnedAreaMetersSquare": _NUMBER, "links": links},
        ),
        "zone": _object(
            ["id", "links"],
            {
                "id": _TEXT, "level": {"type": "integer"}, "shapeType": _TEXT, "crs": _TEXT,
                "centroid": _several(2), "bbox": _several(4), "areaMetersSquare": _NUMBER,
                "geometry": parts.schema("geometry"), "statistics": anything, "links": links,
            },
        ),
        "zoneData": _object(
            ["dggrs", "zoneId", "depths", "values"],
            {
                "dggrs": _TEXT, "zoneId": _TEXT, "schema": anything, "values": anything,
                "depths": {"type": "array", "items": {"type": "integer", "minimum": 0}},
            },
        ),
    }  # fmt: skip


def _several(count: int) -> Part:
    return {"type": "array", "items": _NUMBER, "minItems": count, "maxItems": count}


def _object(required: list[str], properties: dict[str, Part]) -> Part:
    return {"type": "object", "required": required, "properties": properties}
