"""Content negotiation: the media format that a client gets, by its Accept header. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import chain

from werkzeug.datastructures import MIMEAccept
from werkzeug.http import parse_accept_header

from gis_server.http.errors import NotAcceptable

Offered = Mapping[str, Sequence[str]]
"""Media types by format, the format that is given when a client likes several alike first.

The first of a format is what is sent; the others are what clients ask for it by as well.
"""


class FormatUnacceptable(NotAcceptable):
    """A client takes none of the formats that a resource has."""

    def __init__(self, accept: str, offered: Iterable[str]) -> None:
        known = ", ".join(offered)
        super().__init__(f"Nothing here is of '{accept[:100]}'; there is {known} (Accept, or f=).")
        self.accept = accept


def choose(accept: str, offered: Offered) -> str:
    """Return the format that a client likes best.

    Args:
        accept: the header; empty when there is none, which accepts anything.
        offered: what there is.

    Raises:
        FormatUnacceptable: the client takes none of them.
    """
    liked = _parsed(accept)
    best, media_format = max(
        ((_quality(liked, media), media_format) for media_format, media in offered.items()),
        key=lambda found: found[0],
    )
    if best <= 0:
        raise FormatUnacceptable(accept, dict.fromkeys(chain.from_iterable(offered.values())))
    return media_format


def _quality(liked: MIMEAccept, types: Sequence[str]) -> float:
    """Return how much a client likes a format; what it refuses by name is not sent at all."""
    sent, *others = (media.partition(";")[0] for media in types)
    if any(media.lower() == sent and not quality for media, quality in liked):
        return 0
    return max(float(liked.quality(media)) for media in (sent, *others))


@lru_cache(maxsize=256)
def _parsed(accept: str) -> MIMEAccept:
    """Read the header; parameters of types do not matter, and without any type it says nothing."""
    read = parse_accept_header(accept, MIMEAccept)
    types = [(media.partition(";")[0], quality) for media, quality in read if "/" in media]
    return MIMEAccept(types or [("*/*", 1)])
