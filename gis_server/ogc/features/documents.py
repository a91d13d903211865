"""Documents of features around the text that the database wrote; pure.

The features pass through as bytes. Only what stands around them is made here.
"""

import json
from collections.abc import Mapping
from typing import Any

from gis_server.features import keyset
from gis_server.features.encodings import ENCODINGS as DOWNLOADS
from gis_server.ogc.documents import GEOJSON, HTML, Document, Link, RequestUrl, in_format
from gis_server.ogc.features import jsonfg
from layers.model import Layer, Text

PAGES: Mapping[str, str] = {"json": GEOJSON, "jsonfg": jsonfg.MEDIA_TYPE, "html": HTML}
"""Formats of a page and of a feature by the value of ``f``, with their media types."""

FORMATS: Mapping[str, str] = {
    **PAGES,
    **{name: media_format.media_type for name, media_format in DOWNLOADS.items()},
}
"""Formats of a list."""

_TITLES: Mapping[str, Text] = {
    "json": {"vi": "Tài liệu này ở dạng GeoJSON", "en": "This document as GeoJSON"},
    "jsonfg": {"vi": "Tài liệu này ở dạng JSON-FG", "en": "This document as JSON-FG"},
    "html": {"vi": "Tài liệu này ở dạng HTML", "en": "This document as HTML"},
    "xlsx": {"vi": "Tải về: Excel", "en": "Download: Excel"},
    "geojsonseq": {"vi": "Tải về: dãy GeoJSON", "en": "Download: GeoJSON text sequence"},
    "csv": {"vi": "Tải về: CSV (cho chương trình)", "en": "Download: CSV (for programs)"},
    "fgb": {"vi": "Tải về: FlatGeobuf (QGIS)", "en": "Download: FlatGeobuf (QGIS)"},
    "parquet": {"vi": "Tải về: GeoParquet", "en": "Download: GeoParquet"},
    "next": {"vi": "Trang sau", "en": "Next page"},
    "first": {"vi": "Trang đầu", "en": "First page"},
    "collection": {"vi": "Bộ dữ liệu", "en": "The collection"},
}


def links(
    request_url: RequestUrl,
    layer: Layer,
    url: str,
    cursors: Mapping[str, Mapping[str, Any]],
    media_formats: Mapping[str, str],
) -> list[Link]:
    """Return the links of a list or of a feature.

    Args:
        request_url: its address.
        layer: its collection.
        url: the collection's address.
        cursors: of related pages, by relation (``next``, ``first``): what their address changes.
        media_formats: that it comes in.
    """
    page, whole = request_url.with_(f=None), request_url.with_(f=None, **_WHOLE)
    own = [
        _link(
            "self" if request_url.media_format == media_format else "alternate", media,
            in_format(whole if media_format in DOWNLOADS else page, media_format),
            media_format, request_url,
        )
        for media_format, media in media_formats.items()
    ]  # fmt: skip
    pages = [
        _link(
            rel, FORMATS[request_url.media_format], request_url.with_(**changed), rel, request_url
        )
        for rel, changed in cursors.items()
    ]
    title = f"{_TITLES['collection'][request_url.lang]}: {layer.title[request_url.lang]}"
    collection = {"rel": "collection", "type": "application/json", "title": title, "href": url}
    return [*own, *pages, collection]


_WHOLE = dict.fromkeys(("limit", "offset", keyset.PARAMETER))
"""Parameters that a download does without: it is of all that fits, not of a page."""


def _link(rel: str, media: str, href: str, title: str, request_url: RequestUrl) -> Link:
    return {"rel": rel, "type": media, "title": _TITLES[title][request_url.lang], "href": href}


def members(returned: int, matched: int | None, linked: list[Link]) -> Document:
    """Return what a list says beside its features; ``numberMatched`` only where it is known."""
    known = {} if matched is None else {"numberMatched": matched}
    return {**known, "numberReturned": returned, "links": linked}


def collection(features: list[bytes], rest: Document) -> bytes:
    """Return a list of features as it is sent."""
    return b"".join(
        (
            b'{"type":"FeatureCollection","features":[\n',
            b",\n".join(features),
            b"\n],",
            _json(rest)[1:],
        )
    )


def feature(text: bytes, rest: Document) -> bytes:
    """Return a feature as it is sent, with what it says beside its own members."""
    return text[:-1] + b"," + _json(rest)[1:]


def _json(document: Document) -> bytes:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
