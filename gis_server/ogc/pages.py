"""Documents as bodies: JSON as it is, or a page in HTML that needs no other host."""

import json
from collections.abc import Mapping
from typing import Any, cast
from urllib.parse import quote

from babel.numbers import format_decimal, format_scientific
from flask import Response, render_template, request

from gis_server.answers import replies
from gis_server.answers.current import base_url
from gis_server.catalogue.summaries import LayerState
from gis_server.http import negotiation, preconditions
from gis_server.http.csp import content_security_policy
from gis_server.http.language import TAGS
from gis_server.http.params import ParameterInvalid
from gis_server.http.problems import detail, headers, status
from gis_server.ogc.documents import GEOJSON, HTML, JSON, SCHEMA, Document, RequestUrl
from gis_server.ogc.words import WORDS

FORMATS: Mapping[str, str] = {"json": JSON, "html": HTML}
"""Media types, by ``f``, of a document that describes."""

ALSO: Mapping[str, str] = {"json": JSON}
"""Other names by which clients ask for a format."""

_FOR_PROGRAMS = (
    JSON,
    "application/problem+json",
    GEOJSON,
    SCHEMA,
    "application/vnd.oai.openapi+json",
)
_SMALLEST, _LARGEST = 1e-3, 1e15
"""From where to where numbers are written without a power of ten."""


def media_format(media_formats: Mapping[str, str] = FORMATS, also: Mapping[str, str] = ALSO) -> str:
    """Return the format of an answer: by ``f``, else by what the client accepts, else the first.

    Args:
        media_formats: media types of the address by ``f``.
        also: other media types that clients ask for a format by.

    Raises:
        ParameterInvalid: ``f`` is none of those that there are.
        FormatUnacceptable: the client takes none of them.
    """
    named = request.args.get("f")
    if named is None:
        offered = {name: (kind, also.get(name, kind)) for name, kind in media_formats.items()}
        return negotiation.choose(request.headers.get("Accept", ""), offered)
    if named not in media_formats:
        raise ParameterInvalid("f", f"'{named[:100]}' is not one of {', '.join(media_formats)}")
    return named


def wants_page() -> bool:
    """Tell whether who reads of an error is a person with a browser, rather than a program."""
    if "f" in request.args:
        return request.args["f"] == "html"
    best = request.accept_mimetypes.best_match([*_FOR_PROGRAMS, HTML], JSON)
    return best == HTML


def request_url(media_format: str, lang: str) -> RequestUrl:
    """Return the address that is asked for, and the format that it is answered in."""
    return RequestUrl(
        base_url() + quote(request.path.rstrip("/")), request.args.to_dict(), media_format, lang
    )


def read(text: bytes) -> Document:
    """Read a feature that the database wrote."""
    return cast(Document, json.loads(text))


def written(document: Document, media: str, lang: str) -> Response:
    """Answer with JSON."""
    return _answer(Response(as_json(document), content_type=media), lang)


def drawn(
    name: str, document: Document, lang: str, states: Mapping[str, LayerState], **more: Any
) -> Response:
    """Answer with a page in HTML, marked where its data are made up.

    Args:
        name: of the template.
        document: what the JSON format says.
        lang: language of the page.
        states: of all layers.
        more: ``layer``, when the page is about one, and what else the template uses.
    """
    layer = more.get("layer")
    demos = {of for of, state in states.items() if state.is_demo}
    more |= {"demos": demos, "demo": layer.id in demos if layer else bool(demos)}
    return _answer(_rendered(name, lang, doc=document, **more), lang)


def refused(error: Exception, lang: str) -> Response:
    """Answer a browser with a page that says what was wrong; asks nothing of the database."""
    number, code = status(error)
    answer = _rendered(
        "problem", lang, doc={"status": number, "code": code, "detail": detail(error)}
    )
    answer.status_code = number
    answer.headers.update(headers(error))
    return _answer(answer, lang)


def _rendered(name: str, lang: str, **more: Any) -> Response:
    texts = {word: text[lang] for word, text in WORDS.items()}
    tools = {
        "root": base_url(),
        "here": request_url("html", lang),
        "quoted": lambda value: quote(str(value), safe=""),
        "decimal": lambda value: _number(value, lang),
    }
    answer = Response(render_template(f"ogc/{name}.html", lang=lang, t=texts, **tools, **more))
    answer.headers["Content-Security-Policy"] = content_security_policy()
    return answer


def _number(value: float, lang: str) -> str:
    """Write a number; one that plain digits would lengthen without end, or make 0, by its power."""
    is_plain = not value or _SMALLEST <= abs(value) < _LARGEST
    return (format_decimal if is_plain else format_scientific)(value, locale=lang)


def _answer(answer: Response, lang: str) -> Response:
    answer.headers["Content-Language"] = TAGS[lang]
    answer.headers["Vary"] = "Accept, Accept-Language"
    # A value of a row may look like a script; no browser may take the JSON for a page.
    answer.headers["X-Content-Type-Options"] = "nosniff"
    replies.compressed(answer)
    if answer.status_code == 200:
        answer.headers["Cache-Control"] = "no-cache"
        # After compressing: a strong validator belongs to the bytes that are sent.
        answer.add_etag()
        preconditions.not_modified(answer)
    return answer


def as_json(document: Mapping[str, Any]) -> bytes:
    """Return a document as JSON is sent."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
