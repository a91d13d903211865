"""Exception class to (HTTP status, OGC code): one table, one renderer."""

import json
import logging
from collections.abc import Mapping

import psycopg
import psycopg_pool
from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException

from cells.analysis import TooFewEvents
from cells.usual import NoTime
from gis_server.db import DatabaseUnreachable
from gis_server.keys import KeyMissing, KeyWrong
from gis_server.land import ParcelUnknown
from gis_server.params import ParameterInvalid, TileOutOfRange
from gis_server.population import NobodyCounted
from layers.errors import CrsUnknown, FieldUnknown, GisError, LayerUnknown
from styles.errors import StyleInvalid, ThemeUnknown
from tiles.errors import CategoryUnknown, NotAggregated

log = logging.getLogger("gis")


class NotFound(GisError):
    """There is nothing at this address."""

    uri = "about:blank"
    """Type of the problem (RFC 9457), where a standard gives it one."""


class NotAcceptable(GisError):
    """What is asked for does not come in a form that the client takes."""


class Busy(GisError):
    """The server has no room for this at the moment; try again shortly."""


class Conflict(GisError):
    """What is asked for stands against what is there."""


class PreconditionFailed(GisError):
    """What is there is not what the client says that it knows."""


class PreconditionRequired(GisError):
    """A change has to say what it changes."""


class Unprocessable(GisError):
    """A body can be read, but what it says cannot be."""


STATUS: Mapping[type[Exception], tuple[int, str]] = {
    LayerUnknown: (404, "NotFound"),
    FieldUnknown: (400, "InvalidParameterValue"),
    CrsUnknown: (400, "InvalidParameterValue"),
    ParameterInvalid: (400, "InvalidParameterValue"),
    TileOutOfRange: (404, "NotFound"),
    NotFound: (404, "NotFound"),
    NotAcceptable: (406, "NotAcceptable"),
    Conflict: (409, "Conflict"),
    PreconditionFailed: (412, "PreconditionFailed"),
    Unprocessable: (422, "InvalidValue"),
    PreconditionRequired: (428, "PreconditionRequired"),
    Busy: (503, "ServerBusy"),
    KeyMissing: (401, "NotAuthorized"),
    KeyWrong: (403, "NotAuthorized"),
    ParcelUnknown: (404, "NotFound"),
    NotAggregated: (404, "NotFound"),
    TooFewEvents: (400, "InvalidParameterValue"),
    NobodyCounted: (400, "InvalidParameterValue"),
    NoTime: (400, "InvalidParameterValue"),
    CategoryUnknown: (400, "InvalidParameterValue"),
    ThemeUnknown: (404, "NotFound"),
    StyleInvalid: (500, "NoApplicableCode"),
    DatabaseUnreachable: (503, "ServerBusy"),
    psycopg.errors.QueryCanceled: (503, "ServerBusy"),
    psycopg.errors.UndefinedTable: (503, "ServerBusy"),
    psycopg.errors.UndefinedColumn: (503, "ServerBusy"),
    psycopg.OperationalError: (503, "ServerBusy"),
    psycopg_pool.PoolTimeout: (503, "ServerBusy"),
    psycopg_pool.TooManyRequests: (503, "ServerBusy"),
}
"""What a client is told; a class stands for its subclasses."""

_PLAIN: Mapping[type[Exception], str] = {
    psycopg.errors.QueryCanceled: "The question took too long and was stopped; ask for less.",
    psycopg.errors.UndefinedTable: "The layer's table is missing; run 'gis migrate'.",
    psycopg.errors.UndefinedColumn: "The layer's table lacks a column; run 'gis migrate'.",
    psycopg.OperationalError: "The database does not answer; try again shortly.",
    psycopg_pool.PoolTimeout: "The server is busy; try again shortly.",
    psycopg_pool.TooManyRequests: "The server is busy; try again shortly.",
}
"""Sentences in place of the driver's own, which may show what is inside."""

_RETRY_AFTER = "5"
"""Seconds after which a busy server may be asked again."""

_PASSED_ON = ("Allow", "Location")
"""Headers of werkzeug's errors that say more than the body does."""


def status(error: BaseException) -> tuple[int, str]:
    """Return the HTTP status and the OGC code of an error."""
    for kind in type(error).__mro__:
        if kind in STATUS:
            return STATUS[kind]
    if isinstance(error, HTTPException):
        code = error.code or 500
        return code, "NotFound" if code == 404 else "InvalidParameterValue"
    return 500, "NoApplicableCode"


def detail(error: BaseException) -> str:
    """Return the sentence that a client reads."""
    for kind in type(error).__mro__:
        if kind in _PLAIN:
            return _PLAIN[kind]
    if isinstance(error, HTTPException):
        return error.description or error.name
    return str(error) if isinstance(error, GisError) else "Something went wrong in the server."


def problem(error: BaseException) -> Response:
    """Render an error as problem details (RFC 9457), with the OGC code."""
    number, code = status(error)
    body = {
        "type": error.uri if isinstance(error, NotFound) else "about:blank",
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
    """Return what the headers say of an error, in any form that it is rendered in."""
    found = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
    if status(error)[0] == 401:
        found["WWW-Authenticate"] = 'Bearer realm="gis"'
    # What took too long takes as long the next time.
    if status(error)[0] == 503 and not isinstance(error, psycopg.errors.QueryCanceled):
        found["Retry-After"] = _RETRY_AFTER
    if isinstance(error, HTTPException):
        found |= {name: text for name, text in error.get_headers() if name in _PASSED_ON}
    return found


def note(error: BaseException) -> None:
    """Write down an error that nobody has foreseen."""
    if status(error)[0] == 500:
        log.exception("unexpected error at %s", request.path, exc_info=error)


def install(app: Flask) -> None:
    """Answer every error of the application with problem details."""

    @app.errorhandler(Exception)
    def answer(error: Exception) -> Response:
        if isinstance(error, HTTPException) and (error.code or 500) < 400:
            return Response(
                error.get_response(request.environ).response,
                error.code or 302,
                dict(error.get_headers()),
            )
        note(error)
        return problem(error)
