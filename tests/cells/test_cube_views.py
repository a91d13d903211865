"""Views of cubes: one for each audience, and no thread more than one waits for the database."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest

from cells import checkpoint
from cells.cube_views import CubeViews, ViewBusy
from cells.generations import Generations
from layers.audience import PUBLIC, Audience
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
        asking = pool.submit(served.view, incident, 1, PUBLIC)
        assert is_asking.wait(10)
        with pytest.raises(ViewBusy):
            served.view(incident, 1, PUBLIC)
        go_on.set()
        assert isinstance(asking.exception(10), psycopg.OperationalError)
    # The error has given the lock back.
    with pytest.raises(psycopg.OperationalError):
        served.view(incident, 1, PUBLIC)


def test_every_audience_has_a_view_of_its_own(
    conn: psycopg.Connection[Any], layers: Layers, tmp_path: Path
) -> None:
    @contextmanager
    def connect() -> Iterator[psycopg.Connection[Any]]:
        yield conn

    generations, incident = Generations(tmp_path), layers.get("incident")
    checkpoint.checkpoint(conn, incident, generations)
    served = CubeViews(generations, connect)
    public, staff = (served.view(incident, 1, who) for who in (PUBLIC, Audience("staff")))
    assert public is not None
    assert staff is not None
    assert public.number != staff.number, "what is remembered of a view is of one audience"
    assert served.view(incident, 1, Audience("public")) is public
