"""The values of a feature that is sent, against the layer's declaration: as a load checks them.

Of JSON every value has a type of its own, so nothing is guessed here: a number is no text. Pure.
"""

import json
import math
import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import pyarrow as pa

from etl import check
from etl.check import Fault
from layers.model import Field, Type

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_DATETIME = re.compile(
    r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:[0-5]\d)", re.ASCII
)


class _Form(NamedTuple):
    """How a type is written in JSON, what that is called, and how Arrow takes it.

    ``brought`` makes Arrow's kind of value of Python's: a whole number may be written 1.0, any
    number without a fraction, and T and Z with small letters.
    """

    fits: Callable[[Any], bool]
    wanted: str
    arrow: pa.DataType
    brought: Callable[[Any], Any] = lambda given: given


def _is_text(given: Any) -> bool:
    return isinstance(given, str)


def _is_integer(given: Any) -> bool:
    is_whole = isinstance(given, int) or (isinstance(given, float) and given.is_integer())
    return is_whole and not isinstance(given, bool) and -(2**63) <= given < 2**63


def is_number(given: Any) -> bool:
    """Tell whether a value of JSON is a finite number that fits into 64 bits."""
    if isinstance(given, bool) or not isinstance(given, int | float):
        return False
    try:
        return math.isfinite(given)
    except OverflowError:
        return False


def _is_truth(given: Any) -> bool:
    return isinstance(given, bool)


def _is_date(given: Any) -> bool:
    return isinstance(given, str) and bool(_DATE.fullmatch(given))


def _is_datetime(given: Any) -> bool:
    return isinstance(given, str) and bool(_DATETIME.fullmatch(given))


_FORMS: Mapping[Type, _Form] = {
    Type.TEXT: _Form(_is_text, "a text", pa.string()),
    Type.INTEGER: _Form(_is_integer, "a whole number of 64 bits", pa.int64(), int),
    Type.NUMBER: _Form(is_number, "a finite number", pa.float64(), float),
    Type.BOOLEAN: _Form(_is_truth, "true or false", pa.bool_()),
    Type.DATE: _Form(_is_date, "a date like 2025-12-31", pa.string()),
    Type.DATETIME: _Form(
        _is_datetime, "a time like 2025-12-31T08:30:00+07:00", pa.string(), str.upper
    ),
}


def value(field: Field, given: Any) -> tuple[Any, list[Fault]]:
    """Check one value; give it as the database takes it, and what is wrong with it.

    Codes may be written as titles and aliases, texts lose blanks around them, as in a load.
    """
    form = _FORMS[field.type]
    if given is not None and not form.fits(given):
        return None, [Fault(0, field.name, shown(given), f"not {form.wanted}")]
    brought = None if given is None else form.brought(given)
    found = check.column(field, pa.array([brought], form.arrow))
    return found.column[0].as_py(), found.faults


def shown(given: Any) -> str:
    """Return a value of JSON for a sentence."""
    return json.dumps(given, ensure_ascii=False)[:100]
