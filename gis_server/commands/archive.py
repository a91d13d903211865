"""`gis cells archive`, `restore`, `count`: old events in GeoParquet files."""

import getpass
import os
import time
from datetime import datetime
from pathlib import Path

import click
import pyarrow.parquet as pq
from rich.console import Console

from cells import months, parallel, parquet
from cells.events import STORED
from cells.question import Filter
from etl import archive as archiving
from etl import restore as restoring
from gis_server.commands import dask_cluster
from gis_server.db import pools
from gis_server.http import params
from gis_server.runtime import installation
from gis_server.settings import Settings
from layers import registry
from layers.model import Layer
from tiles import heatmap

out = Console(highlight=False, soft_wrap=True)

_DAY = click.DateTime(["%Y-%m-%d"])
_MONTH = click.DateTime(["%Y-%m"])
_FOLDER = click.Path(file_okay=False, path_type=Path)


@click.command()
@click.argument("layer_id", metavar="LAYER")
@click.argument("folder", type=_FOLDER)
@click.option("--before", required=True, type=_DAY, help="day in Viet Nam; older events go")
@click.pass_obj
def archive(settings: Settings, layer_id: str, folder: Path, before: datetime) -> None:
    """Move old events of LAYER out of its table into FOLDER, one GeoParquet file a month."""
    layer = _layer(settings, layer_id)
    with pools.connect(installation.database_url(settings)) as conn:
        installation.prepare(conn, registry.load(*settings.more_layers), settings)
        who = getpass.getuser()
        for moved in archiving.archive(conn, layer, folder, before.date(), who):
            size = moved.file.stat().st_size
            out.print(f"{moved.month:%Y-%m}: {moved.rows} events, {size / 1e6:.1f} MB")


@click.command()
@click.argument("layer_id", metavar="LAYER")
@click.argument("folder", type=_FOLDER)
@click.option("--month", "chosen", multiple=True, type=_MONTH, help="only this; may be repeated")
@click.pass_obj
def restore(settings: Settings, layer_id: str, folder: Path, chosen: tuple[datetime, ...]) -> None:
    """Move archived events of LAYER from FOLDER back into its table."""
    layer = _layer(settings, layer_id)
    chosen_months = [month.date() for month in chosen]
    with pools.connect(installation.database_url(settings)) as conn:
        installation.prepare(conn, registry.load(*settings.more_layers), settings)
        for moved in restoring.restore(conn, layer, folder, chosen_months):
            out.print(f"{moved.month:%Y-%m}: {moved.rows} events")


@click.command()
@click.argument("layer_id", metavar="LAYER")
@click.argument("folder", type=_FOLDER)
@click.option("--out", "out_file", required=True, type=click.Path(dir_okay=False, path_type=Path))
@click.option("--resolution", required=True, type=click.IntRange(0, STORED), help="of the cells")
@click.option("--datetime", "interval", metavar="START/END", help="instants; .. is an open end")
@click.option("--category", "categories", multiple=True, help="only this; may be repeated")
@click.option("--scheduler", metavar="tcp://HOST:PORT", help="of a Dask cluster; without, here")
@click.pass_obj
def count(  # noqa: PLR0913, PLR0917 - click gives one argument an option
    settings: Settings,
    layer_id: str,
    folder: Path,
    out_file: Path,
    resolution: int,
    interval: str | None,
    categories: tuple[str, ...],
    scheduler: str | None,
) -> None:
    """Count archived events of LAYER in FOLDER by month, category and H3 cell.

    All files LAYER.parquet in FOLDER are counted, however deep they are. No database is needed.
    """
    begun = time.monotonic()
    layer = _layer(settings, layer_id, categories)
    start, end = params.interval(interval) if interval else (None, None)
    task = parallel.CountTask(
        parquet.event_format(layer), Filter(start, end, categories), resolution
    )
    files = [file.absolute() for file in months.everywhere(folder, layer_id)]
    with dask_cluster.pool(scheduler, settings.workers) as pool:
        counts = parallel.count(pool, files, task)
    partial = out_file.with_name(f".{out_file.name}.{os.getpid()}")
    pq.write_table(counts, partial, compression="zstd")
    partial.replace(out_file)
    out.print(
        f"{layer_id}: {sum(counts['events'].to_pylist())} events of {len(files)} files,"
        f" {len(counts)} rows, {pool.threads} threads, {time.monotonic() - begun:.1f} s"
    )


VERBS = (archive, restore, count)
"""What `gis cells` has for archived events."""


def _layer(settings: Settings, layer_id: str, categories: tuple[str, ...] = ()) -> Layer:
    layers = registry.load(*settings.more_layers)
    layer = layers.get(layer_id)
    heatmap.checked(layer, categories, layers.heatmaps)
    return layer
