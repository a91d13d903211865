"""JSON-FG 1.0 (OGC 21-045r1) from the GeoJSON that the database wrote; pure.

The text of a feature passes as it is; only the members that JSON-FG adds are put into it.
"""

import re
from collections.abc import Iterable
from typing import Any

from gis_server.features.crs import CRS84, Reference
from layers.model import Layer, Type

MEDIA_TYPE = "application/vnd.ogc.fg+json"

DRAFT_MEDIA_TYPE = "application/fg+json"
"""Its name before the standard was approved; clients still ask by it."""

CONFORMANCE = tuple(
    f"http://www.opengis.net/spec/json-fg-1/1.0/conf/{name}" for name in ("core", "types-schemas")
)
"""Classes that a document keeps."""

_START = b'{"type":"Feature",'
_GEOMETRY = b'"geometry":'

# Inside a JSON text a quote is escaped, so these are members and never part of a value.
_PROPERTIES = b',"properties":{'


def members(layer: Layer, crs: Reference, url: str) -> dict[str, Any]:
    """Return what a document says of all its features.

    Args:
        layer: what they are.
        crs: of ``place``; GeoJSON's own is not named, as the places are in ``geometry`` then.
        url: address of the collection.
    """
    named = {} if crs == CRS84 else {"coordRefSys": crs.uri}
    return {
        "conformsTo": CONFORMANCE,
        "featureType": layer.id,
        "featureSchema": f"{url}/schema",
        **named,
        "geometryDimension": layer.geometry.dimension,
    }


def features(texts: Iterable[bytes], layer: Layer, crs: Reference) -> list[bytes]:
    """Return features with their time and place.

    A geometry that GeoJSON can hold, in longitude and latitude of WGS 84, stays in ``geometry`` and
    ``place`` is null; in another CRS it is the other way round.
    """
    return [_feature(text, layer, crs) for text in texts]


def _feature(text: bytes, layer: Layer, crs: Reference) -> bytes:
    head = _START + b'"time":' + _time(text, layer) + b","
    if crs == CRS84:
        return head + b'"place":null,' + text.removeprefix(_START)
    return head + text.removeprefix(_START).replace(_GEOMETRY, b'"geometry":null,"place":', 1)


def _time(text: bytes, layer: Layer) -> bytes:
    """Return the time of a feature as JSON; null without one, or when it was not asked for."""
    if layer.time is None:
        return b"null"
    name = re.escape(layer.time.encode())
    found = re.search(b'"' + name + b'":"([^"]+)"', text.partition(_PROPERTIES)[2])
    if found is None:
        return b"null"
    kind = b"date" if layer.fields[layer.time].type is Type.DATE else b"timestamp"
    return b'{"%s":"%s"}' % (kind, found[1].replace(b"+00:00", b"Z"))
