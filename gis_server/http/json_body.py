"""JSON of a request (RFC 8259), read strictly: nothing is guessed or passed over."""

import json
from typing import Any

from gis_server.http.params import ParameterInvalid


class BodyUnreadable(ParameterInvalid):
    """A body is not what it has to be, such as a GeoJSON feature."""

    def __init__(self, reason: str) -> None:
        super().__init__("body", reason)


def value(raw: bytes) -> Any:
    """Read any value of JSON in which no name of an object is given twice.

    Raises:
        BodyUnreadable: with the reason.
    """
    try:
        text = raw.decode()
        found = json.loads(text, object_pairs_hook=_object, parse_constant=_constant)
        if "\\u" in text:
            # Half of a surrogate pair is no text, and cannot even be shown.
            json.dumps(found, ensure_ascii=False).encode()
    except UnicodeError as error:
        raise BodyUnreadable("it is not UTF-8 text") from error
    except RecursionError as error:
        raise BodyUnreadable("it is nested too deeply") from error
    except ValueError as error:
        raise BodyUnreadable(f"it is not JSON ({str(error)[:200]})") from error
    return found


def document(raw: bytes) -> dict[str, Any]:
    """Read an object of JSON in which no name is given twice.

    Raises:
        BodyUnreadable: with the reason.
    """
    found = value(raw)
    if not isinstance(found, dict):
        raise BodyUnreadable("it is not a JSON object")
    return found


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"'{ascii(twice)[1:-1][:100]}' is given twice in one object")
    return found


def _constant(name: str) -> Any:
    raise ValueError(f"{name} is no number of JSON")
