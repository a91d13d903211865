"""Part of the OpenAPI definition that is about changes of features; pure."""

from collections.abc import Sequence

from gis_server.features import crs
from gis_server.ogc import openapi_parts as parts
from gis_server.ogc.documents import GEOJSON
from gis_server.ogc.features import schemas
from gis_server.ogc.openapi_parts import Part
from layers.audience import Audience
from layers.model import Field, Layer, Lifecycle, Text

MERGE_PATCH = "application/merge-patch+json"
"""Media type of a change (RFC 7396)."""

TOKEN: Part = {"type": "http", "scheme": "bearer", "description": "The server's GIS_ADMIN_TOKEN"}
"""Security scheme of changes."""


_SUMMARIES: dict[str, Text] = {
    "put": {"vi": "Thay toàn bộ đối tượng", "en": "Replace a feature"},
    "patch": {"vi": "Sửa một phần đối tượng", "en": "Change part of a feature"},
    "delete": {"vi": "Xoá đối tượng", "en": "Remove a feature"},
}


def with_changes(
    paths: dict[str, Part], layer: Layer, lang: str, audience: Audience
) -> dict[str, Part]:
    """Return a layer's paths with what changes its features, when it is edited.

    Args:
        paths: of the layer, with what reads.
        layer: the collection.
        lang: ``vi`` or ``en``.
        audience: whose fields may be written.
    """
    if layer.lifecycle is not Lifecycle.EDITED:
        return paths
    items = f"/collections/{layer.id}/items"
    item = f"{items}/{{featureId}}"
    fields = [field for field in layer.visible_to(audience).values() if field.derive is None]
    bodies = {
        "put": {GEOJSON: _feature(fields, layer, lang, is_whole=True)},
        "patch": dict.fromkeys(
            (MERGE_PATCH, GEOJSON), _feature(fields, layer, lang, is_whole=False)
        ),
        "delete": {},
    }
    changes = {method: _change(layer, method, lang, body) for method, body in bodies.items()}
    return {
        **paths,
        items: {**paths[items], "post": _creating(paths[items]["post"], fields, layer, lang)},
        item: {**paths[item], **changes},
    }


def _creating(filtering: Part, fields: Sequence[Field], layer: Layer, lang: str) -> Part:
    """One address takes filters and features; the media type of the body tells them apart."""
    content = {
        **filtering["requestBody"]["content"],
        GEOJSON: {"schema": _feature(fields, layer, lang, is_whole=True)},
    }
    created = {
        "description": "The feature was added",
        "headers": {"Location": _header("Its address"), "ETag": _header("What If-Match takes")},
    }
    return {
        **filtering,
        "parameters": [*filtering["parameters"], _content_crs(layer)],
        "requestBody": {**filtering["requestBody"], "content": content},
        "responses": {
            **filtering["responses"],
            "201": created,
            **parts.refused(*parts.OF_CHANGING),
        },
        "security": [{}, {"token": []}],
    }


def _change(layer: Layer, method: str, lang: str, bodies: dict[str, Part]) -> Part:
    tagged = {} if method == "delete" else {"headers": {"ETag": _header("What If-Match takes")}}
    made: Part = {
        "operationId": f"{method}_{layer.id}",
        "summary": f"{_SUMMARIES[method][lang]}: {layer.title[lang]}",
        "tags": [layer.id],
        "security": [{"token": []}],
        "parameters": [parts.ref("featureId"), _if_match()],
        "responses": {
            "204": {"description": _SUMMARIES[method][lang], **tagged},
            **parts.refused(*parts.OF_CHANGING),
        },
    }
    if bodies:
        made["parameters"].append(_content_crs(layer))
        content = {media: {"schema": schema} for media, schema in bodies.items()}
        made["requestBody"] = {"required": True, "content": content}
    return made


def _feature(fields: Sequence[Field], layer: Layer, lang: str, *, is_whole: bool) -> Part:
    properties: Part = {
        "type": "object",
        "properties": {
            field.name: schemas.of_field(layer, field, lang)
            | ({} if field.required else {"nullable": True})
            for field in fields
        },
    }
    made: Part = {
        "type": "object",
        "properties": {
            "type": {"type": "string", "enum": ["Feature"]},
            "geometry": {"type": "object"},
            "properties": properties,
        },
    }
    if is_whole:
        made["required"] = ["type", "geometry", "properties"]
        # The key of a feature that is replaced is in its address.
        needed = [field.name for field in fields if field.required and field.name != layer.key]
        properties |= {"required": needed} if needed else {}
    return made


def _header(description: str) -> Part:
    return {"description": description, "schema": {"type": "string"}}


def _if_match() -> Part:
    return {
        "name": "If-Match", "in": "header", "required": True, "schema": {"type": "string"},
        "description": "ETag of the feature as it was read, or * to change it in any case",
    }  # fmt: skip


def _content_crs(layer: Layer) -> Part:
    named = [f"<{uri}>" for uri in crs.offered(layer)]
    return {
        "name": "Content-Crs", "in": "header", "required": False,
        "schema": {"type": "string", "enum": named, "default": named[0]},
        "description": "CRS of the geometry that is sent",
    }  # fmt: skip
