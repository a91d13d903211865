"""A process that asks a cube: ``python -m benchmarks.cells.asked FOLDER``; prints JSON."""

import json
import random
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np

from benchmarks.cells import made
from cells import cube as cubes
from cells import query
from cells.events import Changes, Events
from cells.view import View
from tiles import heatmap

_TIMES = 400
_ZOOMS = (8, 9, 10, 11, 12, 13, 14, 15)
_MIB = 2**20


def main() -> None:
    """Ask, and say how long it took and what memory it took."""
    folder = Path(sys.argv[1])
    cube = cubes.load(folder)
    view = View(cube, _no_changes(), is_mean=False)
    found = {"whole province": _whole(cube), **_tiles(view)}
    disk = sum(file.stat().st_size for file in folder.iterdir())
    print(json.dumps({"seconds": found, "MiB": {**_memory(), "on disk": disk / _MIB}}))


def _no_changes() -> Changes:
    none = np.zeros(0, np.int64)
    events = Events(none, none.astype(np.uint64), none.astype(np.int32), ())
    return Changes(events, none.astype(np.int8))


def _whole(cube: cubes.Cube) -> list[float]:
    return _timed(
        lambda wanted=wanted: query.sums(cube, query.chosen(cube, wanted), 9)
        for wanted in made.questions(_TIMES)
    )


def _tiles(view: View) -> dict[str, list[float]]:
    """Ask for tiles, each with a question of its own, and as a map does: many with one question."""
    chance = random.Random(5)  # noqa: S311 - no secret
    known = {zoom: made.tiles(zoom)[:64] for zoom in _ZOOMS}
    for at in (tile for tiles in known.values() for tile in tiles):
        heatmap.tile(view, at, made.Filter())

    def some(wanted: made.Filter) -> Callable[[], object]:
        at = chance.choice(known[chance.choice(_ZOOMS)])
        return lambda: heatmap.tile(view, at, wanted)

    alone = [some(wanted) for wanted in made.questions(_TIMES, 7)]
    views = [some(wanted) for wanted in made.questions(_TIMES // 8, 9) for _ in range(12)]
    return {"a tile, question of its own": _timed(alone), "a tile of twelve": _timed(views)}


def _timed(works: Iterable[Callable[[], object]]) -> list[float]:
    taken = []
    for work in works:
        begun = time.perf_counter()
        work()
        taken.append(time.perf_counter() - begun)
    # The first ones read what is not in memory yet.
    return taken[len(taken) // 10 :]


def _memory() -> dict[str, float]:
    """Return megabytes in memory, and of these what is not a file that others map too."""
    lines = Path("/proc/self/smaps_rollup").read_text().splitlines()[1:]
    sizes = {line.split(":")[0]: int(line.split()[1]) / 1024 for line in lines}
    return {"in memory": sizes["Rss"], "of it not shared": sizes["Anonymous"]}


if __name__ == "__main__":
    main()
