"""Case and accent folding, for comparing what people type."""

import unicodedata


def fold(text: str) -> str:
    """Return small letters and digits without accents; anything else becomes one blank.

    ``Đại Từ``, ``DAI TU`` and ``dai_tu`` give the same.
    """
    lowered = text.lower().replace("đ", "d").replace("ð", "d")
    plain = (c for c in unicodedata.normalize("NFD", lowered) if not unicodedata.combining(c))
    return " ".join("".join(c if c.isalnum() else " " for c in plain).split())
