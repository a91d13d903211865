"""Part of the OpenAPI definition that is about changes of features; pure."""

from collections.abc import Iterable, Sequence

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


def with_changes(paths: dict[str, Part], layer: Layer, lang: str) -> dict[str, Part]:
    """Return a layer's paths with what changes its features, when it is edited.

    Args:
        paths: of the layer, with what reads.
        layer: the collection.
        lang: ``vi`` or ``en``.
    """
    if layer.lifecycle is not Lifecycle.EDITED:
        return paths
    items = f"/collections/{layer.id}/items"
    item = f"{items}/{{featureId}}"
    bodies = {
        "put": {GEOJSON: parts.schema(_whole(layer))},
        "patch": dict.fromkeys((MERGE_PATCH, GEOJSON), parts.schema(_change_of(layer))),
        "delete": {},
    }
    changes = {method: _change(layer, method, lang, body) for method, body in bodies.items()}
    return {
        **paths,
        items: {**paths[items], "post": _creating(paths[items]["post"], layer)},
        item: {**paths[item], **changes},
    }


def schemas_of(layers: Iterable[Layer], lang: str, audience: Audience) -> dict[str, Part]:
    """Return the schemas that bodies refer to: a feature of each layer, and a change of one."""
    found: dict[str, Part] = {}
    for layer in layers:
        if layer.lifecycle is Lifecycle.EDITED:
            fields = [f for f in layer.visible_to(audience).values() if f.derive is None]
            found[_whole(layer)] = _feature(fields, layer, lang, is_whole=True)
            found[_change_of(layer)] = _feature(fields, layer, lang, is_whole=False)
            found[_content_crs_of(layer)] = _content_crs(layer)
    return found


def parameters() -> dict[str, Part]:
    """Return the parameters of changes that are referred to by name."""
    return {"If-Match": _if_match()}


def _whole(layer: Layer) -> str:
    return f"{layer.id}.feature"


def _change_of(layer: Layer) -> str:
    return f"{layer.id}.change"


def _content_crs_of(layer: Layer) -> str:
    return f"contentCrs.{layer.geometry.crs.srid}"


def _creating(filtering: Part, layer: Layer) -> Part:
    """One address takes filters and features; the media type of the body tells them apart."""
    content = {
        **filtering["requestBody"]["content"],
        GEOJSON: {"schema": parts.schema(_whole(layer))},
    }
    created = {
        "description": "The feature was added",
        "headers": {"Location": _header("Its address"), "ETag": _header("What If-Match takes")},
    }
    return {
        **filtering,
        "parameters": [*filtering["parameters"], _content_crs_header(layer)],
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
        "parameters": [parts.ref("featureId"), parts.ref("If-Match")],
        "responses": {
            "204": {"description": _SUMMARIES[method][lang], **tagged},
            **parts.refused(*parts.OF_CHANGING),
        },
    }
    if bodies:
        made["parameters"].append(_content_crs_header(layer))
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
    return {"type": "string", "enum": named, "default": named[0]}


def _content_crs_header(layer: Layer) -> Part:
    return {
        "name": "Content-Crs", "in": "header", "required": False,
        "schema": parts.schema(_content_crs_of(layer)),
        "description": "CRS of the geometry that is sent",
    }  # fmt: skip
