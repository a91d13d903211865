"""The people of a cell, while the database takes its time."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest

from gis_server.events.population import NobodyCounted, Population
from gis_server.runtime.web_server import THREADS
from layers.errors import Busy


@pytest.mark.pg
def test_a_slow_database_leaves_a_thread_for_a_cheap_request(
    conn: psycopg.Connection[Any],
) -> None:
    conn.execute(
        "INSERT INTO layer.commune (code, name, full_name, unit_type, province_code, population,"
        " geom) VALUES ('1', 'A', 'A', 'ward', '19', 700,"
        " ST_Multi(ST_MakeEnvelope(105.80, 21.40, 105.82, 21.42, 4326)))"
    )
    population, go_on, asked = Population(), threading.Event(), threading.Semaphore(0)

    @contextmanager
    def connect() -> Iterator[psycopg.Connection[Any]]:
        asked.release()
        assert go_on.wait(10)
        yield conn

    with ThreadPoolExecutor(THREADS) as worker:
        answers = [worker.submit(population.at, 1, connect) for _ in range(8)]
        assert asked.acquire(timeout=10)
        cheap = worker.submit(lambda: "cheap")
        try:
            assert cheap.result(timeout=2) == "cheap"
        finally:
            go_on.set()
    people = [answer.result() for answer in answers if not answer.exception()]
    assert not asked.acquire(blocking=False), "asked once"
    assert len(people) == THREADS - 1
    assert all(answer is people[0] for answer in people)
    assert people[0].number.sum() == pytest.approx(700)
    assert all(isinstance(a.exception(), Busy) for a in answers if a.exception())


@pytest.mark.pg
def test_nobody_counted_is_said_each_time(conn: psycopg.Connection[Any]) -> None:
    @contextmanager
    def connect() -> Iterator[psycopg.Connection[Any]]:
        yield conn

    population = Population()
    for _ in range(2):
        with pytest.raises(NobodyCounted):
            population.at(1, connect)
