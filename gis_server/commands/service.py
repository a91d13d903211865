"""`gis up`, `down`, `serve`, `migrate`: the installation and its processes."""

import click

from gis_server.db import pools
from gis_server.runtime import installation
from gis_server.settings import Settings
from layers import registry


@click.command()
@click.pass_obj
def up(used: Settings) -> None:
    """Start database and server; load the demonstration province into an empty database."""
    installation.up(used)


@click.command()
@click.pass_obj
def down(used: Settings) -> None:
    """Stop what 'up' started."""
    installation.down(used)


@click.command()
@click.pass_obj
def serve(used: Settings) -> None:
    """Serve on 127.0.0.1 in the foreground."""
    # With it come Flask and pygeoapi, which the other verbs do without.
    from gis_server.runtime import web_server  # noqa: PLC0415

    web_server.serve(used, installation.database_url(used))


@click.command()
@click.pass_obj
def migrate(used: Settings) -> None:
    """Bring the database to the present form."""
    with pools.connect(installation.database_url(used)) as conn:
        installation.prepare(conn, registry.load(*used.more_layers), used)
