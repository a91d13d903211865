"""One style from many folders: the order, the words, and what is refused."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from layers import registry
from layers.model import Layer
from styles import errors, expressions, theme
from styles.compose import compose

LAYERS = registry.load()
BASE = "https://gis.example.vn"
STYLES = Path(theme.__file__).parent


@pytest.fixture(params=[(name, lang) for name in theme.names() for lang in ("vi", "en")], ids=str)
def style(request: pytest.FixtureRequest) -> dict[str, Any]:
    name, lang = request.param
    return compose(name, LAYERS, BASE, lang)


def _redrawn(layer_id: str, *style_layers: dict[str, Any]) -> Layer:
    """A layer of the product with another style.json."""
    return replace(LAYERS.get(layer_id), style={"layers": list(style_layers)})


def _drawn(*layers: Layer) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = compose("light", layers, BASE, "vi")["layers"]
    return [layer for layer in found if "source" in layer]


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from _strings(part)
    elif isinstance(value, list):
        for part in value:
            yield from _strings(part)


def test_every_layer_is_a_source_and_is_drawn(style: dict[str, Any]) -> None:
    drawn = {layer["source"] for layer in style["layers"] if "source" in layer}
    assert set(style["sources"]) == set(LAYERS.by_id) == drawn
    for layer in LAYERS:
        assert style["sources"][layer.id] == {
            "type": "vector",
            "url": f"{BASE}/tiles/{layer.id}.json",
            "promoteId": layer.key,
        }


def test_ids_are_unique(style: dict[str, Any]) -> None:
    ids = Counter(layer["id"] for layer in style["layers"])
    assert [name for name, count in ids.items() if count > 1] == []


def test_layers_lie_in_the_order_of_the_slots(style: dict[str, Any]) -> None:
    order = [slot.name for slot in theme.slots()]
    found = [order.index(layer["metadata"]["gis:slot"]) for layer in style["layers"][1:]]
    assert found == sorted(found)


def test_nothing_is_left_to_replace(style: dict[str, Any]) -> None:
    assert [text for text in _strings(style["layers"]) if text.startswith("@")] == []


def test_the_ground_is_the_colour_of_the_sea_and_the_heat_has_its_place(
    style: dict[str, Any],
) -> None:
    ids = [layer["id"] for layer in style["layers"]]
    assert style["layers"][0]["type"] == "background"
    heat = ids.index("slot-heat")
    assert style["layers"][heat]["layout"]["visibility"] == "none"
    texts = [i for i, layer in enumerate(style["layers"]) if layer["type"] == "symbol"]
    assert min(texts) > heat > ids.index("commune-line")


def test_fonts_and_sprite_come_from_our_own_address(style: dict[str, Any]) -> None:
    assert "glyphs" not in style
    assert style["sprite"].startswith(f"{BASE}/sprites/")
    for faces in style["font-faces"].values():
        assert len(faces) == 3
        assert all(face["url"].startswith(f"{BASE}/vendor/@fontsource/") for face in faces)
    used = {
        font for layer in style["layers"] for font in layer.get("layout", {}).get("text-font", ())
    }
    assert used <= set(style["font-faces"])


@pytest.mark.parametrize("char", "AaĐđƠơƯưĂăÂâẠạỆệỸỹ₫0–")
def test_each_vietnamese_letter_is_in_one_font_file(char: str) -> None:
    point = ord(char)
    for faces in theme.font_faces(BASE).values():
        ranges = [text for face in faces for text in face["unicode-range"]]
        ends = [[int(end, 16) for end in text.removeprefix("U+").split("-")] for text in ranges]
        assert sum(low[0] <= point <= low[-1] for low in ends) == 1


def test_only_what_is_visible_is_shown_at_first() -> None:
    for drawn in compose("light", LAYERS, BASE, "vi")["layers"]:
        if "source" in drawn:
            wanted = "visible" if LAYERS.get(drawn["source"]).visible else "none"
            assert drawn["layout"]["visibility"] == wanted, drawn["id"]


def test_an_always_visible_layer_is_shown_whatever_else_it_says() -> None:
    (first, *_) = _drawn(replace(LAYERS.get("islands"), visible=False))
    assert first["layout"]["visibility"] == "visible"


def test_names_of_the_archipelagos_are_drawn_over_everything_at_every_zoom(
    style: dict[str, Any],
) -> None:
    top = style["layers"][-1]
    assert top["id"] == "islands-archipelago"
    assert top["layout"]["text-allow-overlap"] is True
    assert top["layout"]["text-ignore-placement"] is True
    assert "minzoom" not in top
    assert LAYERS.get("islands").tiles.minzoom == 0


def test_labels_that_exist_in_both_languages_follow_the_language() -> None:
    for lang, field in (("vi", "name"), ("en", "name_en")):
        top = compose("light", LAYERS, BASE, lang)["layers"][-1]
        assert top["layout"]["text-field"][1] == ["get", field]


@pytest.mark.parametrize("layer_id", ["camera", "fire_alarm", "hydrant", "report"])
def test_an_unusual_state_has_a_shape_of_its_own(layer_id: str) -> None:
    icons: dict[bool, set[str]] = {True: set(), False: set()}
    for drawn in _drawn(LAYERS.get(layer_id)):
        usual = drawn["metadata"]["gis:slot"] == "point"
        icons[usual] |= set(expressions.outputs(drawn["layout"].get("icon-image")))
    assert icons[False]
    assert icons[False].isdisjoint(icons[True])


def test_parcels_have_the_colours_of_their_codes_and_are_labelled_close_up() -> None:
    drawn = {layer["id"]: layer for layer in _drawn(LAYERS.get("land_parcel"))}
    fill = drawn["land_parcel-fill"]["paint"]["fill-color"]
    assert fill[:2] == ["match", ["get", "land_code"]]
    pairs = {
        code: color
        for codes, color in zip(fill[2:-1:2], fill[3:-1:2], strict=True)
        for code in codes
    }
    assert pairs["ONT"] == "#ffd0ff"
    assert fill[-1] == theme.theme("light").tokens["unknown"]
    assert drawn["land_parcel-label"]["minzoom"] == 17
    assert LAYERS.get("land_parcel").tiles.minzoom == 14


def test_themes_have_the_same_words() -> None:
    words = {name: set(theme.theme(name).tokens) for name in theme.names()}
    assert set(words) == {"light", "dark"}
    assert words["light"] == words["dark"]


def test_every_word_of_a_theme_is_used() -> None:
    texts = [file.read_text("utf-8") for file in STYLES.glob("sprites/*.svg")]
    texts += [json.dumps(layer.style) for layer in LAYERS]
    used = {word for text in texts for word in re.findall(r"@([a-z][a-z-]*)", text)}
    used |= {"ground", "unknown"}
    assert set(theme.theme("light").tokens) == used


def test_every_slot_is_used_or_an_anchor() -> None:
    used = {
        layer["metadata"]["gis:slot"]
        for layer in compose("light", LAYERS, BASE, "vi")["layers"][1:]
    }
    assert used == {slot.name for slot in theme.slots()}


POINT = {"id": "dot", "slot": "point", "type": "circle"}


def _refused(kind: type[errors.StyleInvalid], layer: Layer) -> str:
    with pytest.raises(kind) as caught:
        compose("light", [layer], BASE, "vi")
    message = str(caught.value)
    assert message.startswith(str(layer.folder / "style.json"))
    return message


def test_an_unknown_theme_is_refused_with_those_that_exist() -> None:
    with pytest.raises(errors.ThemeUnknown, match=r"no theme 'neon'\. Themes: dark, light"):
        compose("neon", LAYERS, BASE, "vi")


def test_a_name_that_leaves_the_folder_is_no_theme() -> None:
    with pytest.raises(errors.ThemeUnknown):
        theme.theme("../slots")


def test_an_unknown_slot_is_refused() -> None:
    layer = _redrawn("camera", {**POINT, "slot": "roof"})
    assert "no slot 'roof'" in _refused(errors.SlotUnknown, layer)


def test_an_unknown_token_is_refused() -> None:
    layer = _redrawn("camera", {**POINT, "paint": {"circle-color": "@pink"}})
    assert "theme 'light' has no token '@pink'" in _refused(errors.TokenUnknown, layer)


@pytest.mark.parametrize(
    "part", [{"paint": {"circle-radius": ["get", "code"]}}, {"filter": ["has", "address"]}]
)
def test_a_field_that_the_tiles_lack_is_refused(part: dict[str, Any]) -> None:
    layer = replace(_redrawn("camera", {**POINT, **part}), key="name")
    assert "tiles.fields" in _refused(errors.FieldNotInTile, layer)


def test_an_icon_that_nobody_drew_is_refused() -> None:
    icon = ["match", ["get", "kind"], "plate", "camera-plate", "webcam"]
    layer = _redrawn("camera", {**POINT, "type": "symbol", "layout": {"icon-image": icon}})
    assert "no icon 'webcam'" in _refused(errors.IconUnknown, layer)


def test_colours_of_codes_need_codes_with_colours() -> None:
    layer = _redrawn("camera", {**POINT, "paint": {"circle-color": {"codes": "kind"}}})
    assert "'kind' has no code list with colours" in _refused(errors.CodesMissing, layer)


@pytest.mark.parametrize("key", ["id", "slot", "type"])
def test_a_style_layer_says_what_it_is(key: str) -> None:
    layer = _redrawn("camera", {name: value for name, value in POINT.items() if name != key})
    assert f"needs '{key}'" in _refused(errors.StyleInvalid, layer)


def test_an_id_is_used_once() -> None:
    assert "used twice" in _refused(errors.StyleInvalid, _redrawn("camera", POINT, POINT))
