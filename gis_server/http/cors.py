"""What a page of another host may ask of the open interfaces, and read of their answers (CORS).

Everything there is for anyone: a page needs the key itself for what needs one, and a browser sends
none on its own.
"""

from flask import Flask, Response, request

_OPEN = ("/ogc", "/tiles")
"""Addresses at and below which it holds, for errors as well."""

_BELOW = tuple(f"{base}/" for base in _OPEN)

_SENT = (
    "Accept, Accept-Language, Authorization, Content-Crs, Content-Language, Content-Type, If-Match,"
    " If-Modified-Since, If-None-Match, If-Unmodified-Since, Prefer, Range"
)
_SHOWN = (
    "Accept-Patch, Allow, Content-Crs, Content-Disposition, Content-Encoding, Content-Length, ETag,"
    " Link, Link-Template, Location, Retry-After, Vary, WWW-Authenticate"
)

_REMEMBERED = "7200"
"""Seconds that a browser need not ask again; none keeps it longer than two hours but one."""


def install(app: Flask) -> None:
    """Open the application to pages of other hosts where anyone may ask."""
    app.after_request(_opened)


def is_open(path: str) -> bool:
    """Tell whether an address is one of those that pages of other hosts may ask."""
    return path.startswith(_BELOW) or path in _OPEN


def _opened(answer: Response) -> Response:
    if is_open(request.path):
        answer.headers["Access-Control-Allow-Origin"] = "*"
        if request.method == "OPTIONS":
            allowed = answer.headers.get("Allow", "GET, HEAD, OPTIONS")
            answer.headers["Access-Control-Allow-Methods"] = allowed
            answer.headers["Access-Control-Allow-Headers"] = _SENT
            answer.headers["Access-Control-Max-Age"] = _REMEMBERED
        else:
            answer.headers["Access-Control-Expose-Headers"] = _SHOWN
    return answer
