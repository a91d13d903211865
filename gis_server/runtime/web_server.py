"""Pre-fork server: granian in front of the application, with the maintenance process beside it."""

import os
import subprocess
from typing import Any

from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server import Server

from gis_server import settings
from gis_server.app import create_app
from gis_server.runtime import connections, installation, memory
from gis_server.settings import Settings
from layers.declared import Declared

THREADS = 4
"""Threads of a worker that wait for the database."""


def application() -> Any:
    """Make the application of a worker process."""
    chosen = settings.from_env()
    declared = Declared(*chosen.more_layers)
    app = create_app(chosen, installation.database_url(chosen), declared)
    app.extensions["gis"].changes.watch()
    app.extensions["gis"].disconnects.watch(chosen.port)
    app.extensions["gis"].live.watch()
    memory.watch()
    return app


def serve(used: Settings, database_url: str) -> None:
    """Serve on the loopback until stopped.

    Args:
        used: port and number of workers.
        database_url: checked before the workers start, so that they fail with one sentence.

    Raises:
        TooFewConnections: the database has not enough for so many workers.
    """
    connections.check(database_url, used.workers)
    create_app(used, database_url, Declared(*used.more_layers)).extensions["gis"].close()
    maintenance = subprocess.Popen([*installation.GIS, "maintain", str(os.getpid())])
    try:
        _serve(used)
    finally:
        maintenance.terminate()
        maintenance.wait()


def _serve(used: Settings) -> None:
    Server(
        "gis_server.runtime.web_server:application",
        factory=True,
        address="127.0.0.1",
        port=used.port,
        interface=Interfaces.WSGI,
        workers=used.workers,
        blocking_threads=THREADS,
        backlog=1024,
        log_level=LogLevels.warning,
        websockets=False,
        respawn_failed_workers=True,
    ).serve()
