"""Views of cubes while the database does not answer."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest

from cells.cube_views import CubeViews, ViewBusy
from cells.generations import Generations
from layers.registry import Layers


def test_a_database_that_hangs_keeps_one_thread_and_not_those_who_want_the_same_view(
    layers: Layers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cells.cube_views.PATIENCE", 0.05)
    is_asking, go_on = threading.Event(), threading.Event()

    @contextmanager
    def connect() -> Iterator[psycopg.Connection[Any]]:
        is_asking.set()
        assert go_on.wait(10)
        raise psycopg.OperationalError("the database went away")
        yield

    served, incident = CubeViews(Generations(tmp_path), connect), layers.get("incident")
    with ThreadPoolExecutor(1) as pool:
        asking = pool.submit(served.view, incident, 1)
        assert is_asking.wait(10)
        with pytest.raises(ViewBusy):
            served.view(incident, 1)
        go_on.set()
        assert isinstance(asking.exception(10), psycopg.OperationalError)
    # The error has given the lock back.
    with pytest.raises(psycopg.OperationalError):
        served.view(incident, 1)
