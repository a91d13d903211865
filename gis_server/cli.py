"""`gis`: one verb each; each verb calls one function of another room."""

import getpass
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import click
import psycopg
from rich.console import Console

from etl import crs, demo, mapping
from etl.load import Mode, Order, default_mode, load
from gis_server import cli_h3, cli_tiles, db, progress, service, serving, settings
from gis_server.settings import Settings
from layers import registry
from layers.errors import GisError
from layers.registry import Layers

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.pass_context
def cli(context: click.Context) -> None:
    """The spatial layers of a province: load them, serve them, look at them."""
    context.obj = settings.from_env()


@cli.command()
@click.pass_obj
def up(used: Settings) -> None:
    """Start database and server; load the demonstration province into an empty database."""
    service.up(used)


@cli.command()
@click.pass_obj
def down(used: Settings) -> None:
    """Stop what 'up' started."""
    service.down(used)


@cli.command()
@click.pass_obj
def serve(used: Settings) -> None:
    """Serve on 127.0.0.1 in the foreground."""
    serving.serve(used, service.database_url(used))


@cli.command()
@click.pass_obj
def migrate(used: Settings) -> None:
    """Bring the database to the present form."""
    with db.connect(service.database_url(used)) as conn:
        service.prepare(conn, _layers(used), used)


@cli.command("layers")
@click.pass_obj
def list_layers(used: Settings) -> None:
    """List the declared layers."""
    for layer in _layers(used):
        out.print(f"{layer.id:<14} {layer.lifecycle.value:<9} {layer.title['vi']}")


@cli.command("load")
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
    used: Settings,
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
    layers = _layers(used)
    layer = layers.get(layer_id)
    order = Order(
        layer=layer,
        file=file,
        mode=Mode(mode) if mode else default_mode(layer),
        who=getpass.getuser(),
        reports=used.var / "reports",
        columns=mapping.parse(pairs),
        crs=crs.parse(crs_text) if crs_text else None,
        strict=strict,
        dry_run=dry_run,
    )
    with db.connect(service.database_url(used)) as conn:
        service.prepare(conn, layers, used)
        with progress.bar(err, layer.id) as advance:
            result = load(conn, order, advance)
    progress.tell(out, order, result)


@cli.command("demo")
@click.option("--parcels", default=20_000, show_default=True, type=click.IntRange(1))
@click.option("--events", default=60_000, show_default=True, type=click.IntRange(1))
@click.option("--seed", default=19, show_default=True)
@click.pass_obj
def load_demo(used: Settings, parcels: int, events: int, seed: int) -> None:
    """Write a made-up Thái Nguyên into the layers; it replaces what they hold."""
    layers = _layers(used)
    # The start of the day, so that the same command gives the same rows all day long.
    until = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    with (
        db.connect(service.database_url(used)) as conn,
        tempfile.TemporaryDirectory(prefix="gis-demo-") as folder,
    ):
        service.prepare(conn, layers, used)
        parts = demo.write(Path(folder), parcels=parcels, events=events, seed=seed, until=until)
        for part in parts:
            _load_demo(conn, used, layers, part)


cli.add_command(cli_h3.cells)
cli.add_command(cli_tiles.tiles)


def _load_demo(
    conn: psycopg.Connection[tuple[object, ...]], used: Settings, layers: Layers, part: demo.Demo
) -> None:
    order = Order(
        layer=layers.get(part.layer_id),
        file=part.file,
        mode=Mode.REPLACE,
        who=getpass.getuser(),
        reports=used.var / "reports",
        is_demo=True,
    )
    with progress.bar(err, part.layer_id) as advance:
        result = load(conn, order, advance)
    progress.tell(out, order, result)
    part.file.unlink()


def _layers(used: Settings) -> Layers:
    return registry.load(*used.more_layers)


def main() -> None:
    """Run a verb; what a person can put right is one sentence, without a traceback."""
    try:
        cli(standalone_mode=False)
    except GisError as error:
        err.print(f"[bold red]gis:[/] {error}", markup=True)
        sys.exit(1)
    except (psycopg.Error, OSError) as error:
        err.print(f"gis: {' '.join(str(error).split())}", markup=False, style="red")
        sys.exit(1)
    except click.exceptions.Abort:
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)


if __name__ == "__main__":
    main()
