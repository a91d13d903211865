"""A symbol that stands for several points is drawn alike for every layer, and said once."""

from dataclasses import replace
from typing import Any

import pytest

from layers import registry
from layers.model import Layer
from styles import several, theme
from styles.compose import compose
from styles.errors import StyleInvalid
from styles.legend import legend

LAYERS = registry.load()
POINTS = [layer for layer in LAYERS if layer.geometry.dimension == 0 and layer.id != "islands"]
EACH = pytest.mark.parametrize("layer", POINTS, ids=lambda layer: layer.id)


def _drawn(layer: Layer, name: str = "light", lang: str = "vi") -> dict[str, dict[str, Any]]:
    made = compose(name, [layer], "https://gis.example.vn", lang)["layers"]
    return {part["id"].removeprefix(f"{layer.id}-"): part for part in made if "source" in part}


def _styled(layer_id: str, **more: Any) -> Layer:
    layer = LAYERS.get(layer_id)
    return replace(layer, style={**layer.style, **more})


@EACH
def test_every_layer_of_points_draws_how_many_a_symbol_stands_for(layer: Layer) -> None:
    drawn = _drawn(layer)
    disc, number = drawn["several"], drawn["several-count"]
    for part in (disc, number):
        assert part["metadata"]["gis:several"] is True
        assert part["minzoom"] >= layer.tiles.minzoom
        assert part["filter"][:2] == ["all", ["!", several._IS_ONE]]
    assert disc["paint"]["circle-radius"][2] == ["log10", ["get", "point_count"]]
    assert number["layout"]["text-allow-overlap"] is False
    assert number["layout"]["symbol-sort-key"] == ["-", 0, ["get", "point_count"]]


@EACH
def test_the_usual_sign_gives_way_and_the_unusual_one_stands_at_the_corner(layer: Layer) -> None:
    for name, part in _drawn(layer).items():
        slot, is_counted = part["metadata"]["gis:slot"], name in several.ids()
        if slot in ("point", "place-label") and not is_counted:
            assert str(several._IS_ONE) in str(part["filter"]), name
        elif slot == "status" and part["type"] == "symbol":
            assert str(several._IS_ONE) in str(part["layout"]["icon-offset"]), name


def test_other_layers_have_none() -> None:
    points = {layer.id for layer in POINTS}
    for layer in LAYERS:
        if layer.id not in points:
            assert "several" not in _drawn(layer), layer.id


@pytest.mark.parametrize(("lang", "million"), [("vi", "tr"), ("en", "M")])
def test_large_numbers_are_short_in_the_language_of_the_page(lang: str, million: str) -> None:
    text = _drawn(LAYERS.get("camera"), lang=lang)["several-count"]["layout"]["text-field"]
    assert text[3::2] == [1000, 10_000, 1_000_000]
    assert text[4][1][2]["locale"] == lang
    assert text[-1][-1] == million


def test_the_colour_is_that_of_the_layer_and_of_the_theme() -> None:
    for name in theme.names():
        tokens = theme.theme(name).tokens
        assert (
            _drawn(LAYERS.get("camera"), name)["several"]["paint"]["circle-color"]
            == (tokens["tint-slate"])
        )
        plain = replace(LAYERS.get("camera"), style={"layers": []})
        assert _drawn(plain, name)["several"]["paint"]["circle-color"] == tokens["normal"]


@EACH
def test_the_sign_is_explained(layer: Layer) -> None:
    sign = legend(layer, "light")[-1]
    assert sign["swatch"] == "circle"
    assert sign["title"]["vi"].startswith("Nhiều điểm")


@pytest.mark.parametrize("name", theme.names())
def test_numbers_can_be_read_on_every_disc(name: str) -> None:
    tokens = theme.theme(name).tokens
    for layer in POINTS:
        token = several.color(layer).removeprefix("@")
        assert _contrast(tokens[token], tokens["icon-mark"]) >= 4.5, (layer.id, token)


def _contrast(one: str, other: str) -> float:
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(color: str) -> float:
    parts = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_a_layer_may_start_later_and_choose_which() -> None:
    wanted = ["==", ["get", "status"], "online"]
    layer = _styled("camera", cluster={"minzoom": 10, "filter": wanted})
    drawn = _drawn(layer)
    assert drawn["several"]["minzoom"] == 10
    assert drawn["several"]["filter"] == ["all", ["!", several._IS_ONE], wanted]
    assert ["<", ["zoom"], 10] in drawn["dot"]["filter"][1]


def test_a_layer_may_do_without() -> None:
    assert set(_drawn(_styled("camera", cluster=False))) == {"view", "dot", "icon", "status"}


@pytest.mark.parametrize("said", [True, "red", {"colour": "@normal"}, []])
def test_what_cluster_cannot_say_is_refused(said: Any) -> None:
    with pytest.raises(StyleInvalid, match=r"camera/style\.json: cluster: is false, or says"):
        _drawn(_styled("camera", cluster=said))
