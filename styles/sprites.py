"""Sprites: SVG icons in the colours of a theme, drawn into one sheet."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import resvg_py

from styles.theme import theme

RATIOS = (1, 2)
"""Pixels of the sheet per pixel of the style."""

_GAP = 2
_WIDTH = 256
_SIZE = re.compile(r'<svg [^>]*?width="(\d+)" height="(\d+)"')
_TOKEN = re.compile(r"@([a-z][a-z-]*)")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A PNG with all icons, and where each of them is in it (pixels)."""

    png: bytes
    index: Mapping[str, Mapping[str, int]]


@cache
def names() -> frozenset[str]:
    """Return the names of all icons."""
    return frozenset(_sources())


@cache
def sheet(theme_name: str, ratio: int) -> Sheet:
    """Draw all icons in the colours of a theme.

    Args:
        theme_name: name of a file in styles/themes.
        ratio: 1, or 2 for screens of double density.

    Raises:
        ThemeUnknown: no such theme.
    """
    tokens = theme(theme_name).tokens
    places, height = _places()
    drawn = "".join(
        _placed(_TOKEN.sub(lambda token: str(tokens[token[1]]), text), *places[name][:2])
        for name, text in _sources().items()
    )
    root = f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{height}">'
    svg = f"{root}{drawn}</svg>"
    png = bytes(resvg_py.svg_to_bytes(svg_string=svg, zoom=ratio, skip_system_fonts=True))
    return Sheet(png, {name: _entry(place, ratio) for name, place in places.items()})


@cache
def _sources() -> dict[str, str]:
    folder = files("styles").joinpath("sprites").iterdir()
    drawings = sorted((f.name, f.read_text("utf-8")) for f in folder if f.name.endswith(".svg"))
    return {name.removesuffix(".svg"): text for name, text in drawings}


def _places() -> tuple[dict[str, tuple[int, int, int, int]], int]:
    """Return x, y, width, height of each icon in rows, and the height of the sheet."""
    places: dict[str, tuple[int, int, int, int]] = {}
    x = y = row = 0
    for name, text in _sources().items():
        size = _SIZE.search(text)
        width, height = (int(part) for part in size.groups()) if size else (20, 20)
        if x + width > _WIDTH:
            x, y, row = 0, y + row + _GAP, 0
        places[name] = (x, y, width, height)
        x, row = x + width + _GAP, max(row, height)
    return places, y + row


def _placed(svg: str, x: int, y: int) -> str:
    return svg.replace("<svg ", f'<svg x="{x}" y="{y}" ', 1)


def _entry(place: tuple[int, int, int, int], ratio: int) -> dict[str, int]:
    x, y, width, height = (part * ratio for part in place)
    return {"x": x, "y": y, "width": width, "height": height, "pixelRatio": ratio}
