"""Pieces that the OpenAPI definition is made of; pure."""

from collections.abc import Mapping
from typing import Any

from gis_server.ogc.documents import HTML

Part = dict[str, Any]

PROBLEM = "application/problem+json"


REFUSALS: Mapping[str, str] = {
    "400": "A parameter is unknown, or its value cannot be used",
    "401": "A token is needed",
    "403": "The token is not the right one",
    "404": "There is nothing at this address",
    "406": "It does not come in a format that the client takes",
    "409": "It stands against what is there",
    "412": "What is there is not what If-Match names: it has been changed by another",
    "413": "The body is too long",
    "415": "The body is of a type that is not read",
    "422": "The body can be read, but a value in it cannot be",
    "428": "The header If-Match is needed",
    "500": "Something went wrong in the server",
    "503": "The server is busy, or its database does not answer; try again shortly",
}
"""What may go wrong, by status; the responses are referred to by these names."""

ANSWER = "What was asked for"
"""Description of a response; what that is, is the summary of the operation."""

OF_READING = ("400", "404", "406", "412", "500", "503")
"""Statuses that any address may refuse a GET with."""

OF_CHANGING = tuple(status for status in REFUSALS if status != "406")
"""Statuses that a change of a feature may be refused with."""


def get(name: str, summary: str, parameters: list[Part], content: dict[str, Part]) -> Part:
    """Return a GET operation that answers in JSON of some kind, or HTML."""
    return {
        "operationId": name,
        "summary": summary,
        "parameters": [ref("f"), ref("lang"), *parameters],
        "responses": {
            "200": response(ANSWER, {**content, HTML: {"type": "string"}}),
            "304": {"description": "The client has it"},
            **refused(*OF_READING),
        },
    }


def refused(*statuses: str) -> dict[str, Part]:
    """Return the responses of what may go wrong, by status."""
    return {each: {"$ref": f"#/components/responses/{each}"} for each in statuses}


def refusals() -> dict[str, Part]:
    """Return all that ``refused`` refers to: problem details, or a page for a browser."""
    content: dict[str, Part] = {PROBLEM: schema("problem"), HTML: {"type": "string"}}
    return {status: response(text, content) for status, text in REFUSALS.items()}


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
