"""The map application: its own files, and those of the installed browser packages."""

import gzip
import hashlib
from functools import lru_cache
from pathlib import Path

from flask import Blueprint, Response, request
from werkzeug.security import safe_join

from gis_server.answers.current import services
from gis_server.http import preconditions
from gis_server.http.csp import content_security_policy
from layers.errors import Missing

WEB = Path(__file__).parents[1] / "web"

PACKAGES = frozenset({"maplibre-gl", "@fontsource/be-vietnam-pro"})
"""Installed packages that a browser may read."""

TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
    ".png": "image/png",
    ".svg": "image/svg+xml; charset=utf-8",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
}
"""Endings that are served, with their media types."""

_VENDOR_ENDINGS = frozenset({".css", ".js", ".mjs", ".woff2"})
_WEB_ENDINGS = frozenset(TYPES) - {".html"}
_PACKED = frozenset({".css", ".html", ".js", ".mjs", ".svg"})


def blueprint() -> Blueprint:
    """Return the routes of the map application."""
    web = Blueprint("web", __name__)
    web.add_url_rule("/", "index", _index)
    web.add_url_rule("/web/<path:path>", "own", _own)
    web.add_url_rule("/vendor/<path:path>", "vendor", _vendor)
    web.after_request(_guard)
    return web


def _index() -> Response:
    return _file(WEB / "index.html")


def _own(path: str) -> Response:
    return _file(_inside(WEB, path, _WEB_ENDINGS))


def _vendor(path: str) -> Response:
    package = next((name for name in PACKAGES if path.startswith(f"{name}/")), None)
    if package is None:
        raise Missing("There is nothing at this address.")
    root = services().settings.node_modules / package
    return _file(_inside(root, path.removeprefix(f"{package}/"), _VENDOR_ENDINGS))


def _inside(root: Path, path: str, endings: frozenset[str]) -> Path:
    joined = safe_join(str(root), path)
    if joined is None or Path(joined).suffix not in endings or not _is_file(Path(joined)):
        raise Missing("There is nothing at this address.")
    return Path(joined)


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:
        # A name that is longer than any file's.
        return False


def _file(path: Path) -> Response:
    packed = path.suffix in _PACKED and request.accept_encodings["gzip"] > 0
    body, tag = _content(path, path.stat().st_mtime_ns, packed)
    answer = Response(body, content_type=TYPES[path.suffix])
    if packed:
        answer.headers["Content-Encoding"] = "gzip"
    answer.headers["Vary"] = "Accept-Encoding"
    answer.headers["Cache-Control"] = _cache_control(path)
    answer.set_etag(tag)
    return preconditions.not_modified(answer)


@lru_cache(maxsize=128)
def _content(path: Path, _modified: int, packed: bool) -> tuple[bytes, str]:
    body = path.read_bytes()
    if packed:
        body = gzip.compress(body, mtime=0)
    return body, hashlib.blake2b(body, digest_size=12).hexdigest()


def _cache_control(path: Path) -> str:
    """Fonts never change; a script must match its worker, so the browser asks each time."""
    return "public, max-age=31536000, immutable" if path.suffix == ".woff2" else "no-cache"


def _guard(answer: Response) -> Response:
    answer.headers["Content-Security-Policy"] = content_security_policy()
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Referrer-Policy"] = "same-origin"
    return answer
