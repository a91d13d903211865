"""Addresses under /ogc: read the request, let pygeoapi make the document, put it right, answer."""

import time
from collections.abc import Callable, Mapping

from flask import Blueprint, Response, g, request
from pygeoapi import api as pages_of
from pygeoapi.api import API
from werkzeug.exceptions import MethodNotAllowed

from gis_server.answers import current
from gis_server.answers.current import base_url
from gis_server.features import request as item_params
from gis_server.http import problems
from gis_server.http.language import preferred
from gis_server.ogc import core, documents, openapi, pages
from gis_server.ogc.dggs import request as dggs_request
from gis_server.ogc.dggs import routes as dggs_routes
from gis_server.ogc.documents import JSON, SCHEMA, Document
from gis_server.ogc.features import edit_routes, schemas
from gis_server.ogc.features import routes as item_routes
from gis_server.ogc.features.documents import FORMATS
from gis_server.ogc.processes import request as process_request
from gis_server.ogc.processes import routes as process_routes
from gis_server.ogc.tiles import documents as tilesets
from gis_server.ogc.tiles import request as tile_request
from gis_server.ogc.tiles import routes as tile_routes
from layers.errors import Missing
from layers.model import Layer


def blueprint() -> Blueprint:
    """Return the routes."""
    routes = Blueprint("ogc", __name__, url_prefix="/ogc", template_folder="templates")
    one = "/collections/<layer_id>"
    views: dict[str, Callable[..., Response]] = {
        "": landing,
        "/openapi": definition,
        "/conformance": conformance,
        "/collections": collections,
        one: collection,
        f"{one}/<any({', '.join(schemas.RELATIONS)}):name>": schema,
    }
    for rule, view in views.items():
        routes.add_url_rule(rule, view_func=view, strict_slashes=False)
    edit_routes.add(routes)
    item_routes.add(routes)
    tile_routes.add(routes)
    dggs_routes.add(routes)
    process_routes.add(routes)
    routes.register_error_handler(Exception, _refuse)
    routes.before_app_request(_astray)
    routes.before_request(_begin)
    return routes


def _begin() -> None:
    """Write down when the request was begun, to tell later whether its client still waits."""
    g.begun = time.monotonic()
    if request.method == "OPTIONS" and request.url_rule:
        _check_named(request.url_rule.rule, request.view_args or {})


def _check_named(rule: str, names: Mapping[str, str]) -> None:
    """Check that there is what an address names: OPTIONS is answered without the view.

    Raises:
        Missing: there is not.
    """
    if "/dggs" in rule:
        dggs_request.layer(names["layer_id"])
    for name, check in _CHECKS.items():
        if name in names:
            check(names[name])
    if "matrix" in names:
        tile_request.tile(*(names[name] for name in ("tms_id", "matrix", "row", "col")))


_CHECKS: Mapping[str, Callable[[str], object]] = {
    "layer_id": lambda layer_id: current.layers().get(layer_id),
    "tms_id": tile_request.tile_set,
    "dggrs_id": dggs_request.check_grid,
    "zone_id": dggs_request.zone,
    "process_id": process_request.process,
    "job_id": process_request.job,
}
"""What looks for the thing of a name, by its place in addresses."""


def _astray() -> Response | None:
    """Refuse what no route takes: it belongs to no blueprint, so handlers of this one miss it."""
    error = request.routing_exception
    if not f"{request.path}/".startswith("/ogc/") or ((error and error.code) or 0) < 400:
        return None
    if isinstance(error, MethodNotAllowed):
        allowed = sorted(error.valid_methods or ())
        # HEAD is GET without a body, so it speaks of a body of the same length.
        method = "GET" if request.method == "HEAD" else request.method
        said = f"{method} cannot be asked here; {', '.join(allowed)} can."
        return _refuse(MethodNotAllowed(allowed, said))
    there = f"There is nothing at {request.path[:200]}; {base_url()}/ogc leads to all there is."
    return _refuse(Missing(there))


def landing() -> Response:
    """Answer with the landing page."""
    media_format, api = _media_format(), _fresh()
    document = core.ask(pages_of.landing_page, api=api)
    document = tilesets.landing(document, f"{base_url()}/ogc", preferred())
    return _document(media_format, "landing", document)


def definition() -> Response:
    """Answer with the OpenAPI definition; the database is not asked."""
    media_format, lang = _media_format(documents.OPENAPI), preferred()
    document = openapi.document(current.layers(), f"{base_url()}/ogc", lang, current.audience())
    if media_format == "html":
        return pages.drawn("openapi", document, lang, {})
    return pages.written(document, documents.OPENAPI, lang)


def conformance() -> Response:
    """Answer with what of the standards is kept."""
    media_format, lang = _media_format(), preferred()
    document = {**core.ask(pages_of.conformance), "conformsTo": list(documents.CONFORMANCE)}
    if media_format == "html":
        return pages.drawn("conformance", document, lang, {})
    return pages.written(document, JSON, lang)


def collections() -> Response:
    """Answer with all collections."""
    media_format, api = _media_format(), _fresh()
    document = core.ask(pages_of.describe_collections, api=api)
    document = documents.collections(document, current.layers().by_id, preferred(), FORMATS)
    return _document(media_format, "collections", document)


def collection(layer_id: str) -> Response:
    """Answer with one collection."""
    layer, media_format, api = current.layers().get(layer_id), _media_format(), _fresh()
    document = core.ask(pages_of.describe_collections, layer.id, api=api)
    document = documents.collection(document, layer, preferred(), FORMATS)
    return _document(media_format, "collection", document, layer)


def schema(layer_id: str, name: str) -> Response:
    """Answer with what features hold, what a filter may name, or what they can be sorted by."""
    layer, media_format, lang = current.layers().get(layer_id), _media_format(SCHEMA), preferred()
    document = schemas.document(name, layer, lang, f"{_url_of(layer)}/{name}", current.audience())
    if media_format == "html":
        return pages.drawn("properties", document, lang, core.states(), layer=layer, heading=name)
    return pages.written(document, SCHEMA, lang)


def _document(
    media_format: str, name: str, document: Document, layer: Layer | None = None
) -> Response:
    """Give a document its links and answer in the format that is wanted."""
    lang = preferred()
    document = documents.linked(document, pages.request_url(media_format, lang), JSON)
    if media_format == "json":
        return pages.written(document, JSON, lang)
    return pages.drawn(name, document, lang, core.states(), layer=layer)


def _fresh() -> API:
    return core.apis().fresh(base_url(), core.states())


def _media_format(media: str = JSON) -> str:
    """Return the format of an answer; ``media`` is the type of the one for programs."""
    item_params.check(request.args, item_params.EVERYWHERE)
    return pages.media_format({**pages.FORMATS, "json": media})


def _url_of(layer: Layer) -> str:
    return f"{base_url()}/ogc/collections/{layer.id}"


def _refuse(error: Exception) -> Response:
    """Say what was wrong in the format that the client reads."""
    problems.log_unexpected(error)
    return pages.refused(error, preferred()) if pages.wants_page() else problems.problem(error)
