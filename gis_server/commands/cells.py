"""`gis cells`: cubes of events by H3 cell."""

import time

import click
from rich.console import Console

from cells import checkpoint
from cells.generations import Generations
from gis_server.commands import archive
from gis_server.db import pools
from gis_server.runtime import installation
from gis_server.settings import Settings
from layers import registry
from layers.model import Layer
from layers.registry import Layers
from tiles.errors import NotAggregated

out = Console(highlight=False, soft_wrap=True)


@click.group("cells")
def cells() -> None:
    """Events counted by H3 cell."""


@cells.command()
@click.argument("layer_ids", metavar="[LAYER]...", nargs=-1)
@click.pass_obj
def rebuild(settings: Settings, layer_ids: tuple[str, ...]) -> None:
    """Count the events of the layers, or of every layer that has any, anew from their tables.

    The server keeps the counts by itself; this is for the case that they are in doubt.
    """
    layers = registry.load(*settings.more_layers)
    chosen = _chosen(layers, layer_ids)
    generations = Generations(settings.var / "cells")
    with pools.connect(installation.database_url(settings)) as conn:
        installation.prepare(conn, layers, settings)
        for layer in chosen:
            begun = time.monotonic()
            generation = checkpoint.checkpoint(conn, layer, generations, anew=True)
            cube = generation.load()
            size = sum(file.stat().st_size for file in generation.folder.iterdir())
            out.print(
                f"{layer.id}: {len(cube)} events, {len(cube.cells)} cells, {size / 1e6:.1f} MB,"
                f" {time.monotonic() - begun:.1f} s"
            )


for verb in archive.VERBS:
    cells.add_command(verb)


def _chosen(layers: Layers, layer_ids: tuple[str, ...]) -> list[Layer]:
    chosen = [layers.get(layer_id) for layer_id in layer_ids] or list(layers.heatmaps)
    for layer in chosen:
        if layer.heatmap is None:
            raise NotAggregated(layer.id, tuple(other.id for other in layers.heatmaps))
    return chosen
