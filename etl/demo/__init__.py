"""The demonstration province: Thái Nguyên after 1 July 2025, generated from a seed.

Names, codes, areas and centres of communes are official; everything else is made up.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from etl.demo import catalogue, world
from etl.demo.catalogue import Scene
from etl.demo.geoparquet import Writer
from layers import registry


class Demo(NamedTuple):
    """A file to load, and its layer."""

    layer_id: str
    file: Path


def _silent(_message: str) -> None: ...


def write(  # noqa: PLR0913 - what a caller may choose, and nothing else
    folder: Path,
    *,
    parcels: int = 20_000,
    events: int = 60_000,
    seed: int = 19,
    until: datetime,
    progress: Callable[[str], None] = _silent,
) -> Iterator[Demo]:
    """Write one GeoParquet file a layer and yield each as it is ready.

    The same arguments give the same tables. Batches keep the memory small at any size.

    Args:
        folder: where the files go; it must exist.
        parcels: how many land parcels.
        events: how many incidents, reports, fires and traffic observations together.
        seed: of all that is random.
        until: end of the year in which things happened; without a zone it is UTC.
        progress: told what is being made.
    """
    end = until if until.tzinfo else until.replace(tzinfo=UTC)
    progress("province")
    scene, layers = Scene.of(world.build(seed), end), registry.load()
    for layer_id, make in catalogue.frames(scene).items():
        file = folder / f"{layer_id}.parquet"
        frame = make()
        frame.to_parquet(file, index=False, compression="zstd")
        progress(f"{layer_id}: {len(frame)}")
        yield Demo(layer_id, file)
    for stream in catalogue.streams(scene, parcels, events):
        file = folder / f"{stream.layer_id}.parquet"
        with Writer(file, layers.get(stream.layer_id), *stream.fields) as writer:
            for rows in stream.rows:
                writer.add(rows)
                progress(f"{stream.layer_id}: {writer.rows}")
        yield Demo(stream.layer_id, file)
