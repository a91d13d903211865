"""Construction of a Layer from a checked layer.yaml, and contradictions in that text."""

import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from layers import keys
from layers.errors import CrsUnknown, LayerInvalid
from layers.geo import BBox, Crs, definition
from layers.model import (
    Access,
    Alias,
    Attention,
    Code,
    CodeList,
    Derive,
    Expect,
    Field,
    Geometry,
    Heatmap,
    Layer,
    Lifecycle,
    Source,
    Text,
    Tiles,
    Type,
)
from layers.pixels import COLUMNS

RESERVED = {"geom", "h3", "geojson", *COLUMNS}
"""Columns that every table has for itself."""

DEGREES = 4326

_INTERVAL = re.compile(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?")


def interval(text: str) -> timedelta:
    """Read an ISO 8601 interval of days, hours, minutes and seconds (``PT15M``, ``P1D``)."""
    match = _INTERVAL.fullmatch(text)
    if match is None:
        raise ValueError(f"'{text}' is not an interval such as P1D or PT15M")
    days, hours, minutes, seconds = (int(part or 0) for part in match.groups())
    return timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)


def codelist(declared: Mapping[str, Any], *, is_open: bool) -> CodeList:
    """Make a code list from a mapping of code to titles."""
    return CodeList(
        {
            code: Code(
                code,
                {"vi": entry["vi"], "en": entry["en"]},
                entry.get("color"),
                tuple(entry.get("aliases", ())),
            )
            for code, entry in declared.items()
        },
        is_open,
    )


def layer(
    folder: Path,
    declared: Mapping[str, Any],
    style: Mapping[str, Any],
    codelists: Mapping[str, CodeList],
) -> Layer:
    """Make the layer of a folder.

    Raises:
        LayerInvalid: a code list or a CRS that does not exist.
    """
    file = folder / "layer.yaml"
    freshness = declared.get("freshness")
    return Layer(
        id=folder.name,
        folder=folder,
        title=declared["title"],
        description=declared["description"],
        group=declared["group"],
        owner=declared["owner"],
        licence=declared["licence"],
        lifecycle=Lifecycle(declared["lifecycle"]),
        freshness=interval(freshness) if freshness else None,
        geometry=Geometry(declared["geometry"]["type"], _crs(file, declared["geometry"]["crs"])),
        key=declared["key"],
        label=declared["label"],
        time=declared.get("time"),
        search=tuple(declared.get("search", ())),
        lookup=tuple(declared.get("lookup", ())),
        fields={
            name: _field(file, name, field, codelists, is_key=name == declared["key"])
            for name, field in declared["fields"].items()
        },
        tiles=_tiles(declared["tiles"]),
        heatmap=_heatmap(declared.get("heatmap")),
        sources=tuple(Source(**source) for source in declared["sources"]),
        expect=_expect(declared.get("expect", {})),
        attention=_attention(declared.get("attention")),
        style=style,
        always_visible=declared.get("always_visible", False),
        visible=declared.get("visible", True),
    )


def _crs(file: Path, text: str) -> Crs:
    crs = Crs(int(text.removeprefix("EPSG:")))
    try:
        definition(crs.srid)
    except CrsUnknown as error:
        raise LayerInvalid(file, "geometry.crs", str(error)) from error
    return crs


def _field(
    file: Path,
    name: str,
    declared: Mapping[str, Any],
    codelists: Mapping[str, CodeList],
    *,
    is_key: bool,
) -> Field:
    plain = ("unit", "required", "pattern", "minimum", "maximum", "max_length")
    return Field(
        name=name,
        title=declared["title"],
        type=Type(declared["type"]),
        codes=_codes(file, name, declared, codelists),
        access=Access(declared.get("access", "public")),
        derive=Derive(declared["derive"]) if "derive" in declared else None,
        aliases=_aliases(declared.get("aliases", [])),
        is_key=is_key,
        **{key: declared[key] for key in plain if key in declared},
    )


def _codes(
    file: Path, name: str, declared: Mapping[str, Any], codelists: Mapping[str, CodeList]
) -> CodeList | None:
    codes, is_open = declared.get("codes"), declared.get("open", False)
    if codes is None:
        return None
    if isinstance(codes, dict):
        return codelist(codes, is_open=is_open)
    if codes not in codelists:
        known = ", ".join(codelists) or "none"
        raise LayerInvalid(file, f"fields.{name}.codes", f"no code list '{codes}' (known: {known})")
    return CodeList(codelists[codes].codes, is_open)


def _aliases(declared: list[str] | Mapping[str, float]) -> tuple[Alias, ...]:
    if isinstance(declared, Mapping):
        return tuple(Alias(name, factor) for name, factor in declared.items())
    return tuple(Alias(name) for name in declared)


def _tiles(declared: Mapping[str, Any]) -> Tiles:
    first = tuple((name, tuple(codes)) for name, codes in declared.get("first", {}).items())
    return Tiles(**{**declared, "fields": tuple(declared["fields"]), "first": first})


def _heatmap(declared: Mapping[str, Any] | None) -> Heatmap | None:
    if declared is None:
        return None
    return Heatmap(
        declared.get("category"),
        declared.get("weight"),
        declared.get("aggregate", "sum"),
        declared.get("worse", "high"),
        declared.get("by"),
    )


def _expect(declared: Mapping[str, Any]) -> Expect:
    low, high = declared.get("rows", (0, None))
    return Expect(low, high, BBox(*declared["bbox"]) if "bbox" in declared else None)


def _attention(declared: Mapping[str, Any] | None) -> Attention | None:
    if declared is None:
        return None
    where = {name: tuple(values) for name, values in declared.get("where", {}).items()}
    return Attention(
        declared["title"],
        declared.get("priority", 9),
        where,
        declared.get("before_now"),
        declared.get("rising", False),
    )


def contradictions(
    layer: Layer, declared: Mapping[str, Any], groups: Mapping[str, Text]
) -> Iterator[tuple[str, str]]:
    """Yield (key, reason) of what cannot be true together."""
    if layer.group not in groups:
        yield "group", f"no group '{layer.group}' (known: {', '.join(groups)})"
    yield from _unknown_names(layer)
    yield from _wrong_fields(layer)
    if layer.tiles.minzoom > layer.tiles.maxzoom:
        yield "tiles.minzoom", "must not be above tiles.maxzoom"
    if layer.tiles.first and layer.geometry.dimension != 0:
        yield "tiles.first", "only points stand for others"
    if layer.has_anchor and layer.geometry.dimension != 2:
        yield "tiles.labels", "only areas have a layer of label points"
    if layer.lifecycle is Lifecycle.APPENDED and layer.time is None:
        yield "time", "an appended layer needs a time field"
    if layer.heatmap and layer.geometry.type != "Point":
        yield "heatmap", "only points are aggregated to H3"
    if layer.heatmap and layer.geometry.crs.srid != DEGREES:
        yield "heatmap", "points that are aggregated to H3 are stored in EPSG:4326"
    if layer.heatmap and layer.heatmap.by and not layer.heatmap.weight:
        yield "heatmap.by", "there is no heatmap.weight to be weighed by it"
    for name in sorted(RESERVED & set(declared["fields"])):
        yield f"fields.{name}", "this name is used by the table itself"


def _unknown_names(layer: Layer) -> Iterator[tuple[str, str]]:
    heatmap, attention = layer.heatmap, layer.attention
    named = [("key", layer.key), ("label", layer.label), ("time", layer.time)]
    named += [("search", name) for name in layer.search]
    named += [("lookup", name) for name in layer.lookup]
    named += [("tiles.fields", name) for name in layer.tiles.fields]
    named += [("tiles.rank", layer.tiles.rank)]
    named += [("tiles.first", name) for name, _ in layer.tiles.first]
    if heatmap:
        named += [("heatmap.category", heatmap.category), ("heatmap.weight", heatmap.weight)]
        named += [("heatmap.by", heatmap.by)]
    if attention:
        named += [("attention.where", name) for name in attention.where]
        named += [("attention.before_now", attention.before_now)]
    for key, name in named:
        if name is not None and name not in layer.fields:
            yield key, f"names unknown field '{name}'"
        elif name is not None and layer.fields[name].access is not Access.PUBLIC:
            yield key, f"names field '{name}', which not everyone may see"


def _wrong_fields(layer: Layer) -> Iterator[tuple[str, str]]:
    for field in layer.fields.values():
        for key, reason in _wrong_field(layer, field):
            yield f"fields.{field.name}{key}", reason
    weight, by = (layer.heatmap.weight, layer.heatmap.by) if layer.heatmap else (None, None)
    for key, name, allowed in (
        ("time", layer.time, (Type.DATE, Type.DATETIME)),
        ("heatmap.weight", weight, (Type.INTEGER, Type.NUMBER)),
        ("heatmap.by", by, (Type.INTEGER, Type.NUMBER)),
    ):
        if name is not None and name in layer.fields and layer.fields[name].type not in allowed:
            kinds = " or ".join(kind.value for kind in allowed)
            yield key, f"field '{name}' is {layer.fields[name].type.value}, not {kinds}"


def _wrong_field(layer: Layer, field: Field) -> Iterator[tuple[str, str]]:
    is_text, dimension = field.type is Type.TEXT, layer.geometry.dimension
    if field.name in (*layer.search, *layer.lookup) and not is_text:
        yield "", "only text can be searched or looked up"
    if field.codes and not is_text:
        yield ".codes", "only text has a code list"
    if field.pattern and not is_text:
        yield ".pattern", "only text has a pattern"
    if field.max_length and not is_text:
        yield ".max_length", "only text has a length"
    if field.is_key and field.longest > keys.LONGEST:
        yield ".max_length", f"a key has at most {keys.LONGEST} letters"
    if field.derive is Derive.SERIAL and not _is_serial_key(layer, field):
        yield ".derive", "serial is for an integer key"
    if field.derive is Derive.AREA and dimension != 2:
        yield ".derive", "only areas have an area"
    if field.derive is Derive.LENGTH and dimension != 1:
        yield ".derive", "only lines have a length"


def _is_serial_key(layer: Layer, field: Field) -> bool:
    return field.type is Type.INTEGER and field.name == layer.key
