"""Two people change one feature at once, over a real server: one comes through, one is told."""

import json
import os
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from threading import Barrier
from typing import Any

import psycopg
import pytest

from gis_server.settings import Settings

TOKEN = "only for tests"
ROUNDS = 20

Serve = Callable[[str, Settings], AbstractContextManager[str]]


def ask(method: str, url: str, body: Any = None, **headers: str) -> tuple[int, Any]:
    """Send a request; give the status and the headers."""
    named = {"Content-Type": "application/geo+json", "Authorization": f"Bearer {TOKEN}"}
    named |= {name.replace("_", "-"): text for name, text in headers.items()}
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, named, method=method)
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, answer.headers
    except urllib.error.HTTPError as error:
        return error.code, error.headers


def test_one_of_two_comes_through_and_nothing_is_lost(
    serve: Serve, database_url: str, settings: Settings, editor: Any,
    conn: psycopg.Connection[Any], monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setitem(os.environ, "GIS_ADMIN_TOKEN", TOKEN)
    start = Barrier(2)

    def change(url: str, tag: str, pupils: int) -> int:
        body = editor.with_(editor.school, pupils=pupils)
        start.wait()
        return ask("PUT", url, body, If_Match=tag)[0]

    with serve(database_url, settings) as address, ThreadPoolExecutor(2) as people:
        items = f"{address}/ogc/collections/school/items"
        status, headers = ask("POST", items, editor.school)
        assert status == 201
        for number in range(ROUNDS):
            url = headers["Location"]
            tag = ask("GET", url)[1]["ETag"]
            pupils = (2 * number, 2 * number + 1)
            found = list(people.map(change, (url, url), (tag, tag), pupils))
            assert Counter(found) == {204: 1, 412: 1}
            kept = conn.execute("SELECT pupils FROM layer.school").fetchall()
            assert kept == [(pupils[found.index(204)],)]
    written = conn.execute("SELECT count(*) FROM ops.edit WHERE action = 'replace'").fetchone()
    assert written == (ROUNDS,)
