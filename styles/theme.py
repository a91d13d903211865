"""Themes, slots and fonts: what the files beside this module say, read once."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from styles.errors import ThemeUnknown


@dataclass(frozen=True, slots=True)
class Theme:
    """A set of tokens by name: colours, fonts, opacities."""

    name: str
    tokens: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Slot:
    """A place in the drawing order; an anchor is for the map application to draw at."""

    name: str
    anchor: bool


@cache
def names() -> tuple[str, ...]:
    """Return the names of all themes."""
    found = files("styles").joinpath("themes").iterdir()
    return tuple(sorted(f.name.removesuffix(".json") for f in found if f.name.endswith(".json")))


@cache
def theme(name: str) -> Theme:
    """Return a theme.

    Raises:
        ThemeUnknown: no file has this name.
    """
    if name not in names():
        raise ThemeUnknown(name, names())
    text = files("styles").joinpath("themes", f"{name}.json").read_text("utf-8")
    return Theme(name, json.loads(text))


@cache
def slots() -> tuple[Slot, ...]:
    """Return the slots from the bottom of the map to the top."""
    declared = yaml.safe_load(files("styles").joinpath("slots.yaml").read_text("utf-8"))
    return tuple(Slot(name, said.get("anchor", False)) for name, said in declared.items())


def font_faces(base_url: str) -> dict[str, list[dict[str, Any]]]:
    """Return the style's ``font-faces``: files of the installed font package."""
    said = _fonts()
    folder = f"{base_url}/vendor/{said['package']}/files"
    stem = said["package"].rpartition("/")[2]
    return {
        face: [
            {"url": f"{folder}/{stem}-{subset}-{weight}-normal.woff2", "unicode-range": ranges}
            for subset, ranges in said["subsets"].items()
        ]
        for face, weight in said["faces"].items()
    }


@cache
def _fonts() -> dict[str, Any]:
    said: dict[str, Any] = yaml.safe_load(files("styles").joinpath("fonts.yaml").read_text("utf-8"))
    return said
