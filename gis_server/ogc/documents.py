"""pygeoapi's documents put right: links that lead somewhere, conformance that is kept; pure."""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import urlencode

from gis_server.ogc.features import schemas
from layers.model import Layer, Text

Document = dict[str, Any]
Link = dict[str, str]

JSON, HTML, GEOJSON = "application/json", "text/html", "application/geo+json"
SCHEMA = "application/schema+json"
OPENAPI = "application/vnd.oai.openapi+json;version=3.0"

_DGGS = tuple(
    # This standard's identifiers begin with https.
    f"https://www.opengis.net/spec/ogcapi-dggs-1/1.0/conf/{name}"
    for name in (
        "core",
        "data-retrieval",
        "data-subsetting",
        "data-custom-depths",
        "zone-query",
        "collection-dggs",
        "operation-ids",
        "data-json",
        "data-geojson",
        "zone-html",
        "zone-uint64",
        "zone-geojson",
    )
)

CONFORMANCE = _DGGS + tuple(
    f"http://www.opengis.net/spec/{name}"
    for name in (
        "ogcapi-common-1/1.0/conf/core",
        "ogcapi-common-1/1.0/conf/landing-page",
        "ogcapi-common-1/1.0/conf/json",
        "ogcapi-common-1/1.0/conf/html",
        "ogcapi-common-1/1.0/conf/oas30",
        "ogcapi-common-2/1.0/conf/collections",
        "ogcapi-tiles-1/1.0/conf/core",
        "ogcapi-tiles-1/1.0/conf/tileset",
        "ogcapi-tiles-1/1.0/conf/tilesets-list",
        "ogcapi-tiles-1/1.0/conf/dataset-tilesets",
        "ogcapi-tiles-1/1.0/conf/geodata-tilesets",
        "ogcapi-tiles-1/1.0/conf/collections-selection",
        "ogcapi-tiles-1/1.0/conf/datetime",
        "ogcapi-tiles-1/1.0/conf/mvt",
        "ogcapi-tiles-1/1.0/conf/oas30",
        "tms/2.0/conf/tilematrixset",
        "tms/2.0/conf/tilematrixsetlimits",
        "tms/2.0/conf/tilesetmetadata",
        "tms/2.0/conf/json-tilematrixset",
        "tms/2.0/conf/json-tilematrixsetlimits",
        "tms/2.0/conf/json-tilesetmetadata",
        "ogcapi-features-1/1.0/conf/core",
        "ogcapi-features-1/1.0/conf/oas30",
        "ogcapi-features-1/1.0/conf/html",
        "ogcapi-features-1/1.0/conf/geojson",
        "ogcapi-processes-1/1.0/conf/core",
        "ogcapi-processes-1/1.0/conf/ogc-process-description",
        "ogcapi-processes-1/1.0/conf/json",
        "ogcapi-processes-1/1.0/conf/html",
        "ogcapi-processes-1/1.0/conf/oas30",
        "json-fg-1/1.0/conf/core",
        "json-fg-1/1.0/conf/types-schemas",
        "ogcapi-features-2/1.0/conf/crs",
        "ogcapi-features-3/1.0/conf/queryables",
        "ogcapi-features-3/1.0/conf/queryables-query-parameters",
        "ogcapi-features-3/1.0/conf/filter",
        "ogcapi-features-3/1.0/conf/features-filter",
        "ogcapi-features-4/1.0/conf/create-replace-delete",
        "ogcapi-features-4/1.0/conf/update",
        "ogcapi-features-4/1.0/conf/optimistic-locking-etags",
        "ogcapi-features-4/1.0/conf/features",
        "ogcapi-features-5/1.0/conf/schemas",
        "ogcapi-features-5/1.0/conf/core-roles-features",
        "ogcapi-features-5/1.0/conf/returnables-and-receivables",
        "ogcapi-features-5/1.0/conf/queryables",
        "ogcapi-features-5/1.0/conf/sortables",
        "cql2/1.0/conf/cql2-text",
        "cql2/1.0/conf/cql2-json",
        "cql2/1.0/conf/basic-cql2",
        "cql2/1.0/conf/advanced-comparison-operators",
        "cql2/1.0/conf/case-insensitive-comparison",
        "cql2/1.0/conf/accent-insensitive-comparison",
        "cql2/1.0/conf/basic-spatial-functions",
        "cql2/1.0/conf/basic-spatial-functions-plus",
        "cql2/1.0/conf/spatial-functions",
        "cql2/1.0/conf/temporal-functions",
        "cql2/1.0/conf/array-functions",
        "cql2/1.0/conf/arithmetic",
        "cql2/1.0/conf/property-property",
    )
)
"""What this server does and the tests show. Not declared: custom functions of CQL2."""

_TITLES: Mapping[str, Text] = {
    JSON: {"vi": "Tài liệu này ở dạng JSON", "en": "This document as JSON"},
    SCHEMA: {"vi": "Tài liệu này ở dạng JSON Schema", "en": "This document as JSON Schema"},
    OPENAPI: {"vi": "Tài liệu này ở dạng OpenAPI", "en": "This document as OpenAPI"},
    HTML: {"vi": "Tài liệu này ở dạng HTML", "en": "This document as HTML"},
}

_ITEMS: Text = {"vi": "Các đối tượng", "en": "Features"}

_SCHEMAS: Mapping[str, Text] = {
    "schema": {"vi": "Cấu trúc dữ liệu", "en": "Schema of the features"},
    "queryables": {"vi": "Trường dùng để lọc", "en": "Queryables"},
    "sortables": {"vi": "Trường dùng để sắp xếp", "en": "Sortables"},
}

_NOT_SERVED = ("/jobs", "/TileMatrixSets")
_WRITTEN = (JSON, HTML, GEOJSON, SCHEMA, OPENAPI)


class RequestUrl(NamedTuple):
    """The address that is asked for.

    ``url`` is percent-encoded and without parameters, ``media_format`` is the value of ``f`` that
    the answer has (``json``, ``html``, ``csv``), ``lang`` is ``vi`` or ``en``.
    """

    url: str
    args: Mapping[str, str]
    media_format: str
    lang: str

    def with_(self, **changed: Any) -> str:
        """Return this address with some parameters changed; None takes one away."""
        text = encoded({**self.args, **changed})
        return f"{self.url}?{text}" if text else self.url


def in_format(address: str, media_format: str) -> str:
    """Return an address that names no format with one."""
    return f"{address}{'&' if '?' in address else '?'}f={media_format}"


def in_header(links: Iterable[Link]) -> str:
    """Return links as the value of the header Link (RFC 8288)."""
    return ", ".join(
        f'<{link["href"]}>; rel="{link["rel"]}"'
        + (f'; type="{link["type"]}"' if "type" in link else "")
        for link in links
    )


def encoded(args: Mapping[str, Any]) -> str:
    """Return parameters as an address has them, in their order; those that are None are left out.

    The same ones come again and again, in every link of an answer.
    """
    given = ((name, str(value)) for name, value in args.items() if value is not None)
    return "&".join(
        _pair(name, value) if len(value) < _LONG else urlencode({name: value})
        for name, value in given
    )


_LONG = 200
"""Characters from which a value is not remembered."""


@lru_cache(maxsize=2048)
def _pair(name: str, value: str) -> str:
    return urlencode({name: value})


def linked(document: Document, request_url: RequestUrl, media: str) -> Document:
    """Return a document with links to itself and its other format, and none to what is not served.

    Args:
        document: as pygeoapi made it.
        request_url: its address.
        media: media type of its JSON.
    """
    own = [
        {
            "rel": "self" if request_url.media_format == media_format else "alternate",
            "type": kind,
            "title": _TITLES[kind][request_url.lang],
            "href": request_url.with_(f=media_format),
        }
        for media_format, kind in (("json", media), ("html", HTML))
    ]
    rest = [link for link in _served(document) if link["rel"] not in ("self", "alternate")]
    return {**document, "links": [*own, *rest]}


def collections(
    document: Document, layers: Mapping[str, Layer], lang: str, media_formats: Mapping[str, str]
) -> Document:
    """Put the list of collections right; ``media_formats`` are those of their items by ``f``."""
    found = [
        collection(part, layers[part["id"]], lang, media_formats)
        for part in document["collections"]
    ]
    return {**document, "collections": found}


def collection(
    document: Document, layer: Layer, lang: str, media_formats: Mapping[str, str]
) -> Document:
    """Put a collection right: licence and owner said, links served, items in all their formats."""
    links = _served(document)
    (url,) = {link["href"].partition("?")[0] for link in links if link["rel"] == "items"}
    # Programs, GDAL among them, put "/ID" behind the address of the GeoJSON as it stands.
    items = [
        {"rel": "items", "type": media, "title": f"{_ITEMS[lang]} ({media_format})",
         "href": url if media == GEOJSON else f"{url}?f={media_format}"}
        for media_format, media in media_formats.items()
    ]  # fmt: skip
    return {
        **document,
        "license": layer.licence,
        "attribution": layer.owner[lang],
        "links": [
            *(link for link in links if link["rel"] not in ("items", *schemas.RELATIONS.values())),
            *_described(url.removesuffix("/items"), lang),
            *items,
        ],
    }


def _described(url: str, lang: str) -> list[Link]:
    """Return links to the schemas of a collection."""
    return [
        {
            "rel": rel,
            "type": media,
            "title": _SCHEMAS[name][lang],
            "href": f"{url}/{name}?f={media_format}",
        }
        for name, rel in schemas.RELATIONS.items()
        for media_format, media in (("json", SCHEMA), ("html", HTML))
    ]


def _served(document: Document) -> list[Link]:
    return [
        {name: value for name, value in link.items() if name != "hreflang"}
        for link in document["links"]
        if (link["type"] in _WRITTEN or link["rel"] == "items")
        and not any(part in link["href"] for part in _NOT_SERVED)
    ]
