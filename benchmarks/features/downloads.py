"""All features of a layer: in one request of ours, page after page of the peers."""

import http.client
import time
from typing import NamedTuple

from benchmarks.features import memory
from benchmarks.features.data import COUNT
from benchmarks.features.servers import LARGEST, Items

FORMS = ("geojsonseq", "csv", "fgb", "parquet")
PATIENCE = 15.0
"""Seconds that a peer has; then what it would have taken is worked out from what came."""

_GRAIN = 1 << 20


class Refused(Exception):
    """An answer was none."""


class Download(NamedTuple):
    """Seconds, megabytes as they went over the line, how many of the features came, peak memory."""

    seconds: float
    megabytes: float
    features: int
    peak: float

    @property
    def whole(self) -> float:
        """Seconds for all features; at the same rate where the time was up before."""
        return self.seconds * COUNT / self.features


def whole(server: Items, layer: str, form: str) -> Download:
    """Download all at once.

    Raises:
        Refused: with another status, or fewer features than there are.
    """
    path = server.path.format(layer=layer) + f"?f={form}"
    begun = time.monotonic()
    with memory.watched(server.pid) as peak:
        length, lines = _read(http.client.HTTPConnection("127.0.0.1", server.port), path)
    if form == "geojsonseq" and lines != COUNT:
        raise Refused(f"{server.name} sent {lines} features of {COUNT}")
    return Download(time.monotonic() - begun, length / 1e6, COUNT, peak.megabytes)


def paged(server: Items, layer: str) -> Download:
    """Download by the largest pages, one after the other, in the order of the key.

    Raises:
        Refused: with another status.
    """
    begun, length, pages = time.monotonic(), 0, 0
    connection = http.client.HTTPConnection("127.0.0.1", server.port)
    with memory.watched(server.pid) as peak:
        while pages * LARGEST < COUNT and time.monotonic() - begun < PATIENCE:
            length += _read(connection, server.at(layer, LARGEST, pages * LARGEST))[0]
            pages += 1
    seconds = time.monotonic() - begun
    return Download(seconds, length / 1e6, pages * LARGEST, peak.megabytes)


def _read(connection: http.client.HTTPConnection, path: str) -> tuple[int, int]:
    """Return how many bytes and how many ends of lines an answer has."""
    connection.request("GET", path)
    answer = connection.getresponse()
    if answer.status != 200:
        raise Refused(f"{path} was answered {answer.status}")
    length = lines = 0
    while piece := answer.read(_GRAIN):
        length += len(piece)
        lines += piece.count(b"\n")
    return length, lines
