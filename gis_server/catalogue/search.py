"""Find communes, places and parcels by what people type."""

import re
from collections.abc import Sequence
from itertools import product
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
    matches = _matches(conn, among, text, limit, lang)
    hits = [match.hit for match in matches[:limit]]
    question = parcel_question(text) if PARCELS in layers.by_id else None
    if question is None:
        return Answer(hits, None)
    named = [match.hit for match in matches if match.is_by_words]
    answer = parcels(conn, layers, question, limit, lang)
    if named:
        reserved = min(len(answer.hits), limit // 2)
        return Answer([*named[: limit - reserved], *answer.hits][:limit], None)
    return answer if answer.hits or answer.message else Answer(hits, None)


def places(conn: Connection, among: Sequence[Layer], text: str, limit: int, lang: str) -> list[Hit]:
    """Find features whose searched fields have the text, accents and case aside."""
    return [match.hit for match in _matches(conn, among, text, limit, lang)[:limit]]


class _Match(NamedTuple):
    """A feature that has the text. ``rank`` is 0, 1 or 2, as in search_places.sql."""

    rank: int
    hit: Hit

    @property
    def is_by_words(self) -> bool:
        """Whether the text begins where a word of the feature begins."""
        return self.rank < _INSIDE_A_WORD

    @property
    def order(self) -> tuple[float, int]:
        """Relevance ranking: nearer to the start first, a unit before a place, then the shorter."""
        return self.rank - (0.5 if self.hit.layer in units.LAYERS else 0), len(self.hit.title)


_INSIDE_A_WORD = 2


def _matches(
    conn: Connection, among: Sequence[Layer], text: str, limit: int, lang: str
) -> list[_Match]:
    """Return the best matches of each layer, best first."""
    folded = fold(text)
    if not folded:
        return []
    best: dict[tuple[str, str], _Match] = {}
    for layer, spelling in product(among, _spellings(folded)):
        for row in conn.execute(_statement(layer), {"text": spelling, "limit": limit}):
            key, title, rank, *box = row
            is_unit = layer.id in units.LAYERS
            kind, subtitle = (layer.id, "") if is_unit else ("place", layer.title[lang])
            match = _Match(rank, Hit(kind, layer.id, str(key), title, subtitle, tuple(box)))
            other = best.get((layer.id, match.hit.id), match)
            best[layer.id, match.hit.id] = min(other, match, key=lambda match: match.rank)
    return sorted(best.values(), key=lambda match: match.order)


def _spellings(folded: str) -> list[str]:
    """Return a text, and where it has a date also with the other spellings of it.

    Streets named after a date are written "Đường 30/4" and "Đường 30 Tháng 4".
    """
    dates = [_DATE.sub(spelling, folded) for spelling in (r"\1 \2", r"\1 thang \2")]
    return list(dict.fromkeys([folded, *dates]))


def _statement(layer: Layer) -> compose.Composed:
    searched = compose.SQL("concat_ws(' ', {})").format(
        compose.SQL(", ").join(map(compose.Identifier, layer.search))
    )
    conditions = [
        compose.SQL("public.gis_fold({}) LIKE {}").format(
            compose.Identifier(name), compose.SQL("'%%' || %(text)s || '%%'")
        )
        for name in layer.search
    ]
    return sql.query("search_places").format(
        key=compose.Identifier(layer.key),
        label=compose.Identifier(layer.label),
        text=searched,
        table=layer_table(layer.id),
        found=compose.SQL(" OR ").join(conditions),
    )


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
    hits = places(conn, [layers.get(units.COMMUNE)], bare, 20, "vi")
    exact = [h for h in hits if fold(h.title) == place or fold(h.title).split(" ", 1)[-1] == bare]
    return [(hit.id, hit.title) for hit in exact or hits]


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
