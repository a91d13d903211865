"""Find communes, places and parcels by what people type."""

import itertools
import re
from collections.abc import Sequence
from typing import Any, NamedTuple

from psycopg import sql as compose

import sql
from layers import units
from layers.fold import fold
from layers.model import Layer, Text
from layers.registry import Layers
from sql.connection import Connection
from sql.schemas import layer_table

PARCELS = "land_parcel"

_SHEET = re.compile(r"\b(?:so )?(?:to ban do|to|tbd)(?: so)? (\d+\w?)\b")
_NUMBER = re.compile(r"\b(?:so )?(?:thua dat|thua)(?: so)? (\d+\w?)\b")
_BARE = re.compile(r"\b(\d+) (\d+\w?)\b")
_DATE = re.compile(r"\b0?([1-9]|[12]\d|3[01]) (?:thang )?0?([1-9]|1[0-2])\b")


class ParcelQuestion(NamedTuple):
    """A parcel as people name it; ``place`` is a commune's name without accents, or empty."""

    place: str
    sheet: str
    number: str | None


class Hit(NamedTuple):
    """Something found: a ``province``, a ``commune``, a ``parcel`` or a ``place``.

    ``bbox`` is west, south, east, north in degrees.
    """

    kind: str
    layer: str
    id: str
    title: str
    subtitle: str
    bbox: tuple[float, float, float, float]


class Answer(NamedTuple):
    """What was found, and a sentence when a parcel was asked for and is not there."""

    hits: list[Hit]
    message: Text | None


def parcel_question(text: str) -> ParcelQuestion | None:
    """Parse a cadastral reference, else None.

    People write "Linh Sơn tờ 12 thửa 77", "tờ 12 thửa 77 xã Linh Sơn", "Linh Sơn 12/77".
    """
    folded = fold(text)
    sheet, number = _SHEET.search(folded), _NUMBER.search(folded)
    if sheet is not None:
        rest = _NUMBER.sub(" ", _SHEET.sub(" ", folded))
        return ParcelQuestion(" ".join(rest.split()), sheet[1], number[1] if number else None)
    bare = _BARE.search(folded)
    if bare is None:
        return None
    return ParcelQuestion(" ".join(_BARE.sub(" ", folded).split()), bare[1], bare[2])


def search(conn: Connection, layers: Layers, text: str, limit: int, lang: str) -> Answer:
    """Find what the text names: units, places, and a parcel when it reads like one.

    Numbers may be a date in a name ("Quảng trường 30/4") as well as sheet and parcel, so places
    that are named so come first, and the parcel follows.
    """
    among = [layer for layer in layers if layer.search]
    matches = _matches(conn, among, text, limit)
    hits = _hits(conn, layers, matches, lang)
    question = parcel_question(text) if PARCELS in layers.by_id else None
    if question is None:
        return Answer(hits, None)
    by_words = {(match.layer, match.key) for match in matches if match.is_by_words}
    named = [hit for hit in hits if (hit.layer, hit.id) in by_words]
    answer = parcels(conn, layers, question, limit, lang)
    if named:
        reserved = min(len(answer.hits), limit // 2)
        return Answer([*named[: limit - reserved], *answer.hits][:limit], None)
    return answer if answer.hits or answer.message else Answer(hits, None)


class _Match(NamedTuple):
    """A feature that has the text, by its key. ``rank`` is 0, 1 or 2 (search_documents.sql)."""

    layer: str
    key: str
    title: str
    rank: int

    @property
    def is_by_words(self) -> bool:
        """Whether the text begins where a word of the feature begins."""
        return self.rank < _INSIDE_A_WORD

    @property
    def order(self) -> tuple[float, int]:
        """Relevance ranking: nearer to the start first, a unit before a place, then the shorter."""
        return self.rank - (0.5 if self.layer in units.LAYERS else 0), len(self.title)


_INSIDE_A_WORD = 2

MOST_MATCHES = 20_000
"""Features with the text that are ranked, units not counted."""


def _matches(conn: Connection, among: Sequence[Layer], text: str, limit: int) -> list[_Match]:
    """Return the best matches, best first: one look into the index of all layers a spelling."""
    folded = fold(text)
    if not folded:
        return []
    asked = {
        "layers": [layer.id for layer in among],
        "units": list(units.LAYERS),
        "limit": limit,
        "most": MOST_MATCHES,
    }
    best: dict[tuple[str, str], _Match] = {}
    for spelling in _spellings(folded):
        rows = conn.execute(sql.query("search_documents"), {**asked, "text": spelling})
        for match in itertools.starmap(_Match, rows):
            other = best.get((match.layer, match.key), match)
            best[match.layer, match.key] = min(other, match, key=lambda match: match.rank)
    return sorted(best.values(), key=lambda match: match.order)[:limit]


def _hits(conn: Connection, layers: Layers, matches: Sequence[_Match], lang: str) -> list[Hit]:
    """Return where matches are; those are left out that went meanwhile."""
    boxes: dict[tuple[str, str], tuple[float, float, float, float]] = {}
    for layer_id in {match.layer for match in matches}:
        keys = [match.key for match in matches if match.layer == layer_id]
        for key, *box in conn.execute(_boxes(layers.get(layer_id)), {"keys": keys}):
            boxes[layer_id, key] = (box[0], box[1], box[2], box[3])
    return [
        _hit(layers.get(match.layer), match, boxes[match.layer, match.key], lang)
        for match in matches
        if (match.layer, match.key) in boxes
    ]


def _hit(layer: Layer, match: _Match, box: tuple[float, float, float, float], lang: str) -> Hit:
    is_unit = layer.id in units.LAYERS
    kind, subtitle = (layer.id, "") if is_unit else ("place", layer.title[lang])
    return Hit(kind, layer.id, match.key, match.title, subtitle, box)


def _boxes(layer: Layer) -> compose.Composed:
    return sql.query("search_boxes").format(
        key=compose.Identifier(layer.key),
        kind=compose.SQL(layer.fields[layer.key].type.postgres),
        table=layer_table(layer.id),
    )


def _spellings(folded: str) -> list[str]:
    """Return a text, and where it has a date also with the other spellings of it.

    Streets named after a date are written "Đường 30/4" and "Đường 30 Tháng 4".
    """
    dates = [_DATE.sub(spelling, folded) for spelling in (r"\1 \2", r"\1 thang \2")]
    return list(dict.fromkeys([folded, *dates]))


def parcels(
    conn: Connection, layers: Layers, question: ParcelQuestion, limit: int, lang: str
) -> Answer:
    """Find parcels by commune, sheet and number; say what is missing when there is none."""
    communes = _communes(conn, layers, question.place)
    if question.place and not communes:
        return Answer([], None)
    values = {
        "communes": [code for code, _ in communes] or None,
        "sheet": question.sheet,
        "number": question.number,
        "limit": limit,
    }
    rows = conn.execute(_among_communes("search_parcels"), values).fetchall()
    hits = [_parcel_hit(row, lang) for row in rows]
    if hits:
        return Answer(hits, None)
    row = conn.execute(_among_communes("search_sheet"), values).fetchone()
    return Answer([], _not_there(question, communes, int(row[0]) if row else 0))


def _among_communes(name: str) -> compose.Composed:
    """Return a statement about parcels and the communes that they lie in."""
    return sql.query(name).format(
        communes=layer_table(units.COMMUNE),
        code=compose.Identifier(units.CODE),
        name=compose.Identifier(units.NAME),
    )


def _communes(conn: Connection, layers: Layers, place: str) -> list[tuple[str, str]]:
    if not place or units.COMMUNE not in layers.by_id:
        return []
    bare = re.sub(r"^(xa|phuong|dac khu|tt|p|x) ", "", place)
    found = _matches(conn, [layers.get(units.COMMUNE)], bare, 20)
    exact = [m for m in found if fold(m.title) == place or fold(m.title).split(" ", 1)[-1] == bare]
    return [(match.key, match.title) for match in exact or found]


def _parcel_hit(row: Sequence[Any], lang: str) -> Hit:
    key, sheet, number, code, commune, area, *box = row
    size = f"{area:,.1f} m²" if area else None
    if size and lang == "vi":
        size = size.translate(str.maketrans(",.", ".,"))
    title = {"vi": f"Thửa {number}, tờ {sheet}", "en": f"Parcel {number}, sheet {sheet}"}[lang]
    subtitle = " · ".join(part for part in (commune, code, size) if part)
    return Hit("parcel", PARCELS, str(key), title, subtitle, tuple(box))


def _not_there(
    question: ParcelQuestion, communes: Sequence[tuple[str, str]], on_sheet: int
) -> Text:
    where = f"{communes[0][1]}: " if len(communes) == 1 else ""
    sheet, number = question.sheet, question.number
    if on_sheet and number:
        return {
            "vi": f"{where}Tờ {sheet} có {on_sheet} thửa nhưng không có thửa {number}.",
            "en": f"{where}Sheet {sheet} has {on_sheet} parcels, but no parcel {number}.",
        }
    return {
        "vi": f"{where}Không có tờ bản đồ số {sheet}.",
        "en": f"{where}There is no map sheet {sheet}.",
    }
