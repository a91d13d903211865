"""Documents of OGC API DGGS: grid, zones and what is counted in them; pure."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import shapely

from cells import index
from cells.index import Cells
from cells.question import Counted
from gis_server.features.crs import CRS84
from gis_server.ogc.dggs import regions, zones
from gis_server.ogc.documents import GEOJSON, HTML, JSON, Document, Link
from layers.model import Layer, Text
from tiles import tilejson

ID = "H3"
NUMBERS, UINT64 = "uint64", "application/x-binary"
"""The binary list: its value of ``f``, and its media type."""

OF_LIST: Mapping[str, str] = {"json": JSON, "geojson": GEOJSON, NUMBERS: UINT64, "html": HTML}
OF_ZONE: Mapping[str, str] = {"json": JSON, "geojson": GEOJSON, "html": HTML}
OF_DATA: Mapping[str, str] = {"json": JSON, "geojson": GEOJSON}
"""Formats by the value of ``f``, with their media types."""

_SCHEMA = "https://schemas.opengis.net/ogcapi/dggs/1.0/core/schemas/dggs-json/dggs-json.json"

_TITLES: Mapping[str, Text] = {
    "dggrs-list": {"vi": "Lưới ô lục giác (DGGS)", "en": "Discrete global grids (DGGS)"},
    "dggrs": {"vi": "Lưới H3 của lớp này", "en": "H3 for this collection"},
    "dggrs-definition": {"vi": "Định nghĩa lưới H3", "en": "Definition of H3"},
    "dggrs-zone-query": {"vi": "Các ô có sự kiện", "en": "Zones with events"},
    "dggrs-zone-info": {"vi": "Một ô", "en": "A zone"},
    "dggrs-zone-data": {"vi": "Số liệu của ô", "en": "Data of the zone"},
    "dggrs-zone-parent": {"vi": "Ô cha", "en": "Parent zone"},
    "dggrs-zone-child": {"vi": "Ô con", "en": "Child zone"},
    "dggrs-zone-neighbor": {"vi": "Ô bên cạnh", "en": "Neighboring zone"},
    "geodata": {"vi": "Lớp dữ liệu", "en": "Collection"},
    "next": {"vi": "Trang sau", "en": "Next page"},
    "json": {"vi": "Tài liệu này ở dạng JSON", "en": "This document as JSON"},
    "geojson": {"vi": "Tài liệu này ở dạng GeoJSON", "en": "This document as GeoJSON"},
    "uint64": {"vi": "Danh sách này ở dạng nhị phân", "en": "This list as 64-bit numbers"},
    "html": {"vi": "Tài liệu này ở dạng HTML", "en": "This document as HTML"},
}

_SUMMARY: Text = {
    "vi": "Số sự kiện theo ô lục giác H3, từ cấp 0 đến cấp 10. Ô con là con theo chỉ số H3.",
    "en": "Events by hexagons of H3, from level 0 to level 10. Sub-zones are children by index.",
}

_FIELDS: Mapping[str, Text] = {
    "count": {"vi": "Số sự kiện", "en": "Number of events"},
    "sum": {"vi": "Tổng", "en": "Sum of"},
    "mean": {"vi": "Trung bình", "en": "Mean of"},
}


class Origin(NamedTuple):
    """What zones are of; ``root`` is the address of the API, without a slash at its end."""

    layer: Layer
    root: str
    lang: str

    @property
    def collection(self) -> str:
        """The address of the collection."""
        return f"{self.root}/collections/{self.layer.id}"

    @property
    def dggrs(self) -> str:
        """The address of the grid for the collection."""
        return f"{self.collection}/dggs/{ID}"

    @property
    def definition(self) -> str:
        """The address of the definition of the grid, which is its identifier as well."""
        return f"{self.root}/dggrs/{ID}"

    def zone(self, zone: int) -> str:
        """Return the address of a zone."""
        return f"{self.dggrs}/zones/{zones.name(zone)}"

    def link(self, rel: str, href: str, *, media: str = JSON, more: str = "") -> Link:
        """Return a link of a relation that the OGC has given a name to."""
        title = f"{_TITLES[rel][self.lang]} {more}".rstrip()
        return {"rel": f"[ogc-rel:{rel}]", "type": media, "title": title, "href": href}


def collection_link(layer: Layer, root: str) -> dict[str, Any]:
    """Return the link of a collection to its grids, with titles in both languages."""
    href = f"{root}/collections/{layer.id}/dggs?f=json"
    title = _TITLES["dggrs-list"]
    return {"type": JSON, "rel": "[ogc-rel:dggrs-list]", "title": title, "href": href}


def format_title(media_format: str, lang: str) -> str:
    """Return what a format of a document is called."""
    return _TITLES[media_format][lang]


def dggrs_list(of: Origin) -> Document:
    """List the grids of a collection."""
    own = {"rel": "self", "type": JSON, "title": ID, "href": of.dggrs}
    grid = {"id": ID, "title": ID, "links": [own, of.link("dggrs-definition", of.definition)]}
    return {"links": [of.link("geodata", of.collection)], "dggrs": [grid]}


def dggrs(of: Origin, default_depth: int) -> Document:
    """Describe the grid of a collection."""
    return {
        "id": ID,
        "title": ID,
        "description": _SUMMARY[of.lang],
        "crs": CRS84.uri,
        "defaultDepth": default_depth,
        "maxRefinementLevel": zones.FINEST,
        "maxRelativeDepth": zones.DEEPEST,
        "links": [
            of.link("dggrs-definition", of.definition),
            of.link("dggrs-zone-query", f"{of.dggrs}/zones"),
            of.link("geodata", of.collection),
        ],
        "linkTemplates": [
            _template(of, "dggrs-zone-info", "{zoneId}"),
            _template(of, "dggrs-zone-data", "{zoneId}/data"),
        ],
    }


def _template(of: Origin, rel: str, end: str) -> Document:
    made = of.link(rel, "")
    del made["href"]
    return {**made, "uriTemplate": f"{of.dggrs}/zones/{end}"}


def zone_list(of: Origin, found: Cells) -> Document:
    """List zones by their textual identifiers."""
    return {
        "zones": list(map(zones.name, found.tolist())),
        "returnedAreaMetersSquare": zones.area(found),
        "links": [
            of.link("dggrs", of.dggrs),
            of.link("dggrs-definition", of.definition),
            of.link("geodata", of.collection),
        ],
        "linkTemplates": [_template(of, "dggrs-zone-data", "{zoneId}/data")],
    }


def uint64(found: Cells) -> bytes:
    """Return how many zones there are and their indexes, each in eight bytes, the low first."""
    return len(found).to_bytes(8, "little") + found.astype("<u8").tobytes()


def features(found: Cells, geometry: str, more: Mapping[str, Sequence[Any]]) -> list[bytes]:
    """Return zones as features of GeoJSON.

    Args:
        found: zones.
        geometry: ``zone-region``, ``zone-centroid`` or ``none``.
        more: properties by name, (n,).
    """
    if geometry == "none":
        shapes: Iterable[Any] = ["null"] * len(found)
    else:
        made = regions.shapes(found) if geometry == "zone-region" else regions.points(found)
        shapes = shapely.to_geojson(made)
    written = []
    for place, (zone, shape) in enumerate(zip(found.tolist(), shapes, strict=True)):
        name = zones.name(zone)
        said = {"zoneID": name, "level": index.resolution(zone)}
        properties = json.dumps(said | {key: of[place] for key, of in more.items()})
        text = f'{{"type":"Feature","id":"{name}","geometry":{shape},"properties":{properties}}}'
        written.append(text.encode())
    return written


def zone(of: Origin, asked: int, counted: Counted, fields: Iterable[str]) -> Document:
    """Describe a zone.

    Args:
        of: the collection.
        asked: the zone.
        counted: events in its children, or in itself at the finest level.
        fields: of which statistics are given.
    """
    alone = np.array([asked], np.uint64)
    (shape,), (middle,) = regions.shapes(alone), regions.points(alone)
    depth = int(index.resolution(asked) < zones.FINEST)
    parts = zones.sub_zones(asked, depth)
    return {
        "id": zones.name(asked),
        "shapeType": zones.shape_type(asked),
        "level": index.resolution(asked),
        "crs": CRS84.uri,
        "centroid": [middle.x, middle.y],
        "bbox": list(regions.box(shape)),
        "areaMetersSquare": zones.area(alone),
        "geometry": json.loads(shapely.to_geojson(shape)),
        "statistics": _statistics(counted, parts, fields),
        "links": _of_zone(of, asked, parts if depth else []),
    }


def _of_zone(of: Origin, asked: int, children: Iterable[int]) -> list[Link]:
    parent = zones.parent(asked)
    relatives = (
        ("dggrs-zone-parent", [] if parent is None else [parent]),
        ("dggrs-zone-child", children),
        ("dggrs-zone-neighbor", zones.neighbours(asked)),
    )
    return [
        of.link("geodata", of.collection),
        of.link("dggrs", of.dggrs),
        of.link("dggrs-definition", of.definition),
        of.link("dggrs-zone-data", f"{of.zone(asked)}/data"),
        *(
            of.link(rel, of.zone(int(each)), more=zones.name(int(each)))
            for rel, found in relatives
            for each in found
        ),
    ]


def _statistics(counted: Counted, parts: Cells, fields: Iterable[str]) -> Document:
    """Return statistics over the parts of a zone; none of a field that no part has a value of."""
    found = {}
    for field in fields:
        values = zones.values(counted, parts, field)
        known = values[~np.isnan(values)]
        if len(known):
            found[field] = {
                "minimum": known.min().item(),
                "maximum": known.max().item(),
                "average": float(known.mean()),
                "stdDev": float(known.std()),
            }
    return found


def as_feature(described: Document) -> Document:
    """Return the description of a zone as a feature of GeoJSON."""
    left = ("id", "geometry", "links", "bbox", "crs")
    rest = {name: value for name, value in described.items() if name not in left}
    return {
        "type": "Feature",
        "id": described["id"],
        "bbox": described["bbox"],
        "geometry": described["geometry"],
        "properties": {"zoneID": described["id"], **rest},
        "links": described["links"],
    }


def data(
    of: Origin, asked: int, counted: Counted, depths: Sequence[int], fields: Sequence[str]
) -> Document:
    """Return what is counted below a zone as DGGS-JSON.

    Args:
        of: the collection.
        asked: the zone.
        counted: events in its sub-zones at the deepest depth.
        depths: in ascending order.
        fields: in the order that they are wanted in.
    """
    values: dict[str, list[Document]] = {field: [] for field in fields}
    for depth in depths:
        level = index.resolution(asked) + depth
        part, cells = zones.folded(counted, level), zones.sub_zones(asked, depth)
        shape = {"count": len(cells), "subZones": len(cells)}
        for field in fields:
            numbers = listed(zones.values(part, cells, field))
            values[field].append({"depth": depth, "shape": shape, "data": numbers})
    return {
        "$schema": _SCHEMA,
        "dggrs": of.definition,
        "zoneId": zones.name(asked),
        "depths": list(depths),
        "schema": _schema(of, fields),
        "values": values,
    }


def listed(values: Any) -> list[Any]:
    """Return numbers as JSON has them, null where there is none."""
    whole = values.astype(object)
    whole[np.isnan(values)] = None
    found: list[Any] = whole.tolist()
    return found


def _schema(of: Origin, fields: Sequence[str]) -> Document:
    properties = {
        field: {"type": "number", **_field(of, field), "x-ogc-propertySeq": place}
        for place, field in enumerate(fields, 1)
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": of.layer.title[of.lang],
        "type": "object",
        "properties": properties,
    }


def _field(of: Origin, field: str) -> Document:
    value = tilejson.value_of(of.layer)
    if field == "count" or value is None:
        return {"title": _FIELDS["count"][of.lang]}
    weight = of.layer.fields[value["field"]]
    title = f"{_FIELDS[value['aggregate']][of.lang]} {weight.title[of.lang].lower()}"
    return {"title": title} | ({"x-ogc-unit": weight.unit} if weight.unit else {})
