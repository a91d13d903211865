"""Which features a tile shows, read from a request: filter and datetime."""

import threading
from typing import NamedTuple

from cachetools import FIFOCache
from psycopg.sql import SQL
from werkzeug.datastructures import MultiDict

from gis_server.features import query
from gis_server.features import request as asked
from layers.audience import Audience
from layers.model import Layer
from tiles.statements import ALL, RowFilter

NAMES = ("datetime", "filter", "filter-lang", "filter-crs")
"""Parameters that choose features."""


Key = tuple[tuple[str, str], ...]


class TileFilter(NamedTuple):
    """A choice of features, and what tells it from any other, that of another audience included."""

    wanted: RowFilter
    key: Key


def parse(
    layer: Layer,
    args: MultiDict[str, str],
    audience: Audience,
    also: tuple[str, ...] = ("lang",),
) -> TileFilter | None:
    """Read the parameters of a tile; None when all features are wanted.

    Args:
        layer: whose fields a filter may name.
        args: the parameters of the address.
        audience: whose eyes the tile is for.
        also: parameters that choose something else.

    Raises:
        ParameterInvalid: unknown, given twice, or with a value that cannot be used.
        FieldUnknown: a property in a filter that the layer does not show.
    """
    asked.check(args, (*NAMES, *also))
    given = tuple((name, args[name]) for name in NAMES if name in args)
    if not given:
        return None
    key = (("audience", audience.name), *given)
    try:
        # To read a FIFO cache does not change it, so it takes no lock.
        declared, tile_filter = _filters[layer.id, key]
    except KeyError:
        declared = None
    if declared is layer:
        return tile_filter
    tile_filter = _choice(layer, args, audience, key)
    with _lock:
        _filters[layer.id, key] = (layer, tile_filter)
    return tile_filter


_filters: FIFOCache[tuple[str, Key], tuple[Layer, TileFilter]] = FIFOCache(500)
"""Filters that were read, each with its layer: a map asks with the same one for many tiles."""

_lock = threading.Lock()


def _choice(layer: Layer, args: MultiDict[str, str], audience: Audience, key: Key) -> TileFilter:
    conditions = list(query.conditions(layer, asked.choice(layer, args, audience)))
    if not conditions:
        return TileFilter(ALL, key)
    joined = SQL(" AND ").join(SQL("({})").format(condition.sql) for condition in conditions)
    values = {name: value for c in conditions for name, value in c.values.items()}
    return TileFilter(RowFilter(joined, values, key), key)
