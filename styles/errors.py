"""Errors of themes and of the style.json of a layer folder."""

from collections.abc import Iterable

from layers.errors import GisError, Missing
from layers.model import Layer


class ThemeUnknown(Missing):
    """No theme of this name exists."""

    def __init__(self, name: str, known: Iterable[str]) -> None:
        super().__init__(f"There is no theme '{name}'. Themes: {', '.join(known)}.")
        self.name = name


class StyleInvalid(GisError):
    """A layer's style.json says something that cannot be true; the message names the file."""

    def __init__(self, layer: Layer, place: str, reason: str) -> None:
        super().__init__(f"{layer.folder / 'style.json'}: {place}: {reason}")
        self.layer, self.place, self.reason = layer.id, place, reason


class SlotUnknown(StyleInvalid):
    """A style layer asks for a slot that slots.yaml does not have."""

    def __init__(self, layer: Layer, place: str, slot: str, known: Iterable[str]) -> None:
        super().__init__(layer, place, f"no slot '{slot}' (slots: {', '.join(known)})")


class TokenUnknown(StyleInvalid):
    """A value asks for a token that the theme does not have."""

    def __init__(self, layer: Layer, place: str, token: str, theme: str) -> None:
        super().__init__(layer, place, f"theme '{theme}' has no token '@{token}'")


class CodesMissing(StyleInvalid):
    """A field of coloured codes is asked for, and the field has none."""

    def __init__(self, layer: Layer, place: str, field: str) -> None:
        super().__init__(layer, place, f"field '{field}' has no code list with colours")


class FieldNotInTile(StyleInvalid):
    """A style layer reads a field that the layer's tiles do not carry."""

    def __init__(self, layer: Layer, place: str, field: str) -> None:
        super().__init__(layer, place, f"field '{field}' is neither the key nor in tiles.fields")


class IconUnknown(StyleInvalid):
    """An icon is asked for that styles/sprites does not have."""

    def __init__(self, layer: Layer, place: str, icon: str) -> None:
        super().__init__(layer, place, f"no icon '{icon}' in styles/sprites")
