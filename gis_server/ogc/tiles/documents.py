"""Documents of OGC API Tiles (20-057) and of tile matrix sets and tilesets (17-083r4); pure."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import urlencode

from gis_server.answers.replies import MVT
from gis_server.features import crs
from gis_server.ogc.documents import JSON, Document, Link
from gis_server.ogc.features import schemas
from layers.geo import BBox
from layers.model import Layer, Text
from tiles import statements, tile_matrix_sets, tilejson
from tiles.tile_matrix_sets import TileMatrixSet
from tiles.tilejson import About

TILEJSON = "application/vnd.mapbox.tile+json"

_REL = "http://www.opengis.net/def/rel/ogc/1.0"
SCHEME, SCHEMES = f"{_REL}/tiling-scheme", f"{_REL}/tiling-schemes"
VECTOR, GEODATA, DATASET = f"{_REL}/tilesets-vector", f"{_REL}/geodata", f"{_REL}/dataset"

_TITLES: Mapping[str, Text] = {
    SCHEME: {"vi": "Định nghĩa lưới ô", "en": "Definition of the tile matrix set"},
    SCHEMES: {"vi": "Các lưới ô", "en": "Tile matrix sets"},
    VECTOR: {"vi": "Các bộ ô vector", "en": "Vector tilesets"},
    GEODATA: {"vi": "Lớp dữ liệu", "en": "Collection"},
    DATASET: {"vi": "Tất cả các lớp", "en": "All collections"},
    "item": {"vi": "Một ô", "en": "A tile"},
    "self": {"vi": "Bộ ô", "en": "Tileset"},
    "tilejson": {"vi": "Bộ ô ở dạng TileJSON", "en": "The tileset as TileJSON"},
    "all": {"vi": "Tất cả các lớp", "en": "All collections"},
}

_TEMPLATE = "{tileMatrix}/{tileRow}/{tileCol}"
_KEPT = ("title", "type", "format", "enum", "minimum", "maximum", "pattern")
"""What the standard's schema of properties knows."""

_ACROSS = 2
"""Tiles that the data are wide in the matrix where a map opens."""


class TilesetEntry(NamedTuple):
    """A layer in a tileset, and what is known of its data."""

    layer: Layer
    about: About


class Origin(NamedTuple):
    """What tilesets are of: one collection, or all of them.

    ``root`` is the address of the API, ``url`` of the origin; both without a slash at the end.
    ``kept`` are the parameters that addresses of tiles repeat.
    """

    root: str
    url: str
    shown: Sequence[TilesetEntry]
    kept: Mapping[str, str]
    lang: str

    @property
    def is_dataset(self) -> bool:
        """Tell whether it is all collections, or some of them."""
        return self.url == self.root

    @property
    def title(self) -> str:
        """A title for people."""
        return (
            _TITLES["all"][self.lang] if self.is_dataset else self.shown[0].layer.title[self.lang]
        )

    @property
    def minzoom(self) -> int:
        """The first zoom at which any layer has tiles."""
        return min(shown.layer.tiles.minzoom for shown in self.shown)

    @property
    def bounds(self) -> BBox:
        """The box of all data in degrees."""
        return union(shown.about.bounds for shown in self.shown)

    def address(self, of: TileMatrixSet, template: str) -> str:
        """Return the address of tiles, with the parameters that choose features."""
        query = f"?{urlencode(self.kept)}" if self.kept else ""
        return f"{self.url}/tiles/{of.id}/{template}{query}"


def union(boxes: Iterable[BBox]) -> BBox:
    """Return the box around boxes."""
    west, south, east, north = zip(*boxes, strict=True)
    return BBox(min(west), min(south), max(east), max(north))


def landing(document: Document, root: str, lang: str) -> Document:
    """Add the links to tiles to the landing page.

    One form of each: the conformance tests of the OGC read whatever has these relations as JSON.
    """
    found = [
        _link(rel, f"{root}/{place}?f=json", JSON, lang)
        for rel, place in ((VECTOR, "tiles"), (SCHEMES, "tileMatrixSets"))
    ]
    return {**document, "links": [*document["links"], *found]}


def collection_link(layer: Layer, root: str) -> dict[str, Any]:
    """Return the link of a collection to its tilesets, with titles in both languages."""
    href = f"{root}/collections/{layer.id}/tiles?f=json"
    return {"type": JSON, "rel": VECTOR, "title": _TITLES[VECTOR], "href": href}


def matrix_sets(sets: Iterable[TileMatrixSet], root: str, lang: str) -> Document:
    """List the sets."""
    found = [
        {
            "id": of.id,
            "title": of.title[lang],
            "uri": uri(of, root),
            "links": [_link("self", _definition(of, root), JSON, lang, of.title[lang])],
        }
        for of in sets
    ]
    return {"links": [], "tileMatrixSets": found}


def matrix_set(of: TileMatrixSet, root: str, lang: str) -> Document:
    """Describe a set."""
    found = {
        "id": of.id,
        "title": of.title[lang],
        "uri": uri(of, root),
        "crs": of.crs.uri,
        "orderedAxes": list(_ordered(of, of.axes)),
        "wellKnownScaleSet": of.scale_set,
        "tileMatrices": [
            {
                "id": matrix.id,
                "scaleDenominator": matrix.scale_denominator,
                "cellSize": matrix.cell_size,
                "cornerOfOrigin": "topLeft",
                "pointOfOrigin": list(_ordered(of, of.origin)),
                "tileWidth": tile_matrix_sets.CELLS,
                "tileHeight": tile_matrix_sets.CELLS,
                "matrixWidth": matrix.width,
                "matrixHeight": matrix.height,
            }
            for matrix in of.matrices
        ],
    }
    return {name: value for name, value in found.items() if value is not None}


def uri(of: TileMatrixSet, root: str) -> str:
    """Return the identifier of a set: of the register, else the address where we define it."""
    return of.uri or f"{root}/tileMatrixSets/{of.id}"


def _ordered(of: TileMatrixSet, pair: tuple[Any, Any]) -> tuple[Any, Any]:
    """Turn a pair into the order of axes that the register has; CRS84 is longitude first."""
    turned = not of.crs.is_geographic and crs.epsg(of.crs.srid).is_northing_first
    return (pair[1], pair[0]) if turned else pair


def tilesets(origin: Origin, sets: Iterable[TileMatrixSet]) -> Document:
    """List the tilesets of an origin."""
    found = []
    for of in sets:
        here = f"{origin.url}/tiles/{of.id}?f=json"
        links = [_link("self", here, JSON, origin.lang), *_links(origin, of)]
        limits = _limited(tile_matrix_sets.limits(of, origin.bounds, origin.minzoom))
        part = {**_essentials(origin, of), "links": links, "tileMatrixSetLimits": limits}
        found.append(part)
    return {"links": [], "tilesets": found}


def tileset(origin: Origin, of: TileMatrixSet) -> Document:
    """Describe a tileset."""
    limits = tile_matrix_sets.limits(of, origin.bounds, origin.minzoom)
    return {
        **_essentials(origin, of),
        "description": ". ".join(shown.layer.description[origin.lang] for shown in origin.shown)
        if not origin.is_dataset
        else f"{origin.title}: {', '.join(shown.layer.id for shown in origin.shown)}",
        "mediaTypes": [MVT],
        "links": _links(origin, of),
        "layers": [_layer(shown, of, origin) for shown in origin.shown],
        "boundingBox": _box_in(of, origin.bounds),
        "centerPoint": _centre(origin.bounds, of, limits),
        "tileMatrixSetLimits": _limited(limits),
    }


def _limited(limits: Iterable[tile_matrix_sets.Limits]) -> list[Document]:
    return [
        {
            "tileMatrix": at.matrix.id,
            "minTileRow": at.rows[0],
            "maxTileRow": at.rows[1],
            "minTileCol": at.cols[0],
            "maxTileCol": at.cols[1],
        }
        for at in limits
    ]


def described(origin: Origin) -> Document:
    """Describe the tileset of WebMercatorQuad as TileJSON."""
    parts = [
        tilejson.vector(shown.layer, shown.about._replace(language=origin.lang))
        for shown in origin.shown
    ]
    said = dict.fromkeys(part["attribution"] for part in parts)
    return {
        **parts[0],
        "name": origin.title,
        "description": parts[0]["description"] if not origin.is_dataset else origin.title,
        "attribution": " · ".join(said),
        "tiles": [origin.address(tile_matrix_sets.WEB_MERCATOR, "{z}/{y}/{x}")],
        "minzoom": origin.minzoom,
        "maxzoom": max(part["maxzoom"] for part in parts),
        "bounds": list(origin.bounds),
        "vector_layers": [layer for part in parts for layer in part["vector_layers"]],
    }


def _essentials(origin: Origin, of: TileMatrixSet) -> Document:
    return {
        "title": f"{origin.title} · {of.id}",
        "dataType": "vector",
        "crs": of.crs.uri,
        "tileMatrixSetId": of.id,
        "tileMatrixSetURI": uri(of, origin.root),
    }


def _links(origin: Origin, of: TileMatrixSet) -> list[dict[str, Any]]:
    tiles = _link("item", origin.address(of, _TEMPLATE), MVT, origin.lang)
    scheme = _link(SCHEME, _definition(of, origin.root), JSON, origin.lang)
    data = _link(
        DATASET if origin.is_dataset else GEODATA, f"{origin.url}?f=json", JSON, origin.lang
    )
    found: list[dict[str, Any]] = [{**tiles, "templated": True}, scheme, data]
    if of.is_pyramid:
        query = urlencode({**origin.kept, "f": "tilejson"})
        place = f"{origin.url}/tiles/{of.id}?{query}"
        title = _TITLES["tilejson"][origin.lang]
        found.append(_link("alternate", place, TILEJSON, origin.lang, title))
    return found


def _definition(of: TileMatrixSet, root: str) -> str:
    return f"{root}/tileMatrixSets/{of.id}?f=json"


def _link(rel: str, href: str, kind: str, lang: str, title: str | None = None) -> Link:
    return {"rel": rel, "type": kind, "title": title or _TITLES[rel][lang], "href": href}


def _layer(shown: TilesetEntry, of: TileMatrixSet, origin: Origin) -> Document:
    layer, lang = shown.layer, origin.lang
    first, last = of.available[tile_matrix_sets.first(of, layer.tiles.minzoom)], of.available[-1]
    return {
        "id": layer.id,
        "title": layer.title[lang],
        "description": layer.description[lang],
        "dataType": "vector",
        "geometryDimension": layer.geometry.dimension,
        "attribution": tilejson.attribution(layer, lang, is_demo=shown.about.is_demo),
        "license": layer.licence,
        "minTileMatrix": first.id,
        "maxTileMatrix": last.id,
        "minScaleDenominator": last.scale_denominator,
        "maxScaleDenominator": first.scale_denominator,
        "boundingBox": _box(shown.about.bounds),
        "propertiesSchema": _properties(layer, lang),
        "links": [_link(GEODATA, f"{origin.root}/collections/{layer.id}?f=json", JSON, lang)],
    }


def _properties(layer: Layer, lang: str) -> Document:
    """Describe what a feature in a tile has."""
    found: dict[str, Any] = {}
    for name in statements.names(layer):
        made = schemas.of_field(layer, layer.fields[name], lang)
        found[name] = {word: made[word] for word in _KEPT if word in made}
        if "x-ogc-unit" in made:
            found[name]["uom"] = made["x-ogc-unit"]
    if layer.geometry.dimension == 0 and not layer.always_visible:
        found["point_count"] = {"title": "point_count", "type": "integer", "minimum": 1}
    return {"type": "object", "properties": found}


def _box(box: BBox) -> Document:
    return {
        "lowerLeft": [box.west, box.south],
        "upperRight": [box.east, box.north],
        "crs": crs.CRS84.uri,
    }


def _box_in(of: TileMatrixSet, box: BBox) -> Document:
    """Return a box in degrees in the CRS of a set, as the standard's schema has it."""
    inside = tile_matrix_sets.in_crs(of, box)
    return {
        "lowerLeft": list(_ordered(of, (inside.west, inside.south))),
        "upperRight": list(_ordered(of, (inside.east, inside.north))),
        "crs": of.crs.uri,
    }


def _centre(box: BBox, of: TileMatrixSet, limits: Sequence[tile_matrix_sets.Limits]) -> Document:
    """Return where a map of the tileset opens: the deepest matrix that shows most of it at once."""
    inside = tile_matrix_sets.in_crs(of, box)
    longest = max(inside.east - inside.west, inside.north - inside.south)
    wide = [at.matrix for at in limits if longest <= _ACROSS * at.matrix.side]
    matrix = wide[-1] if wide else limits[0].matrix
    centre = (inside.west + inside.east) / 2, (inside.south + inside.north) / 2
    return {
        "coordinates": list(_ordered(of, centre)),
        "crs": of.crs.uri,
        "tileMatrix": matrix.id,
        "scaleDenominator": matrix.scale_denominator,
        "cellSize": matrix.cell_size,
    }
