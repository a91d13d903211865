"""A question whose client has gone is stopped; one that is waited for is not."""

import socket
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest
from psycopg_pool import ConnectionPool

from gis_server.db import client_disconnects
from gis_server.db.client_disconnects import PATIENCE, ClientDisconnects, ClientWait, abandoned
from gis_server.settings import Settings
from gis_testing.servers import Serve

Connection = psycopg.Connection[Any]

SLOW = "/ogc/collections/hydrant/items"


@pytest.fixture(scope="module")
def address(module_database: str, module_settings: Settings, serve: Serve) -> Iterator[str]:
    """Address of a real server, for all tests of the module."""
    with serve(module_database, module_settings) as address:
        yield address


@pytest.fixture
def live(address: str) -> str:
    """Address of the server."""
    return address


@pytest.fixture
def slow(module_database: str) -> Iterator[Connection]:
    """Let a layer answer only when the test gives its lock away (``_answer``)."""
    with psycopg.connect(module_database, autocommit=True) as conn:
        conn.execute(
            "INSERT INTO layer.hydrant (code, status, geom)"
            " VALUES ('a', 'ok', ST_SetSRID(ST_MakePoint(105, 21), 4326));"
            "ALTER TABLE layer.hydrant RENAME TO hydrant_rows; CREATE VIEW layer.hydrant AS"
            " SELECT t.*, '0'::xid AS xmin FROM layer.hydrant_rows AS t,"
            " pg_advisory_xact_lock_shared(6);"
            "SELECT pg_advisory_lock(6)"
        )
        yield conn
        conn.execute(
            "SELECT pg_advisory_unlock_all(); DROP VIEW layer.hydrant;"
            "ALTER TABLE layer.hydrant_rows RENAME TO hydrant; TRUNCATE layer.hydrant"
        )


def _answer(conn: Connection) -> None:
    conn.execute("SELECT pg_advisory_unlock(6)")


PAGE = "-- A page of features%hydrant%"


def _asking(conn: Connection, query: str) -> int:
    row = conn.execute(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
        " AND state = 'active' AND pid <> pg_backend_pid() AND query LIKE %s",
        (query,),
    ).fetchone()
    return int(row[0]) if row else 0


def _until(conn: Connection, wanted: int, seconds: float, query: str = PAGE) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if _asking(conn, query) == wanted:
            return True
        time.sleep(0.05)
    return False


def _ask(address: str, path: str = SLOW) -> socket.socket:
    place = urlsplit(address)
    client = socket.create_connection((place.hostname, place.port))
    client.sendall(f"GET {path} HTTP/1.1\r\nHost: {place.netloc}\r\n\r\n".encode())
    return client


@pytest.mark.parametrize("has_asked_before", [False, True])
def test_the_question_of_a_client_that_goes_away_is_stopped(
    live: str, slow: Connection, has_asked_before: bool
) -> None:
    client = _ask(live, "/health" if has_asked_before else SLOW)
    if has_asked_before:
        assert b"200" in client.recv(10_000)
        client.sendall(f"GET {SLOW} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    assert _until(slow, 1, 3)
    client.close()
    assert _until(slow, 0, PATIENCE + 1.5)


def test_a_client_that_waits_gets_its_answer_while_another_goes_away(
    live: str, slow: Connection
) -> None:
    answers: list[int] = []

    def stay() -> None:
        with urllib.request.urlopen(live + SLOW, timeout=20) as answer:
            answers.append(answer.status)

    staying = threading.Thread(target=stay)
    staying.start()
    assert _until(slow, 1, 3)
    client = _ask(live)
    assert _until(slow, 2, 3)
    client.close()
    assert _until(slow, 1, PATIENCE + 1.5)
    _answer(slow)
    staying.join()
    assert answers == [200]


def test_idle_connections_do_not_look_like_waiting_ones(live: str, slow: Connection) -> None:
    idle = [_ask(live, "/health") for _ in range(5)]
    assert all(b"200" in client.recv(10_000) for client in idle)
    time.sleep(1.2)
    client = _ask(live)
    assert _until(slow, 1, 3)
    client.close()
    assert _until(slow, 0, PATIENCE + 1.5)
    for client in idle:
        client.close()


@pytest.mark.parametrize(
    ("ages", "waits", "gone"),
    [
        ([], [], []),
        ([5], [], [0]),
        ([5], [5.01], []),
        ([5], [9.0], []),
        ([5], [4.0], [0]),
        ([10, 8, 5], [10.0, 5.0], [1]),
        ([10, 8, 5], [9.0, 5.0], [0]),
        ([10, 8, 5], [12.0, 9.0, 5.0], []),
        ([5], [ClientWait(5.5, is_sure=False)], []),
        ([5], [ClientWait(50.0, is_sure=False)], [0]),
    ],
)
def test_questions_without_a_client_are_found(
    ages: list[float], waits: list[Any], gone: list[int]
) -> None:
    found = abandoned(ages, [w if isinstance(w, ClientWait) else ClientWait(w) for w in waits])
    assert found == gone


def test_the_number_of_open_files_stays_the_same() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)) as client:
            served, _ = listening.accept()
            with served:
                assert not [wait for wait in client_disconnects.waiting(port) if wait.is_sure]
                client.sendall(b"x")
                time.sleep(0.3)
                (wait,) = client_disconnects.waiting(port)
                assert 0.2 <= wait.seconds < 2
                files = _open_files()
                for _ in range(50):
                    list(client_disconnects.waiting(port))
                assert _open_files() == files


def _open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


class _SlowToCancel(psycopg.Connection[Any]):
    """Waits before it sends a cancel request."""

    is_cancelling, go_on = threading.Event(), threading.Event()

    def cancel_safe(self, *, timeout: float = 30.0) -> None:
        self.is_cancelling.set()
        assert self.go_on.wait(10)
        super().cancel_safe(timeout=timeout)


def test_a_cancel_request_does_not_hit_the_next_request_on_the_connection(
    database_url: str, conn: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gis_server.db.client_disconnects.PATIENCE", 0)
    monkeypatch.setattr("gis_server.db.client_disconnects._TICK", 0.02)
    left, answers = ClientDisconnects(), []

    def depart() -> None:
        with pool.connection() as lent, left.during(lent, time.monotonic()):
            lent.execute("SELECT 1")
            assert _SlowToCancel.is_cancelling.wait(10)

    def follow() -> None:
        assert _SlowToCancel.is_cancelling.wait(10)
        with pool.connection() as lent:
            answers.append(lent.execute("SELECT 'next' FROM pg_sleep(0.7)").fetchone())

    with ConnectionPool(
        database_url, connection_class=_SlowToCancel, min_size=1, max_size=1
    ) as pool:
        threads = [threading.Thread(target=work) for work in (depart, follow)]
        for thread in threads:
            thread.start()
        left.watch(_free_port())
        assert _SlowToCancel.is_cancelling.wait(10)
        _until(conn, 1, 0.4, "SELECT 'next'%")
        _SlowToCancel.go_on.set()
        for thread in threads:
            thread.join(10)
    left.stop()
    assert answers == [("next",)]


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])
