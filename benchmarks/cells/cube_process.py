"""Queries to a cube in a process of its own; prints JSON.

``python -m benchmarks.cells.cube_process FOLDER``
"""

import json
import random
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np

from benchmarks.cells import sample
from cells import cube as cubes
from cells import query
from cells.events import Changes, Events
from cells.question import Filter
from cells.view import View
from tiles import heatmap

_TIMES = 400
_ZOOMS = (8, 9, 10, 11, 12, 13, 14, 15)
_MIB = 2**20


def main() -> None:
    """Print the seconds of each query, and the memory of the process."""
    folder = Path(sys.argv[1])
    cube = cubes.load(folder)
    view = View(cube, _no_changes(), is_mean=False)
    seconds = {"whole province": _whole(cube), **_tiles(view)}
    disk = sum(file.stat().st_size for file in folder.iterdir())
    print(json.dumps({"seconds": seconds, "MiB": {**_memory(), "on disk": disk / _MIB}}))


def _no_changes() -> Changes:
    none = np.zeros(0, np.int64)
    events = Events(none, none.astype(np.uint64), none.astype(np.int32), ())
    return Changes(events, none.astype(np.int8))


def _whole(cube: cubes.Cube) -> list[float]:
    return _timed(
        lambda question=question: query.sums(cube, query.chosen(cube, question), 9)
        for question in sample.questions(_TIMES)
    )


def _tiles(view: View) -> dict[str, list[float]]:
    """Ask for tiles, each with a question of its own, and as a map does: many with one question."""
    chance = random.Random(5)  # noqa: S311 - no secret
    by_zoom = {zoom: sample.tiles(zoom)[:64] for zoom in _ZOOMS}
    for at in (tile for tiles in by_zoom.values() for tile in tiles):
        heatmap.tile(view, at, Filter())

    def any_tile(question: Filter) -> Callable[[], object]:
        at = chance.choice(by_zoom[chance.choice(_ZOOMS)])
        return lambda: heatmap.tile(view, at, question)

    alone = [any_tile(question) for question in sample.questions(_TIMES, 7)]
    views = [any_tile(question) for question in sample.questions(_TIMES // 8, 9) for _ in range(12)]
    return {"a tile, question of its own": _timed(alone), "a tile of twelve": _timed(views)}


def _timed(works: Iterable[Callable[[], object]]) -> list[float]:
    durations = []
    for work in works:
        begun = time.perf_counter()
        work()
        durations.append(time.perf_counter() - begun)
    # The first ones read what is not in memory yet.
    return durations[len(durations) // 10 :]


def _memory() -> dict[str, float]:
    """Return megabytes in memory, and of these what is not a file that others map too."""
    lines = Path("/proc/self/smaps_rollup").read_text().splitlines()[1:]
    sizes = {line.split(":")[0]: int(line.split()[1]) / 1024 for line in lines}
    return {"in memory": sizes["Rss"], "of it not shared": sizes["Anonymous"]}


if __name__ == "__main__":
    main()
