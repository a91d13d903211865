"""Type conversion: values of any source column as text, numbers, booleans, dates and times.

Every reader takes an Arrow array and gives the array in the house's type, where what could not be
read is null, and the places with the reason.
"""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from layers import local_time
from layers.fold import fold
from layers.model import CodeList

_TRUE = {"1", "t", "true", "y", "yes", "x", "co", "dung"}
_FALSE = {"0", "f", "false", "n", "no", "khong", "sai"}
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_COMMA = re.compile(r"[+-]?\d{1,3}((\.\d{3})+|\d*)(,\d+)?")
_COMMA_SURE = re.compile(r"[+-]?(\d{1,3}(\.\d{3})+,\d+|\d+,\d+|\d{1,3}(\.\d{3}){2,})")
_DAY_FIRST = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})(?:[ T](.+))?")


class Read(NamedTuple):
    """Values in the house's type, and (index, reason) of those that could not be read."""

    column: pa.Array
    wrong: list[tuple[int, str]]


def text(raw: pa.Array) -> Read:
    """Read as text: NFC, no blanks around, empty is null."""
    if pa.types.is_floating(raw.type):
        # A code that a spreadsheet made a number: 12.0 is 12.
        whole = pc.equal(raw, pc.floor(raw))
        raw = pc.if_else(
            whole, pc.cast(raw, pa.int64(), safe=False).cast(pa.string()), raw.cast(pa.string())
        )
    trimmed = pc.utf8_trim_whitespace(pc.utf8_normalize(_strings(raw), form="NFC"))
    column = pc.if_else(pc.equal(trimmed, ""), None, trimmed)
    nul = pc.fill_null(pc.match_substring(column, "\0"), False)
    wrong = [(int(i), "has a NUL character") for i in np.flatnonzero(np.asarray(nul))]
    return Read(pc.if_else(nul, None, column) if wrong else column, wrong)


def numbers(raw: pa.Array) -> Read:
    """Read as float; ``2.159,6`` and ``1027,5`` are understood, one way for the whole column."""
    if _is_number(raw.type):
        column = pc.cast(raw, pa.float64(), safe=False)
        finite = pc.is_finite(column)
        return Read(
            pc.if_else(finite, column, None), _where(pc.is_inf(column), "not a finite number")
        )
    strings = text(raw).column
    read = _comma_number if _has_commas(strings) else _plain_number
    return _each(strings, read, pa.float64(), "not a number")


def integers(raw: pa.Array) -> Read:
    """Read as whole number."""
    if pa.types.is_integer(raw.type):
        return Read(pc.cast(raw, pa.int64()), [])
    column, wrong = numbers(raw)
    broken = pc.or_(
        pc.not_equal(column, pc.floor(column)), pc.greater_equal(pc.abs(column), 2.0**53)
    )
    wrong += _where(broken, "not a whole number")
    kept = pc.if_else(pc.fill_null(broken, False), None, column)
    return Read(pc.cast(kept, pa.int64()), wrong)


def booleans(raw: pa.Array) -> Read:
    """Read as truth: true/false, 1/0, yes/no, có/không."""
    if pa.types.is_boolean(raw.type):
        return Read(raw, [])
    return _each(text(raw).column, _truth, pa.bool_(), "not true or false")


def dates(raw: pa.Array) -> Read:
    """Read as date: ISO 8601, or day first (31/12/2025)."""
    if pa.types.is_date(raw.type) or pa.types.is_timestamp(raw.type):
        return _in_calendar(pc.cast(raw, pa.date32(), safe=False), date.min, date.max)
    return _each(text(raw).column, _date, pa.date32(), "not a date (2025-12-31 or 31/12/2025)")


def datetimes(raw: pa.Array) -> Read:
    """Read as instant: ISO 8601, or day first; without a zone it is UTC."""
    if pa.types.is_timestamp(raw.type):
        column = pc.cast(raw, pa.timestamp("us", "UTC"), safe=False)
        return _in_calendar(column, local_time.BEGINNING, local_time.END)
    if pa.types.is_date(raw.type):
        column = pc.cast(raw, pa.timestamp("us")).cast(pa.timestamp("us", "UTC"))
        return _in_calendar(column, local_time.BEGINNING, local_time.END)
    reason = "not a time (2025-12-31T08:30:00+07:00 or 31/12/2025 08:30)"
    return _each(text(raw).column, _instant, pa.timestamp("us", "UTC"), reason)


def coded(column: pa.Array, codes: CodeList) -> tuple[pa.Array, list[int]]:
    """Replace titles and aliases by their codes; give the places of values outside the list.

    Values outside a closed list become null.
    """
    known = _known(codes)
    encoded = column.dictionary_encode()
    written = encoded.dictionary.to_pylist()
    matches = [known.get(fold(value)) for value in written]
    outside = np.array([code is None for code in matches], dtype=np.bool_)
    kept = [c or (v if codes.is_open else None) for c, v in zip(matches, written, strict=True)]
    indices = encoded.indices
    places = np.asarray(pc.fill_null(indices, -1))
    unknown = np.flatnonzero((places >= 0) & np.append(outside, False)[places])
    return pa.array(kept, pa.string()).take(indices), [int(i) for i in unknown]


def _known(codes: CodeList) -> dict[str, str]:
    code_by_text: dict[str, str] = {}
    for code in codes.codes.values():
        for name in (*code.aliases, *code.title.values()):
            code_by_text.setdefault(_folded(name), code.code)
    return code_by_text | {_folded(code): code for code in codes.codes}


_folded = lru_cache(maxsize=4096)(fold)
"""Of names that are declared, which are the same in every batch and every edit."""


def _is_number(kind: pa.DataType) -> bool:
    return bool(
        pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind)
    )


def _strings(raw: pa.Array) -> pa.Array:
    if pa.types.is_dictionary(raw.type):
        raw = raw.dictionary_decode()
    return raw if raw.type == pa.string() else pc.cast(raw, pa.string())


def _where(mask: pa.Array, reason: str) -> list[tuple[int, str]]:
    return [(int(i), reason) for i in np.flatnonzero(np.asarray(pc.fill_null(mask, False)))]


def _in_calendar(column: pa.Array, first: date, last: date) -> Read:
    """Refuse dates and times that neither RFC 3339 nor Python can write."""
    low, high = (pa.scalar(bound, column.type) for bound in (first, last))
    outside = pc.or_(pc.less(column, low), pc.greater(column, high))
    wrong = _where(outside, "not in the years 1 to 9999")
    return Read(pc.if_else(outside, None, column) if wrong else column, wrong)


def _each(strings: pa.Array, read: Callable[[str], Any], kind: pa.DataType, reason: str) -> Read:
    """Read every different value once."""
    encoded = strings.dictionary_encode()
    values: list[Any] = []
    for value in encoded.dictionary.to_pylist():
        try:
            values.append(read(value))
        except (ValueError, OverflowError):
            values.append(None)
    column = pa.array(values, kind).take(encoded.indices)
    return Read(column, _where(pc.and_(pc.is_null(column), pc.is_valid(strings)), reason))


def _has_commas(strings: pa.Array) -> bool:
    return any(_COMMA_SURE.fullmatch(value) for value in strings.drop_null().unique().to_pylist())


def _plain_number(value: str) -> float:
    if not _NUMBER.fullmatch(value):
        raise ValueError(value)
    return float(value)


def _comma_number(value: str) -> float:
    if not _COMMA.fullmatch(value):
        return _plain_number(value)
    return float(value.replace(".", "").replace(",", "."))


def _truth(value: str) -> bool:
    word = fold(value)
    if word not in _TRUE | _FALSE:
        raise ValueError(value)
    return word in _TRUE


def _date(value: str) -> date:
    return _moment(value).date()


def _instant(value: str) -> datetime:
    moment = _moment(value)
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


@lru_cache(maxsize=4096)
def _moment(value: str) -> datetime:
    match = _DAY_FIRST.fullmatch(value)
    if match is None:
        return datetime.fromisoformat(value)
    day, month, year, clock = match.groups()
    return datetime.fromisoformat(f"{year}-{int(month):02}-{int(day):02}T{_clock(clock)}")


def _clock(text: str | None) -> str:
    if not text:
        return "00:00"
    return text if text[1:2] != ":" else f"0{text}"
