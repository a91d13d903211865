"""Columns of text put together for many rows at once."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from etl.demo.noise import Ints, Words


def take(texts: Sequence[str | None] | Words, numbers: Ints) -> pa.Array:
    """Return the text of each number."""
    return pa.array(texts, pa.string()).take(pa.array(numbers))


def phrase(texts: Sequence[tuple[str, ...]], kinds: Ints, random: np.random.Generator) -> pa.Array:
    """Return for each kind one of its texts."""
    counts = np.array([len(choices) for choices in texts])
    first = np.cumsum(counts) - counts
    drawn = first[kinds] + (random.random(len(kinds)) * counts[kinds]).astype(np.int64)
    return take([text for choices in texts for text in choices], drawn)


def join(*parts: pa.Array) -> pa.Array:
    """Write parts behind each other, with a space between."""
    return pc.binary_join_element_wise(*parts, " ")


def numbered(prefix: str, first: int, count: int) -> pa.Array:
    """Return codes of seven digits from a number on."""
    digits = pc.utf8_lpad(pa.array(range(first, first + count)).cast(pa.string()), 7, "0")
    return pc.binary_join_element_wise(pa.scalar(prefix), digits, "")
