"""Clusters: symbols that stand for several points, declared once for all layers in several.yaml."""

from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from layers.declaration_files import read_yaml
from layers.model import Layer
from styles.errors import StyleInvalid

StyleLayer = Mapping[str, Any]

COUNT = "point_count"
"""Property of a point in a tile: how many points it stands for."""

_PLACE = "cluster"
_COLOR = "@normal"
_USUAL = ("point", "detail-label", "place-label")
"""Slots whose signs give way to the number; what is unusual keeps its sign beside it."""

_KEYS = ("color", "minzoom", "filter")

_IS_ONE = ["<=", ["coalesce", ["get", COUNT], 1], 1]
_MIDDLE = ["literal", [0, 0]]
_CORNERS: Mapping[float, list[int]] = {8: [16, -22], 14: [12, -18]}
"""By zoom, where an unusual sign stands so that it leaves the number free: pixels of an icon."""


@cache
def _shared() -> tuple[StyleLayer, ...]:
    return tuple(read_yaml(files("styles").joinpath("several.yaml"))["layers"])


def ids() -> frozenset[str]:
    """Return the ids of the style layers that draw such symbols."""
    return frozenset(raw["id"] for raw in _shared())


def carried(layer: Layer) -> frozenset[str]:
    """Return the properties that tiles of a layer have beside its fields."""
    return frozenset({COUNT}) if layer.geometry.dimension == 0 else frozenset()


def color(layer: Layer) -> Any:
    """Return the colour of a layer's discs as style.json says it; None where it says nothing."""
    cluster = layer.style.get(_PLACE)
    return cluster.get("color") if isinstance(cluster, dict) else None


def dressed(layer: Layer) -> Iterator[StyleLayer]:
    """Yield the style layers of a layer's folder and, for points, those of several at one place.

    Raises:
        StyleInvalid: ``cluster`` is neither false nor a mapping of what it may say.
    """
    cluster = layer.style.get(_PLACE, {})
    if not (cluster is False or (isinstance(cluster, dict) and set(cluster) <= set(_KEYS))):
        raise StyleInvalid(layer, _PLACE, f"is false, or says some of: {', '.join(_KEYS)}")
    if cluster is False or layer.geometry.dimension != 0:
        yield from layer.style["layers"]
        return
    start = cluster.get("minzoom", layer.tiles.minzoom)
    yield from (_giving_way(raw, start) for raw in layer.style["layers"])
    condition = ["all", ["!", _IS_ONE], *([cluster["filter"]] if "filter" in cluster else [])]
    for raw in _shared():
        style_layer = {**raw, "minzoom": start, "filter": condition}
        yield _colored(style_layer, cluster.get("color", _COLOR))


def _giving_way(raw: StyleLayer, start: float) -> StyleLayer:
    """Return a style layer that leaves its place to the number, or stands at its corner."""
    if raw.get("slot") in _USUAL:
        single = ["any", _IS_ONE, ["<", ["zoom"], start]]
        return {**raw, "filter": ["all", single, raw["filter"]] if "filter" in raw else single}
    layout = raw.get("layout", {})
    if raw.get("slot") != "status" or "icon-image" not in layout or "icon-offset" in layout:
        return raw
    stops = {zoom: at for zoom, at in _CORNERS.items() if zoom > start}
    stops = {start: _CORNERS[min(stops, default=max(_CORNERS))], **stops}
    offset = ["interpolate", ["linear"], ["zoom"], start - 0.001, _MIDDLE]
    for zoom, at in stops.items():
        offset += [zoom, ["case", _IS_ONE, _MIDDLE, ["literal", at]]]
    return {**raw, "layout": {"icon-padding": 0, **layout, "icon-offset": offset}}


def _colored(value: Any, chosen: Any) -> Any:
    match value:
        case "@several":
            return chosen
        case dict():
            return {key: _colored(part, chosen) for key, part in value.items()}
        case list():
            return [_colored(part, chosen) for part in value]
    return value
