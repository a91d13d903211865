"""`gis maintain`: the background process that the server starts for itself."""

import click

from gis_server.runtime import installation, maintenance
from gis_server.settings import Settings
from layers.declared import Declared


@click.command(hidden=True)
@click.argument("parent", type=int)
@click.pass_obj
def maintain(used: Settings, parent: int) -> None:
    """Keep tables, cubes and tiles as long as the server runs, the process PARENT."""
    maintenance.run(used, Declared(*used.more_layers), installation.database_url(used), parent)
