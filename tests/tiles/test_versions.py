"""A tile is stale exactly when something changed in it or in its margin."""

from typing import NamedTuple

from hypothesis import given
from hypothesis import strategies as st

from layers import pixels
from layers.geo import TileId
from layers.pixels import WHOLE
from tiles.changes import Change
from tiles.versions import Versions

MARGIN = pixels.POINT_MARGIN / pixels.EXTENT


class Edges(NamedTuple):
    """Columns and rows of zoom 0: the world is 1 wide."""

    west: float
    north: float
    east: float
    south: float


@st.composite
def _tiles(draw: st.DrawFn, deepest: int = 16) -> TileId:
    """Tiles near the middle of one of zoom 4, so that many touch each other."""
    zoom = draw(st.integers(0, deepest))
    side = 1 << zoom
    near = st.floats(0.49, 0.53)
    return TileId(zoom, int(draw(near) * side), int(draw(near) * side))


def _edges(at: TileId, margin: float) -> Edges:
    side = 1 << at.z
    return Edges(
        (at.x - margin) / side,
        (at.y - margin) / side,
        (at.x + 1 + margin) / side,
        (at.y + 1 + margin) / side,
    )


def _touch(one: Edges, two: Edges) -> bool:
    apart = one.west > two.east or two.west > one.east
    return not apart and one.north <= two.south and two.north <= one.south


@given(st.lists(_tiles(14), max_size=12), _tiles())
def test_a_tile_has_the_version_of_the_last_change_that_touches_it(
    changed: list[TileId], asked: TileId
) -> None:
    versions = Versions()
    versions.apply(Change("road", pixels.code(at), n) for n, at in enumerate(changed, start=1))
    # The code 0 is the tile of zoom 0, which is the whole layer.
    touching = [
        n for n, at in enumerate(changed, start=1) if _touch(_edges(at, 0), _edges(asked, MARGIN))
    ]
    assert versions.tile("road", asked) >= max(touching, default=0)
    slightly = [
        n
        for n, at in enumerate(changed, start=1)
        if at.z == 0 or _touch(_edges(at, 1e-9), _edges(asked, MARGIN + 1e-9))
    ]
    assert versions.tile("road", asked) <= max(slightly, default=0)


def test_a_change_where_the_margin_ends_touches_the_tile() -> None:
    """A point right there is in the tile as well."""
    versions = Versions()
    versions.apply([Change("road", pixels.code(TileId(8, 129, 128)), 1)])
    assert versions.tile("road", TileId(3, 3, 4)) == 1


def test_the_whole_layer_makes_smaller_places_needless() -> None:
    versions = Versions()
    at = TileId(14, 13008, 7195)
    versions.apply([Change("road", pixels.code(at), 3), Change("road", WHOLE, 5)])
    assert versions.tile("road", TileId(3, 0, 0)) == 5
    versions.apply([Change("road", pixels.code(at), 6)])
    assert versions.tile("road", at) == 6
    assert versions.tile("road", at._replace(x=at.x + 5)) == 5
    assert versions.whole("road") == 5
    assert versions.layer("road") == versions.seen == 6


def test_layers_do_not_share_versions() -> None:
    versions = Versions()
    versions.apply([Change("road", WHOLE, 4)])
    assert versions.tile("water", TileId(0, 0, 0)) == 0


@given(_tiles(22))
def test_a_tile_is_written_as_one_number_and_read_again(at: TileId) -> None:
    assert pixels.decode(pixels.code(at)) == at
