"""Zones of H3 under /ogc: grids of a collection, lists of zones, a zone, what is counted in it."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple
from urllib.parse import quote

from flask import Blueprint, Response, request

from cells import index
from cells.index import Cells
from gis_server.answers import current, versioned
from gis_server.answers.current import base_url, services
from gis_server.features import request as asked
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
from layers.errors import Missing
from layers.model import Layer


class Source(NamedTuple):
    """What an answer is made from: a version of the layer's data, and what is asked of it.

    ``of`` is the digest of the representation.
    """

    layer: Layer
    version: int
    here: RequestUrl
    forms: Mapping[str, str]
    of: Representation

    @property
    def origin(self) -> Origin:
        """The collection, as documents name it."""
        return Origin(self.layer, f"{base_url()}/ogc", self.here.lang)

    @property
    def tag(self) -> str:
        """The ETag of an answer."""
        return etags.items(self.version, self.of)


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
    _known(dggrs_id)
    asked.check(request.args, EVERYWHERE)
    form, lang = pages.form(), preferred()
    document = definition.definition(f"{base_url()}/ogc")
    if form == "html":
        return pages.drawn("dggrs_definition", document, lang, {})
    return pages.written(_linked(document, pages.request_url(form, lang)), JSON, lang)


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
    form = pages.form(made.OF_LIST)
    listing = wanted_by.listing(layer, args)
    source = _source(layer, args, form, made.OF_LIST)
    return versioned.unchanged(source.version, source.of) or _list(source, listing)


def zone(layer_id: str, dggrs_id: str, zone_id: str) -> Response:
    """Answer with what a zone is."""
    layer, found = _layer(layer_id, dggrs_id), wanted_by.zone(zone_id)
    args = _args(EVERYWHERE)
    source = _source(layer, args, pages.form(made.OF_ZONE), made.OF_ZONE)
    return versioned.unchanged(source.version, source.of) or _zone(source, found)


def data(layer_id: str, dggrs_id: str, zone_id: str) -> Response:
    """Answer with what is counted in a zone or its sub-zones."""
    layer, found = _layer(layer_id, dggrs_id), wanted_by.zone(zone_id)
    args = _args(wanted_by.OF_DATA)
    form = pages.form(made.OF_DATA)
    retrieval = wanted_by.retrieval(layer, args, found, form)
    source = _source(layer, args, form, made.OF_DATA)
    return versioned.unchanged(source.version, source.of) or _data(source, found, retrieval)


def _list(source: Source, wanted: wanted_by.Listing) -> Response:
    cells = counting.all_zones(source.layer, source.version, wanted.wanted, wanted.level).cells
    if wanted.parent is not None:
        cells = cells[index.within(cells, wanted.parent)]
    if wanted.area is not None:
        cells = cells[regions.meeting(cells, wanted.area)]
    page = zones.page(cells, wanted.after, wanted.limit, is_compact=wanted.is_compact)
    links = _forms(source)
    if not page.is_last:
        links.append(_following(source, page.zones))
    answer = _listed(source, wanted, page.zones, links)
    if not page.is_last:
        # Lists of numbers have no place for it.
        answer.headers["Link"] = f'<{links[-1]["href"]}>; rel="next"; type="{links[-1]["type"]}"'
    return answer


def _listed(source: Source, wanted: wanted_by.Listing, found: Cells, links: list[Link]) -> Response:
    form = source.here.form
    if form == "uint64":
        return versioned.sent(made.uint64(found), made.UINT64, source.tag)
    if form == "geojson":
        features = made.features(found, wanted.geometry, {})
        body = item_documents.collection(features, _with({}, links))
        return versioned.sent(body, source.forms[form], source.tag)
    document = _with(made.zone_list(source.origin, found), links)
    if form == "html":
        levels, areas = zones.levels(found).tolist(), index.areas(found).tolist()
        rows = list(zip(document["zones"], levels, areas, strict=True))
        return _drawn("zones", source, document, rows=rows)
    return _sent(source, document)


def _zone(source: Source, found: int) -> Response:
    level = min(index.resolution(found) + 1, zones.FINEST)
    counted = counting.below(source.layer, source.version, wanted_by.EVERYTHING, found, level)
    fields = wanted_by.fields_of(source.layer)
    document = made.zone(source.origin, found, counted, fields)
    document = _with(document, _forms(source))
    if source.here.form == "html":
        return _drawn("zone", source, document)
    return _sent(source, made.as_feature(document) if source.here.form == "geojson" else document)


def _data(source: Source, found: int, wanted: wanted_by.Retrieval) -> Response:
    level = index.resolution(found) + wanted.depths[-1]
    counted = counting.below(source.layer, source.version, wanted.wanted, found, level)
    if source.here.form == "json":
        document = made.data(source.origin, found, counted, wanted.depths, wanted.fields)
        return _sent(source, document)
    features = []
    for depth in wanted.depths:
        part = zones.folded(counted, index.resolution(found) + depth)
        values = {
            field: made.listed(zones.values(part, part.cells, field)) for field in wanted.fields
        }
        features += made.features(part.cells, wanted.geometry, values)
    body = item_documents.collection(features, _with({}, _forms(source)))
    return versioned.sent(body, source.forms["geojson"], source.tag)


def _source(layer: Layer, args: Args, form: str, forms: Mapping[str, str]) -> Source:
    """The version is read before the data, so an answer is never older than its tag says."""
    services().changes.ensure()
    version = services().changes.versions.layer(layer.id)
    here = RequestUrl(
        base_url() + quote(request.path.rstrip("/")), args.to_dict(), form, preferred()
    )
    text = documents.encoded(dict(sorted(here.args.items())))
    audience = current.audience()
    of = etags.representation(audience, here.url, text, form, here.lang, repr(layer.heatmap))
    return Source(layer, version, here, forms, of)


def _forms(source: Source) -> list[Link]:
    """Return links to the answer itself and to its other forms."""
    here = source.here
    return [
        {
            "rel": "self" if here.form == form else "alternate",
            "type": media,
            "title": made.form_title(form, here.lang),
            "href": here.with_(f=form),
        }
        for form, media in source.forms.items()
    ]


def _following(source: Source, found: Cells) -> Link:
    here = source.here
    return {
        "rel": "next",
        "type": source.forms[here.form],
        "title": made.form_title("next", here.lang),
        "href": here.with_(f=here.form, after=zones.name(int(found[-1]))),
    }


def _with(document: Document, links: list[Link]) -> Document:
    return {**document, "links": [*links, *document.get("links", [])]}


def _sent(source: Source, document: Document) -> Response:
    return versioned.sent(pages.as_json(document), source.forms[source.here.form], source.tag)


def _drawn(name: str, source: Source, document: Document, **more: Any) -> Response:
    return pages.drawn(name, document, source.here.lang, core.states(), layer=source.layer, **more)


def _described(name: str, document: Document, layer: Layer) -> Response:
    """Answer with a document that hangs on no data."""
    asked.check(request.args, EVERYWHERE)
    form, lang = pages.form(), preferred()
    document = _linked(document, pages.request_url(form, lang))
    if form == "html":
        return pages.drawn(name, document, lang, core.states(), layer=layer)
    return pages.written(document, JSON, lang)


def _linked(document: Document, here: RequestUrl) -> Document:
    return _with(document, documents.linked({"links": []}, here, JSON)["links"])


def _args(known: tuple[str, ...]) -> Args:
    args = wanted_by.together(request.args)
    asked.check(args, known)
    return args


def _layer(layer_id: str, dggrs_id: str) -> Layer:
    layer = wanted_by.layer(layer_id)
    _known(dggrs_id)
    return layer


def _known(dggrs_id: str) -> None:
    if dggrs_id != made.ID:
        raise Missing(f"There is no grid '{dggrs_id[:100]}'; there is {made.ID}.")


def _origin(layer: Layer) -> Origin:
    return Origin(layer, f"{base_url()}/ogc", preferred())
