"""What a client sends to change a feature, read strictly: nothing is guessed or passed over."""

import json
from collections.abc import Mapping
from typing import Any

from gis_server.features import crs
from gis_server.features.crs import Reference
from gis_server.features.edit.errors import BodyUnreadable
from gis_server.features.edit.transaction import Sent
from layers.model import Layer

MOST_BYTES = 2_000_000
"""Longest feature that is taken; the web server in front takes no more either."""

_MEMBERS = {"type", "id", "geometry", "properties", "bbox", "links"}
"""Of a feature as this server sends it; what is not to be written is passed over."""


def reference(layer: Layer, header: str | None) -> Reference:
    """Read Content-Crs: an identifier in angle brackets, CRS84 when there is none.

    Raises:
        ParameterInvalid: the layer is not offered in it.
    """
    if header is None:
        return crs.CRS84
    text = header.strip()
    is_bracketed = text.startswith("<") and text.endswith(">")
    return crs.choose(layer, "Content-Crs", text[1:-1] if is_bracketed else text)


def feature(raw: bytes, reference: Reference) -> Sent:
    """Read a whole GeoJSON feature.

    Raises:
        BodyUnreadable: with the reason.
    """
    found = document(raw)
    for member in ("type", "geometry", "properties"):
        if member not in found:
            raise BodyUnreadable(f"a GeoJSON feature has a member '{member}'")
    return _sent(found, reference)


def part(raw: bytes, reference: Reference) -> Sent:
    """Read what of a feature is to be changed: a JSON merge patch of its GeoJSON.

    Raises:
        BodyUnreadable: with the reason.
    """
    return _sent(document(raw), reference)


def _sent(document: Mapping[str, Any], reference: Reference) -> Sent:
    if document.get("type", "Feature") != "Feature":
        raise BodyUnreadable("its type is not 'Feature'")
    unknown = sorted(document.keys() - _MEMBERS)
    if unknown:
        hint = "; name the CRS in the header Content-Crs" if "crs" in unknown else ""
        raise BodyUnreadable(f"a feature has no member '{unknown[0][:100]}'{hint}")
    properties = document.get("properties", {})
    if not isinstance(properties, dict):
        raise BodyUnreadable("its properties are not an object")
    return Sent(
        id=document.get("id"),
        properties=properties,
        has_geometry="geometry" in document,
        geometry=document.get("geometry"),
        crs=reference,
    )


def document(raw: bytes) -> dict[str, Any]:
    """Read an object of JSON in which no name is given twice.

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
