"""Encodings of a body that a client can read: gzip as it is stored, brotli, zstd."""

from functools import lru_cache

import brotli
import zstandard
from werkzeug.datastructures import Accept
from werkzeug.http import parse_accept_header

_PREFERRED = ("gzip", "br", "zstd", "identity")
"""Where a client likes several alike, the first of these: gzip is there already."""

_BROTLI, _ZSTD = 6, 12
"""Levels; a body is compressed once and kept."""


@lru_cache(maxsize=256)
def choose(accepted: str) -> str:
    """Return the encoding for an Accept-Encoding header, ``identity`` for none."""
    found = parse_accept_header(accepted, Accept)
    liked = {name: found.quality(name) for name in _PREFERRED[:-1]}
    best = max(liked.values())
    return next((name for name in liked if liked[name] == best), "identity") if best else "identity"


def pack(body: bytes, encoding: str) -> bytes:
    """Compress a body with ``br`` or ``zstd``."""
    if encoding == "br":
        made: bytes = brotli.compress(body, quality=_BROTLI)
        return made
    return zstandard.ZstdCompressor(level=_ZSTD).compress(body)
