"""Preconditions of a read (RFC 9110, 13): 304 for what the client has, 412 for what is no more."""

from flask import Flask, Response, request

from gis_server.http import problems
from gis_server.http.errors import PreconditionFailed

_READING = ("GET", "HEAD")


class TagChanged(PreconditionFailed):
    """What is here now has another ETag than those of If-Match; ask without it."""


def install(app: Flask) -> None:
    """Evaluate If-Match for whatever is read; what is changed has its own rules (Features 4)."""
    app.after_request(_insisted)


def not_modified(answer: Response) -> Response:
    """Send 304 in place of an answer that the client has."""
    tag, _ = answer.get_etag()
    if tag and request.method in _READING and request.if_none_match.contains_weak(tag):
        answer.status_code = 304
    return answer


def _insisted(answer: Response) -> Response:
    tag, is_weak = answer.get_etag()
    wanted = request.if_match
    if not (wanted and tag and request.method in _READING and answer.status_code in (200, 304)):
        return answer
    if wanted.star_tag or (wanted.is_strong(tag) and not is_weak):
        return answer
    answer.close()
    return problems.problem(TagChanged(TagChanged.__doc__))
