"""Zones of H3 under /ogc: grids of a collection, lists of zones, a zone, what is counted in it."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple
from urllib.parse import quote

from flask import Blueprint, Response, request

from cells import index
from cells.index import Cells
from gis_server.answers import current, versioned
from gis_server.answers.current import base_url, services
from gis_server.features import request as item_params
from gis_server.features.request import EVERYWHERE, Args
from gis_server.http import etags
from gis_server.http.etags import Representation
from gis_server.http.language import preferred
from gis_server.ogc import core, documents, pages
from gis_server.ogc.dggs import counting, definition, regions, zones
from gis_server.ogc.dggs import documents as made
from gis_server.ogc.dggs import request as wanted_by
from gis_server.ogc.dggs.documents import Origin
from gis_server.ogc.documents import JSON, Document, Link, RequestUrl
from gis_server.ogc.features import documents as item_documents
from layers.model import Layer


class Source(NamedTuple):
    """What an answer is made from: a version of the layer's data, and what is asked of it.

    ``of`` is the digest of the representation.
    """

    layer: Layer
    version: int
    request_url: RequestUrl
    media_formats: Mapping[str, str]
    of: Representation

    @property
    def origin(self) -> Origin:
        """The collection, as documents name it."""
        return Origin(self.layer, f"{base_url()}/ogc", self.request_url.lang)

    @property
    def tag(self) -> str:
        """The ETag of an answer."""
        return etags.items(self.version, self.of)

    @property
    def lang(self) -> str:
        """The language of what the answer says to people; a list of numbers says nothing."""
        return _spoken(self.request_url.media_format)


def _spoken(media_format: str) -> str:
    return "" if media_format == made.NUMBERS else preferred()


def add(routes: Blueprint) -> None:
    """Add the routes to those of the OGC interface."""
    every = "/collections/<layer_id>/dggs"
    one = f"{every}/<dggrs_id>"
    views: dict[str, Callable[..., Response]] = {
        "/dggrs/<dggrs_id>": grid_definition,
        every: grids,
        one: grid,
        f"{one}/zones": zone_list,
        f"{one}/zones/<zone_id>": zone,
        f"{one}/zones/<zone_id>/data": data,
    }
    for rule, view in views.items():
        routes.add_url_rule(rule, view_func=view, strict_slashes=False)


def grid_definition(dggrs_id: str) -> Response:
    """Answer with the definition of the grid; it is of no collection."""
    wanted_by.check_grid(dggrs_id)
    item_params.check(request.args, EVERYWHERE)
    media_format, lang = pages.media_format(), preferred()
    document = definition.definition(f"{base_url()}/ogc")
    if media_format == "html":
        return pages.drawn("dggrs_definition", document, lang, {})
    return pages.written(_linked(document, pages.request_url(media_format, lang)), JSON, lang)


def grids(layer_id: str) -> Response:
    """Answer with the grids of a collection."""
    layer = wanted_by.layer(layer_id)
    return _described("dggs", made.dggrs_list(_origin(layer)), layer)


def grid(layer_id: str, dggrs_id: str) -> Response:
    """Answer with what a grid is for a collection."""
    layer = _layer(layer_id, dggrs_id)
    return _described("dggrs", made.dggrs(_origin(layer), wanted_by.DEFAULT_DEPTH), layer)


def zone_list(layer_id: str, dggrs_id: str) -> Response:
    """Answer with the zones in which there are events, a part at a time."""
    layer = _layer(layer_id, dggrs_id)
    args = _args(wanted_by.OF_LIST)
    media_format = pages.media_format(made.OF_LIST)
    listing = wanted_by.listing(layer, args)
    source = _source(layer, args, media_format, made.OF_LIST)
    return _unchanged(source) or _list(source, listing)


def zone(layer_id: str, dggrs_id: str, zone_id: str) -> Response:
    """Answer with what a zone is."""
    layer, found = _layer(layer_id, dggrs_id), wanted_by.zone(zone_id)
    args = _args(EVERYWHERE)
    source = _source(layer, args, pages.media_format(made.OF_ZONE), made.OF_ZONE)
    return _unchanged(source) or _zone(source, found)


def data(layer_id: str, dggrs_id: str, zone_id: str) -> Response:
    """Answer with what is counted in a zone or its sub-zones."""
    layer, found = _layer(layer_id, dggrs_id), wanted_by.zone(zone_id)
    args = _args(wanted_by.OF_DATA)
    media_format = pages.media_format(made.OF_DATA)
    retrieval = wanted_by.retrieval(layer, args, found, media_format)
    source = _source(layer, args, media_format, made.OF_DATA)
    return _unchanged(source) or _data(source, found, retrieval)


def _unchanged(source: Source) -> Response | None:
    return versioned.unchanged(source.version, source.of, source.lang)


def _list(source: Source, wanted: wanted_by.Listing) -> Response:
    cells = counting.all_zones(source.layer, source.version, wanted.wanted, wanted.level).cells
    if wanted.parent is not None:
        cells = cells[index.within(cells, wanted.parent)]
    if wanted.area is not None:
        cells = cells[regions.meeting(cells, wanted.area)]
    page = zones.page(cells, wanted.after, wanted.limit, is_compact=wanted.is_compact)
    links = _format_links(source)
    if not page.is_last:
        links.append(_following(source, page.zones))
    answer = _listed(source, wanted, page.zones, links)
    # Lists of numbers have no other place for them.
    told = [link for link in links if link["rel"] in ("self", "next")]
    answer.headers["Link"] = documents.in_header(told)
    return answer


def _listed(source: Source, wanted: wanted_by.Listing, found: Cells, links: list[Link]) -> Response:
    media_format = source.request_url.media_format
    if media_format == made.NUMBERS:
        return versioned.sent(made.uint64(found), made.UINT64, source.tag, source.lang)
    if media_format == "geojson":
        features = made.features(found, wanted.geometry, {})
        body = item_documents.collection(features, _with({}, links))
        return versioned.sent(body, source.media_formats[media_format], source.tag, source.lang)
    document = _with(made.zone_list(source.origin, found), links)
    if media_format == "html":
        levels, areas = zones.levels(found).tolist(), index.areas(found).tolist()
        rows = list(zip(document["zones"], levels, areas, strict=True))
        return _drawn("zones", source, document, rows=rows)
    return _sent(source, document)


def _zone(source: Source, found: int) -> Response:
    level = min(index.resolution(found) + 1, zones.FINEST)
    counted = counting.below(source.layer, source.version, wanted_by.EVERYTHING, found, level)
    fields = wanted_by.fields_of(source.layer)
    document = made.zone(source.origin, found, counted, fields)
    document = _with(document, _format_links(source))
    if source.request_url.media_format == "html":
        return _drawn("zone", source, document)
    return _sent(
        source,
        made.as_feature(document) if source.request_url.media_format == "geojson" else document,
    )


def _data(source: Source, found: int, wanted: wanted_by.Retrieval) -> Response:
    level = index.resolution(found) + wanted.depths[-1]
    counted = counting.below(source.layer, source.version, wanted.wanted, found, level)
    if source.request_url.media_format == "json":
        document = made.data(source.origin, found, counted, wanted.depths, wanted.fields)
        return _sent(source, document)
    features = []
    for depth in wanted.depths:
        part = zones.folded(counted, index.resolution(found) + depth)
        values = {
            field: made.listed(zones.values(part, part.cells, field)) for field in wanted.fields
        }
        features += made.features(part.cells, wanted.geometry, values)
    body = item_documents.collection(features, _with({}, _format_links(source)))
    return versioned.sent(body, source.media_formats["geojson"], source.tag, source.lang)


def _source(
    layer: Layer, args: Args, media_format: str, media_formats: Mapping[str, str]
) -> Source:
    """The version is read before the data, so an answer is never older than its tag says."""
    services().changes.ensure()
    version = services().changes.versions.layer(layer.id)
    request_url = RequestUrl(
        base_url() + quote(request.path.rstrip("/")), args.to_dict(), media_format, preferred()
    )
    text = documents.encoded(dict(sorted(request_url.args.items())))
    audience = current.audience()
    of = etags.representation(
        audience, request_url.url, text, media_format, _spoken(media_format), repr(layer.heatmap)
    )
    return Source(layer, version, request_url, media_formats, of)


def _format_links(source: Source) -> list[Link]:
    """Return links to the answer itself and to its other formats."""
    request_url = source.request_url
    return [
        {
            "rel": "self" if request_url.media_format == media_format else "alternate",
            "type": media,
            "title": made.format_title(media_format, request_url.lang),
            "href": request_url.with_(f=media_format),
        }
        for media_format, media in source.media_formats.items()
    ]


def _following(source: Source, found: Cells) -> Link:
    request_url = source.request_url
    return {
        "rel": "next",
        "type": source.media_formats[request_url.media_format],
        "title": made.format_title("next", request_url.lang),
        "href": request_url.with_(f=request_url.media_format, after=zones.name(int(found[-1]))),
    }


def _with(document: Document, links: list[Link]) -> Document:
    return {**document, "links": [*links, *document.get("links", [])]}


def _sent(source: Source, document: Document) -> Response:
    media = source.media_formats[source.request_url.media_format]
    return versioned.sent(pages.as_json(document), media, source.tag, source.lang)


def _drawn(name: str, source: Source, document: Document, **more: Any) -> Response:
    return pages.drawn(
        name, document, source.request_url.lang, core.states(), layer=source.layer, **more
    )


def _described(name: str, document: Document, layer: Layer) -> Response:
    """Answer with a document that depends on no data."""
    item_params.check(request.args, EVERYWHERE)
    media_format, lang = pages.media_format(), preferred()
    document = _linked(document, pages.request_url(media_format, lang))
    if media_format == "html":
        return pages.drawn(name, document, lang, core.states(), layer=layer)
    return pages.written(document, JSON, lang)


def _linked(document: Document, request_url: RequestUrl) -> Document:
    return _with(document, documents.linked({"links": []}, request_url, JSON)["links"])


def _args(known: tuple[str, ...]) -> Args:
    args = wanted_by.together(request.args)
    item_params.check(args, known)
    return args


def _layer(layer_id: str, dggrs_id: str) -> Layer:
    layer = wanted_by.layer(layer_id)
    wanted_by.check_grid(dggrs_id)
    return layer


def _origin(layer: Layer) -> Origin:
    return Origin(layer, f"{base_url()}/ogc", preferred())
