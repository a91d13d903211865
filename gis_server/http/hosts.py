"""Host header validation: by which names clients may call the server.

Links repeat the name that a client calls us by, and caches in front keep them for others: a name
that is not ours would lead everyone to somebody else.
"""

import re
from collections.abc import Iterable
from functools import lru_cache
from urllib.parse import urlsplit

from flask import Flask, Request, request

from gis_server.settings import Settings
from layers.errors import Invalid

LOOPBACK = ("localhost", "127.0.0.1", "[::1]")
"""Names of this machine for itself."""

_HOST = re.compile(r"(?P<name>\[[0-9A-Fa-f:.]+\]|[^\s:/\[\]]+?)\.?(?::(?P<port>[0-9]{0,5}))?")

_HIGHEST_PORT = 65_535


class HostUnknown(Invalid):
    """The server is called by a name that is none of its own."""

    def __init__(self, host: str) -> None:
        super().__init__(
            f"This server does not answer to the host '{host[:100]}'. Its names are those of the"
            " settings GIS_PUBLIC_URL and GIS_HOSTS, and those of the machine for itself."
        )


def install(app: Flask, used: Settings) -> None:
    """Refuse requests to hosts that are not ours, before anything else is looked at."""
    ours = names(used)

    @app.before_request
    def check() -> None:
        host = called(request)
        if _name(host) not in ours:
            raise HostUnknown(host)


def names(used: Settings) -> frozenset[str]:
    """Return the names of an installation, in small letters and without ports."""
    public = [urlsplit(used.public_url).netloc.rpartition("@")[2]] if used.public_url else []
    return frozenset(_names([*LOOPBACK, *used.hosts, *public]))


def _names(hosts: Iterable[str]) -> Iterable[str]:
    for host in hosts:
        # Clients send names of other scripts in ASCII (IDNA).
        yield _name(host) if host.isascii() else _name(host.encode("idna").decode())


def called(asked: Request) -> str:
    """Return the host as the client wrote it, with its port; a client of HTTP/1.0 may say none.

    Werkzeug's own reading is empty for a name with an underscore, as containers have.
    """
    host = asked.headers.get("Host", "")
    if not host and asked.environ.get("SERVER_PROTOCOL") == "HTTP/1.0":
        return f"{LOOPBACK[0]}:{asked.environ.get('SERVER_PORT', 80)}"
    return host


@lru_cache(maxsize=256)
def _name(host: str) -> str:
    found = _HOST.fullmatch(host)
    if found is None or int(found["port"] or 0) > _HIGHEST_PORT:
        return ""
    return found["name"].lower()
