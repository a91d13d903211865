"""pygeoapi inside our application: one API object an address, asked for documents, not for text."""

import logging
import math
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pygeoapi.api
from babel import Locale
from cachetools import LRUCache
from flask import abort, current_app, request
from pygeoapi.api import API, APIRequest, itemtypes
from werkzeug.datastructures import MultiDict

from gis_server.answers import current
from gis_server.answers.current import base_url, services
from gis_server.catalogue import summaries
from gis_server.catalogue.summaries import LayerState
from gis_server.http.language import preferred
from gis_server.ogc.config import Extent, config
from layers.geo import BBox
from layers.registry import Layers

Document = dict[str, Any]

_MOST_ADDRESSES = 16
"""API objects kept; a client may call the server by any name it likes."""


def _as_it_is(document: Document, *_: Any) -> Document:
    return document


# pygeoapi's own writes '<' as '&lt;' in every JSON answer, which changes the data. The documents
# come to us unwritten instead: JSON is written and HTML is escaped in pages.py.
pygeoapi.api.to_json = itemtypes.to_json = _as_it_is


class Request(APIRequest):  # type: ignore[misc]
    """A request as pygeoapi sees it: its language, and no parameters.

    They have been read already (features/request.py), with the rules of this house.
    """

    def __init__(self, api: API) -> None:
        super().__init__(request, api.locales)
        self._args: MultiDict[str, str] = MultiDict()

    def _get_locale(self, _headers: Any, supported_locales: list[Locale]) -> tuple[str, Locale]:
        """The language of the rest of the answer; pygeoapi divides by the qualities of a header."""
        lang = preferred()
        return lang, next(locale for locale in supported_locales if locale.language == lang)

    def _get_format(self, *_: Any) -> str:
        """HTML is made from the JSON document (pages.py), so that is all pygeoapi is asked for."""
        return "json"


class Apis:
    """API objects by address, made anew when the layers are others or their data are."""

    def __init__(self) -> None:
        self._apis: LRUCache[str, tuple[Layers, int, API]] = LRUCache(_MOST_ADDRESSES)
        self._lock = threading.Lock()

    def get(self, address: str) -> API:
        """Return any API of an address: enough where extents do not matter."""
        remembered = self._remembered(address)
        if remembered and remembered[0] is current.layers():
            return remembered[2]
        return self._make(address, 0, {})

    def fresh(self, address: str, states: Mapping[str, LayerState]) -> API:
        """Return the API of an address with the extents of the present data."""
        version = max((state.version for state in states.values()), default=0)
        is_loaded = any(state.loaded_at for state in states.values())
        remembered = self._remembered(address)
        if is_loaded and remembered is not None:
            layers, described, api = remembered
            if layers is current.layers() and described == version:
                return api
        return self._make(address, version, _extents(states))

    def _make(self, address: str, version: int, extents: Mapping[str, Extent]) -> API:
        # The lock also guards the root logger, which two threads would not find as it was. It is
        # held for two milliseconds.
        with self._lock, _logging_untouched():
            api = API(config(current.layers(), address, extents), {})
            self._apis[address] = (current.layers(), version, api)
        return api

    def _remembered(self, address: str) -> tuple[Layers, int, API] | None:
        with self._lock:
            return self._apis.get(address)


def states() -> Mapping[str, LayerState]:
    """Read the state of every layer's data."""
    with services().pool.connection() as conn:
        return summaries.states(conn)


def ask(
    function: Callable[..., tuple[Any, int, Document]],
    *args: str,
    api: API | None = None,
) -> Document:
    """Let pygeoapi make a document.

    Args:
        function: one of its functions of (api, request, ...).
        args: what else the function takes.
        api: the API to use, any of this address when absent.
    """
    used = api or apis().get(base_url())
    _, status, content = function(used, Request(used), *args)
    if status != 200:
        abort(int(status), content.get("description"))
    return content


def apis() -> Apis:
    """Return the API objects of this application."""
    found: Apis = current_app.extensions.setdefault("ogc", Apis())
    return found


def _extents(states: Mapping[str, LayerState]) -> dict[str, Extent]:
    found = {}
    with services().pool.connection() as conn:
        for layer in current.layers():
            state = states.get(layer.id, LayerState())
            summary = services().summaries.get(conn, layer, state)
            times = summary.times and (summary.times[0].isoformat(), summary.times[1].isoformat())
            found[layer.id] = Extent(summary.bounds and _outwards(summary.bounds), times)
    return found


def _outwards(box: BBox) -> BBox:
    """Round to centimetres so that no row is left out."""
    # The inner rounding takes away what multiplying adds, or 21.3 would become 21.2999999.
    low = [math.floor(round(edge * 1e7, 3)) / 1e7 for edge in (box.west, box.south)]
    high = [math.ceil(round(edge * 1e7, 3)) / 1e7 for edge in (box.east, box.north)]
    return BBox(*low, *high)


@contextmanager
def _logging_untouched() -> Iterator[None]:
    """Making an API sets up the root logger of the whole process; undo that."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    try:
        yield
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
