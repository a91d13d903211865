"""Precedence climbing: CQL2 Text to CQL2 JSON, for tests only.

It shares no code with the server, so a fault in the server's own parser cannot hide in the JSON
that the tests send. It reads what the tests write, and checks nothing.
"""

import re
from typing import Any

_TOKEN = re.compile(
    r"""\s*('(?:[^'\\]|''|\\.)*'|"[^"]+"|[0-9.]+(?:[eE][-+]?\d+)?|<>|<=|>=|\w+|\S)""", re.DOTALL
)
_SHAPES = {
    "POINT": "Point", "LINESTRING": "LineString", "POLYGON": "Polygon",
    "MULTIPOINT": "MultiPoint", "MULTILINESTRING": "MultiLineString",
    "MULTIPOLYGON": "MultiPolygon", "GEOMETRYCOLLECTION": "GeometryCollection",
}  # fmt: skip
_MIXED_CASE = {
    name.lower(): name
    for name in ("t_finishedBy", "t_metBy", "t_overlappedBy", "t_startedBy", "a_containedBy")
}
_PREDICATE, _SUM, _SIGN = 4, 5, 8
_RANKS = {"or": 1, "and": 2, "+": _SUM, "-": _SUM, "*": 6, "/": 6, "%": 6, "div": 6, "^": 7}
_RANKS |= dict.fromkeys(
    ("=", "<>", "<", ">", "<=", ">=", "like", "between", "in", "is", "not"), _PREDICATE
)
"""How tightly a sign or a word behind a value binds."""


def read(text: str) -> Any:
    """Return a filter in CQL2 Text as its JSON."""
    reader = _Reader(_TOKEN.findall(text))
    node = reader.expression(0)
    assert not reader.tokens, f"{text}: {reader.tokens}"
    return node


def _call(op: str, *args: Any) -> Any:
    return {"op": op, "args": list(args)}


def _literal(token: str) -> Any:
    if token[0] == "'":
        return token[1:-1].replace("''", "'").replace("\\'", "'")
    if token[0] == '"':
        return {"property": token[1:-1]}
    return float(token) if re.search("[.eE]", token) else int(token)


class _Reader:
    """Takes tokens from the front until an operator binds less than what called for it."""

    def __init__(self, tokens: list[str]) -> None:
        self.tokens = tokens

    def word(self) -> str:
        return self.tokens[0].lower() if self.tokens else ""

    def take(self, word: str = "") -> str:
        assert not word or self.word() == word, self.tokens
        return self.tokens.pop(0)

    def skip(self, word: str) -> bool:
        is_next = self.word() == word
        if is_next:
            self.take()
        return is_next

    def expression(self, above: int) -> Any:
        node = self.prefix()
        while (rank := _RANKS.get(self.word(), 0)) > above:
            word = self.take().lower()
            node = (
                self.predicate(node, word)
                if rank == _PREDICATE
                else _call(word, node, self.expression(rank))
            )
        return node

    def predicate(self, left: Any, word: str) -> Any:
        if word == "not":
            return _call("not", self.predicate(left, self.take().lower()))
        if word == "is":
            is_not = self.skip("not")
            self.take("null")
            return _call("not", _call("isNull", left)) if is_not else _call("isNull", left)
        if word == "in":
            self.take("(")
            return _call("in", left, self.listed())
        if word == "between":
            low = self.expression(_SUM - 1)
            self.take("and")
            return _call("between", left, low, self.expression(_SUM - 1))
        return _call(word, left, self.expression(_SUM - 1))

    def prefix(self) -> Any:
        token = self.take()
        if token.lower() == "not":
            return _call("not", self.expression(_PREDICATE - 1))
        if token == "-":
            value = self.expression(_SIGN)
            return -value if isinstance(value, int | float) else _call("*", -1, value)
        if token == "(":
            values = self.listed()
            return values[0] if len(values) == 1 else values
        return self.named(token) if re.match(r"[^\W\d]", token) else _literal(token)

    def named(self, name: str) -> Any:
        if name.upper() in _SHAPES:
            return self.shape(_SHAPES[name.upper()])
        if name.lower() in ("true", "false"):
            return name.lower() == "true"
        if not self.skip("("):
            return {"property": name}
        return self.function(name.lower())

    def function(self, name: str) -> Any:
        if name.startswith("a_"):
            first = self.array()
            self.take(",")
            second = self.array()
            self.take(")")
            return _call(_MIXED_CASE.get(name, name), first, second)
        args = self.listed()
        if name in ("interval", "bbox"):
            return {name: args}
        if name in ("date", "timestamp"):
            return {name: args[0]}
        return _call(_MIXED_CASE.get(name, name), *args)

    def array(self) -> Any:
        """Brackets around an argument of an array function make an array, also of one element."""
        return self.listed() if self.skip("(") else self.expression(0)

    def listed(self) -> list[Any]:
        if self.skip(")"):
            return []
        values = [self.expression(0)]
        while self.skip(","):
            values.append(self.expression(0))
        self.take(")")
        return values

    def shape(self, kind: str) -> Any:
        self.take("(")
        if kind == "GeometryCollection":
            return {"type": kind, "geometries": self.listed()}
        places = self.places()
        if kind == "Point":
            return {"type": kind, "coordinates": places[0]}
        if kind == "MultiPoint":
            # Each point may stand in brackets of its own.
            places = [place[0] if isinstance(place[0], list) else place for place in places]
        return {"type": kind, "coordinates": places}

    def places(self) -> list[Any]:
        """Return what stands between brackets: positions, or further brackets."""
        places = []
        while not self.skip(")"):
            if self.skip("("):
                places.append(self.places())
            else:
                places.append(self.position())
            self.skip(",")
        return places

    def position(self) -> list[float]:
        numbers = []
        while self.word() not in (",", ")"):
            sign = -1 if self.skip("-") else 1
            numbers.append(sign * float(self.take()))
        return numbers
