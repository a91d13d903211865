"""Legends: what the signs of a layer mean, for the map's list of layers."""

from collections.abc import Iterator, Mapping
from typing import Any

from layers.model import Layer, Text
from styles import several
from styles.errors import CodesMissing, IconUnknown
from styles.fragment import Words
from styles.sprites import names
from styles.theme import theme

_PLACE = "legend"
_SEVERAL = {"vi": "Nhiều điểm gần nhau, kèm số lượng", "en": "Several close together, and how many"}


def legend(layer: Layer, theme_name: str) -> list[dict[str, Any]]:
    """Return the signs of a layer in the colours of a theme: swatch, color, icon, title.

    An entry of style.json says ``title``, or ``of`` (field and code, whose title is taken), or
    ``codes`` (one sign for each coloured code of a field); without any it has the layer's title.

    Raises:
        ThemeUnknown: no such theme.
        StyleInvalid: a token, a code or an icon that does not exist.
    """
    words = Words(layer, theme(theme_name), "vi")
    entries = [*layer.style.get("legend", ()), *_several(layer)]
    return [sign for entry in entries for sign in _signs(words, entry)]


def _several(layer: Layer) -> Iterator[Mapping[str, Any]]:
    """Yield the sign of a cluster, where the layer gives it a colour of its own."""
    if isinstance(several.color(layer), str):
        yield {"swatch": "circle", "color": several.color(layer), "title": _SEVERAL}


def _signs(words: Words, entry: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    if "codes" in entry:
        yield from _of_codes(words, entry)
        return
    icon = entry.get("icon")
    if icon is not None and icon not in names():
        raise IconUnknown(words.layer, _PLACE, icon)
    color = words.resolve(entry.get("color", "@icon"), _PLACE)
    yield {"swatch": entry["swatch"], "color": color, "icon": icon, "title": _title(words, entry)}


def _of_codes(words: Words, entry: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    name = entry["codes"]
    field = words.layer.fields.get(name)
    if field is None or field.codes is None:
        raise CodesMissing(words.layer, _PLACE, name)
    for code in entry.get("only", field.codes.codes):
        known = field.codes.codes.get(code)
        if known is None or known.color is None:
            if "only" in entry:
                raise CodesMissing(words.layer, _PLACE, f"{name}={code}")
            continue
        title = {lang: f"{code} – {text}" for lang, text in known.title.items()}
        yield {
            "swatch": entry.get("swatch", "fill"),
            "color": known.color,
            "icon": None,
            "title": title if entry.get("with_code") else dict(known.title),
        }


def _title(words: Words, entry: Mapping[str, Any]) -> Text:
    for name, code in entry.get("of", {}).items():
        field = words.layer.fields.get(name)
        if field is None or field.codes is None or code not in field.codes.codes:
            raise CodesMissing(words.layer, _PLACE, f"{name}={code}")
        return dict(field.codes.codes[code].title)
    return dict(entry.get("title", words.layer.title))
