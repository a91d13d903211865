"""A server that passes everything on to another and writes down what was asked, as lines of JSON.

It is a process of its own: a client library in the test's process may hold the interpreter while
it waits for us.
"""

import json
import sys
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock
from typing import Any
from urllib.parse import parse_qsl, urlsplit

OF_ONE_CONNECTION = ("connection", "keep-alive", "transfer-encoding", "content-length")


class Handler(BaseHTTPRequestHandler):
    """Passes a request on; ``behind`` is the host and port, ``record`` the file."""

    protocol_version = "HTTP/1.1"
    behind = ""
    record = Path()
    one_at_a_time = Lock()

    def answer(self) -> None:
        """Ask the server behind, write it down, answer."""
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        # The Host header stays, so that links lead here again.
        headers = {name: text for name, text in self.headers.items() if name != "Connection"}
        connection = HTTPConnection(self.behind, timeout=60)
        try:
            connection.request(
                self.command, self.path, body, {**headers, "Accept-Encoding": "identity"}
            )
            found = connection.getresponse()
            answer = found.read()
        finally:
            connection.close()
        self._write_down(found.status, answer)
        self.send_response_only(found.status)
        for name, text in found.getheaders():
            if name.lower() not in OF_ONE_CONNECTION:
                self.send_header(name, text)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    do_GET = do_POST = do_OPTIONS = answer  # noqa: N815  the base class names them

    def _write_down(self, status: int, answer: bytes) -> None:
        address = urlsplit(self.path)
        asked = {
            "method": self.command,
            "path": address.path,
            "query": dict(parse_qsl(address.query, keep_blank_values=True)),
            "accept": self.headers.get("Accept", ""),
            "status": status,
            "features": _features(answer),
        }
        with self.one_at_a_time, self.record.open("a") as file:
            file.write(json.dumps(asked) + "\n")

    def log_message(self, *args: object) -> None:
        """Say nothing: what was asked is in the record."""


def _features(answer: bytes) -> int:
    try:
        document: Any = json.loads(answer)
    except ValueError:
        return 0
    return len(document.get("features", ())) if isinstance(document, dict) else 0


if __name__ == "__main__":
    Handler.behind, Handler.record = sys.argv[1], Path(sys.argv[2])
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        print(f"http://127.0.0.1:{server.server_port}", flush=True)
        server.serve_forever()
