"""Style layers of a layer folder: placeholders are replaced, and names checked."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from layers.model import Layer
from styles import expressions, several, sprites
from styles.errors import CodesMissing, FieldNotInTile, IconUnknown, StyleInvalid, TokenUnknown
from styles.theme import Theme

_NEEDED = ("id", "slot", "type")
_IMAGES = ("icon-image", "fill-pattern", "line-pattern")


@dataclass(frozen=True, slots=True)
class Words:
    """What placeholders stand for: ``@token``, ``{"codes": field}``, ``{"lang": {...}}``."""

    layer: Layer
    theme: Theme
    lang: str

    def resolve(self, value: Any, place: str) -> Any:
        """Return the value with all its placeholders replaced.

        Args:
            value: any part of a style.json.
            place: where it stands, for the error.

        Raises:
            TokenUnknown: the theme lacks a token.
            CodesMissing: the field has no code list with colours.
        """
        match value:
            case str() if value.startswith("@"):
                return self.token(value[1:], place)
            case {"codes": str(field)}:
                return self._codes(field, place)
            case {"lang": {**texts}}:
                return self.resolve(texts[self.lang], place)
            case dict():
                return {key: self.resolve(part, place) for key, part in value.items()}
            case list():
                return [self.resolve(part, place) for part in value]
        return value

    def token(self, name: str, place: str) -> Any:
        """Return the theme's value of a token."""
        if name not in self.theme.tokens:
            raise TokenUnknown(self.layer, place, name, self.theme.name)
        return self.theme.tokens[name]

    def _codes(self, field: str, place: str) -> list[Any]:
        branches: list[Any] = []
        for color, codes in colors(self.layer, field, place).items():
            branches += [codes, color]
        return ["match", ["get", field], *branches, self.token("unknown", place)]


def colors(layer: Layer, field: str, place: str) -> dict[str, list[str]]:
    """Return the codes of each colour of a field's code list.

    Raises:
        CodesMissing: the field has no code list with colours.
    """
    known = layer.fields.get(field)
    grouped: dict[str, list[str]] = {}
    for code in known.codes.codes.values() if known and known.codes else ():
        if code.color:
            grouped.setdefault(code.color, []).append(code.code)
    if not grouped:
        raise CodesMissing(layer, place, field)
    return grouped


def draw(words: Words, raw: Mapping[str, Any]) -> dict[str, Any]:
    """Return a MapLibre style layer without its id, source and place in the order.

    Raises:
        StyleInvalid: naming the file of the layer, the style layer and the reason.
    """
    layer, place = words.layer, f"layers.{raw.get('id', '?')}"
    for key in _NEEDED:
        if not isinstance(raw.get(key), str):
            raise StyleInvalid(layer, place, f"a style layer needs '{key}'")
    body = {key: words.resolve(part, place) for key, part in raw.items() if key not in _NEEDED[:2]}
    _check_fields(layer, place, body)
    _check_images(layer, place, body)
    return body


def _check_fields(layer: Layer, place: str, body: Mapping[str, Any]) -> None:
    carried = {layer.key, *layer.tiles.fields, *several.carried(layer)}
    parts = [body.get(key) for key in ("filter", "layout", "paint")]
    for name in expressions.fields(parts):
        if name not in carried:
            raise FieldNotInTile(layer, place, name)


def _check_images(layer: Layer, place: str, body: Mapping[str, Any]) -> None:
    drawn = {**body.get("layout", {}), **body.get("paint", {})}
    for key in _IMAGES:
        for icon in expressions.outputs(drawn.get(key)):
            if icon not in sprites.names():
                raise IconUnknown(layer, place, icon)
