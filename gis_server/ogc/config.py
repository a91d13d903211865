"""pygeoapi's configuration, made from the layers; pure."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from gis_server.catalogue.summaries import VIET_NAM
from gis_server.features import crs
from gis_server.features.request import DEFAULT_LIMIT, MAX_LIMIT
from gis_server.ogc.dggs.documents import collection_link as dggs_link
from gis_server.ogc.tiles.documents import collection_link
from layers.geo import BBox
from layers.model import Layer
from layers.registry import Layers

TITLE = {"vi": "Dữ liệu không gian của tỉnh", "en": "Spatial data of the province"}
DESCRIPTION = {
    "vi": "Các lớp dữ liệu bản đồ theo chuẩn OGC API Features, để phần mềm khác đọc trực tiếp.",
    "en": "The layers of the map as OGC API Features, for other software to read directly.",
}

_GREGORIAN = "http://www.opengis.net/def/uom/ISO-8601/0/Gregorian"


class Extent(NamedTuple):
    """Where and when a layer's rows are: degrees, and times as RFC 3339 text."""

    bounds: BBox | None = None
    times: tuple[str, str] | None = None


def config(layers: Layers, base_url: str, extents: Mapping[str, Extent]) -> dict[str, Any]:
    """Return the configuration.

    Args:
        layers: every layer becomes a collection.
        base_url: address of the server, without a slash at its end.
        extents: by layer; one that is absent is described by what its layer.yaml expects.
    """
    return {
        "server": {
            "url": f"{base_url}/ogc",
            "languages": ["vi-VN", "en-US"],
            "limits": {"default_items": DEFAULT_LIMIT, "max_items": MAX_LIMIT},
        },
        "logging": {"level": "ERROR"},
        "metadata": {
            "identification": {"title": TITLE, "description": DESCRIPTION, "url": base_url}
        },
        "resources": {
            layer.id: _collection(layer, base_url, extents.get(layer.id, Extent()))
            for layer in layers
        },
    }


def _collection(layer: Layer, base_url: str, extent: Extent) -> dict[str, Any]:
    return {
        "type": "collection",
        "title": layer.title,
        "description": layer.description,
        "keywords": _keywords(layer),
        "links": _links(layer, base_url),
        "extents": _extents(layer, extent),
        "providers": [_provider(layer)],
    }


def _keywords(layer: Layer) -> dict[str, list[str]]:
    return {lang: [layer.group, layer.owner[lang]] for lang in ("vi", "en")}


def _links(layer: Layer, base_url: str) -> list[dict[str, Any]]:
    tiles = {
        "type": "application/json",
        "rel": "describedby",
        "title": {"vi": "Ô bản đồ vector (TileJSON)", "en": "Vector tiles (TileJSON)"},
        "href": f"{base_url}/tiles/{layer.id}.json",
    }
    page = {
        "type": "text/html",
        "rel": "related",
        "title": {"vi": "Xem trên bản đồ", "en": "See on the map"},
        "href": f"{base_url}/?layers={layer.id}",
    }
    sources = [
        {"type": "text/html", "rel": "via", "title": source.title, "href": source.url}
        for source in layer.sources
        if source.url
    ]
    root = f"{base_url}/ogc"
    grids = [dggs_link(layer, root)] if layer.heatmap else []
    return [tiles, collection_link(layer, root), *grids, page, *sources]


def _extents(layer: Layer, extent: Extent) -> dict[str, Any]:
    bounds = extent.bounds or layer.expect.bbox or VIET_NAM
    found: dict[str, Any] = {"spatial": {"bbox": list(bounds), "crs": crs.CRS84.uri}}
    if layer.time:
        begin, end = extent.times or (None, None)
        found["temporal"] = {"begin": begin, "end": end, "trs": _GREGORIAN}
    return found


def _provider(layer: Layer) -> dict[str, Any]:
    return {
        "type": "feature",
        "name": "gis_server.ogc.provider.LayerProvider",
        "data": layer.id,
        "id_field": layer.key,
        "title_field": layer.label,
        "time_field": layer.time,
        "crs": list(crs.offered(layer)),
        "storage_crs": layer.geometry.crs.uri,
    }
