"""Icons: drawn by ourselves, one sheet a theme and density."""

import re
import struct
from itertools import combinations
from pathlib import Path

import pytest

from styles import sprites, theme
from styles.errors import ThemeUnknown

FOLDER = Path(sprites.__file__).parent / "sprites"
SHEETS = [(name, ratio) for name in theme.names() for ratio in sprites.RATIOS]


def _size(png: bytes) -> tuple[int, int]:
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", png[16:24])
    return width, height


@pytest.mark.parametrize(("name", "ratio"), SHEETS)
def test_every_icon_has_its_own_place_inside_the_sheet(name: str, ratio: int) -> None:
    sheet = sprites.sheet(name, ratio)
    width, height = _size(sheet.png)
    assert set(sheet.index) == sprites.names() == {file.stem for file in FOLDER.glob("*.svg")}
    for place in sheet.index.values():
        assert place["pixelRatio"] == ratio
        assert place["x"] + place["width"] <= width
        assert place["y"] + place["height"] <= height
    for one, other in combinations(sheet.index.values(), 2):
        apart = (
            one["x"] + one["width"] < other["x"]
            or other["x"] + other["width"] < one["x"]
            or one["y"] + one["height"] < other["y"]
            or other["y"] + other["height"] < one["y"]
        )
        assert apart


def test_the_double_sheet_is_twice_the_size() -> None:
    width, height = _size(sprites.sheet("light", 1).png)
    assert _size(sprites.sheet("light", 2).png) == (2 * width, 2 * height)


def test_themes_differ_in_colour_and_agree_in_places() -> None:
    light, dark = sprites.sheet("light", 1), sprites.sheet("dark", 1)
    assert light.index == dark.index
    assert light.png != dark.png


def test_a_sheet_is_drawn_once() -> None:
    assert sprites.sheet("light", 1) is sprites.sheet("light", 1)


def test_an_unknown_theme_has_no_sheet() -> None:
    with pytest.raises(ThemeUnknown):
        sprites.sheet("neon", 1)


@pytest.mark.parametrize("file", sorted(FOLDER.glob("*.svg")), ids=lambda file: file.stem)
def test_an_icon_says_its_size_and_takes_its_colours_from_the_theme(file: Path) -> None:
    text = file.read_text("utf-8")
    assert re.match(r'<svg xmlns="[^"]+" width="\d+" height="\d+" viewBox="0 0 \d+ \d+">\n', text)
    assert "#" not in text
    assert set(re.findall(r"@([a-z-]+)", text)) <= set(theme.theme("light").tokens)
    assert "<text" not in text
