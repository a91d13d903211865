"""`gis`: one verb each; a verb's module is imported when the verb is called."""

import sys
from importlib import import_module

import click
import psycopg
from rich.console import Console

from gis_server import settings
from layers.errors import GisError

err = Console(stderr=True, highlight=False, soft_wrap=True)

_ROOM = "gis_server.commands"

VERBS = {
    "up": "service:up",
    "down": "service:down",
    "serve": "service:serve",
    "migrate": "service:migrate",
    "layers": "layers:list_layers",
    "load": "load:load_file",
    "demo": "demo:load_demo",
    "tiles": "tiles:tiles",
    "cells": "cells:cells",
}
"""Module and command of each verb."""

HIDDEN = {"maintain": "maintenance:maintain"}
"""What the server calls by itself."""

ALIASES = {"h3": "cells"}
"""Former names, which still work."""


class LazyGroup(click.Group):
    """A group whose verbs are imported one by one: all of them together take seconds to load."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Name the verbs."""
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import a verb; None when there is none of this name."""
        place = (VERBS | HIDDEN).get(ALIASES.get(cmd_name, cmd_name))
        if place is None:
            return None
        module, _, attribute = place.partition(":")
        command: click.Command = getattr(import_module(f"{_ROOM}.{module}"), attribute)
        return command


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.pass_context
def cli(context: click.Context) -> None:
    """The spatial layers of a province: load them, serve them, look at them."""
    context.obj = settings.from_env()


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
