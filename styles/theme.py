"""Themes, slots of the drawing order and fonts, read once from the files beside this module."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from layers.declaration_files import read_json, read_yaml
from styles.errors import ThemeUnknown


@dataclass(frozen=True, slots=True)
class Theme:
    """A set of tokens by name: colours, fonts, opacities."""

    name: str
    tokens: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Slot:
    """A place in the drawing order; at an anchor the map application inserts layers of its own."""

    name: str
    anchor: bool


@cache
def names() -> tuple[str, ...]:
    """Return the names of all themes."""
    folder = files("styles").joinpath("themes").iterdir()
    return tuple(sorted(f.name.removesuffix(".json") for f in folder if f.name.endswith(".json")))


@cache
def theme(name: str) -> Theme:
    """Return a theme.

    Raises:
        ThemeUnknown: no file has this name.
    """
    if name not in names():
        raise ThemeUnknown(name, names())
    return Theme(name, read_json(files("styles").joinpath("themes", f"{name}.json")))


@cache
def slots() -> tuple[Slot, ...]:
    """Return the slots from the bottom of the map to the top."""
    declared = read_yaml(files("styles").joinpath("slots.yaml"))
    return tuple(Slot(name, slot.get("anchor", False)) for name, slot in declared.items())


def font_faces(base_url: str) -> dict[str, list[dict[str, Any]]]:
    """Return the style's ``font-faces``: files of the installed font package."""
    fonts = _fonts()
    folder = f"{base_url}/vendor/{fonts['package']}/files"
    stem = fonts["package"].rpartition("/")[2]
    return {
        face: [
            {"url": f"{folder}/{stem}-{subset}-{weight}-normal.woff2", "unicode-range": ranges}
            for subset, ranges in fonts["subsets"].items()
        ]
        for face, weight in fonts["faces"].items()
    }


@cache
def _fonts() -> dict[str, Any]:
    return read_yaml(files("styles").joinpath("fonts.yaml"))
