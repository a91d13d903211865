"""Schemas of a collection (OGC API Features part 5, 23-058r2); pure.

They say what its features hold, what a filter may name, and what they can be sorted by.
"""

from collections.abc import Mapping
from typing import Any

from gis_server.features.cql.to_sql import GEOMETRY
from layers.audience import Audience
from layers.model import Field, Layer, Type

Schema = dict[str, Any]

DIALECT = "https://json-schema.org/draft/2020-12/schema"

RELATIONS: Mapping[str, str] = {
    name: f"http://www.opengis.net/def/rel/ogc/1.0/{name}"
    for name in ("schema", "queryables", "sortables")
}
"""Relation of a link to each of the schemas; its name is the end of the schema's address too."""

UCUM: Mapping[str, str] = {"person": "{person}"}
"""Units whose code in UCUM is not what a declaration says; others are the same."""


def document(name: str, layer: Layer, lang: str, url: str, audience: Audience) -> Schema:
    """Return one of the schemas.

    Args:
        name: ``schema``, ``queryables`` or ``sortables``.
        layer: whose features.
        lang: language of titles, ``vi`` or ``en``.
        url: address of the schema, without parameters.
        audience: whose fields; those that it does not see are in none of the schemas.
    """
    visible = layer.visible_to(audience)
    fields = {
        field.name: {**_described(name, layer, field, lang), "x-ogc-propertySeq": number}
        for number, field in enumerate(visible.values(), 1)
    }
    shape = {} if name == "sortables" else {GEOMETRY: _geometry(layer, len(fields) + 1)}
    made: Schema = {
        "$schema": DIALECT,
        "$id": url,
        "type": "object",
        "title": layer.title[lang],
        "description": layer.description[lang],
        "additionalProperties": False,
        "properties": {**fields, **shape},
    }
    if name == "schema":
        made["required"] = [f.name for f in visible.values() if _is_required(layer, f)]
    return made


def of_field(layer: Layer, field: Field, lang: str) -> Schema:
    """Return a field as JSON Schema."""
    made: Schema = {"title": field.title[lang], **field.type.json_schema}
    limits = {"pattern": field.pattern, "minimum": field.minimum, "maximum": field.maximum}
    made |= {name: value for name, value in limits.items() if value is not None}
    if field.type is Type.TEXT:
        made["maxLength"] = field.longest
    if field.derive is not None:
        made["readOnly"] = True
    if field.unit:
        made["x-ogc-unit"] = UCUM.get(field.unit, field.unit)
        made["x-ogc-unitLang"] = "UCUM"
    if field.codes and not field.codes.is_open:
        made["enum"] = list(field.codes.codes)
    if field.codes:
        made["x-ogc-codelist"] = {code: c.title[lang] for code, c in field.codes.codes.items()}
    if role := _role(layer, field):
        made["x-ogc-role"] = role
    return made


def _described(name: str, layer: Layer, field: Field, lang: str) -> Schema:
    made = of_field(layer, field, lang)
    if name != "schema":
        # Whoever filters or sorts writes nothing.
        for writing in ("readOnly", "maxLength"):
            made.pop(writing, None)
    return made


def _role(layer: Layer, field: Field) -> str | None:
    if field.name == layer.key:
        return "id"
    return "primary-instant" if field.name == layer.time else None


def _geometry(layer: Layer, number: int) -> Schema:
    return {
        "format": f"geometry-{layer.geometry.type.lower()}",
        "x-ogc-role": "primary-geometry",
        "x-ogc-propertySeq": number,
    }


def _is_required(layer: Layer, field: Field) -> bool:
    """Tell whether a client that writes a feature must give a value."""
    return field.derive is None and (field.required or field.name == layer.key)
