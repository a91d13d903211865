"""`gis demo`: the demonstration province; the only verb that imports its generator."""

import getpass
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import click
from rich.console import Console

from etl import demo
from etl.load import Mode, Order, load
from gis_server.commands import progress
from gis_server.db import pools
from gis_server.runtime import installation
from gis_server.settings import Settings
from layers import registry
from layers.registry import Layers
from sql.connection import Connection

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)


@click.command("demo")
@click.option("--parcels", default=20_000, show_default=True, type=click.IntRange(1))
@click.option("--events", default=60_000, show_default=True, type=click.IntRange(1))
@click.option("--seed", default=19, show_default=True)
@click.pass_obj
def load_demo(settings: Settings, parcels: int, events: int, seed: int) -> None:
    """Write a made-up Thái Nguyên into the layers; it replaces what they hold."""
    layers = registry.load(*settings.more_layers)
    # The start of the day, so that the same command gives the same rows all day long.
    until = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    with (
        pools.connect(installation.database_url(settings)) as conn,
        tempfile.TemporaryDirectory(prefix="gis-demo-") as folder,
    ):
        installation.prepare(conn, layers, settings)
        parts = demo.write(Path(folder), parcels=parcels, events=events, seed=seed, until=until)
        for part in parts:
            _load_part(conn, settings, layers, part)


def _load_part(conn: Connection, settings: Settings, layers: Layers, part: demo.Demo) -> None:
    order = Order(
        layer=layers.get(part.layer_id),
        file=part.file,
        mode=Mode.REPLACE,
        who=getpass.getuser(),
        reports=settings.var / "reports",
        is_demo=True,
    )
    with progress.bar(err, part.layer_id) as advance:
        result = load(conn, order, advance)
    progress.tell(out, order, result)
    part.file.unlink()
