"""What a request for tiles asks: set, tile, collections, time and filter; read strictly."""

import re
from collections.abc import Mapping

from flask import request
from werkzeug.datastructures import MultiDict

from gis_server.answers import current
from gis_server.answers.current import base_url
from gis_server.answers.replies import MVT
from gis_server.features import tile_filter
from gis_server.features.request import EVERYWHERE, Args, check
from gis_server.features.tile_filter import NAMES, TileFilter
from gis_server.http import negotiation
from gis_server.http.params import ParameterInvalid, TileOutOfRange
from layers.errors import Missing, Undeclared
from layers.model import Layer
from tiles import tile_matrix_sets
from tiles.tile_matrix_sets import Tile, TileMatrixSet

CHOOSING = (*NAMES, "subset")
"""Parameters that choose features of a tile."""

OF_TILE = (*EVERYWHERE, *CHOOSING)
OF_DATASET_TILE = (*OF_TILE, "collections")

_LONGEST = 10
"""Digits of a row or column: more than any matrix has."""

_SUBSET = re.compile(r'datetime\((?P<low>"[^"]*"|\*)(?::(?P<high>"[^"]*"|\*))?\)')


class TileMatrixSetUnknown(Missing, Undeclared):
    """There is no such set; a layer in another VN-2000 zone brings one."""


class CollectionUnknown(ParameterInvalid, Undeclared):
    """A parameter names a collection that there is not."""


def sets() -> Mapping[str, TileMatrixSet]:
    """Return the sets that every layer is offered in."""
    return tile_matrix_sets.known(current.layers())


def tile_set(tms_id: str) -> TileMatrixSet:
    """Return a set by its id.

    Raises:
        Missing: there is none.
    """
    known = sets()
    if tms_id not in known:
        raise TileMatrixSetUnknown(
            f"There is no tile matrix set '{tms_id[:100]}'; known: {', '.join(known)}."
        )
    return known[tms_id]


def tile(tms_id: str, matrix: str, row: str, col: str) -> Tile:
    """Read the address of a tile.

    Raises:
        Missing: there is no such set.
        TileOutOfRange: there is no such matrix, row or column.
    """
    of = tile_set(tms_id)
    found = of.matrix(matrix)
    if found is None:
        last = of.available[-1].id
        raise TileOutOfRange(f"{of.id} has no matrix '{matrix[:20]}': they are 0 to {last}.")
    at = Tile(of, found, _index(row), _index(col))
    if not at.exists():
        raise TileOutOfRange(
            f"There is no tile {matrix}/{row[:20]}/{col[:20]} (matrix/row/column) in {of.id}:"
            f" rows are 0 to {found.height - 1}, columns 0 to {found.width - 1}."
        )
    return at


def _index(text: str) -> int:
    known = text.isascii() and text.isdigit() and len(text) <= _LONGEST
    return int(text) if known else -1


def negotiate() -> None:
    """Check that the client takes the one format that tiles have.

    Raises:
        ParameterInvalid: it names another one with ``f``.
        FormatUnacceptable: it takes others only.
    """
    named = request.args.get("f")
    if named not in (None, "mvt"):
        raise ParameterInvalid("f", f"tiles are {MVT} (f=mvt) and nothing else")
    if named is None:
        negotiation.choose(request.headers.get("Accept", ""), {"mvt": (MVT,)})


def collections(args: Args) -> list[Layer]:
    """Read which layers are in a tile, in this order; all when nothing is said.

    Raises:
        ParameterInvalid: nothing is named, or a collection that there is not, or one twice.
    """
    if "collections" not in args:
        return list(current.layers())
    home = f"{base_url()}/ogc/collections/"
    names = [name.removeprefix(home) for name in args["collections"].split(",")]
    unknown = [name for name in names if name not in current.layers().by_id]
    if unknown:
        raise CollectionUnknown("collections", f"there is no collection '{unknown[0][:100]}'")
    if len(set(names)) < len(names):
        raise ParameterInvalid("collections", "a collection is named more than once")
    return [current.layers().get(name) for name in names]


def choice(layer: Layer, args: Args) -> TileFilter | None:
    """Read which features of a layer are wanted; None when all are.

    Raises:
        ParameterInvalid: a value that cannot be used with this layer.
        FieldUnknown: a property in a filter that the layer does not show.
    """
    asked = MultiDict({name: value for name, value in args.items() if name in NAMES})
    if "subset" in args:
        if "datetime" in args:
            raise ParameterInvalid("subset", "it says the same as datetime; give one of them")
        asked["datetime"] = _datetime(args["subset"])
    return tile_filter.parse(layer, asked, current.audience(), ())


def _datetime(text: str) -> str:
    """Read ``datetime("start":"end")``, with ``*`` for an open end, as a value of datetime."""
    found = _SUBSET.fullmatch(text.strip())
    if found is None:
        raise ParameterInvalid(
            "subset", 'it is datetime("start":"end") or datetime("instant"), * for an open end'
        )
    low, high = (end and end.strip('"').replace("*", "..") for end in found.groups())
    return low if high is None else f"{low}/{high}"


def checked(args: Args, known: tuple[str, ...], layers: list[Layer]) -> dict[str, str]:
    """Check the parameters of a tileset; return those that its tiles' addresses repeat."""
    check(args, known)
    for layer in layers:
        choice(layer, args)
    return {name: args[name] for name in (*CHOOSING, "collections") if name in args}
