"""Features as one stream, however many they are: a connection is held, memory is not."""

import threading
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from itertools import chain
from typing import NamedTuple

from flask import Response, g
from psycopg.sql import SQL

from gis_server.answers.current import services
from gis_server.db.pools import STATEMENT_TIMEOUT
from gis_server.features import pages
from gis_server.features.encodings import export_query
from gis_server.features.encodings.export_query import Encoding, ExportQuery, Place
from gis_server.http import compression
from gis_server.state import Services
from layers.errors import Busy
from sql.connection import Connection


class DownloadsBusy(Busy):
    """Others are downloading at the moment; try again shortly, or ask for pages with f=json."""


AT_ONCE = 2
"""Downloads of a process at a time: each holds a thread, and the map needs some too."""

TIMEOUT = 600_000
"""Milliseconds after which a statement of a download is cancelled; a client may read slowly."""

_TIMEOUT = SQL("SET statement_timeout = {}")

_free = threading.BoundedSemaphore(AT_ONCE)


class Download(NamedTuple):
    """The answer, and the place of its last feature where the limit leaves others out."""

    response: Response
    following: Place | None


def answer(media_format: Encoding, wanted: ExportQuery, encoding: str) -> Download:
    """Answer with all features that fit.

    Args:
        media_format: how they are written.
        wanted: which; a limit of None means all.
        encoding: of the body; a format that is compressed in itself has none.

    Raises:
        DownloadsBusy: too many are under way in this process.
        ValueUnusable: the database cannot compute with a value.
        psycopg.Error: at the first rows; what fails later breaks the stream off.
    """
    own, begun = services(), g.get("begun", time.monotonic())
    if not _free.acquire(blocking=False):
        raise DownloadsBusy
    places: list[Place | None] = []
    body = _held(own, begun, media_format, wanted, places.append)
    # Here, while an error can still be told.
    first = next(body, b"")
    encoding = "identity" if media_format.is_compressed else encoding
    response = Response(
        compression.stream(chain((first,), body), encoding), content_type=media_format.media_type
    )
    response.call_on_close(body.close)
    if encoding != "identity":
        response.headers["Content-Encoding"] = encoding
    name = f"{wanted.layer.id}.{media_format.extension}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return Download(response, *places)


def _held(
    own: Services,
    begun: float,
    media_format: Encoding,
    wanted: ExportQuery,
    tell: Callable[[Place | None], None],
) -> Generator[bytes]:
    """Yield the pieces; whatever happens, the place among the downloads is free afterwards.

    Before the first, tell the place of the last feature where others are left out.
    """
    try:
        with own.pool.connection() as conn, _patient(conn), _snapshot(conn, wanted):
            pieces = media_format.stream(conn, wanted)
            try:
                with own.disconnects.during(conn, begun), pages.refusing():
                    tell(export_query.following(conn, wanted))
                    first = next(pieces, b"")
                yield first
                yield from pieces
            finally:
                pieces.close()
    finally:
        _free.release()


@contextmanager
def _patient(conn: Connection) -> Iterator[None]:
    conn.execute(_TIMEOUT.format(TIMEOUT))
    try:
        yield
    finally:
        conn.execute(_TIMEOUT.format(STATEMENT_TIMEOUT))


@contextmanager
def _snapshot(conn: Connection, wanted: ExportQuery) -> Iterator[None]:
    """Read in one snapshot what is a page: the place that is told is that of its last feature."""
    if wanted.query.limit is None:
        yield
        return
    with conn.transaction():
        conn.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield
