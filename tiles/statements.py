"""Statements that draw a tile, made from a layer's declaration. Pure.

A statement does not depend on which tile is drawn, only on the layer, the zoom and the condition:
it is made once for many tiles.
"""

import threading
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from cachetools import FIFOCache
from psycopg.sql import SQL, Composable, Composed, Identifier, Literal

import sql
from layers import pixels
from layers.model import Layer
from layers.pixels import EXTENT
from sql.schemas import layer_table


@dataclass(frozen=True, slots=True)
class RowFilter:
    """Which rows are drawn: a condition on the row ``t`` with the values of its placeholders.

    ``key`` tells the condition from any other; statements are kept by it.
    """

    condition: Composable | None = None
    values: Mapping[str, Any] = field(default_factory=dict)
    key: Hashable = None


ALL = RowFilter()


class Frame(Protocol):
    """The coordinates of a tile: what of a row is drawn in them, and how it gets there.

    Expressions are of the row ``t`` and give tile units, y down.
    """

    @property
    def key(self) -> Hashable:
        """What tells the frame from any other; statements are kept by it."""

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns that shapes are made from, beside that of the zoom."""

    @property
    def is_valid(self) -> bool:
        """Tell whether areas are valid as they are given, also after rounding."""

    def shape(self, layer: Layer, zoom: int) -> Composable:
        """Return the expression of a row's shape, which may be empty."""

    def anchor(self) -> Composable:
        """Return the expression of the point where a row is named."""

    def points(self) -> tuple[str, Mapping[str, Composable]]:
        """Return the name of the statement that gathers points, and its parts of this frame."""


class _Pixels:
    """A tile of WebMercatorQuad: shapes stand ready, in global pixels."""

    key: Hashable = "pixels"
    columns: tuple[str, ...] = ()
    is_valid = False

    def shape(self, layer: Layer, zoom: int) -> Composable:
        return _shape(layer, pixels.column(layer, zoom))

    def anchor(self) -> Composable:
        return _moved("anchor")

    def points(self) -> tuple[str, Mapping[str, Composable]]:
        return "tile_points", {"shape": _moved("px")}


PIXELS: Frame = _Pixels()

_AREA = 2
"""Dimension of shapes that have rings."""

SPECK = 64
"""Square units of a screen pixel; an area that is smaller is drawn as a square of this size."""

SQUARE = "POLYGON((-4 -4, 4 -4, 4 4, -4 4, -4 -4))"

_COARSE_BOXES = 17
"""First zoom at which the single precision of the index's boxes matters: 32 units of 4096, half of
the margin."""

_FEWEST = (1, 2, 5)
"""Corners of the simplest point, line and area."""

_statements: FIFOCache[tuple[Any, ...], bytes] = FIFOCache(2000)

_lock = threading.Lock()


def shapes(layer: Layer, zoom: int, wanted: RowFilter, frame: Frame = PIXELS) -> bytes:
    """Draw lines, areas, or points one by one."""
    column = pixels.column(layer, zoom)
    return _kept(
        ("shapes", frame.key, *_declared(layer), column, _written(layer, zoom)),
        wanted,
        lambda: sql.query("tile_shapes").format(
            shape=frame.shape(layer, zoom),
            sound=_sound(layer, frame),
            fields=_fields(layer),
            table=layer_table(layer.id),
            where=_where(zoom, column, wanted),
        ),
    )


def budget(layer: Layer, zoom: int, wanted: RowFilter, frame: Frame = PIXELS) -> bytes:
    """Draw the best of them by rank."""
    column = pixels.column(layer, zoom)
    return _kept(
        ("budget", frame.key, *_declared(layer), column, _written(layer, zoom)),
        wanted,
        lambda: sql.query("tile_budget").format(
            **_ranking(layer),
            columns=_listed("t", (*names(layer), column, "px_size", *frame.columns)),
            column=Identifier(column),
            corners=_corners(layer, column),
            shape=frame.shape(layer, zoom),
            sound=_sound(layer, frame),
            fields=_fields(layer),
            fewest=Literal(_FEWEST[layer.geometry.dimension]),
            table=layer_table(layer.id),
            where=_where(zoom, column, wanted),
        ),
    )


def _ranking(layer: Layer) -> dict[str, Composable]:
    """Return what rows are ranked by: the declared field, then size, then the key."""
    ranks = dict.fromkeys([*([layer.tiles.rank] if layer.tiles.rank else []), "px_size", layer.key])
    ways = [SQL("best.{} DESC NULLS LAST").format(Identifier(f"_{name}")) for name in ranks]
    return {
        "ranks": SQL(", ").join(
            SQL("t.{} AS {}").format(Identifier(name), Identifier(f"_{name}")) for name in ranks
        ),
        "best_first": SQL(", ").join(ways),
    }


def _listed(of: str, wanted: Iterable[str]) -> Composed:
    return SQL(", ").join(Identifier(of, name) for name in dict.fromkeys(wanted))


def corners(layer: Layer, zoom: int, wanted: RowFilter) -> bytes:
    """Count the corners of lines and areas."""
    column = pixels.column(layer, zoom)
    return _kept(
        ("corners", *_declared(layer), column, _written(layer, zoom)),
        wanted,
        lambda: sql.query("tile_corners").format(
            column=Identifier("t", column),
            table=layer_table(layer.id),
            where=_where(zoom, column, wanted),
        ),
    )


def points(layer: Layer, wanted: RowFilter, frame: Frame = PIXELS) -> bytes:
    """Draw the best point of every cell of a grid, with the number of points in the cell."""
    name, parts = frame.points()
    return _kept(
        ("points", frame.key, *_declared(layer), repr(layer.attention)),
        wanted,
        lambda: sql.query(name).format(
            **parts,
            fields=_fields(layer),
            urgent=_urgent(layer),
            rank=_rank(layer),
            key=Identifier(layer.key),
            table=layer_table(layer.id),
            where=_where(_COARSE_BOXES, "px", wanted),
        ),
    )


def labels(layer: Layer, zoom: int, wanted: RowFilter, frame: Frame = PIXELS) -> bytes:
    """Draw the points where areas are named, and count them."""
    banded = pixels.band(layer, zoom) is not None
    thin = SQL(" AND t.tile_from <= {}").format(Literal(zoom)) if banded else SQL("")
    return _kept(
        ("labels", frame.key, *_declared(layer), _written(layer, zoom)),
        wanted,
        lambda: sql.query("tile_labels").format(
            shape=frame.anchor(),
            fields=_fields(layer),
            key=Identifier(layer.key),
            table=layer_table(layer.id),
            where=_where(_COARSE_BOXES, "anchor", wanted) + thin,
        ),
    )


def thinned(layer: Layer, wanted: RowFilter) -> bytes:
    """Tell whether a tile leaves out what is too small for it."""
    return _kept(
        ("thinned", *_declared(layer)),
        wanted,
        lambda: sql.query("tile_thinned").format(
            table=layer_table(layer.id), where=_where(0, "px", wanted)
        ),
    )


def names(layer: Layer) -> list[str]:
    """Return the fields of a feature in a tile."""
    return list(dict.fromkeys((layer.key, *layer.tiles.fields)))


def _kept(key: tuple[Any, ...], wanted: RowFilter, make: Callable[[], Composed]) -> bytes:
    """Make a statement once; those with a condition are kept by it, the latest ones."""
    if wanted.condition is not None and wanted.key is None:
        return make().as_bytes(None)
    key += (wanted.key,)
    try:
        # To read a FIFO cache does not change it, so it takes no lock.
        return _statements[key]
    except KeyError:
        statement = make().as_bytes(None)
    with _lock:
        _statements[key] = statement
    return statement


def _declared(layer: Layer) -> tuple[Any, ...]:
    return layer.id, layer.key, layer.tiles, layer.geometry


def _written(layer: Layer, zoom: int) -> int:
    """Return what of the zoom is written into a statement: all of it where features are thinned."""
    return zoom if pixels.band(layer, zoom) is not None else -int(zoom >= _COARSE_BOXES)


def _fields(layer: Layer) -> Composed:
    return _listed("t", names(layer))


def _rank(layer: Layer) -> Composable:
    return Identifier("t", layer.tiles.rank) if layer.tiles.rank else SQL("NULL::integer")


def _urgent(layer: Layer) -> Composable:
    """Return what comes before rank, so that nothing else stands for it: attention, then codes."""
    found = [*_attention(layer)]
    for name, codes in layer.tiles.first:
        found.append(
            SQL("array_position({}::text[], {}), ").format(Literal([*codes]), Identifier("t", name))
        )
    return SQL("").join(found)


def _attention(layer: Layer) -> Iterator[Composable]:
    """Put first what a leader must see.

    Of those that may be late the earliest date comes first, as a tile does not know the time.
    """
    if layer.attention is None or not layer.attention.where:
        return
    asks = SQL("({})").format(
        SQL(" AND ").join(
            SQL("coalesce({} = ANY ({}), false)").format(Identifier("t", name), Literal([*values]))
            for name, values in layer.attention.where.items()
        )
    )
    yield SQL("{} DESC, ").format(asks)
    if layer.attention.before_now is not None:
        late = Identifier("t", layer.attention.before_now)
        yield SQL("CASE WHEN {} THEN {} END, ").format(asks, late)


def _where(zoom: int, column: str, wanted: RowFilter) -> Composed:
    """Choose the rows whose box touches the tile with its margin."""
    place = Identifier("t", column)
    found: list[Composable] = [SQL("{} OPERATOR(public.&&) %(box)s::public.geometry").format(place)]
    if zoom >= _COARSE_BOXES:
        found.append(
            SQL(
                "public.ST_XMax({0}) >= %(west)s AND public.ST_XMin({0}) <= %(east)s"
                " AND public.ST_YMax({0}) >= %(north)s AND public.ST_YMin({0}) <= %(south)s"
            ).format(place)
        )
    if column not in ("px", "anchor"):
        # Written out, so that the planner sees which index has just these rows.
        found.append(SQL("t.tile_from <= {}").format(Literal(zoom)))
    if wanted.condition is not None:
        found.append(SQL("({})").format(wanted.condition))
    return SQL(" AND ").join(found)


_SOUND = SQL(
    "CASE WHEN public.ST_IsPolygonCCW(t._shape)"
    " AND public.ST_NRings(t._shape) IN (1, public.ST_NumGeometries(t._shape))"
    " THEN t._shape ELSE public.gis_area_of(t._shape, 1) END"
)


def _sound(layer: Layer, frame: Frame) -> Composable:
    """Return the expression that mends rings of areas which rounding made flat or turned over.

    An outer ring without area turns neither way. Of holes it cannot be told so quickly, and they
    have to stay inside, so what has holes is always checked.
    """
    is_rounded_area = layer.geometry.dimension == _AREA and not frame.is_valid
    return _SOUND if is_rounded_area else SQL("t._shape")


def _moved(column: str) -> Composed:
    return SQL(
        "public.ST_SnapToGrid(public.ST_Affine({}, %(scale)s, 0, 0, %(scale)s, %(x)s, %(y)s), 1)"
    ).format(Identifier("t", column))


def _shape(layer: Layer, column: str) -> Composable:
    """Return the expression of a row's shape in tile units, y down."""
    if layer.geometry.dimension == 0:
        return _moved(column)
    place = Identifier("t", column)
    # ST_AsMVTGeom turns y round, so it is given the shape upside down.
    cut = SQL(
        "public.ST_AsMVTGeom(public.ST_Affine({}, %(scale)s, 0, 0, -%(scale)s, %(x)s, -%(y)s),"
        " public.ST_MakeBox2D(public.ST_MakePoint(0, -{extent}), public.ST_MakePoint({extent}, 0)),"
        " {extent}, {margin}, true)"
    ).format(place, extent=Literal(EXTENT), margin=Literal(pixels.SHAPE_MARGIN))
    whole = SQL("{} OPERATOR(public.@) %(far)s::public.geometry").format(place)
    cases = SQL("WHEN {} THEN {}").format(whole, _moved(column))
    if layer.geometry.dimension == _AREA:
        cases = SQL("WHEN t.px_size * %(scale)s * %(scale)s < {} THEN {} {}").format(
            Literal(SPECK), _speck(place), cases
        )
    return SQL("CASE {} ELSE {} END").format(cases, cut)


def _corners(layer: Layer, column: str) -> Composable:
    """Return about how many corners are left of a shape in tile units: small ones lose some.

    Many rings have more corners than one around the same area, as the root of their number.
    """
    if layer.geometry.dimension < _AREA:
        return SQL("t._all")
    return SQL(
        "least(t._all, 5 * public.ST_NRings({0})"
        " + sqrt(public.ST_NRings({0}) * t.px_size) * %(scale)s / 2)"
    ).format(Identifier("t", column))


def _speck(place: Identifier) -> Composed:
    """Return a square of a screen pixel around the middle of a shape's box."""
    return SQL(
        "public.ST_Translate({square}::public.geometry,"
        " round((public.ST_XMin({0}) + public.ST_XMax({0})) / 2 * %(scale)s + %(x)s),"
        " round((public.ST_YMin({0}) + public.ST_YMax({0})) / 2 * %(scale)s + %(y)s))"
    ).format(place, square=Literal(SQUARE))
