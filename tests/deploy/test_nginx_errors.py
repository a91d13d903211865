"""What nginx refuses by itself is told as Python tells it; there is no Python behind it here."""

import gzip
import json
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.message import Message
from email.parser import BytesParser
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from gis_server.answers import replies
from gis_server.http import cors, problems
from gis_testing.nginx import running
from gis_testing.servers import free_port
from layers.errors import Missing

pytestmark = pytest.mark.deep

LONG = "x" * 9000
"""Longer than a line of a request may be."""

TILE = "/tiles/school/1/0/0.mvt"
"""The address of a tile that is ready."""


class Answer(NamedTuple):
    """What came back."""

    status: int
    headers: Message
    body: bytes


Send = Callable[[str], Answer]


def _sent(port: int, request: str) -> Answer:
    with socket.create_connection(("127.0.0.1", port), 10) as client, client.makefile("rb") as said:
        client.sendall(request.encode())
        status = int(said.readline().split()[1])
        headers = BytesParser().parsebytes(b"".join(iter(said.readline, b"\r\n")))
        return Answer(status, headers, said.read(int(headers["Content-Length"])))


@pytest.fixture
def folders(tmp_path: Path) -> Path:
    """A folder of the server with one ready tile."""
    file = tmp_path / "var" / f"{TILE[1:]}.gz"
    file.parent.mkdir(parents=True)
    file.write_bytes(gzip.compress(b"a tile"))
    return tmp_path


@contextmanager
def _nginx(folders: Path, prepared: Any, port: int, python: str) -> Iterator[Send]:
    text = prepared(port, python, folders / "var", folders / "cache")
    with running(folders / "nginx", text, port):
        yield lambda request: _sent(port, request)


@pytest.fixture
def send(folders: Path, prepared: Any) -> Iterator[Send]:
    """Send a request as it is to nginx whose Python is down."""
    with _nginx(folders, prepared, free_port(), f"127.0.0.1:{free_port()}") as sender:
        yield sender


def _get(path: str, *headers: str, method: str = "GET") -> str:
    return "\r\n".join((f"{method} {path} HTTP/1.1", "Host: x", *headers, "", ""))


def _posted(path: str, *headers: str) -> str:
    return _get(path, "Content-Type: application/geo+json", *headers, method="POST")


ITEMS = "/ogc/collections/school/items"

REFUSED = {
    "no host": (f"GET {ITEMS} HTTP/1.1\r\n\r\n", 400),
    "two lengths": (_posted(ITEMS, "Content-Length: 1", "Content-Length: 2"), 400),
    "trace": (_get(TILE, method="TRACE"), 405),
    "large body": (_posted(ITEMS, "Content-Length: 3000000"), 413),
    "large pieces": (
        _posted(ITEMS, "Transfer-Encoding: chunked") + f"{3_000_000:x}\r\n{'x' * 100}",
        413,
    ),
    "long address": (_get(f"{ITEMS}?filter={LONG}"), 414),
    "long header": (_get(f"{ITEMS}?limit=1", f"Authorization: Bearer {LONG}"), 431),
    "unknown transfer": (_posted(ITEMS, "Transfer-Encoding: zip"), 501),
    "python is down": (_get("/ogc"), 502),
    "a change while python is down": (_posted(ITEMS, "Content-Length: 0"), 502),
    "a tile that is not ready": (_get("/tiles/school/1/1/1.mvt"), 502),
    "a filtered tile": (_get(f"{TILE}?filter=a"), 502),
    "a description of tiles": (_get("/tiles/school.json"), 502),
    "another version": (f"GET {ITEMS} HTTP/2.0\r\nHost: x\r\n\r\n", 505),
    "another tile": (_get(TILE, "Accept-Encoding: gzip", 'If-Match: "another"'), 412),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_refusal_is_a_problem_that_any_host_may_read(send: Send, name: str) -> None:
    request, status = REFUSED[name]
    answer = send(request)
    assert (answer.status, answer.headers["Content-Type"]) == (status, "application/problem+json")
    assert answer.headers.get_all("Access-Control-Allow-Origin") == ["*"]
    assert answer.headers["Access-Control-Expose-Headers"] == cors._SHOWN
    assert answer.headers.get_all("X-Content-Type-Options") == ["nosniff"]
    assert answer.headers["Cache-Control"] == "no-store"
    assert (status == 405) == ("Allow" in answer.headers)
    assert (status in (502, 503, 504)) == ("Retry-After" in answer.headers)
    found = json.loads(answer.body)
    assert found["status"] == status
    assert found["title"] == found["code"]
    assert found["detail"].endswith(".")


def test_a_problem_has_the_members_that_python_gives_it(send: Send) -> None:
    made = json.loads(problems.problem(Missing("x")).data)
    assert set(json.loads(send(_get("/ogc")).body)) == set(made)


@pytest.fixture
def impatient(prepared: Any) -> Callable[..., str]:
    """The configuration, in which nginx waits a tenth of a second in place of 40."""

    def make(*where: Any) -> str:
        text, times = re.subn(
            "proxy_read_timeout 40s", "proxy_read_timeout 100ms", prepared(*where)
        )
        assert times == 1
        return text

    return make


def test_a_server_that_does_not_answer_is_a_problem(folders: Path, impatient: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        python = f"127.0.0.1:{silent.getsockname()[1]}"
        with _nginx(folders, impatient, free_port(), python) as send:
            answer = send(_get("/ogc"))
    assert (answer.status, answer.headers["Content-Type"]) == (504, "application/problem+json")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_a_download_may_take_long_to_begin(folders: Path, impatient: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as slow:
        threading.Thread(target=_answer_late, args=(slow,), daemon=True).start()
        python = f"127.0.0.1:{slow.getsockname()[1]}"
        with _nginx(folders, impatient, free_port(), python) as send:
            assert send(_get(f"{ITEMS}?f=xlsx")).status == 200


def _answer_late(server: socket.socket) -> None:
    client, _ = server.accept()
    with client:
        client.recv(1 << 16)
        time.sleep(0.5)
        client.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")


@pytest.mark.parametrize("path", ["/", "/web/main.js", "/oGc", "/ogcx", "/land/parcels"])
def test_elsewhere_a_browser_gets_a_page_and_a_program_a_problem(send: Send, path: str) -> None:
    page = send(_get(path, "Accept: text/html,application/xhtml+xml,*/*;q=0.8"))
    assert (page.status, page.headers["Content-Type"]) == (502, "text/html; charset=utf-8")
    text = page.body.decode()
    assert "Máy chủ" in text
    assert "does not answer" in text
    program = send(_get(path, "Accept: application/json, */*"))
    assert (program.status, program.headers["Content-Type"]) == (502, "application/problem+json")
    for answer in (page, program):
        assert "Access-Control-Allow-Origin" not in answer.headers
        assert answer.headers["Vary"] == "Accept"


def test_a_part_of_a_tile_is_the_whole_tile(send: Send) -> None:
    """As from Python, so that nothing is refused (416) by one of the two alone."""
    for wanted in ("bytes=0-3", "bytes=999999-"):
        answer = send(_get(TILE, "Accept-Encoding: gzip", f"Range: {wanted}"))
        assert (answer.status, answer.headers["Content-Type"]) == (200, replies.MVT)
        assert "Accept-Ranges" not in answer.headers
        assert gzip.decompress(answer.body) == b"a tile"


def test_the_places_of_errors_are_not_addresses(send: Send) -> None:
    for path in ("/.gis-error/problem", "/.gis-error/page"):
        assert send(_get(path)).status == 404
