"""`gis up`, `down`, `serve`, `migrate`: the installation and its processes."""

import click

from gis_server.db import pools
from gis_server.runtime import installation
from gis_server.settings import Settings
from layers import registry


@click.command()
@click.pass_obj
def up(settings: Settings) -> None:
    """Start database and server; load the demonstration province into an empty database."""
    installation.up(settings)


@click.command()
@click.pass_obj
def down(settings: Settings) -> None:
    """Stop what 'up' started."""
    installation.down(settings)


@click.command()
@click.pass_obj
def serve(settings: Settings) -> None:
    """Serve on 127.0.0.1 in the foreground."""
    # This imports Flask and pygeoapi, which the other verbs do not need.
    from gis_server.runtime import web_server  # noqa: PLC0415

    web_server.serve(settings, installation.database_url(settings))


@click.command()
@click.pass_obj
def migrate(settings: Settings) -> None:
    """Bring the database to the present form."""
    with pools.connect(installation.database_url(settings)) as conn:
        installation.prepare(conn, registry.load(*settings.more_layers), settings)
