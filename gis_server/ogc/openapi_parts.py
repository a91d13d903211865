"""Pieces that the OpenAPI definition is made of; pure."""

from typing import Any

from gis_server.ogc.documents import HTML

Part = dict[str, Any]

PROBLEM = "application/problem+json"


def get(name: str, summary: str, parameters: list[Part], content: dict[str, Part]) -> Part:
    """Return a GET operation that answers in JSON of some kind, or HTML."""
    return {
        "operationId": name,
        "summary": summary,
        "parameters": [ref("f"), ref("lang"), *parameters],
        "responses": {
            "200": response(summary, {**content, HTML: {"type": "string"}}),
            "default": {"$ref": "#/components/responses/problem"},
        },
    }


def response(description: str, content: dict[str, Part]) -> Part:
    """Return a response of some media types."""
    return {
        "description": description,
        "content": {media: {"schema": schema} for media, schema in content.items()},
    }


def ref(name: str) -> Part:
    """Refer to a parameter."""
    return {"$ref": f"#/components/parameters/{name}"}


def schema(name: str) -> Part:
    """Refer to a schema."""
    return {"$ref": f"#/components/schemas/{name}"}


def path(name: str, schema: Part, description: str) -> Part:
    """Return a parameter of the path."""
    return {
        "name": name, "in": "path", "required": True, "description": description, "schema": schema,
    }  # fmt: skip


def query(name: str, schema: Part, description: str) -> Part:
    """Return a parameter of the query."""
    return {
        "name": name, "in": "query", "required": False, "description": description,
        "schema": schema, "style": "form", "explode": False,
    }  # fmt: skip
