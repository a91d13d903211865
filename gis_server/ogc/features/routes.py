"""Features under /ogc: read the request, ask the database once, send what it wrote."""

from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import quote

from flask import Blueprint, Response, request
from werkzeug.exceptions import UnsupportedMediaType

from gis_server.answers import current, downloads, versioned
from gis_server.answers.current import base_url, services
from gis_server.features import crs, keyset
from gis_server.features import pages as feature_pages
from gis_server.features import request as item_params
from gis_server.features.crs import Reference
from gis_server.features.encodings import ENCODINGS as DOWNLOADS
from gis_server.features.encodings.export_query import ExportQuery, Place
from gis_server.features.errors import FeatureUnknown
from gis_server.features.pages import Item, Page
from gis_server.features.query import Query
from gis_server.features.table_state import TableState
from gis_server.http import compression, etags
from gis_server.http.etags import Representation
from gis_server.http.language import preferred
from gis_server.ogc import core, documents, pages
from gis_server.ogc.documents import RequestUrl
from gis_server.ogc.features import documents as item_documents
from gis_server.ogc.features import jsonfg, schemas
from gis_server.ogc.features.documents import FORMATS, PAGES
from layers.model import Layer

BACKGROUND = "base"
"""Group of the layers that lie under the features on the map of a page."""

MOST_BYTES = 1_000_000
"""Longest filter that is taken from a body."""

_FILTER_TYPES = ("application/json", "application/query-cql-json", "application/cql2+json")

_ALSO = {**pages.ALSO, "jsonfg": jsonfg.DRAFT_MEDIA_TYPE}


class Source(NamedTuple):
    """What an answer is made from: the version of the layer's data, the address, and its digest."""

    layer: Layer
    version: int
    request_url: RequestUrl
    url: str
    representation: Representation
    state: TableState

    @property
    def lang(self) -> str:
        """The language of what the answer says to people; most downloads say nothing."""
        return _spoken(self.request_url.media_format)


def _spoken(media_format: str) -> str:
    says_nothing = media_format in DOWNLOADS and not DOWNLOADS[media_format].is_for_people
    return "" if says_nothing else preferred()


def add(routes: Blueprint) -> None:
    """Add the routes."""
    many = "/collections/<layer_id>/items"
    routes.add_url_rule(many, view_func=items, strict_slashes=False)
    routes.add_url_rule(f"{many}/<path:key>", view_func=item, strict_slashes=False)


def items(layer_id: str) -> Response:
    """Answer with a page of features, chosen by parameters or by a posted filter."""
    layer, audience = current.layers().get(layer_id), current.audience()
    media_format = _media_format(item_params.of_items(layer, audience), FORMATS)
    query = item_params.query(
        layer, request.args, audience, _posted(), is_download=media_format in DOWNLOADS
    )
    if query.only_count and media_format in DOWNLOADS:
        media_format = "json"
    source = _source(layer, media_format)
    make = _download if media_format in DOWNLOADS else _page
    answer = _unchanged(source) or make(source, media_format, query)
    answer.headers["Content-Crs"] = f"<{query.crs.uri}>"
    described = documents.in_header(
        [{"rel": schemas.RELATIONS["queryables"], "href": f"{source.url}/queryables"}]
    )
    answer.headers["Link"] = ", ".join((described, *answer.headers.getlist("Link")))
    return answer


def item(layer_id: str, key: str) -> Response:
    """Answer with one feature."""
    layer = current.layers().get(layer_id)
    media_format = _media_format(item_params.OF_ITEM, PAGES)
    wanted = crs.choose(layer, "crs", request.args.get("crs"))
    source = _source(layer, media_format)
    answer = _unchanged(source) or _one(source, media_format, key.removesuffix("/"), wanted)
    answer.headers["Content-Crs"] = f"<{wanted.uri}>"
    return answer


def _source(layer: Layer, media_format: str) -> Source:
    """The version is read before the data, so an answer is never older than its tag says."""
    services().changes.ensure()
    version = services().changes.versions.layer(layer.id)
    base = base_url()
    request_url = RequestUrl(
        base + quote(request.path.rstrip("/")), request.args.to_dict(), media_format, preferred()
    )
    state = services().tables.state(services().pool, layer, version)
    args = documents.encoded(dict(sorted(request_url.args.items())))
    representation = etags.representation(
        current.audience(), request_url.url, args, media_format, _spoken(media_format),
        state.declared,
    )  # fmt: skip
    return Source(
        layer, version, request_url, f"{base}/ogc/collections/{layer.id}", representation, state
    )


def _unchanged(source: Source) -> Response | None:
    return versioned.unchanged(source.version, source.representation, source.lang)


def _page(source: Source, media_format: str, query: Query) -> Response:
    page = _queried(source, query)
    linked = _links(source, _cursors(source.layer, query, page), FORMATS)
    rest = item_documents.members(len(page.features), page.matched, linked)
    if media_format == "html":
        found = [pages.read(text) for text in page.features]
        document = {"type": "FeatureCollection", "features": found, **rest}
        return _drawn("items", source, document)
    features = page.features
    if media_format == "jsonfg":
        rest |= jsonfg.members(source.layer, query.crs, source.url)
        features = jsonfg.features(features, source.layer, query.crs)
    body = item_documents.collection(features, rest)
    tag = etags.items(source.version, source.representation)
    return versioned.sent(body, FORMATS[media_format], tag, source.lang)


def _download(source: Source, media_format: str, query: Query) -> Response:
    wanted = ExportQuery(source.layer, query, source.state, source.request_url.lang)
    encoding = compression.choose(request.headers.get("Accept-Encoding", ""))
    answer, following = downloads.answer(DOWNLOADS[media_format], wanted, encoding)
    tag = etags.items(source.version, source.representation)
    sent = answer.headers.get("Content-Encoding", "identity")
    answer.headers["ETag"] = f'"{etags.tagged(tag, sent)}"'
    # A file has no other place for links.
    answer.headers["Link"] = documents.in_header(_ways_on(source, query, following))
    return versioned.headed(answer, source.lang)


def _ways_on(source: Source, query: Query, following: Place | None) -> list[documents.Link]:
    request_url = source.request_url
    changes: dict[str, dict[str, Any]] = {"self": {}}
    if following is not None:
        cursor = keyset.encode_cursor(source.layer, query, following)
        changes["next"] = {"offset": None, keyset.PARAMETER: cursor}
    name = request_url.media_format
    return [
        {"rel": rel, "type": FORMATS[name], "href": request_url.with_(f=name, **changed)}
        for rel, changed in changes.items()
    ]


def _queried(source: Source, query: Query) -> Page:
    if query.only_count:
        count = feature_pages.plan_count(source.layer, query)
        return Page([], current.ask(lambda conn: feature_pages.run_count(conn, count)), None)
    made = feature_pages.plan(source.layer, query, source.state)
    return current.ask(lambda conn: feature_pages.run(conn, made, query))


def _cursors(layer: Layer, query: Query, page: Page) -> dict[str, dict[str, Any]]:
    cursors: dict[str, dict[str, Any]] = {}
    if page.following:
        cursor = keyset.encode_cursor(layer, query, page.following)
        cursors["next"] = {"offset": None, keyset.PARAMETER: cursor}
    if query.offset or query.after:
        cursors["first"] = {"offset": None, keyset.PARAMETER: None}
    return cursors


def _one(source: Source, media_format: str, text: str, wanted: Reference) -> Response:
    found = _found(source, text, wanted)
    rest: documents.Document = {"links": _links(source, {}, PAGES)}
    if media_format == "html":
        return _drawn("item", source, {**pages.read(found.feature), **rest})
    feature = found.feature
    if media_format == "jsonfg":
        rest |= jsonfg.members(source.layer, wanted, source.url)
        (feature,) = jsonfg.features([feature], source.layer, wanted)
    tag = etags.item(source.version, found.row, source.representation)
    body = item_documents.feature(feature, rest)
    return versioned.sent(body, FORMATS[media_format], tag, source.lang)


def _found(source: Source, text: str, wanted: Reference) -> Item:
    key = item_params.key(source.layer, text)
    if key is not None:
        made = feature_pages.plan_one(source.layer, key, wanted, source.state, current.audience())
        found = current.ask(lambda conn: feature_pages.run_one(conn, made))
        if found is not None:
            return found
    raise FeatureUnknown(source.layer.id, text[:100])


def _links(
    source: Source, cursors: dict[str, dict[str, Any]], media_formats: Mapping[str, str]
) -> list[documents.Link]:
    return item_documents.links(
        source.request_url, source.layer, source.url, cursors, media_formats
    )


def _drawn(name: str, source: Source, document: documents.Document) -> Response:
    background = [layer.id for layer in current.layers() if layer.group == BACKGROUND]
    answer = pages.drawn(
        name,
        document,
        source.request_url.lang,
        core.states(),
        layer=source.layer,
        background=background,
    )
    answer.headers["Cache-Control"] = versioned.CACHE
    return answer


def _media_format(known: tuple[str, ...], media_formats: Mapping[str, str]) -> str:
    item_params.check(request.args, known)
    return pages.media_format(media_formats, _ALSO)


def _posted() -> bytes | None:
    if request.method != "POST":
        return None
    if request.mimetype not in _FILTER_TYPES:
        raise UnsupportedMediaType(f"A filter is posted as {', '.join(_FILTER_TYPES)}.")
    request.max_content_length = MOST_BYTES
    return request.get_data()
