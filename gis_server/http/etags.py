"""Entity tags: strong validators, made from the version of the data, not from the bytes.

The tag of a feature is ``version.row.representation``: the layer's version, what the row is as
written last (PostgreSQL's xmin), and a digest of what else the answer depends on. Of a list it is
``version.representation``. An encoding of the body may be added at the end (``-gzip``). Pure.
"""

import hashlib
import re
from collections.abc import Iterable
from typing import NewType

from layers.audience import Audience

_ENCODINGS = ("-gzip", "-br", "-zstd")
_TAG = re.compile(r'(W/)?"([^"]*)"')


Representation = NewType("Representation", str)
"""Digest of what an answer depends on beside the data; its audience is always a part of it."""


def representation(audience: Audience, *parts: str) -> Representation:
    """Return a digest of what tells an answer from others of the same data.

    Args:
        audience: whose eyes the answer is for; an answer for one is never one for another.
        parts: address, parameters, format, language and what else decides.
    """
    text = "\0".join((audience.name, *parts))
    return Representation(hashlib.blake2b(text.encode(), digest_size=9).hexdigest())


def item(version: int, row: str, representation: Representation) -> str:
    """Return the tag of a feature, without quotes.

    Args:
        version: of the layer.
        row: what the row is as written last.
        representation: what tells the answer from others of the same data.
    """
    return f"{version}.{row}.{representation}"


def items(version: int, representation: Representation) -> str:
    """Return the tag of a list, without quotes."""
    return f"{version}.{representation}"


def tagged(tag: str, encoding: str) -> str:
    """Return the tag of a body in an encoding; ``identity`` adds nothing."""
    return tag if encoding == "identity" else f"{tag}-{encoding}"


def is_current(tags: Iterable[str], version: int, representation: Representation) -> str | None:
    """Return which of the tags of If-None-Match the present answer has; None when none of them.

    A layer's version is enough to know, also for a feature: where nothing of the layer changed, its
    row did not either. A tag may be empty, which is none of ours (``If-None-Match: ""``).
    """
    for tag in filter(None, tags):
        plain = next((tag.removesuffix(end) for end in _ENCODINGS if tag.endswith(end)), tag)
        parts = plain.split(".")
        if len(parts) in (2, 3) and parts[0] == str(version) and parts[-1] == representation:
            return tag
    return None


def rows_of(header: str, *, weak: bool = False) -> frozenset[str] | None:
    """Read If-Match or If-None-Match of a change: the rows that are named, None for any (``*``).

    Args:
        header: its text.
        weak: whether tags are compared weakly, as those of If-None-Match; of If-Match weak ones are
            passed over.
    """
    if header.strip() == "*":
        return None
    named = [tag for mark, tag in _TAG.findall(header) if weak or not mark]
    return frozenset(parts[1] for tag in named if len(parts := tag.split(".")) == 3)


def hexagons(version: int, audience: Audience, *shown: object) -> str:
    """Return the tag of a tile of hexagons, without quotes.

    Args:
        version: of the layer.
        audience: whom the answer is for; what one has is not current for another.
        shown: what else decides what is in it.
    """
    digest = hashlib.blake2b(repr((audience, *shown)).encode(), digest_size=8).hexdigest()
    return f"{version:x}-{digest}"
