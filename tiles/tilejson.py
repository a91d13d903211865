"""TileJSON 3.0 of layers and heatmaps. Pure."""

from typing import Any, NamedTuple

from layers.geo import BBox
from layers.model import Field, Layer, Type

MVT_LAYER = "heatmap"
"""Name of the layer of hexagons in a tile."""

HEATMAP_MAXZOOM = 14
"""Hexagons are no finer below this zoom; a client stretches these tiles."""

DEMO = {"vi": "Dữ liệu trình diễn, không có thật", "en": "Demonstration data, made up"}

_VECTOR_TYPE = {Type.INTEGER: "Number", Type.NUMBER: "Number", Type.BOOLEAN: "Boolean"}


class About(NamedTuple):
    """What a description needs beside the layer.

    ``base_url`` starts the tile addresses and has no slash at the end; ``language`` is of titles,
    ``vi`` or ``en``; ``bounds`` of the rows in degrees; ``is_demo`` tells that rows are made up.
    """

    base_url: str
    language: str
    bounds: BBox
    is_demo: bool


def vector(layer: Layer, about: About, query: str = "") -> dict[str, Any]:
    """Describe a layer's vector tiles; ``query`` is the filter that every tile address repeats."""
    language, zooms = about.language, _zooms(layer.tiles.minzoom, layer.tiles.maxzoom)
    names = dict.fromkeys((layer.key, *layer.tiles.fields))
    fields = {name: _described(layer.fields[name], language) for name in names}
    title, suffix = layer.title[language], f"?{query}" if query else ""
    return {
        "tilejson": "3.0.0",
        "name": title,
        "description": layer.description[language],
        "attribution": attribution(layer, language, is_demo=about.is_demo),
        "scheme": "xyz",
        "tiles": [f"{about.base_url}/tiles/{layer.id}/{{z}}/{{x}}/{{y}}.mvt{suffix}"],
        **zooms,
        "bounds": list(about.bounds),
        "vector_layers": [
            {"id": name, "description": title, **zooms, "fields": fields}
            for name in dict.fromkeys((layer.id, layer.label_layer))
        ],
    }


RATES = {"area": "1/km2", "people": "1/10000"}
"""Units of rates, in UCUM."""


def heatmap(layer: Layer, about: About, query: str, rate: str = "") -> dict[str, Any]:
    """Describe a layer's hexagons.

    Args:
        layer: whose events.
        about: language, address, box.
        query: what every tile address repeats.
        rate: what the value is, when it is events by something.
    """
    fields = {"cell": "H3 index, hexadecimal", "count": "events"}
    value = rate_of(rate) if rate else value_of(layer)
    if value:
        fields["value"] = f"{value['aggregate']} of {value['field']}"
    return {**_hexagons(layer, about, "heatmap", query, fields), "value": value}


def hotspots(layer: Layer, about: About, query: str) -> dict[str, Any]:
    """Describe tiles of a layer's hot spots; ``query`` is what every tile address repeats."""
    fields = {
        "cell": "H3 index, hexadecimal",
        "kind": "1 new, 2 growing, 3 persistent, 4 fading, 5 unusual",
        "z": "Gi* of the last slice",
    }
    return _hexagons(layer, about, "hotspots", query, fields)


def usual(layer: Layer, about: About, query: str) -> dict[str, Any]:
    """Describe tiles that compare with what is usual; ``query`` is what every address repeats."""
    fields = {
        "cell": "H3 index, hexadecimal",
        "level": "1 as usual, 2 worse, 3 much worse",
        "ratio": "value by the usual one",
    }
    return _hexagons(layer, about, "usual", query, fields)


def _hexagons(
    layer: Layer, about: About, kind: str, query: str, fields: dict[str, str]
) -> dict[str, Any]:
    zooms = _zooms(0, HEATMAP_MAXZOOM)
    suffix = f"?{query}" if query else ""
    return {
        "tilejson": "3.0.0",
        "name": f"{layer.title[about.language]} (H3)",
        "attribution": attribution(layer, about.language, is_demo=about.is_demo),
        "scheme": "xyz",
        "tiles": [f"{about.base_url}/{kind}/{layer.id}/{{z}}/{{x}}/{{y}}.mvt{suffix}"],
        **zooms,
        "bounds": list(about.bounds),
        "vector_layers": [{"id": MVT_LAYER, **zooms, "fields": fields}],
    }


def _zooms(low: int, high: int) -> dict[str, int]:
    return {"minzoom": low, "maxzoom": high}


def value_of(layer: Layer) -> dict[str, Any] | None:
    """Tell what ``value`` of a hexagon is; None without a weight."""
    if layer.heatmap is None or layer.heatmap.weight is None:
        return None
    weight = layer.fields[layer.heatmap.weight]
    return {
        "field": weight.name,
        "aggregate": layer.heatmap.aggregate,
        "unit": weight.unit,
        "worse": layer.heatmap.worse,
    }


def rate_of(rate: str) -> dict[str, Any]:
    """Tell what ``value`` of a hexagon is when it is a rate."""
    return {"field": "count", "aggregate": "rate", "unit": RATES[rate], "worse": "high"}


def attribution(layer: Layer, language: str, *, is_demo: bool) -> str:
    """Name the owner and the sources, each with its licence; of made-up rows, that they are."""
    if is_demo:
        return DEMO[language]
    sources = [
        source.attribution or f"{source.title[language]} ({source.licence})"
        for source in layer.sources
    ]
    return " · ".join(dict.fromkeys([layer.owner[language], *sources]))


def _described(field: Field, language: str) -> str:
    kind = _VECTOR_TYPE.get(field.type, "String")
    unit = f", {field.unit}" if field.unit else ""
    return f"{kind}: {field.title[language]}{unit}"
