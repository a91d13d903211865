"""Problem details (RFC 9457): kind of error to (HTTP status, OGC code), and one renderer.

An error is of a kind by inheritance (layers/errors.py, http/errors.py): the table knows no room.
"""

import json
import logging
from collections.abc import Mapping

import psycopg
import psycopg_pool
from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from gis_server.http.errors import (
    MissingOfType,
    NotAcceptable,
    PreconditionFailed,
    PreconditionRequired,
    Unauthenticated,
    Unprocessable,
)
from layers.errors import Busy, Conflict, Forbidden, GisError, Invalid, Missing

log = logging.getLogger("gis")

STATUS: Mapping[type[Exception], tuple[int, str]] = {
    Invalid: (400, "InvalidParameterValue"),
    Unauthenticated: (401, "NotAuthorized"),
    Forbidden: (403, "NotAuthorized"),
    Missing: (404, "NotFound"),
    NotAcceptable: (406, "NotAcceptable"),
    Conflict: (409, "Conflict"),
    PreconditionFailed: (412, "PreconditionFailed"),
    Unprocessable: (422, "InvalidValue"),
    PreconditionRequired: (428, "PreconditionRequired"),
    Busy: (503, "ServerBusy"),
}
"""What a client is told; a class stands for its subclasses."""

DRIVER: Mapping[type[Exception], str] = {
    psycopg.errors.QueryCanceled: "The question took too long and was stopped; ask for less.",
    psycopg.errors.UndefinedTable: "The layer's table is missing; run 'gis migrate'.",
    psycopg.errors.UndefinedColumn: "The layer's table lacks a column; run 'gis migrate'.",
    psycopg.OperationalError: "The database does not answer; try again shortly.",
    psycopg_pool.PoolTimeout: "The server is busy; try again shortly.",
    psycopg_pool.TooManyRequests: "The server is busy; try again shortly.",
}
"""Errors of the database driver that are ``Busy``, with sentences in place of the driver's own,
which may show what is inside."""

_RETRY_AFTER = "5"
"""Seconds after which a busy server may be asked again."""

_READING = ("GET", "HEAD", "OPTIONS")

_PASSED_ON = ("Allow", "Location")
"""Headers of werkzeug's errors that say more than the body does."""


def status(error: BaseException) -> tuple[int, str]:
    """Return the HTTP status and the OGC code of an error."""
    for kind in type(error).__mro__:
        if kind in STATUS:
            return STATUS[kind]
        if kind in DRIVER:
            return STATUS[Busy]
    if isinstance(error, HTTPException):
        code = error.code or 500
        return code, "NotFound" if code == 404 else "InvalidParameterValue"
    return 500, "NoApplicableCode"


def detail(error: BaseException) -> str:
    """Return the sentence that a client reads."""
    for kind in type(error).__mro__:
        if kind in DRIVER:
            return DRIVER[kind]
    if isinstance(error, HTTPException):
        return error.description or error.name
    return str(error) if isinstance(error, GisError) else "Something went wrong in the server."


def problem(error: BaseException) -> Response:
    """Render an error as problem details, with the OGC code."""
    number, code = status(error)
    body = {
        "type": error.problem_type if isinstance(error, MissingOfType) else "about:blank",
        "title": code,
        "status": number,
        "code": code,
        "detail": detail(error),
        "description": detail(error),
    }
    text = json.dumps(body, ensure_ascii=False)
    answer = Response(text, number, mimetype="application/problem+json")
    answer.headers.update(headers(error))
    return answer


def headers(error: BaseException) -> dict[str, str]:
    """Return what the headers say of an error, in any format that it is rendered in."""
    told = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
    if status(error)[0] == 401:
        told["WWW-Authenticate"] = 'Bearer realm="gis"'
    # What took too long takes as long the next time.
    if status(error)[0] == 503 and not isinstance(error, psycopg.errors.QueryCanceled):
        told["Retry-After"] = _RETRY_AFTER
    if isinstance(error, HTTPException):
        told |= {name: text for name, text in error.get_headers() if name in _PASSED_ON}
    return told


def log_unexpected(error: BaseException) -> None:
    """Write down an error that nobody has foreseen."""
    if status(error)[0] == 500:
        log.exception("unexpected error at %s", request.path, exc_info=error)


def install(app: Flask) -> None:
    """Answer every error of the application with problem details."""

    @app.before_request
    def lead_only_readers_on() -> None:
        """Nobody changes or removes by one address what another one names."""
        is_led_on = isinstance(request.routing_exception, RequestRedirect)
        if is_led_on and request.method not in _READING:
            raise Missing(f"There is nothing at {request.path[:200]}.")

    @app.errorhandler(Exception)
    def answer(error: Exception) -> Response:
        if isinstance(error, HTTPException) and (error.code or 500) < 400:
            return Response(
                error.get_response(request.environ).response,
                error.code or 302,
                dict(error.get_headers()),
            )
        log_unexpected(error)
        return problem(error)
