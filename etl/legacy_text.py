"""Legacy text encoding: recognise and decode TCVN3 (ABC fonts), Vietnamese before Unicode.

A DBF table without a declared encoding is read as Latin-1, so each byte is the character of the
same number; TCVN3 gave the numbers above 160 to Vietnamese letters.
"""

import re
from collections.abc import Iterable

import pyarrow as pa

from layers.fold import fold

_TCVN3 = str.maketrans(
    dict(zip(range(0xA1, 0xAF), "ĂÂÊÔƠƯĐăâêôơưđ", strict=True))
    | dict(zip((0xB5, 0xB6, 0xB7, 0xB8, 0xB9), "àảãáạ", strict=True))
    | dict(zip((0xBB, 0xBC, 0xBD, 0xBE, 0xC6), "ằẳẵắặ", strict=True))
    | dict(zip((0xC7, 0xC8, 0xC9, 0xCA, 0xCB), "ầẩẫấậ", strict=True))
    | dict(zip((0xCC, 0xCE, 0xCF, 0xD0, 0xD1), "èẻẽéẹ", strict=True))
    | dict(zip((0xD2, 0xD3, 0xD4, 0xD5, 0xD6), "ềểễếệ", strict=True))
    | dict(zip((0xD7, 0xD8, 0xDC, 0xDD, 0xDE), "ìỉĩíị", strict=True))
    | dict(zip((0xDF, 0xE1, 0xE2, 0xE3, 0xE4), "òỏõóọ", strict=True))
    | dict(zip((0xE5, 0xE6, 0xE7, 0xE8, 0xE9), "ồổỗốộ", strict=True))
    | dict(zip((0xEA, 0xEB, 0xEC, 0xED, 0xEE), "ờởỡớợ", strict=True))
    | dict(zip((0xEF, 0xF1, 0xF2, 0xF3, 0xF4), "ùủũúụ", strict=True))
    | dict(zip((0xF5, 0xF6, 0xF7, 0xF8, 0xF9), "ừửữứự", strict=True))
    | dict(zip((0xFA, 0xFB, 0xFC, 0xFD, 0xFE), "ỳỷỹýỵ", strict=True))
)

_SYLLABLE = re.compile(
    r"(ngh|ng|nh|gh|gi|kh|ph|qu|th|tr|ch|[bcdghklmnpqrstvx])?[aeiouy]{1,3}(ng|nh|ch|[cmnpt])?"
)
"""A Vietnamese syllable without its marks."""

_MISPLACED = re.compile(r"[ae][^\x00-\x7fđ]|o[òỏõóọôồổỗốộơờởỡớợìỉĩíịùủũúụưừửữứựỳỷỹýỵ]")
"""What no syllable has: a marked vowel behind a plain one that would bear the mark itself.

VNI writes every mark as a letter behind its vowel, so its text, taken for TCVN3, is full of these.
"""

_ENOUGH = 0.9
"""Share of marked words that must be syllables once decoded."""

_FOREIGN = re.compile(r"[^\x00-\x7f]")


def is_tcvn3(texts: Iterable[str]) -> bool:
    """Tell whether texts that were read as Latin-1 are TCVN3.

    Decoded, their words with marks must be Vietnamese syllables; French or German words are not.
    """
    marked = [word for text in texts for word in text.split(" ") if _FOREIGN.search(word)]
    fitting = sum(_is_vietnamese(word.translate(_TCVN3).lower()) for word in marked)
    return bool(marked) and fitting / len(marked) >= _ENOUGH


def _is_vietnamese(word: str) -> bool:
    """Tell whether a word, or each of several that a sign joins ("thửa/tờ"), is a syllable."""
    parts = fold(word).split()
    fits = bool(parts) and all(_SYLLABLE.fullmatch(part) for part in parts)
    return fits and not _MISPLACED.search(word)


def decode(column: pa.Array) -> pa.Array:
    """Return a text column with TCVN3 letters as Unicode."""
    encoded = column.dictionary_encode()
    decoded = [text.translate(_TCVN3) for text in encoded.dictionary.to_pylist()]
    return pa.array(decoded, pa.string()).take(encoded.indices)
