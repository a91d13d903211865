"""Audience, the readers who see the same: part of every query, tile key, cube question and ETag.

Two readers of one audience see the same, so an answer for one may be kept for the other; an answer
for one audience never serves another. There is one audience until accounts come.
"""

from typing import NamedTuple


class Audience(NamedTuple):
    """Readers who see the same fields and rows; ``name`` tells them from any others."""

    name: str


PUBLIC = Audience("public")
"""Everybody: the public fields of every layer."""
