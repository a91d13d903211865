"""Who may change something over HTTP: whoever knows the administrator's token."""

import hmac

from gis_server.http.errors import Unauthenticated
from layers.errors import Forbidden


class KeyMissing(Unauthenticated):
    """This needs the header 'Authorization: Bearer TOKEN', with the server's GIS_ADMIN_TOKEN."""


class KeyWrong(Forbidden):
    """This token is not the server's GIS_ADMIN_TOKEN, or the server has none."""


def check(header: str, token: str | None) -> None:
    """Let pass whoever brings the administrator's token.

    Args:
        header: the request's Authorization header, empty when there is none.
        token: the server's own; None lets nobody pass.

    Raises:
        KeyMissing: the request brings no token.
        KeyWrong: it brings another one.
    """
    kind, _, brought = header.partition(" ")
    if kind.lower() != "bearer" or not brought:
        raise KeyMissing
    if token is None or not hmac.compare_digest(brought.strip().encode(), token.encode()):
        raise KeyWrong
