"""How bodies leave the house: content type, validators, caching."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from flask import Response, json, request

from gis_server.answers import current
from gis_server.answers.current import services
from gis_server.http import compression, preconditions
from tiles import store
from tiles.store import StoredTile

MVT = "application/vnd.mapbox-vector-tile"
GEOJSON = "application/geo+json"

TILE_CACHE = "public, max-age=5, s-maxage=1, stale-while-revalidate=1"
"""A map asks again every five seconds, which costs a look at a file; a shared cache each second."""

_FAST = 1
"""Level of compression of what is sent once."""


def tile(found: StoredTile | None) -> Response:
    """Answer with a stored tile in the client's encoding, or 204 when nothing is in it."""
    if found is None:
        return _tile_headers(Response(status=204))
    encoding = compression.choose(request.headers.get("Accept-Encoding", ""))
    plain = found.tag(current.audience())
    tag = plain if encoding == "gzip" else f"{plain}-{encoding}"
    if request.if_none_match.contains_weak(tag):
        answer = Response(status=304)
    else:
        answer = Response(_encoded(found, encoding), mimetype=MVT)
        if encoding != "identity":
            answer.headers["Content-Encoding"] = encoding
    answer.headers["ETag"] = f'"{tag}"'
    return _tile_headers(answer)


def _tile_headers(answer: Response) -> Response:
    answer.headers["Cache-Control"] = TILE_CACHE
    answer.headers["Vary"] = "Accept-Encoding"
    return _shared(answer)


def _encoded(found: StoredTile, encoding: str) -> bytes:
    """Return the tile; in another encoding than gzip it is made once and kept."""
    if encoding == "gzip":
        return Path(found.file).read_bytes()
    if encoding == "identity":
        return store.unpack(Path(found.file).read_bytes())
    audience = current.audience()
    key = (found.file, found.tag(audience), encoding)

    def make() -> bytes:
        return compression.pack(store.unpack(Path(found.file).read_bytes()), encoding)

    return Path(services().tiles.kept(audience, key, found.version, make).file).read_bytes()


def document(
    content: Mapping[str, Any], *, max_age: int, mimetype: str = "application/json"
) -> Response:
    """Answer with JSON."""
    body = json.dumps(content, ensure_ascii=False)
    return _validated(Response(body, mimetype=mimetype), max_age=max_age)


def uncached(content: Mapping[str, Any]) -> Response:
    """Answer with JSON that is true now only."""
    answer = Response(json.dumps(content, ensure_ascii=False), mimetype="application/json")
    answer.headers["Cache-Control"] = "no-store"
    return answer


def hexagons(tag: str, draw: Callable[[], bytes], mimetype: str = MVT) -> Response:
    """Answer with a tile of hexagons, 204 when nothing is in it, 304 without drawing it.

    Args:
        tag: tells the data and the choice from any other.
        draw: makes the tile.
        mimetype: of what is drawn, when it is no tile.
    """
    encoding = "gzip" if request.accept_encodings["gzip"] > 0 else "identity"
    tagged = f'"{tag}-{encoding}"'
    if request.if_none_match.contains_weak(tagged.strip('"')):
        answer = Response(status=304)
    else:
        body = draw()
        answer = Response(body, mimetype=mimetype) if body else Response(status=204)
        if body and encoding == "gzip":
            answer.set_data(store.pack(body, _FAST))
            answer.headers["Content-Encoding"] = encoding
    answer.headers["ETag"] = tagged
    return _tile_headers(answer)


def _validated(answer: Response, *, max_age: int) -> Response:
    answer.headers["Cache-Control"] = f"public, max-age={max_age}"
    compressed(answer)
    # After compressing: a strong validator belongs to the bytes that are sent.
    answer.add_etag()
    return _shared(preconditions.not_modified(answer))


def compressed(answer: Response) -> Response:
    """Compress a body that is worth it for a client that can read it."""
    answer.vary.add("Accept-Encoding")
    body = answer.get_data()
    if request.accept_encodings["gzip"] > 0 and len(body) >= compression.WORTH:
        answer.set_data(compression.quick(body, "gzip"))
        answer.headers["Content-Encoding"] = "gzip"
    return answer


def _shared(answer: Response) -> Response:
    """Let pages of other hosts read what anyone may read."""
    answer.headers["Access-Control-Allow-Origin"] = "*"
    return answer
