"""How bodies leave the house: content type, validators, caching."""

import gzip
from collections.abc import Mapping
from typing import Any

from flask import Response, json, request

MVT = "application/vnd.mapbox-vector-tile"

_WORTH_COMPRESSING = 1024
"""Bytes; below this the header costs more than it saves."""


def tile(body: bytes, *, max_age: int) -> Response:
    """Answer with a vector tile, or 204 when nothing is in it."""
    if not body:
        empty = Response(status=204)
        empty.headers["Cache-Control"] = f"public, max-age={max_age}"
        return _shared(empty)
    return _validated(Response(body, mimetype=MVT), max_age=max_age)


def document(
    content: Mapping[str, Any], *, max_age: int, mimetype: str = "application/json"
) -> Response:
    """Answer with JSON."""
    body = json.dumps(content, ensure_ascii=False)
    return _validated(Response(body, mimetype=mimetype), max_age=max_age)


def _validated(answer: Response, *, max_age: int) -> Response:
    answer.headers["Cache-Control"] = f"public, max-age={max_age}"
    compressed(answer)
    # After compressing: a strong validator belongs to the bytes that are sent.
    answer.add_etag()
    answer.make_conditional(request)
    return _shared(answer)


def compressed(answer: Response) -> Response:
    """Compress a body that is worth it for a client that can read it."""
    answer.vary.add("Accept-Encoding")
    body = answer.get_data()
    if request.accept_encodings["gzip"] > 0 and len(body) >= _WORTH_COMPRESSING:
        answer.set_data(gzip.compress(body, compresslevel=1))
        answer.headers["Content-Encoding"] = "gzip"
    return answer


def _shared(answer: Response) -> Response:
    """Let pages of other hosts read what anyone may read."""
    answer.headers["Access-Control-Allow-Origin"] = "*"
    return answer
