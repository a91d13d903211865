"""MapLibre style composed of the layers' fragments and a theme; no layer names another."""

from collections.abc import Iterable, Mapping
from typing import Any

from layers.model import Layer
from styles import several
from styles.errors import SlotUnknown, StyleInvalid
from styles.fragment import Words, draw
from styles.theme import Theme, font_faces, slots, theme

StyleLayer = dict[str, Any]


def compose(theme_name: str, layers: Iterable[Layer], base_url: str, lang: str) -> dict[str, Any]:
    """Return the whole style: tiles of every layer, drawn in the order of the slots.

    The style has one state property, ``now``: an RFC 3339 time in UTC ("2026-01-31T07:00:00Z") that
    the map application sets; before that nothing counts as overdue.

    Args:
        theme_name: name of a file in styles/themes.
        layers: in the order in which layers of one slot lie over each other.
        base_url: address of the server, without a slash at the end.
        lang: ``vi`` or ``en``, for labels that exist in both.

    Raises:
        ThemeUnknown: no such theme.
        StyleInvalid: a layer's style.json cannot be drawn; the message names the file.
    """
    look, drawn = theme(theme_name), tuple(layers)
    return {
        "version": 8,
        "name": f"gis-{look.name}",
        "metadata": {"gis:theme": look.name, "gis:lang": lang},
        "state": {"now": {"default": ""}},
        "sprite": f"{base_url}/sprites/{look.name}",
        "font-faces": font_faces(base_url),
        "sources": {layer.id: _source(layer, base_url) for layer in drawn},
        "layers": [_ground(look), *_in_order(look, drawn, lang)],
    }


def _source(layer: Layer, base_url: str) -> dict[str, Any]:
    return {
        "type": "vector",
        "url": f"{base_url}/tiles/{layer.id}.json",
        "promoteId": layer.key,
    }


def _ground(look: Theme) -> StyleLayer:
    paint = {"background-color": look.tokens["ground"]}
    return {"id": "ground", "type": "background", "paint": paint}


def _in_order(look: Theme, layers: Iterable[Layer], lang: str) -> list[StyleLayer]:
    by_slot: dict[str, list[StyleLayer]] = {slot.name: [] for slot in slots()}
    for layer in layers:
        for style_layer in _of_layer(Words(layer, look, lang)):
            slot = style_layer["metadata"]["gis:slot"]
            if slot not in by_slot:
                raise SlotUnknown(layer, f"layers.{style_layer['id']}", slot, by_slot)
            by_slot[slot].append(style_layer)
    for slot in slots():
        if slot.anchor:
            by_slot[slot.name].append(_anchor(slot.name))
    return [style_layer for group in by_slot.values() for style_layer in group]


def _anchor(slot: str) -> StyleLayer:
    return {
        "id": f"slot-{slot}",
        "type": "background",
        "metadata": {"gis:slot": slot},
        "layout": {"visibility": "none"},
    }


def _of_layer(words: Words) -> list[StyleLayer]:
    layer, seen = words.layer, set()
    style_layers: list[StyleLayer] = []
    for raw in several.dressed(layer):
        body = draw(words, raw)
        if raw["id"] in seen:
            raise StyleInvalid(layer, f"layers.{raw['id']}", "this id is used twice")
        seen.add(raw["id"])
        shown = layer.visible or layer.always_visible
        layout = {**body.pop("layout", {}), "visibility": "visible" if shown else "none"}
        style_layers.append(
            {
                "id": f"{layer.id}-{raw['id']}",
                "type": body.pop("type"),
                "source": layer.id,
                "source-layer": layer.label_layer if raw["type"] == "symbol" else layer.id,
                "metadata": _metadata(layer, raw),
                "layout": layout,
                **body,
            }
        )
    return style_layers


def _metadata(layer: Layer, raw: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the map application asks of a style layer: whose it is, what it means."""
    metadata = {"gis:layer": layer.id, "gis:slot": raw["slot"]}
    return {**metadata, "gis:several": True} if raw["id"] in several.ids() else metadata
