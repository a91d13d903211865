"""Bearer token authentication: whoever knows the administrator's token may write over HTTP."""

import hmac

from gis_server.http.errors import Unauthenticated
from layers.errors import Forbidden


class KeyMissing(Unauthenticated):
    """This needs the header 'Authorization: Bearer TOKEN', with the server's GIS_ADMIN_TOKEN."""


class KeyWrong(Forbidden):
    """This token is not the server's GIS_ADMIN_TOKEN, or the server has none."""


def check(header: str, token: str | None) -> None:
    """Refuse a request without the administrator's token; compared in constant time.

    Args:
        header: the request's Authorization header, empty when there is none.
        token: the server's own; None refuses everybody.

    Raises:
        KeyMissing: the request has no token.
        KeyWrong: it has another one.
    """
    scheme, _, credentials = header.partition(" ")
    if scheme.lower() != "bearer" or not credentials:
        raise KeyMissing
    if token is None or not hmac.compare_digest(credentials.strip().encode(), token.encode()):
        raise KeyWrong
