"""Processes in the OpenAPI definition; pure."""

from gis_server.ogc import openapi_parts as parts
from gis_server.ogc.documents import GEOJSON, JSON
from gis_server.ogc.openapi_parts import Part
from gis_server.ogc.processes.documents import ALL, OUTPUT, Process, schemas
from gis_server.ogc.processes.request import RESPONSES
from gis_server.ogc.processes.routes import DEFAULT_LIMIT, MAX_LIMIT
from layers.registry import Layers

_TEXT: Part = {"type": "string"}


def paths(layers: Layers, lang: str) -> dict[str, Part]:
    """Return the paths of the list and of every process."""
    title = {"vi": "Các phép phân tích", "en": "Processes"}[lang]
    limit = {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT}
    paged = [parts.query("limit", limit, "Processes on a page"), parts.ref("offset")]
    every = parts.get("getProcesses", title, paged, {JSON: parts.schema("processes")})
    found: dict[str, Part] = {"/processes": {"get": every}}
    for process in ALL.values():
        at, name = f"/processes/{process.id}", process.title[lang]
        one = parts.get(f"describe.{process.id}", name, [], {JSON: parts.schema("process")})
        found[at] = {"get": one}
        found[f"{at}/execution"] = {"post": _execution(process, layers, lang)}
    return found


def _execution(process: Process, layers: Layers, lang: str) -> Part:
    body = {JSON: {"schema": _body(process, layers)}}
    answers = {GEOJSON: parts.schema("features"), JSON: parts.schema("results")}
    form = {**_TEXT, "enum": ["json"]}
    return {
        "operationId": f"execute.{process.id}",
        "summary": process.description[lang],
        "parameters": [parts.query("f", form, "Format of the answer"), parts.ref("lang")],
        "requestBody": {"required": True, "content": body},
        "responses": {
            "200": parts.response(process.result[lang], answers),
            **parts.refused(*parts.OF_READING, "413", "415"),
        },
    }


def _body(process: Process, layers: Layers) -> Part:
    inputs = _object(
        [name for name, each in process.inputs.items() if each.is_required],
        schemas(process, layers.heatmaps),
    )
    output = _object([], {"transmissionMode": {**_TEXT, "enum": ["value"]}})
    outputs = _object([], {OUTPUT: output})
    response = {**_TEXT, "enum": list(RESPONSES), "default": RESPONSES[0]}
    return _object(["inputs"], {"inputs": inputs, "outputs": outputs, "response": response})


def _object(required: list[str], properties: dict[str, Part]) -> Part:
    made: Part = {"type": "object", "properties": properties, "additionalProperties": False}
    # In OpenAPI 3.0 the list of what is required may not be empty.
    return {**made, "required": required} if required else made


def components() -> dict[str, Part]:
    """Return the schemas of what is answered."""
    texts: Part = {"type": "array", "items": _TEXT}
    links: Part = {"type": "array", "items": parts.schema("link")}
    about: Part = {
        "id": _TEXT, "version": _TEXT, "title": _TEXT, "description": _TEXT, "links": links,
        "jobControlOptions": texts, "outputTransmission": texts,
    }  # fmt: skip
    more: Part = {"inputs": {"type": "object"}, "outputs": {"type": "object"}}
    summary: Part = {"type": "object", "required": ["id", "version"], "properties": about}
    listed: Part = {"type": "array", "items": summary}
    return {
        "processes": {
            "type": "object",
            "required": ["processes", "links"],
            "properties": {"processes": listed, "links": links},
        },
        "process": {
            **summary,
            "required": ["id", "version", "inputs", "outputs"],
            "properties": about | more,
        },
        "results": {
            "type": "object",
            "required": [OUTPUT],
            "properties": {OUTPUT: parts.schema("features")},
        },
    }
