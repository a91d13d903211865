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
def build(used: Settings, layer_ids: tuple[str, ...]) -> None:
    """Draw all tiles of the layers, or of every layer, ahead of the first request.

    The server does this by itself after a load.
    """
    url = installation.database_url(used)
    store = Store(used.var / "tiles")
    with pools.connect(url) as conn:
        installation.prepare(conn, _layers(used), used)
        store.claim(changes.database_id(conn))
    for layer in _chosen(used, layer_ids):
        with progress.bar(err, layer.id) as advance:
            made = pyramid.build(
                layer, store, partial(pools.connect, url), advance, processes=used.workers
            )
        out.print(
            f"{layer.id}: {made.tiles} tiles, {made.length / 1e6:.1f} MB, {made.seconds:.1f} s"
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
    used: Settings,
    layer_ids: tuple[str, ...],
    bbox: str | None,
    addresses: tuple[str, ...],
    listed: Path | None,
    everything: bool,
) -> None:
    """Have tiles of the layers drawn anew; with everything that touches them, at every zoom."""
    if not layer_ids and not everything:
        raise click.UsageError("Name the layers, or say --all.")
    lines = listed.read_text("utf-8").split() if listed else []
    cells = params.places(bbox, [*addresses, *lines])
    with pools.connect(installation.database_url(used)) as conn:
        for layer in _chosen(used, layer_ids):
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
    used: Settings,
    layer_ids: tuple[str, ...],
    out_file: Path,
    page: bool,
    maxzoom: int | None,
    lang: str,
    force: bool,
) -> None:
    """Write tiles of the layers into one PMTiles archive, which needs no server of ours.

    A run that was broken off goes on where it was when the same is said again.
    """
    chosen = _chosen(used, tuple(dict.fromkeys(layer_ids)))
    export.refuse(out_file, force=force)
    if page:
        export_page.refuse(used.node_modules)
    url = installation.database_url(used)
    with pools.connect(url) as conn:
        installation.prepare(conn, _layers(used), used)
        planned = export.survey(conn, chosen, maxzoom)
        told = export_report.metadata(conn, planned, lang)
    means = export.ExportContext(
        Store(used.var / "tiles"), partial(pools.connect, url), used.workers
    )
    with progress.bar(err, out_file.name) as advance:
        written = export.run(planned, out_file, told, means, advance)
    for line in export_report.report(planned, written, out_file):
        out.print(line, markup=False)
    if page:
        where = export.place(planned, told)
        shown = Page(out_file, planned.parts, where, told.name, lang)
        out.print(f"page: {export_page.write(shown, used.node_modules)}", markup=False)


def _chosen(used: Settings, layer_ids: tuple[str, ...]) -> list[Layer]:
    layers = _layers(used)
    return [layers.get(layer_id) for layer_id in layer_ids] or list(layers)


def _layers(used: Settings) -> Layers:
    return registry.load(*used.more_layers)
