"""Answers whose ETag is made from the version of a layer's data: 304 asks nothing of the data."""

from flask import Response, request

from gis_server.http import compression, etags
from gis_server.http.etags import Representation
from gis_server.http.language import TAGS

CACHE = "no-cache"
"""A client may keep an answer but asks whether it still holds, which costs no look at the data."""

_VARY = "Accept, Accept-Encoding"


def unchanged(version: int, representation: Representation, lang: str) -> Response | None:
    """Return 304 where the client has the answer; None where it has not.

    Args:
        version: of the layer.
        representation: what tells the answer from others of the same data.
        lang: of the answer; empty when it says nothing in a language.
    """
    if request.method == "POST" or not request.if_none_match:
        return None
    tag = etags.is_current(request.if_none_match.as_set(include_weak=True), version, representation)
    if tag is None:
        return None
    answer = Response(status=304)
    answer.headers["ETag"] = f'"{tag}"'
    return headed(answer, lang)


def sent(body: bytes, media: str, tag: str, lang: str) -> Response:
    """Answer with a body, compressed as the client likes it; what was posted for has no tag.

    Args:
        body: as it is without compression.
        media: its media type.
        tag: its ETag, without quotes and encoding.
        lang: of what it says to people; empty when it says nothing in a language.
    """
    encoding = compression.choose(request.headers.get("Accept-Encoding", ""))
    if len(body) < compression.WORTH:
        encoding = "identity"
    headers = {"Content-Type": media}
    if encoding != "identity":
        headers["Content-Encoding"] = encoding
    if request.method != "POST":
        headers["ETag"] = f'"{etags.tagged(tag, encoding)}"'
    return headed(Response(compression.quick(body, encoding), headers=headers), lang)


def headed(answer: Response, lang: str) -> Response:
    """Put the headers on an answer; 304 in its place where the client has any (``*``).

    Any is looked at last: what cannot be answered is refused, and what is not there is 404.
    """
    answer.headers["Cache-Control"] = CACHE
    answer.headers["Vary"] = f"{_VARY}, Accept-Language" if lang else _VARY
    # A value of a row may look like a script; no browser may take the JSON for a page.
    answer.headers["X-Content-Type-Options"] = "nosniff"
    if lang:
        answer.headers["Content-Language"] = TAGS[lang]
    if request.method != "POST" and request.if_none_match.star_tag:
        answer.status_code = 304
    return answer
