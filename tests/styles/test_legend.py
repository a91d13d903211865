"""Signs of a layer and their meaning."""

import re
from dataclasses import replace
from typing import Any

import pytest

from layers import registry
from layers.model import Layer
from styles import errors, expressions, sprites, theme
from styles.legend import legend

LAYERS = registry.load()
EACH = pytest.mark.parametrize("layer", tuple(LAYERS), ids=lambda layer: layer.id)


def _saying(layer_id: str, *entries: dict[str, Any]) -> Layer:
    return replace(LAYERS.get(layer_id), style={"layers": [], "legend": list(entries)})


@EACH
@pytest.mark.parametrize("name", theme.names())
def test_every_layer_explains_its_signs(layer: Layer, name: str) -> None:
    signs = legend(layer, name)
    assert signs
    for sign in signs:
        assert set(sign) == {"swatch", "color", "icon", "title"}
        assert sign["swatch"] in ("fill", "line", "circle", "icon")
        assert re.fullmatch("#[0-9a-f]{6}", sign["color"])
        assert (sign["icon"] in sprites.names()) == (sign["swatch"] == "icon")
        assert sign["title"]["vi"]
        assert sign["title"]["en"]


@EACH
def test_every_icon_on_the_map_is_explained(layer: Layer) -> None:
    explained = {sign["icon"] for sign in legend(layer, "light")}
    drawn = {
        icon
        for part in layer.style["layers"]
        for icon in expressions.outputs(part.get("layout", {}).get("icon-image"))
    }
    assert drawn - {"camera-view"} <= explained


def test_a_sign_without_words_has_the_title_of_the_layer() -> None:
    (sign,) = legend(LAYERS.get("commune"), "light")
    assert sign["title"] == LAYERS.get("commune").title


def test_a_sign_of_a_code_has_the_title_of_the_code() -> None:
    offline = next(
        s for s in legend(LAYERS.get("camera"), "light") if s["icon"] == "camera-offline"
    )
    assert offline["title"] == {"vi": "Mất kết nối", "en": "Offline"}
    assert offline["color"] == theme.theme("light").tokens["alert"]


def test_codes_become_one_sign_each() -> None:
    signs = legend(_saying("camera", {"codes": "status", "swatch": "circle"}), "light")
    assert [sign["title"]["en"] for sign in signs] == ["Offline", "Fault"]
    assert signs[0] == {
        "swatch": "circle",
        "color": "#b3261e",
        "icon": None,
        "title": {"vi": "Mất kết nối", "en": "Offline"},
    }


def test_a_land_code_is_written_before_its_name() -> None:
    first = legend(LAYERS.get("land_parcel"), "light")[0]
    assert first["title"]["vi"] == "LUC – Đất chuyên trồng lúa"


@pytest.mark.parametrize(
    ("entry", "kind"),
    [
        ({"swatch": "fill", "color": "@pink"}, errors.TokenUnknown),
        ({"swatch": "icon", "icon": "webcam"}, errors.IconUnknown),
        ({"swatch": "icon", "icon": "camera", "of": {"status": "asleep"}}, errors.CodesMissing),
        ({"codes": "name"}, errors.CodesMissing),
        ({"codes": "colour"}, errors.CodesMissing),
        ({"codes": "status", "only": ["online"]}, errors.CodesMissing),
    ],
)
def test_a_sign_of_something_that_does_not_exist_is_refused(
    entry: dict[str, Any], kind: type[errors.StyleInvalid]
) -> None:
    with pytest.raises(kind, match=r"camera/style\.json: legend: "):
        legend(_saying("camera", entry), "light")
