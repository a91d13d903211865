"""What is posted to a process, made the parameters of the question that it asks; pure.

The values are read where those of an address are; here only their JSON is.
"""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple, NoReturn
from urllib.parse import unquote_to_bytes

from gis_server.http import json_body, params
from gis_server.http.json_body import BodyUnreadable
from gis_server.http.params import ParameterInvalid
from gis_server.ogc.documents import GEOJSON, JSON, Document
from gis_server.ogc.processes.documents import ALL, OUTPUT, Process, schemas
from gis_server.ogc.processes.errors import JobUnknown, ProcessUnknown
from layers.model import Layer

MOST_BYTES = 100_000
"""Longest body that is taken."""

RESPONSES = ("raw", "document")
"""How a result comes: by itself, or in an object by the names of outputs."""

_MEMBERS = ("inputs", "outputs", "response")


def process(process_id: str) -> Process:
    """Return the process of an address.

    Raises:
        ProcessUnknown: there is none of this id.
    """
    if process_id not in ALL:
        raise ProcessUnknown(process_id, ALL)
    return ALL[process_id]


def job(job_id: str) -> NoReturn:
    """Say that there is no such job: the client waits for every answer.

    Raises:
        JobUnknown: always.
    """
    raise JobUnknown(job_id)


class Execution(NamedTuple):
    """What is asked of a process; ``args`` are parameters as an address has them."""

    layer_id: str
    args: Mapping[str, str]
    is_raw: bool


def execution(raw: bytes, process: Process, layers: Iterable[Layer]) -> Execution:
    """Read a body.

    Args:
        raw: the body.
        process: which is to be executed.
        layers: whose events are counted by cell.

    Raises:
        BodyUnreadable: it is no object of JSON.
        ParameterInvalid: naming the input or the member that is wrong.
    """
    body = json_body.document(raw)
    _known(body, _MEMBERS)
    response = body.get("response", RESPONSES[0])
    if response not in RESPONSES:
        raise ParameterInvalid("response", f"it is one of {', '.join(RESPONSES)}")
    _check_outputs(_object(body, "outputs"))
    args = _inputs(_object(body, "inputs"), process, schemas(process, layers))
    return Execution(args.pop("layer"), args, response == RESPONSES[0])


def _inputs(
    given: Mapping[str, Any], process: Process, known: Mapping[str, Document]
) -> dict[str, str]:
    _known(given, known)
    for name, each in process.inputs.items():
        if each.is_required and name not in given:
            raise ParameterInvalid(name, "this input is needed")
    return {name: _text(name, _value(name, value), known[name]) for name, value in given.items()}


def _value(name: str, given: Any) -> Any:
    """Return a value that is given as it is, qualified, or by a reference that holds it itself."""
    if not isinstance(given, dict):
        return given
    if "value" in given:
        return given["value"]
    kind, comma, data = str(given.get("href")).partition(",")
    if not kind.startswith("data:") or not comma or kind.endswith(";base64"):
        said = "a value, an object with it as 'value', or a reference data:application/json,..."
        raise ParameterInvalid(name, f"{said} is needed; nothing is fetched from other addresses")
    try:
        return json_body.value(unquote_to_bytes(data))
    except BodyUnreadable:
        raise ParameterInvalid(name, "what its reference holds is not JSON") from None


def _text(name: str, value: Any, schema: Document) -> str:
    """Return a value as an address has it.

    Raises:
        ParameterInvalid: it is not of the schema; limits of numbers are looked at with the rest.
    """
    for each in schema.get("oneOf", [schema]):
        if each["type"] == "array" and isinstance(value, list):
            return params.listed(_element(name, part, each["items"]) for part in value)
        found = _single(value, each["type"])
        if found is not None and "enum" in each and found not in each["enum"]:
            raise ParameterInvalid(name, f"it is one of {', '.join(each['enum'])}")
        if found is not None:
            return found
    kinds = " or ".join(each["type"] for each in schema.get("oneOf", [schema]))
    raise ParameterInvalid(name, f"its value is not of the type {kinds}")


def _element(name: str, value: Any, schema: Document) -> str:
    found = _single(value, schema["type"])
    if found is None or not found.strip():
        raise ParameterInvalid(name, f"each of its list is one {schema['type']}")
    return found


def _single(value: Any, kind: str) -> str | None:
    if kind == "string":
        return value if isinstance(value, str) and "\0" not in value else None
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else None


def _check_outputs(given: Mapping[str, Any]) -> None:
    _known(given, (OUTPUT,))
    wanted = given.get(OUTPUT, {})
    if not isinstance(wanted, dict):
        raise ParameterInvalid(OUTPUT, "what is wanted of an output is an object")
    _known(wanted, ("transmissionMode", "format"))
    if wanted.get("transmissionMode", "value") != "value":
        raise ParameterInvalid("transmissionMode", "results come as 'value'")
    form = _object(wanted, "format")
    if form.get("mediaType", GEOJSON) not in (GEOJSON, JSON):
        raise ParameterInvalid("format", f"results are {GEOJSON}")


def _object(of: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = of.get(name, {})
    if not isinstance(found, dict):
        raise BodyUnreadable(f"its '{name}' are not an object")
    return found


def _known(given: Mapping[str, Any], known: Iterable[str]) -> None:
    names = tuple(known)
    for name in given:
        if name not in names:
            said = f"it is not known here; known are {', '.join(names)}"
            raise ParameterInvalid(name[:100], said)
