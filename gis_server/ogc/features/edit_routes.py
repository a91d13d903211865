"""Changes of features under /ogc (OGC API Features Part 4), for layers that are edited."""

from collections.abc import Callable, Sequence
from urllib.parse import quote

from flask import Blueprint, Response, request
from werkzeug.exceptions import MethodNotAllowed, UnsupportedMediaType

from gis_server.access import bearer
from gis_server.answers import current
from gis_server.answers.current import base_url, services
from gis_server.features import request as item_params
from gis_server.features.crs import Reference
from gis_server.features.edit import transaction
from gis_server.features.edit.errors import IfMatchMissing
from gis_server.features.edit.transaction import Plan, Sent, Target, Written
from gis_server.features.errors import FeatureUnknown
from gis_server.http import etags
from gis_server.ogc.documents import GEOJSON
from gis_server.ogc.features import edit_request
from gis_server.ogc.features import routes as item_routes
from gis_server.ogc.features.edit_openapi import MERGE_PATCH
from layers.model import Layer, Lifecycle

_READ = ("GET", "HEAD", "OPTIONS")
_OF_ITEMS = ("GET", "HEAD", "OPTIONS", "POST")
_OF_ITEM = (*_READ, "PUT", "PATCH", "DELETE")

_AS_WRITTEN = "as written"
"""Stands for no answer to GET: a tag that comes of a change is good for If-Match alone."""

_THIS_MACHINE = ("127.0.0.1", "::1")


class NotEdited(MethodNotAllowed):
    """The features of a layer come by loads alone."""

    def __init__(self, layer: Layer, methods: Sequence[str]) -> None:
        super().__init__(
            list(methods),
            f"Features of layer '{layer.id}' come by loads (lifecycle: {layer.lifecycle.value});"
            " only layers with 'lifecycle: edited' are changed one by one.",
        )


_ITEMS = "/collections/<layer_id>/items"
_ITEM = f"{_ITEMS}/<path:key>"


def add(routes: Blueprint) -> None:
    """Add the routes; before those that read, whose POST and OPTIONS they take over."""
    views: list[tuple[str, str, Callable[..., Response]]] = [
        (_ITEMS, "POST", posted),
        (_ITEMS, "OPTIONS", options_of_items),
        (_ITEM, "OPTIONS", options_of_item),
        (_ITEM, "POST", misplaced),
        (_ITEM, "PUT", replace),
        (_ITEM, "PATCH", update),
        (_ITEM, "DELETE", delete),
    ]
    for rule, method, view in views:
        routes.add_url_rule(
            rule,
            view_func=view,
            methods=[method],
            provide_automatic_options=False,
            strict_slashes=False,
        )
    routes.after_request(_allow)


def options_of_items(layer_id: str) -> Response:
    """Say what may be done with the features of a layer."""
    current.layers().get(layer_id)
    return _allowing(_OF_ITEMS)


def options_of_item(layer_id: str, key: str) -> Response:  # noqa: ARG001 - of the address
    """Say what may be done with a feature of a layer, without a look whether it is there.

    A browser that is refused here tells its page nothing; it may ask, and read that it is gone.
    """
    layer = current.layers().get(layer_id)
    answer = _allowing(_methods(layer))
    if layer.lifecycle is Lifecycle.EDITED:
        answer.headers["Accept-Patch"] = f"{MERGE_PATCH}, {GEOJSON}"
    return answer


def posted(layer_id: str) -> Response:
    """Create a feature that is posted as GeoJSON; any other body is a filter."""
    if request.mimetype != GEOJSON:
        return item_routes.items(layer_id)
    layer = current.layers().get(layer_id)
    if layer.lifecycle is not Lifecycle.EDITED:
        raise UnsupportedMediaType(NotEdited(layer, _OF_ITEMS).description)
    _check_caller()
    sent = _sent(layer, edit_request.feature)
    written = _written(transaction.create(layer, sent, current.audience()))
    answer = _changed(layer, written, 201)
    address = quote(str(written.key), safe="")
    answer.headers["Location"] = f"{base_url()}/ogc/collections/{layer.id}/items/{address}"
    return answer


def misplaced(layer_id: str, key: str) -> Response:
    """Refuse to post to a feature; methods of a layer are those it has, not those of the rule."""
    del key
    said = "A feature is added, and a filter posted, at the address of the list: items."
    raise MethodNotAllowed(list(_methods(current.layers().get(layer_id))), said)


def replace(layer_id: str, key: str) -> Response:
    """Replace a feature; one that is not there is not created."""
    layer = _edited(layer_id)
    target = _target(layer, key)
    _check_media(GEOJSON)
    sent = _sent(layer, edit_request.feature)
    return _replied(layer, target, sent, is_whole=True)


def update(layer_id: str, key: str) -> Response:
    """Change what of a feature the body names."""
    layer = _edited(layer_id)
    target = _target(layer, key)
    _check_media(MERGE_PATCH, GEOJSON)
    sent = _sent(layer, edit_request.part)
    return _replied(layer, target, sent, is_whole=False)


def delete(layer_id: str, key: str) -> Response:
    """Remove a feature."""
    layer = _edited(layer_id)
    target = _target(layer, key)
    _written(transaction.delete(layer, target))
    return _uncached(Response(status=204))


def _replied(layer: Layer, target: Target, sent: Sent, *, is_whole: bool) -> Response:
    plan = transaction.change(layer, target, sent, current.audience(), is_whole=is_whole)
    return _changed(layer, _written(plan))


def _edited(layer_id: str) -> Layer:
    layer = current.layers().get(layer_id)
    if layer.lifecycle is not Lifecycle.EDITED:
        raise NotEdited(layer, _methods(layer))
    _check_caller()
    return layer


def _check_caller() -> None:
    bearer.check(request.headers.get("Authorization", ""), services().settings.admin_token)
    item_params.check(request.args, item_params.EVERYWHERE)


def _check_media(*known: str) -> None:
    if request.mimetype not in known:
        raise UnsupportedMediaType(f"A feature is sent as {' or '.join(known)}.")


def _target(layer: Layer, text: str) -> Target:
    """Return which feature is meant, and what its row may be."""
    key = item_params.key(layer, text)
    # A slash at the end is passed over where one reads; it leads nobody to what is to be changed.
    if key is None or text.endswith("/"):
        raise FeatureUnknown(layer.id, text[:100])
    header = request.headers.get("If-Match")
    if header is None:
        with services().pool.connection() as conn:
            is_there = transaction.exists(conn, layer, key)
        raise IfMatchMissing if is_there else FeatureUnknown(layer.id, text[:100])
    barred = request.headers.get("If-None-Match")
    excluded = frozenset() if barred is None else etags.rows_of(barred, weak=True)
    return Target(key, etags.rows_of(header), excluded)


def _sent(layer: Layer, read: Callable[[bytes, Reference], Sent]) -> Sent:
    reference = edit_request.reference(layer, request.headers.get("Content-Crs"))
    request.max_content_length = edit_request.MOST_BYTES
    return read(request.get_data(), reference)


def _written(plan: Plan) -> Written:
    services().changes.ensure()
    with services().pool.connection() as conn:
        written = transaction.run(conn, plan, _caller())
    services().changes.renew()
    return written


def _caller() -> str:
    """Return whom the request comes from; a web server in front, on this machine, says for whom."""
    via = request.remote_addr or ""
    told = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
    return told[:100] if told and via in _THIS_MACHINE else via


def _changed(layer: Layer, written: Written, status: int = 204) -> Response:
    version = services().changes.versions.layer(layer.id)
    answer = Response(status=status)
    representation = etags.representation(current.audience(), _AS_WRITTEN)
    answer.headers["ETag"] = f'"{etags.item(version, written.row, representation)}"'
    return _uncached(answer)


def _uncached(answer: Response) -> Response:
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _methods(layer: Layer) -> tuple[str, ...]:
    return _OF_ITEM if layer.lifecycle is Lifecycle.EDITED else _READ


def _allowing(methods: tuple[str, ...]) -> Response:
    answer = Response(status=200)
    answer.headers["Allow"] = ", ".join(methods)
    return answer


def _allow(answer: Response) -> Response:
    """Let GET and HEAD say as well what may be done."""
    endpoint = request.endpoint
    if endpoint in ("ogc.items", "ogc.item") and request.method in ("GET", "HEAD"):
        layer = current.layers().by_id.get((request.view_args or {}).get("layer_id", ""))
        if layer is not None:
            methods = _OF_ITEMS if endpoint == "ogc.items" else _methods(layer)
            answer.headers["Allow"] = ", ".join(methods)
    return answer
