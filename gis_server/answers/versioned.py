"""Answers whose ETag is made from the version of a layer's data: 304 asks nothing of the data."""

from flask import Response, request

from gis_server.http import compression, etags
from gis_server.http.etags import Representation

CACHE = "no-cache"
"""A client may keep an answer but asks whether it still holds, which costs no look at the data."""

_HEADERS = {
    "Cache-Control": CACHE,
    "Vary": "Accept, Accept-Encoding, Accept-Language",
    # A value of a row may look like a script; no browser may take the JSON for a page.
    "X-Content-Type-Options": "nosniff",
}


def unchanged(version: int, representation: Representation) -> Response | None:
    """Return 304 where the client has the answer; None where it has not.

    Args:
        version: of the layer.
        representation: what tells the answer from others of the same data.
    """
    if request.method == "POST" or not request.if_none_match:
        return None
    tag = etags.is_current(request.if_none_match.as_set(include_weak=True), version, representation)
    if tag is None:
        return None
    answer = Response(status=304)
    answer.headers["ETag"] = f'"{tag}"'
    return headed(answer)


def sent(body: bytes, media: str, tag: str) -> Response:
    """Answer with a body, compressed as the client likes it; what was posted for has no tag."""
    encoding = compression.choose(request.headers.get("Accept-Encoding", ""))
    if len(body) < compression.WORTH:
        encoding = "identity"
    headers = {"Content-Type": media, **_HEADERS}
    if encoding != "identity":
        headers["Content-Encoding"] = encoding
    if request.method != "POST":
        headers["ETag"] = f'"{etags.tagged(tag, encoding)}"'
    return Response(compression.quick(body, encoding), headers=headers)


def headed(answer: Response) -> Response:
    """Put the headers on an answer that is made elsewhere."""
    answer.headers.update(_HEADERS)
    return answer
