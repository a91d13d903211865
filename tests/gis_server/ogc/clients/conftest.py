"""Real client programs, and a record of what they ask."""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from gis_server.settings import Settings

PROXY = Path(__file__).parent / "recording_proxy.py"


@dataclass(frozen=True)
class Asked:
    """One request of a client, and how it was answered."""

    method: str
    path: str
    query: Mapping[str, str]
    accept: str
    status: int
    features: int
    """How many features the answer holds; 0 when it is no GeoJSON collection."""


@dataclass(frozen=True)
class Recorder:
    """A way to the server that remembers what is asked on it."""

    address: str
    file: Path

    @property
    def ogc(self) -> str:
        """Where the interface begins, as clients are told."""
        return f"{self.address}/ogc"

    @property
    def all(self) -> list[Asked]:
        """What was asked so far."""
        return [Asked(**json.loads(line)) for line in self.file.read_text().splitlines()]

    def items(self, layer: str) -> list[Asked]:
        """Return the requests for a layer's items."""
        return [one for one in self.all if one.path == f"/ogc/collections/{layer}/items"]

    def failed(self) -> list[Asked]:
        """Return the requests that were not answered well."""
        return [one for one in self.all if one.status >= 400]

    def forget(self) -> None:
        """Begin anew."""
        self.file.write_text("")


@pytest.fixture(scope="session")
def clients_server(
    ogc_database: str, serve: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """Address of a real server over the rows that tests do not change."""
    with serve(ogc_database, Settings(var=tmp_path_factory.mktemp("clients"))) as address:
        yield address


@pytest.fixture(scope="session")
def _passing_on(
    clients_server: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Recorder]:
    file = tmp_path_factory.mktemp("record") / "asked.jsonl"
    command = [sys.executable, str(PROXY), urlsplit(clients_server).netloc, str(file)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield Recorder(process.stdout.readline().strip(), file)
        process.terminate()


@pytest.fixture
def recorder(_passing_on: Recorder) -> Recorder:
    """A way to the server, with nothing asked yet."""
    _passing_on.forget()
    return _passing_on
