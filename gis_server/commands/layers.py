"""`gis layers`: the declared layers."""

import click
from rich.console import Console

from gis_server.settings import Settings
from layers import registry

out = Console(highlight=False, soft_wrap=True)


@click.command("layers")
@click.pass_obj
def list_layers(settings: Settings) -> None:
    """List the declared layers."""
    for layer in registry.load(*settings.more_layers):
        out.print(f"{layer.id:<14} {layer.lifecycle.value:<9} {layer.title['vi']}")
