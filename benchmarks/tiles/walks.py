"""Which tiles are asked for: distinct ones, screen by screen along walks over the data."""

import random
from collections.abc import Iterator

from benchmarks.tiles.data import LAYER, Database
from layers.geo import TileId

_SCREEN = 4
"""Tiles across and down a screen."""

_SEED = 7


def occupied(database: Database, zoom: int) -> list[TileId]:
    """Return the tiles of a zoom in which parcels are, in the order of walks over them."""
    with database.connect() as conn:
        rows = conn.execute(
            f"""
            SELECT DISTINCT floor(ST_XMin(px) / side)::int, floor(ST_YMin(px) / side)::int
            FROM layer.{LAYER}, (SELECT 2.0 ^ (34 - %s) AS side) AS tile
            """,  # noqa: S608
            (zoom,),
        ).fetchall()
    return list(_walk([TileId(zoom, int(str(x)), int(str(y))) for x, y in rows]))


def _walk(tiles: list[TileId]) -> Iterator[TileId]:
    """Go from screen to screen: to one beside it or, at an end, to any other."""
    screens: dict[tuple[int, int], list[TileId]] = {}
    for at in tiles:
        screens.setdefault((at.x // _SCREEN, at.y // _SCREEN), []).append(at)
    chance = random.Random(_SEED)  # noqa: S311 - a walk, not a secret
    here = min(screens)
    while screens:
        if here not in screens:
            here = chance.choice(sorted(screens))
        yield from sorted(screens.pop(here))
        steps = [(here[0] + x, here[1] + y) for x, y in ((1, 0), (0, 1), (-1, 0), (0, -1))]
        here = next((step for step in steps if step in screens), here)
