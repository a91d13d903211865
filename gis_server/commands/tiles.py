"""`gis tiles`: draw tiles ahead, have them drawn anew, write them to a file."""

from functools import partial
from pathlib import Path

import click
from rich.console import Console

from gis_server.commands import export_page, export_report, progress
from gis_server.commands.export_page import Page
from gis_server.db import pools
from gis_server.http import params
from gis_server.http.params import LANGUAGES
from gis_server.runtime import installation
from gis_server.settings import Settings
from layers import registry
from layers.geo import MAX_ZOOM
from layers.model import Layer
from layers.registry import Layers
from tiles import changes, export, purge, pyramid
from tiles.store import Store

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)


@click.group("tiles")
def tiles() -> None:
    """Vector tiles: draw them ahead, have them drawn anew, export them."""


@tiles.command()
@click.argument("layer_ids", metavar="[LAYER]...", nargs=-1)
@click.pass_obj
def build(settings: Settings, layer_ids: tuple[str, ...]) -> None:
    """Draw all tiles of the layers, or of every layer, ahead of the first request.

    The server does this by itself after a load.
    """
    url = installation.database_url(settings)
    store = Store(settings.var / "tiles")
    with pools.connect(url) as conn:
        installation.prepare(conn, _layers(settings), settings)
        store.claim(changes.database_id(conn))
    for layer in _chosen(settings, layer_ids):
        with progress.bar(err, layer.id) as advance:
            built = pyramid.build(
                layer, store, partial(pools.connect, url), advance, processes=settings.workers
            )
        out.print(
            f"{layer.id}: {built.tiles} tiles, {built.length / 1e6:.1f} MB, {built.seconds:.1f} s"
        )


@tiles.command("purge")
@click.argument("layer_ids", metavar="[LAYER]...", nargs=-1)
@click.option("--bbox", metavar="W,S,E,N", help="only tiles that touch this box, in degrees")
@click.option("--tile", "addresses", multiple=True, metavar="Z/X/Y", help="only this tile")
@click.option(
    "--list", "listed", type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="only the tiles of this file, one Z/X/Y a line",
)  # fmt: skip
@click.option("--all", "everything", is_flag=True, help="tiles of every layer")
@click.pass_obj
def purge_tiles(  # noqa: PLR0913, PLR0917 - click gives one argument an option
    settings: Settings,
    layer_ids: tuple[str, ...],
    bbox: str | None,
    addresses: tuple[str, ...],
    listed: Path | None,
    everything: bool,
) -> None:
    """Have tiles of the layers drawn anew, with the tiles above and below them at every zoom."""
    if not layer_ids and not everything:
        raise click.UsageError("Name the layers, or say --all.")
    lines = listed.read_text("utf-8").split() if listed else []
    cells = params.places(bbox, [*addresses, *lines])
    with pools.connect(installation.database_url(settings)) as conn:
        for layer in _chosen(settings, layer_ids):
            purge.purge(conn, layer.id, cells)
    where = "all tiles" if cells is None else f"{len(cells)} places"
    out.print(f"{where} of {', '.join(layer_ids) or 'every layer'} will be drawn anew")


@tiles.command("export")
@click.argument("layer_ids", metavar="LAYER...", nargs=-1, required=True)
@click.argument("out_file", metavar="OUT.pmtiles", type=click.Path(path_type=Path))
@click.option("--page", is_flag=True, help="write a folder OUT-page with a map of it, too")
@click.option("--maxzoom", type=click.IntRange(0, MAX_ZOOM), help="in place of the layers' own")
@click.option("--lang", type=click.Choice(LANGUAGES), default="vi", show_default=True)
@click.option("--force", is_flag=True, help="write over OUT.pmtiles")
@click.pass_obj
def export_tiles(  # noqa: PLR0913, PLR0917 - click gives one argument an option
    settings: Settings,
    layer_ids: tuple[str, ...],
    out_file: Path,
    page: bool,
    maxzoom: int | None,
    lang: str,
    force: bool,
) -> None:
    """Write tiles of the layers into one PMTiles archive, which needs no server of ours.

    An interrupted run continues where it was when the same command is given again.
    """
    chosen = _chosen(settings, tuple(dict.fromkeys(layer_ids)))
    export.refuse(out_file, force=force)
    if page:
        export_page.refuse(settings.node_modules)
    url = installation.database_url(settings)
    with pools.connect(url) as conn:
        installation.prepare(conn, _layers(settings), settings)
        planned = export.survey(conn, chosen, maxzoom)
        metadata = export_report.metadata(conn, planned, lang)
    context = export.ExportContext(
        Store(settings.var / "tiles"), partial(pools.connect, url), settings.workers
    )
    with progress.bar(err, out_file.name) as advance:
        written = export.run(planned, out_file, metadata, context, advance)
    for line in export_report.report(planned, written, out_file):
        out.print(line, markup=False)
    if page:
        view = export.place(planned, metadata)
        map_page = Page(out_file, planned.parts, view, metadata.name, lang)
        out.print(f"page: {export_page.write(map_page, settings.node_modules)}", markup=False)


def _chosen(settings: Settings, layer_ids: tuple[str, ...]) -> list[Layer]:
    layers = _layers(settings)
    return [layers.get(layer_id) for layer_id in layer_ids] or list(layers)


def _layers(settings: Settings) -> Layers:
    return registry.load(*settings.more_layers)
