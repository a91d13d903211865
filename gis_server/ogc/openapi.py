"""The OpenAPI definition, made from the layers and complete in itself; pure.

pygeoapi's own refers to schemas on other hosts and leaves out filter, q and datetime.
"""

from gis_server import __version__
from gis_server.features import crs
from gis_server.features.request import DEFAULT_LIMIT, FILTER_LANGUAGES, MAX_LIMIT, OF_ITEMS
from gis_server.ogc import openapi_parts as parts
from gis_server.ogc import openapi_schemas, openapi_shared
from gis_server.ogc.config import DESCRIPTION, TITLE
from gis_server.ogc.dggs import openapi as dggs_openapi
from gis_server.ogc.documents import GEOJSON, JSON, OPENAPI, SCHEMA
from gis_server.ogc.features import edit_openapi, jsonfg, schemas
from gis_server.ogc.features.documents import FORMATS, PAGES
from gis_server.ogc.openapi_parts import Part
from gis_server.ogc.processes import openapi as process_openapi
from gis_server.ogc.tiles import openapi
from layers.audience import Audience
from layers.model import Field, Layer, Type
from layers.registry import Layers

_CRS = {"type": "string", "format": "uri", "default": crs.CRS84.uri}


def document(layers: Layers, url: str, lang: str, audience: Audience) -> Part:
    """Return the definition.

    Args:
        layers: every layer is a collection with paths of its own.
        url: address of the API's landing page.
        lang: language of titles, ``vi`` or ``en``.
        audience: whose fields it names.
    """
    paths = _common(lang)
    for layer in layers:
        reading = _of_layer(layer, lang, audience)
        paths |= edit_openapi.with_changes(reading, layer, lang)
    paths |= openapi.paths(layers, lang) | dggs_openapi.paths(layers, lang)
    paths |= process_openapi.paths(layers, lang)
    known = _parameters(layers)
    responses = openapi_shared.responses(paths)
    parameters = {**known, **openapi_shared.parameters(paths, known)}
    return {
        "openapi": "3.0.3",
        "info": {"title": TITLE[lang], "description": DESCRIPTION[lang], "version": __version__},
        "servers": [{"url": url}],
        "tags": [{"name": layer.id, "description": layer.title[lang]} for layer in layers],
        "paths": paths,
        "components": {
            "parameters": parameters,
            "schemas": {
                **openapi_schemas.schemas(),
                **dggs_openapi.schemas(),
                **process_openapi.components(),
                **_crs_schemas(layers),
                **edit_openapi.schemas_of(layers, lang, audience),
            },
            "securitySchemes": {"token": edit_openapi.TOKEN},
            "responses": {**parts.refusals(), **responses},
        },
    }


def _common(lang: str) -> dict[str, Part]:
    found = {
        "/": ("landing", TITLE[lang], JSON),
        "/openapi": ("definition", "OpenAPI", OPENAPI),
        "/conformance": ("conformance", "Conformance", JSON),
        "/collections": ("collections", "Collections", JSON),
    }
    return {
        path: {"get": parts.get(name, title, [], {media: parts.schema(name)})}
        for path, (name, title, media) in found.items()
    }


def _of_layer(layer: Layer, lang: str, audience: Audience) -> dict[str, Part]:
    base, title = f"/collections/{layer.id}", layer.title[lang]
    one = dict.fromkeys((GEOJSON, jsonfg.MEDIA_TYPE), parts.schema("feature"))
    described = {SCHEMA: parts.schema("fields")}
    visible = layer.visible_to(audience).values()
    named = [_named(layer, field, lang) for field in visible if field.name not in OF_ITEMS]
    listed = [parts.ref(name) for name in OF_ITEMS if name not in ("f", "lang", "crs")]
    operations = {
        base: parts.get(f"describe_{layer.id}", title, [], {JSON: parts.schema("collection")}),
        **{
            f"{base}/{name}": parts.get(f"{name}_{layer.id}", title, [], described)
            for name in schemas.RELATIONS
        },
        f"{base}/items": _list(f"items_{layer.id}", title, [_crs_of(layer), *listed, *named]),
        f"{base}/items/{{featureId}}": parts.get(
            f"item_{layer.id}", title, [parts.ref("featureId"), _crs_of(layer)], one
        ),
    }
    media_formats = {"type": "string", "enum": list(PAGES)}
    operations[f"{base}/items/{{featureId}}"]["parameters"][0] = parts.query(
        "f", media_formats, "Format"
    )
    tags = {"tags": [layer.id]}
    paths = {path: {"get": {**operation, **tags}} for path, operation in operations.items()}
    posted = _list(f"filter_{layer.id}", title, [_crs_of(layer), *listed, *named])
    paths[f"{base}/items"]["post"] = {
        **posted,
        **tags,
        "requestBody": {
            "required": True,
            "content": {JSON: {"schema": parts.schema("cql2")}},
        },
        "responses": posted["responses"] | parts.refused("413", "415"),
    }
    return paths


def _list(name: str, title: str, parameters: list[Part]) -> Part:
    """Return an operation that answers with features in any of their formats."""
    binary = {"type": "string", "format": "binary"}
    content = dict.fromkeys(FORMATS.values(), binary)
    content |= dict.fromkeys((GEOJSON, jsonfg.MEDIA_TYPE), parts.schema("features"))
    made = parts.get(name, title, parameters, content)
    media_formats = {"type": "string", "enum": list(FORMATS)}
    made["parameters"][0] = parts.query("f", media_formats, "Format of the answer")
    return made


def _crs_of(layer: Layer) -> Part:
    return parts.query("crs", parts.schema(_crs_schema(layer)), "CRS of the answer")


def _crs_schema(layer: Layer) -> str:
    return f"crs.{layer.geometry.crs.srid}"


def _crs_schemas(layers: Layers) -> dict[str, Part]:
    """Return the CRSs that features come in, by that which they are stored in."""
    return {_crs_schema(layer): {**_CRS, "enum": list(crs.offered(layer))} for layer in layers}


def _named(layer: Layer, field: Field, lang: str) -> Part:
    schema = schemas.of_field(layer, field, lang)
    value_schema: Part = {name: schema[name] for name in ("type", "enum") if name in schema}
    if field.type in (Type.DATE, Type.DATETIME):
        # A span may be given as well, so the format of one date does not hold.
        value_schema = {"type": "string"}
    return parts.query(field.name, value_schema, field.title[lang])


def _parameters(layers: Layers) -> dict[str, Part]:
    text = {"type": "string"}
    languages = {**text, "enum": list(FILTER_LANGUAGES), "default": FILTER_LANGUAGES[0]}
    counts = [{"minItems": count, "maxItems": count} for count in (4, 6)]
    ends = {"minItems": 4, "maxItems": 6}
    boxed = {"type": "array", "items": {"type": "number"}, **ends, "oneOf": counts}
    limit = {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT}
    found = [
        parts.query("f", {"type": "string", "enum": ["json", "html"]}, "Format of the answer"),
        parts.query("lang", {"type": "string", "enum": ["vi", "en"], "default": "vi"}, "Language"),
        parts.query("limit", limit, "Features on a page"),
        parts.query("offset", {"type": "integer", "minimum": 0, "default": 0}, "Features to skip"),
        parts.query(
            "after", text, "Place that the page begins after; from the link next of a page before"
        ),
        parts.query("bbox", boxed, "Features that meet this box; axis order of bbox-crs"),
        parts.query("bbox-crs", _CRS, "CRS of bbox"),
        parts.query("datetime", text, "Instant or start/end (RFC 3339); .. for an open end"),
        parts.query("sortby", text, "Properties, each with + or - in front"),
        parts.query("properties", {"type": "array", "items": text}, "Properties of the answer"),
        parts.query(
            "skipGeometry", {"type": "boolean", "default": False}, "Leave the geometry out"
        ),
        parts.query(
            "resulttype", {"type": "string", "enum": ["results", "hits"]}, "hits: only count"
        ),
        parts.query("q", text, "Words to find, without case and accents"),
        parts.query("filter", text, "Filter in CQL2"),
        parts.query("filter-lang", languages, "Encoding of filter"),
        parts.query("filter-crs", _CRS, "CRS of geometries in filter"),
    ]
    feature_id = {"name": "featureId", "in": "path", "required": True, "schema": text}
    named = {part["name"]: part for part in found} | {"featureId": feature_id}
    named |= edit_openapi.parameters()
    return named | openapi.parameters(layers) | dggs_openapi.parameters()
