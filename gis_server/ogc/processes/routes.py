"""Processes under /ogc: the list, what each takes, and its execution, while the client waits."""

from collections.abc import Callable, Mapping
from typing import Any

from flask import Blueprint, Response, request
from werkzeug.exceptions import UnsupportedMediaType

from gis_server.answers import current, hotspots, usual, versioned
from gis_server.answers.current import base_url
from gis_server.features import request as asked
from gis_server.features.request import EVERYWHERE
from gis_server.http import params
from gis_server.http.language import preferred
from gis_server.ogc import documents, pages
from gis_server.ogc.documents import GEOJSON, JSON, Document
from gis_server.ogc.processes import documents as made
from gis_server.ogc.processes import request as posted
from gis_server.ogc.processes.documents import ALL, OUTPUT
from layers.model import Layer

DEFAULT_LIMIT, MAX_LIMIT = 10, 1000
"""Processes on a page of the list."""

_OF_LIST = (*EVERYWHERE, "limit", "offset")

_ANSWERS: Mapping[str, Callable[[Layer, Mapping[str, str]], dict[str, Any]]] = {
    "hotspots": hotspots.answer,
    "usual": usual.answer,
}


def add(routes: Blueprint) -> None:
    """Add the routes to those of the OGC interface."""
    one, job = "/processes/<process_id>", "/jobs/<job_id>"
    views: dict[str, Callable[..., Response]] = {
        "/processes": processes,
        one: process,
        job: no_job,
        f"{job}/results": no_job,
        f"{job}/results/<output_id>": no_job,
    }
    for rule, view in views.items():
        routes.add_url_rule(rule, view_func=view, strict_slashes=False)
    routes.add_url_rule(
        f"{one}/execution", view_func=execute, methods=["POST"], strict_slashes=False
    )


def processes() -> Response:
    """Answer with the processes that there are, a part at a time."""
    asked.check(request.args, _OF_LIST)
    limit, offset = (
        params.whole(request.args.get(name, str(usually)), name, low=low, high=MAX_LIMIT)
        for name, usually, low in (("limit", DEFAULT_LIMIT, 1), ("offset", 0, 0))
    )
    media_format, lang = pages.media_format(), preferred()
    every, end = tuple(ALL.values()), offset + limit
    document = made.listed(every[offset:end], _root(), lang)
    if end < len(every):
        href = pages.request_url(media_format, lang).with_(f=media_format, offset=end)
        document["links"].append(made.following(href, lang))
    return _described("processes", document, media_format)


def process(process_id: str) -> Response:
    """Answer with what a process takes and gives."""
    found = posted.process(process_id)
    asked.check(request.args, EVERYWHERE)
    media_format = pages.media_format()
    document = made.described(found, current.layers().heatmaps, _root(), preferred())
    return _described("process", document, media_format)


def execute(process_id: str) -> Response:
    """Answer with the result of a process.

    Processes are executed synchronously only, also where the client would rather not wait.
    """
    found = posted.process(process_id)
    asked.check(request.args, EVERYWHERE)
    pages.media_format({"json": GEOJSON})
    if request.mimetype != JSON:
        raise UnsupportedMediaType(f"What a process is to do is posted as {JSON}.")
    request.max_content_length = posted.MOST_BYTES
    wanted = posted.execution(request.get_data(), found, current.layers().heatmaps)
    result = _ANSWERS[found.id](current.layers().get(wanted.layer_id), wanted.args)
    if wanted.is_raw:
        return versioned.sent(pages.as_json(result), GEOJSON, "", "")
    return versioned.sent(pages.as_json({OUTPUT: result}), JSON, "", "")


def no_job(job_id: str, output_id: str = "") -> Response:
    """Say that there is no such job, as there is none."""
    del output_id
    posted.job(job_id)


def _described(name: str, document: Document, media_format: str) -> Response:
    lang = preferred()
    own = documents.linked({"links": []}, pages.request_url(media_format, lang), JSON)["links"]
    document = {**document, "links": [*own, *document["links"]]}
    if media_format == "html":
        return pages.drawn(name, document, lang, {})
    return pages.written(document, JSON, lang)


def _root() -> str:
    return f"{base_url()}/ogc"
