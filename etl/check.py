"""Data validation: values of a source become values of a field, with a reason for each refusal."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from etl import values
from layers import keys
from layers.model import Field, Type

Mask = npt.NDArray[np.bool_]


class Fault(NamedTuple):
    """A value that is refused, or kept with a warning."""

    row: int
    """Index in the batch, from 0."""
    field: str
    value: str
    reason: str


class Checked(NamedTuple):
    """A column in the layer's type, and what was found on the way."""

    column: pa.Array
    faults: list[Fault]
    warnings: list[Fault]


Reader = Callable[[pa.Array], values.Read]

_READERS: dict[Type, Reader] = {
    Type.TEXT: values.text,
    Type.INTEGER: values.integers,
    Type.NUMBER: values.numbers,
    Type.BOOLEAN: values.booleans,
    Type.DATE: values.dates,
    Type.DATETIME: values.datetimes,
}


def column(
    field: Field, raw: pa.Array, *, factor: float = 1.0, ahead: timedelta = timedelta()
) -> Checked:
    """Check one column.

    Args:
        field: what the layer says of it.
        raw: the source's column in whatever type.
        factor: brings numbers to the field's unit.
        ahead: how far the clocks of times are ahead of UTC.
    """
    read, wrong = _READERS[field.type](raw)
    if factor != 1.0:
        read = pc.multiply(read, factor)
    if ahead:
        read = pc.subtract(read, pa.scalar(ahead, pa.duration("us")))
    shown = _shown(raw)
    faults = [Fault(int(i), field.name, shown(int(i)), reason) for i, reason in wrong]
    bad = {fault.row for fault in faults}
    warnings: list[Fault] = []
    if field.codes is not None:
        read, unknown = values.coded(read, field.codes)
        kind = warnings if field.codes.is_open else faults
        kind += [Fault(i, field.name, shown(i), _outside(field)) for i in unknown]
        bad |= set(unknown)
    faults += [
        Fault(int(i), field.name, shown(int(i)), reason)
        for mask, reason in _limits(field, read)
        for i in np.flatnonzero(mask)
        if int(i) not in bad
    ]
    return Checked(read, faults, warnings)


def _shown(raw: pa.Array) -> Callable[[int], str]:
    def show(index: int) -> str:
        value = raw[index].as_py()
        return "" if value is None else str(value)[:200]

    return show


def _outside(field: Field) -> str:
    codes = field.codes.codes if field.codes else {}
    few = ", ".join(list(codes)[:12])
    return f"not in the code list ({few}{', ...' if len(codes) > 12 else ''})"


def _limits(field: Field, read: pa.Array) -> Iterator[tuple[Mask, str]]:
    if field.required:
        yield _numpy(pc.is_null(read)), "missing"
    if field.pattern:
        fits = pc.match_substring_regex(read, field.pattern)
        yield _numpy(pc.invert(fits)), f"does not match {field.pattern}"
    if field.type is Type.TEXT:
        long = pc.greater(pc.utf8_length(read), field.longest)
        yield _numpy(long), f"longer than {field.longest} letters"
    if field.is_key and field.type is Type.TEXT:
        bad = pc.match_substring_regex(read, keys.UNADDRESSABLE)
        yield _numpy(bad), "no address can end with this: a control character, or '/', '.', '..'"
    if field.minimum is not None:
        yield _numpy(pc.less(read, field.minimum)), f"below the minimum {field.minimum:g}"
    if field.maximum is not None:
        yield _numpy(pc.greater(read, field.maximum)), f"above the maximum {field.maximum:g}"


def _numpy(mask: pa.Array) -> Mask:
    return np.asarray(pc.fill_null(mask, False), dtype=np.bool_)
