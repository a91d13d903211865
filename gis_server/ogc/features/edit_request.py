"""What a client sends to change a feature, read strictly: nothing is guessed or passed over."""

from collections.abc import Mapping
from typing import Any

from gis_server.features import crs
from gis_server.features.crs import Reference
from gis_server.features.edit.transaction import Sent
from gis_server.http import json_body
from gis_server.http.json_body import BodyUnreadable
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
    found = json_body.document(raw)
    for member in ("type", "geometry", "properties"):
        if member not in found:
            raise BodyUnreadable(f"a GeoJSON feature has a member '{member}'")
    return _sent(found, reference)


def part(raw: bytes, reference: Reference) -> Sent:
    """Read what of a feature is to be changed: a JSON merge patch of its GeoJSON.

    Raises:
        BodyUnreadable: with the reason.
    """
    return _sent(json_body.document(raw), reference)


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
