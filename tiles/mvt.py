"""Vector tiles of a layer, encoded by PostGIS."""

from typing import Any

import psycopg
from psycopg import sql as compose

import sql
from layers.geo import WEB_MERCATOR_HALF, TileId
from layers.model import Layer

BUFFER = 64
"""Margin around a tile, in units of 4096 to a tile side."""

_EDGE_PARTS = 8
"""Parts of a tile edge when it is bent into another CRS."""


def tile(conn: psycopg.Connection[Any], layer: Layer, at: TileId) -> bytes:
    """Return one tile; empty bytes when nothing is there or the zoom is not the layer's.

    Args:
        conn: to a database with the layer's table.
        layer: what the tile shows; only fields that its declaration lists are in it.
        at: an address that exists.
    """
    if not layer.tiles.minzoom <= at.z <= layer.tiles.maxzoom:
        return b""
    body = _layer(conn, layer, at, layer.id, "geom")
    if layer.tiles.labels is not None and at.z >= layer.tiles.labels:
        # Layers of a tile may simply stand one after the other.
        body += _layer(conn, layer, at, layer.label_layer, "anchor")
    return body


def _layer(
    conn: psycopg.Connection[Any], layer: Layer, at: TileId, name: str, column: str
) -> bytes:
    side = 2 * WEB_MERCATOR_HALF / (1 << at.z)
    values = {
        "layer": name,
        **at._asdict(),
        "buffer": BUFFER,
        "margin": BUFFER / 4096 if at.z else 0,
        "step": side / _EDGE_PARTS,
        "limit": layer.tiles.limit,
    }
    row = conn.execute(_statement(layer, column), values).fetchone()
    return bytes(row[0]) if row and row[0] else b""


def _statement(layer: Layer, column: str) -> compose.Composed:
    names = list(dict.fromkeys((layer.key, *layer.tiles.fields)))
    rank = layer.tiles.rank
    order = (
        compose.SQL("ORDER BY {} DESC NULLS LAST").format(compose.Identifier(rank))
        if rank
        else compose.SQL("")
    )
    return sql.query("tile").format(
        geom=compose.Identifier(column),
        fields=compose.SQL(", ").join(compose.Identifier("source", name) for name in names),
        columns=compose.SQL(", ").join(map(compose.Identifier, names)),
        table=compose.Identifier("layer", layer.id),
        srid=compose.Literal(layer.geometry.crs.srid),
        order=order,
    )
