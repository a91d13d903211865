"""`gis load`: a file into a layer."""

import getpass
from pathlib import Path

import click
from rich.console import Console

from etl import crs, mapping
from etl.load import Mode, Order, default_mode, load
from gis_server.commands import progress
from gis_server.db import pools
from gis_server.runtime import installation
from gis_server.settings import Settings
from layers import registry

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)


@click.command("load")
@click.argument("layer_id", metavar="LAYER")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--map", "pairs", multiple=True, metavar="FROM=TO", help="column of the file = field")
@click.option("--crs", "crs_text", metavar="EPSG:n", help="what the coordinates are in")
@click.option(
    "--mode", type=click.Choice([mode.value for mode in Mode]), help="what becomes of present rows"
)
@click.option("--strict", is_flag=True, help="load nothing when a row is refused")
@click.option("--dry-run", is_flag=True, help="check everything, load nothing")
@click.pass_obj
def load_file(  # noqa: PLR0913, PLR0917 - click gives one argument an option
    settings: Settings,
    layer_id: str,
    file: Path,
    pairs: tuple[str, ...],
    crs_text: str | None,
    mode: str | None,
    strict: bool,
    dry_run: bool,
) -> None:
    """Load FILE into LAYER.

    GeoJSON, GeoPackage, Shapefile (also zipped), FlatGeobuf, GeoParquet, CSV and XLSX are read.
    """
    layers = registry.load(*settings.more_layers)
    layer = layers.get(layer_id)
    order = Order(
        layer=layer,
        file=file,
        mode=Mode(mode) if mode else default_mode(layer),
        who=getpass.getuser(),
        reports=settings.var / "reports",
        columns=mapping.parse(pairs),
        crs=crs.parse(crs_text) if crs_text else None,
        strict=strict,
        dry_run=dry_run,
    )
    with pools.connect(installation.database_url(settings)) as conn:
        installation.prepare(conn, layers, settings)
        with progress.bar(err, layer.id) as advance:
            result = load(conn, order, advance)
    progress.tell(out, order, result)
