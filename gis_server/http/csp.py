"""Content-Security-Policy of our pages: all from ourselves, nothing inline but one script."""

import base64
import hashlib
import re
from functools import lru_cache
from pathlib import Path

PAGE = Path(__file__).parents[1] / "web" / "index.html"
"""The page whose import map is the one inline script."""

_IMPORT_MAP = re.compile(r'<script type="importmap">(.*?)</script>', re.DOTALL)


def content_security_policy() -> str:
    """Return the policy: everything from ourselves; one inline script, the import map, by hash."""
    hashes = _import_map_hashes(PAGE, PAGE.stat().st_mtime_ns)
    rules = {
        "default-src": "'none'",
        "script-src": f"'self' {hashes}".rstrip(),
        "worker-src": "'self'",
        "style-src": "'self'",
        "font-src": "'self'",
        "img-src": "'self' data: blob:",
        "connect-src": "'self'",
        "manifest-src": "'self'",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'self'",
    }
    return "; ".join(f"{name} {value}" for name, value in rules.items())


@lru_cache(maxsize=1)
def _import_map_hashes(page: Path, _modified: int) -> str:
    found = _IMPORT_MAP.findall(page.read_text(encoding="utf-8"))
    digests = (hashlib.sha256(text.encode()).digest() for text in found)
    return " ".join(f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests)
