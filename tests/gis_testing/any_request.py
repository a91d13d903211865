"""Requests that nobody sends in good faith: chosen by chance, and the same for the same number."""

import copy
import json
import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote_to_bytes

from flask.testing import FlaskClient
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from gis_testing.hostile import (
    BODIES,
    COUNTED,
    DOCUMENTS,
    EDITED,
    HEADERS,
    KEYS,
    MEDIA,
    NODES,
    RAW,
    SENSIBLE,
    TEXTS,
)

_PART = re.compile(r"<[^>]*?(\w+)>")
_CHANGING = ("POST", "PUT", "PATCH", "DELETE")
_METHODS = ("GET", "HEAD", "OPTIONS", *_CHANGING, "TRACE", "BREW")

_ENDS = ("/", "//", "/x", "%00", "/..", "?", ";a=b")
_CHANGING_ONE = {"PUT", "PATCH", "DELETE"}

_PLACES = ("z", "x", "y", "matrix", "row", "col")
"""Names whose values belong together."""

_NEEDED = {
    "heatmap.play": ("datetime", "step", "window"), "usual.features": ("datetime",),
    "usual.tile": ("datetime",), "search.show": ("q",),
}  # fmt: skip
"""Parameters without which an address answers nothing."""

ONLY_THEIRS = {
    "ogc.posted": DOCUMENTS[:3], "ogc.replace": DOCUMENTS[:2], "ogc.update": DOCUMENTS[:2],
    "ogc.execute": DOCUMENTS[3:4], "tiles.anew": DOCUMENTS[4:],
}  # fmt: skip
"""Bodies that an address takes."""


@dataclass(frozen=True)
class Wanted:
    """A request as it goes over the wire: percent-encoded, with headers in the names of WSGI."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes

    def __str__(self) -> str:
        shown = f"{self.method} {self.path}?{self.query}"[:400]
        return f"{shown} { ({n: v[:80] for n, v in self.headers.items()}) } {self.body[:200]!r}"

    def send(self, client: FlaskClient) -> TestResponse:
        """Send it as it is: what the test client would put right comes to the application."""
        environ = {
            "PATH_INFO": unquote_to_bytes(self.path).decode("latin-1"),
            "QUERY_STRING": self.query,
            "CONTENT_LENGTH": str(len(self.body)),
            **self.headers,
        }
        return client.open(
            "/", method=self.method, data=self.body, environ_overrides=environ, buffered=True
        )


class Chance:
    """Chooses requests of an address.

    Args:
        rule: the address.
        takes: parameters that its query may have.
        token: of who may change something.
        number: of the request; the same number is the same request.
    """

    def __init__(self, rule: Rule, takes: Sequence[str], token: str, number: int) -> None:
        self._rule, self._takes, self._token = rule, takes, token
        self._random = random.Random(f"{rule} {number}")
        # One wild value tells more than three: the first that is refused hides the others.
        self._rate = self._random.choice((2, 5, 1000))
        self._place = self._random.randrange(len(SENSIBLE["z"]))
        self._layer = ""

    def request(self) -> Wanted:
        """Return a request."""
        methods = self._rule.methods or set()
        method = self._random.choice(sorted(methods - {"HEAD", "OPTIONS"} or methods))
        if self._once_in(12):
            method = self._random.choice(_METHODS)
        headers = self._headers()
        body = b""
        if method in _CHANGING or self._once_in(40):
            body = self._body()
            headers["CONTENT_TYPE"] = self._media(method)
            if not self._once_in(8):
                headers["HTTP_AUTHORIZATION"] = f"Bearer {self._token}"
            if not self._once_in(6):
                headers.setdefault("HTTP_IF_MATCH", "*")
        end = self._random.choice(_ENDS) if self._once_in(30) else ""
        return Wanted(method, self._path() + end, self._query(), headers, body)

    def reading(self, header: str, text: str) -> Wanted:
        """Return a request of what there is, with a header."""
        self._rate, self._place = 10**9, 0
        return Wanted("GET", self._path(), "", {f"HTTP_{header}": text}, b"")

    def changing(self, method: str, body: bytes) -> Wanted:
        """Return a request of who may change something, with a body."""
        self._rate = 10**9
        media = MEDIA[2 if method == "PATCH" else "items" in self._rule.rule]
        headers = {"CONTENT_TYPE": media, "HTTP_IF_MATCH": "*"}
        headers["HTTP_AUTHORIZATION"] = f"Bearer {self._token}"
        return Wanted(method, self._path(), "", headers, body)

    def feature(self) -> tuple[str, dict[str, Any]]:
        """Return a layer and a feature for it, some of whose values are odd ones."""
        layer, at = self._random.choice((("school", 0), ("land_parcel", 1)))
        made = copy.deepcopy(DOCUMENTS[at])
        for name in self._random.sample(sorted(made["properties"]), 2):
            kind = type(made["properties"][name])
            like = [node for node in (*NODES, *TEXTS) if isinstance(node, kind)]
            made["properties"][name] = self._random.choice(KEYS if name == "code" else like)
        return layer, made

    def _once_in(self, count: int) -> bool:
        return self._random.randrange(count) == 0

    def _path(self) -> str:
        return _PART.sub(lambda part: self._encoded(part[1], 3 * self._rate), self._rule.rule)

    def _query(self) -> str:
        needed = [] if self._once_in(8) else list(_NEEDED.get(str(self._rule.endpoint), ()))
        others = [name for name in self._takes if name not in needed]
        names = needed + self._random.sample(others, min(self._random.randrange(4), len(others)))
        if self._once_in(30):
            names.append(self._random.choice([*SENSIBLE, *TEXTS]))
        if names and self._once_in(40):
            names.append(names[0])
        # Some long ones say nothing that the short ones do not.
        return "&".join(
            f"{quote(name[:200], safe='')}={self._encoded(name, self._rate)}" for name in names
        )

    def _encoded(self, name: str, hostile: int) -> str:
        if self._once_in(20 * hostile):
            return self._random.choice(RAW)
        return quote(self._text(name, hostile), safe="")

    def _text(self, name: str, hostile: int) -> str:
        if name not in SENSIBLE or self._once_in(hostile):
            return self._random.choice(TEXTS)
        text = self._sensible(name)
        return self._spoiled(text) if self._once_in(hostile) else text

    def _sensible(self, name: str) -> str:
        if name in _PLACES:
            return SENSIBLE[name][self._place]
        if name == "layer_id":
            self._layer = self._random.choice(self._layers())
            return self._layer
        first = self._rule.rule.split("/")[1]
        if name in ("key", "name", "path"):
            name = next((other for other in (self._layer, first) if other in SENSIBLE), name)
        return self._random.choice(SENSIBLE[name])

    def _layers(self) -> Sequence[str]:
        if re.search("/(dggs|heatmap|hotspots|usual)", self._rule.rule):
            return COUNTED
        is_changing = _CHANGING_ONE & (self._rule.methods or set())
        return EDITED if is_changing else SENSIBLE["layer_id"]

    def _spoiled(self, text: str) -> str:
        at = self._random.randrange(len(text) + 1)
        end = min(len(text), at + self._random.randrange(4))
        other = self._random.choice((*TEXTS[:90], text, ""))
        return text[:at] + other + text[end:]

    def _headers(self) -> dict[str, str]:
        names = self._random.sample(sorted(HEADERS), self._random.choice((0, 0, 1, 1, 2, 3)))
        return {f"HTTP_{name}": self._random.choice(HEADERS[name]) for name in names}

    def _media(self, method: str) -> str:
        if self._once_in(6):
            return self._random.choice(MEDIA)
        usual = {"PUT": MEDIA[1:2], "PATCH": MEDIA[1:3]}
        of_items = str(self._rule.endpoint) == "ogc.posted"
        return self._random.choice(MEDIA[:2] if of_items else usual.get(method, MEDIA[:1]))

    def _body(self) -> bytes:
        if self._once_in(6):
            return self._random.choice(BODIES)
        documents = ONLY_THEIRS.get(str(self._rule.endpoint), DOCUMENTS)
        document = copy.deepcopy(self._random.choice(documents))
        for _ in range(self._random.choice((0, 1, 1, 2, 3))):
            document = self._changed(document)
        text = json.dumps(document, ensure_ascii=self._once_in(2)).encode()
        if self._once_in(12):
            at = self._random.randrange(len(text))
            text = text[:at] + self._random.randbytes(2) + text[at:]
        return text

    def _changed(self, node: Any) -> Any:
        """Return JSON with one of its values in the place of which another stands."""
        if isinstance(node, dict | list) and node and not self._once_in(5):
            keys = list(node) if isinstance(node, dict) else range(len(node))
            at: Any = self._random.choice(keys)
            node[at] = self._changed(node[at])
            if isinstance(node, dict) and self._once_in(10):
                node[self._random.choice(TEXTS)[:200]] = node.pop(at)
            return node
        return copy.deepcopy(self._random.choice(NODES))
