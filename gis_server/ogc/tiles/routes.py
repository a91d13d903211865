"""Tiles and their descriptions under /ogc: tile matrix sets, tilesets, tiles."""

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path

from flask import Blueprint, Response, request

from gis_server.answers import current, replies
from gis_server.answers.current import base_url, services
from gis_server.answers.tile_metadata import abouts
from gis_server.features.pages import refusing
from gis_server.features.request import EVERYWHERE, check
from gis_server.features.tile_filter import TileFilter
from gis_server.http.language import preferred
from gis_server.http.params import TileOutOfRange
from gis_server.ogc import core, documents, pages
from gis_server.ogc.documents import JSON, Document
from gis_server.ogc.tiles import documents as tilesets
from gis_server.ogc.tiles import request as tile_request
from gis_server.ogc.tiles.documents import TILEJSON, Origin, TilesetEntry
from layers.model import Layer
from tiles import reprojected, store, tile_matrix_sets
from tiles.statements import ALL
from tiles.store import StoredTile
from tiles.tile_matrix_sets import Tile, TileMatrixSet

_ADDRESS = "<tms_id>/<matrix>/<row>/<col>"


def add(routes: Blueprint) -> None:
    """Add the routes to those of the OGC interface."""
    one = "/collections/<layer_id>/tiles"
    views: dict[str, Callable[..., Response]] = {
        "/tileMatrixSets": matrix_sets,
        "/tileMatrixSets/<tms_id>": matrix_set,
        "/tiles": dataset_tilesets,
        "/tiles/<tms_id>": dataset_tileset,
        f"/tiles/{_ADDRESS}": dataset_tile,
        one: collection_tilesets,
        f"{one}/<tms_id>": collection_tileset,
        f"{one}/{_ADDRESS}": collection_tile,
    }
    for rule, view in views.items():
        routes.add_url_rule(rule, view_func=view, strict_slashes=False)


def matrix_sets() -> Response:
    """Answer with all tile matrix sets."""
    check(request.args, EVERYWHERE)
    found = tilesets.matrix_sets(tile_request.sets().values(), _root(), preferred())
    return _document("tilematrixsets", found, pages.media_format())


def matrix_set(tms_id: str) -> Response:
    """Answer with one tile matrix set; the document is the standard's, so it has no links."""
    of = tile_request.tile_set(tms_id)
    check(request.args, EVERYWHERE)
    lang, found = preferred(), tilesets.matrix_set(of, _root(), preferred())
    if pages.media_format() == "json":
        return pages.written(found, JSON, lang)
    return pages.drawn("tilematrixset", found, lang, {})


def dataset_tilesets() -> Response:
    """Answer with the tilesets of all collections together."""
    check(request.args, EVERYWHERE)
    return _tilesets(_origin(list(current.layers()), {}, None))


def collection_tilesets(layer_id: str) -> Response:
    """Answer with the tilesets of a collection."""
    layer = current.layers().get(layer_id)
    check(request.args, EVERYWHERE)
    return _tilesets(_origin([layer], {}, layer), layer)


def dataset_tileset(tms_id: str) -> Response:
    """Answer with a tileset of some collections, or all."""
    of, layers = tile_request.tile_set(tms_id), tile_request.collections(request.args)
    kept = tile_request.checked(request.args, tile_request.OF_DATASET_TILE, layers)
    return _tileset(of, layers, kept, None)


def collection_tileset(layer_id: str, tms_id: str) -> Response:
    """Answer with a tileset of a collection."""
    layer, of = current.layers().get(layer_id), tile_request.tile_set(tms_id)
    kept = tile_request.checked(request.args, tile_request.OF_TILE, [layer])
    return _tileset(of, [layer], kept, layer)


def dataset_tile(tms_id: str, matrix: str, row: str, col: str) -> Response:
    """Answer with a tile of several collections, each a layer of it, in the order named."""
    at = tile_request.tile(tms_id, matrix, row, col)
    check(request.args, tile_request.OF_DATASET_TILE)
    return _tile(at, tile_request.collections(request.args))


def collection_tile(layer_id: str, tms_id: str, matrix: str, row: str, col: str) -> Response:
    """Answer with a tile of one collection."""
    layer, at = current.layers().get(layer_id), tile_request.tile(tms_id, matrix, row, col)
    check(request.args, tile_request.OF_TILE)
    return _tile(at, [layer])


def _tile(at: Tile, layers: Sequence[Layer]) -> Response:
    """Answer with a tile; 204 when it is empty, 404 when nothing can be there."""
    tile_request.negotiate()
    answer = _current(at, layers)
    # Who takes no tiles gets 406, which a cache may not give to others in their place.
    answer.vary.add("Accept")
    return answer


def _current(at: Tile, layers: Sequence[Layer]) -> Response:
    services().changes.ensure()
    wanted = [(layer, tile_request.choice(layer, request.args)) for layer in layers]
    for attempt in (0, 1):
        parts = [(layer.id, _found(layer, at, choice)) for layer, choice in wanted]
        there = [(layer_id, found) for layer_id, found in parts if found]
        if not there:
            _within(at, layers)
        try:
            return replies.tile(_together(at, there) if there else None)
        except FileNotFoundError:
            # Something changed between the look at a file and the reading.
            if attempt:
                raise
    raise AssertionError


def _found(layer: Layer, at: Tile, choice: TileFilter | None) -> StoredTile | None:
    """Return the tile of one layer; None when nothing is in it.

    Raises:
        ValueUnusable: the database cannot compute with a value of the filter.
    """
    if choice is None:
        return _drawn(layer, at, None)
    with refusing():
        return _drawn(layer, at, choice)


def _drawn(layer: Layer, at: Tile, choice: TileFilter | None) -> StoredTile | None:
    if at.matrix.zoom < layer.tiles.minzoom:
        return None
    tiles, audience = services().tiles, current.audience()
    key = choice.key if choice else ()
    if at.tms.is_pyramid:
        place = at.web_mercator()
        if choice is None:
            return tiles.tile(layer, audience, place)
        return tiles.chosen(layer, audience, place, key, choice.wanted)
    wanted = choice.wanted if choice else ALL
    return tiles.over(
        layer,
        audience,
        reprojected.places(layer, at),
        (at.tms.id, at.matrix.id, at.row, at.col, key),
        lambda conn: reprojected.tile(conn, layer, at, wanted),
    )


def _together(at: Tile, parts: Sequence[tuple[str, StoredTile]]) -> StoredTile:
    """Return one tile with the layers of several; kept by what these are."""
    if len(parts) == 1:
        return parts[0][1]
    audience = current.audience()
    contents = [(layer_id, found.file, found.tag(audience)) for layer_id, found in parts]
    # Not the highest version: parts can become fresh one after the other, at the same highest one.
    digest = hashlib.blake2b(repr(contents).encode(), digest_size=4).digest()

    def make() -> bytes:
        bodies = (store.unpack(Path(found.file).read_bytes()) for _, found in parts)
        return store.pack(b"".join(bodies))

    key = ("together", at.tms.id, at.matrix.id, at.row, at.col, contents)
    return services().tiles.kept(audience, key, int.from_bytes(digest) >> 1, make)


def _within(at: Tile, layers: Sequence[Layer]) -> None:
    """Check that an empty tile is one of those that the tileset says it has.

    What was put somewhere a second ago is there before the limits are counted again, so a tile
    with something in it is given wherever it is.

    Raises:
        TileOutOfRange: it is not.
    """
    shown = [layer for layer in layers if layer.tiles.minzoom <= at.matrix.zoom]
    if shown:
        bounds = tilesets.union(about.bounds for about in abouts(layers))
        minzoom = min(layer.tiles.minzoom for layer in shown)
        for limits in tile_matrix_sets.limits(at.tms, bounds, minzoom):
            if limits.matrix is at.matrix and limits.holds(at):
                return
    raise TileOutOfRange(
        f"There is nothing at {at.matrix.id}/{at.row}/{at.col} (matrix/row/column): it is outside"
        " the limits that the tileset gives (tileMatrixSetLimits)."
    )


def _origin(layers: Sequence[Layer], kept: dict[str, str], layer: Layer | None) -> Origin:
    url = f"{_root()}/collections/{layer.id}" if layer else _root()
    shown = [TilesetEntry(*pair) for pair in zip(layers, abouts(layers), strict=True)]
    return Origin(_root(), url, shown, kept, preferred())


def _tilesets(origin: Origin, layer: Layer | None = None) -> Response:
    found = tilesets.tilesets(origin, tile_request.sets().values())
    return _document("tilesets", found, pages.media_format(), layer)


def _tileset(
    of: TileMatrixSet, layers: Sequence[Layer], kept: dict[str, str], layer: Layer | None
) -> Response:
    # TileJSON knows no grid but that of web maps.
    media_format = pages.media_format(
        {**pages.FORMATS, "tilejson": TILEJSON} if of.is_pyramid else pages.FORMATS
    )
    origin = _origin(layers, kept, layer)
    if media_format == "tilejson":
        return pages.written(tilesets.described(origin), TILEJSON, origin.lang)
    answer = _document("tileset", tilesets.tileset(origin, of), media_format, layer)
    place = origin.address(of, "{tileMatrix}/{tileRow}/{tileCol}")
    answer.headers["Link-Template"] = f'<{place}>; rel="item"; type="{replies.MVT}"'
    return answer


def _document(
    name: str, document: Document, media_format: str, layer: Layer | None = None
) -> Response:
    """Give a document its links and answer in the format that is wanted."""
    lang = preferred()
    own = documents.linked({"links": []}, pages.request_url(media_format, lang), JSON)["links"]
    document = {**document, "links": [*own, *document["links"]]}
    if media_format != "html":
        return pages.written(document, JSON, lang)
    return pages.drawn(name, document, lang, core.states(), layer=layer)


def _root() -> str:
    return f"{base_url()}/ogc"
