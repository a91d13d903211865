"""The real server as a process."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace

from gis_server.settings import Settings

Serve = Callable[..., AbstractContextManager[str]]


def free_port() -> int:
    """Return a port of the loopback that nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


@contextmanager
def serving(database_url: str, settings: Settings, workers: int = 1) -> Iterator[str]:
    """Run the real server on a database; give its address."""
    used = replace(settings, port=free_port())
    environment = {
        **os.environ,
        "GIS_DATABASE_URL": database_url,
        "GIS_PORT": str(used.port),
        "GIS_VAR": str(used.var),
        "GIS_NODE_MODULES": str(used.node_modules),
        "GIS_WORKERS": str(workers),
        **({"GIS_LAYERS": str(used.layers)} if used.layers else {}),
    }
    process = subprocess.Popen([sys.executable, "-m", "gis_server", "serve"], env=environment)
    address = f"http://127.0.0.1:{used.port}"
    with ended(process):
        _await(address, process)
        yield address


@contextmanager
def ended(process: subprocess.Popen[bytes]) -> Iterator[None]:
    """End a process when the block ends, with SIGKILL if SIGTERM has not done so in 10 seconds."""
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(10)


def _await(address: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"the server ended with {process.returncode}")
        try:
            with urllib.request.urlopen(f"{address}/health", timeout=2):
                return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("the server did not answer within 30 seconds")
