"""`gis maintain`: the background process that the server starts for itself."""

import click

from gis_server.runtime import installation, maintenance
from gis_server.settings import Settings
from layers.declared import Declared


@click.command(hidden=True)
@click.argument("parent", type=int)
@click.pass_obj
def maintain(settings: Settings, parent: int) -> None:
    """Keep tables, cubes and tiles up to date until the process PARENT, the server, has ended."""
    maintenance.run(
        settings, Declared(*settings.more_layers), installation.database_url(settings), parent
    )
