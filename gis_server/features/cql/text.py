"""CQL2 Text to CQL2 JSON: the two encodings of the standard say the same, and JSON is the tree.

Written after the grammar of OGC 21-065r2. The parser that pygeoapi brings gives AND and OR the
same rank and knows neither T_AFTER(a, b) nor quotes inside a text, so it is not used.
"""

import re
import sys
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import shapely
from shapely.geometry import mapping

from gis_server.features.errors import FilterInvalid

Node = Any
"""A CQL2 JSON expression: an object with ``op`` and ``args``, a property, or a literal."""

DEEPEST = 30
"""Brackets and signs in one another; a filter that a person wrote has a handful."""

_TOKEN = re.compile(
    r"""(?P<blank>\s+)
      | (?P<number>(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)
      | (?P<text>'(?:[^'\\]|''|\\.)*')
      | (?P<quoted>"[^"]+")
      | (?P<name>[^\W\d][\w:.]*|:[\w:.]+)
      | (?P<sign><>|<=|>=|[-+*/%^=<>(),])""",
    re.VERBOSE | re.DOTALL,
)
_SHAPE = re.compile(r"\s*(?:Z\s*)?\(", re.IGNORECASE)
_SHAPES = {
    "POINT", "LINESTRING", "POLYGON", "MULTIPOINT", "MULTILINESTRING", "MULTIPOLYGON",
    "GEOMETRYCOLLECTION",
}  # fmt: skip
_COMPARISONS = {"=", "<>", "<", ">", "<=", ">="}
_SUMS = {"+": "+", "-": "-"}
_PRODUCTS = {"*": "*", "/": "/", "%": "%", "DIV": "div"}
_RESERVED = {"AND", "OR", "NOT", "LIKE", "BETWEEN", "IN", "IS", "DIV"}
_SPELLING = {
    name.upper(): name
    for name in (
        "a_containedBy",
        "t_finishedBy",
        "t_metBy",
        "t_overlappedBy",
        "t_startedBy",
        "isNull",
    )
}
"""JSON names of functions that are not simply the small letters of the text's."""

_MOST_DIGITS = sys.float_info.max_10_exp + 1
"""Digits of the largest whole number that is a finite double."""

_ESCAPES = {"a": "\a", "b": "\b", "t": "\t", "n": "\n", "v": "\v", "f": "\f", "r": "\r", "'": "'"}


class _Token(NamedTuple):
    kind: str
    text: str
    start: int

    @property
    def word(self) -> str:
        """Keywords are read without case; a quoted name is never one."""
        return self.text.upper() if self.kind in ("name", "sign") else ""


def parse(text: str) -> Node:
    """Read a filter.

    Raises:
        FilterInvalid: with the place where it stops being CQL2.
    """
    parser = _Parser(text)
    found = parser.expression()
    parser.end()
    return found


def _tokens(text: str) -> Iterator[_Token]:
    place = 0
    while place < len(text):
        match = _TOKEN.match(text, place)
        if match is None:
            raise _stop(text, place)
        if match.lastgroup != "blank":
            yield _Token(str(match.lastgroup), match[0], place)
        place = match.end()
    yield _Token("end", "", place)


def _stop(text: str, place: int) -> FilterInvalid:
    rest = text[place : place + 20] or "its end"
    return FilterInvalid(f"it cannot be read from character {place + 1} on: '{rest}'")


class _Parser:
    """Recursive descent, one method a rank of operators."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = list(_tokens(text))
        self._at = 0
        self._depth = 0

    def expression(self) -> Node:
        self._depth += 1
        if self._depth > DEEPEST:
            raise FilterInvalid(f"it is nested deeper than {DEEPEST}")
        found = self._joined("OR", lambda: self._joined("AND", self._negated))
        self._depth -= 1
        return found

    def end(self) -> None:
        if self._next.kind != "end":
            raise self._wrong()

    def _expect(self, word: str) -> None:
        if not self._take(word):
            raise self._wrong()

    @property
    def _next(self) -> _Token:
        return self._tokens[self._at]

    def _wrong(self) -> FilterInvalid:
        return _stop(self._text, self._next.start)

    def _take(self, *words: str) -> bool:
        """Step over these words, when they come next."""
        coming = self._tokens[self._at : self._at + len(words)]
        found = [token.word for token in coming] == list(words)
        self._at += len(words) if found else 0
        return found

    def _joined(self, word: str, part: Any) -> Node:
        parts = [part()]
        while self._take(word):
            parts.append(part())
        return parts[0] if len(parts) == 1 else _node(word.lower(), *parts)

    def _negated(self) -> Node:
        turns = 0
        while self._take("NOT"):
            turns += 1
        found = self._predicate()
        return _node("not", found) if turns % 2 else found

    def _predicate(self) -> Node:
        left = self._sum()
        if self._next.word in _COMPARISONS:
            sign = self._step().word
            return _node(sign, left, self._sum())
        if self._take("IS", "NOT", "NULL"):
            return _node("not", _node("isNull", left))
        if self._take("IS", "NULL"):
            return _node("isNull", left)
        is_not = self._take("NOT")
        found = self._listed(left)
        if found is None and is_not:
            raise self._wrong()
        if found is None:
            return left
        return _node("not", found) if is_not else found

    def _listed(self, left: Node) -> Node | None:
        if self._take("LIKE"):
            return _node("like", left, self._sum())
        if self._take("BETWEEN"):
            low = self._sum()
            self._expect("AND")
            return _node("between", left, low, self._sum())
        if self._take("IN"):
            self._expect("(")
            if self._next.text == ")":
                raise self._wrong()
            return _node("in", left, self._arguments())
        return None

    def _sum(self) -> Node:
        return self._chain(_SUMS, self._product)

    def _product(self) -> Node:
        return self._chain(_PRODUCTS, self._power)

    def _chain(self, signs: dict[str, str], part: Any) -> Node:
        found = part()
        while self._next.word in signs:
            sign = signs[self._step().word]
            found = _node(sign, found, part())
        return found

    def _power(self) -> Node:
        base = self._signed()
        return _node("^", base, self._signed()) if self._take("^") else base

    def _signed(self) -> Node:
        signs = 0
        while self._next.word in ("-", "+"):
            signs += self._step().word == "-"
        found = self._operand()
        if signs % 2 == 0:
            return found
        return -found if _is_number(found) else _node("*", -1, found)

    def _operand(self) -> Node:
        """Read a value; in brackets one is itself, and none or several are an array."""
        if self._take("("):
            found = self._arguments()
            return found[0] if len(found) == 1 else found
        token = self._next
        if token.kind == "number":
            return _number(self._step().text)
        if token.kind == "text":
            return _unescaped(self._step().text)
        if token.kind == "quoted":
            return {"property": self._step().text[1:-1]}
        if token.kind == "name" and token.word not in _RESERVED:
            return self._named()
        raise self._wrong()

    def _named(self) -> Node:
        token = self._step()
        if token.word in _SHAPES and _SHAPE.match(self._text, token.start + len(token.text)):
            return self._shape(token)
        if self._take("("):
            return self._function(token.word, self._arguments())
        if token.word in ("TRUE", "FALSE"):
            return token.word == "TRUE"
        return {"property": token.text}

    def _function(self, word: str, arguments: list[Node]) -> Node:
        if word in ("DATE", "TIMESTAMP") and len(arguments) == 1:
            return {word.lower(): arguments[0]}
        if word in ("INTERVAL", "BBOX"):
            return {word.lower(): arguments}
        return _node(_SPELLING.get(word, word.lower()), *arguments)

    def _arguments(self) -> list[Node]:
        """Read what stands between brackets; the first of them is behind us."""
        if self._take(")"):
            return []
        found = [self.expression()]
        while self._take(","):
            found.append(self.expression())
        self._expect(")")
        return found

    def _shape(self, name: _Token) -> Node:
        """Leave well-known text to the library that knows it."""
        depth = 0
        while True:
            token = self._step()
            depth += {"(": 1, ")": -1}.get(token.text, 0)
            if token.kind == "end":
                raise _stop(self._text, name.start)
            if token.text == ")" and depth == 0:
                break
        text = self._text[name.start : token.start + 1]
        try:
            # A coordinate beyond every number becomes infinite; that is refused later on.
            with np.errstate(over="ignore"):
                return dict(mapping(shapely.from_wkt(text)))
        except (shapely.errors.GEOSException, ValueError):
            raise _stop(self._text, name.start) from None

    def _step(self) -> _Token:
        token = self._next
        self._at += token.kind != "end"
        return token


def _node(op: str, *args: Node) -> Node:
    return {"op": op, "args": list(args)}


def _is_number(node: Node) -> bool:
    return isinstance(node, int | float) and not isinstance(node, bool)


def _number(text: str) -> int | float:
    """Keep whole numbers exact; of more digits than a double reaches to, there is none anyway."""
    return int(text) if text.isdigit() and len(text) <= _MOST_DIGITS else float(text)


def _unescaped(text: str) -> str:
    """Give the text between quotes; a backslash that starts no known sequence is LIKE's."""

    def plain(match: re.Match[str]) -> str:
        return "'" if match[0] == "''" else _ESCAPES.get(match[0][1], match[0])

    return re.sub(r"''|\\.", plain, text[1:-1], flags=re.DOTALL)
