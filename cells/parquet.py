"""Events of GeoParquet files, a part at a time."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
import pyarrow.parquet as pq
from numpy.typing import NDArray
from pyarrow.fs import LocalFileSystem

from cells import columns
from cells.errors import ArchiveUnreadable
from cells.events import STORED, Events
from cells.question import UNKNOWN, Filter, Instants
from layers import local_time
from layers.model import Layer, Type

CELL = "h3"
"""Column of the cell that an event is stored with."""

ROWS = 250_000
"""Events of a part at least, if the file has them: with its cube some 50 MB of memory."""

_MOMENT = pa.timestamp("us", "UTC")
_DAY = 86_400_000_000
_EPOCH = 946_684_800_000_000
_UTC_OFFSET = local_time.UTC_OFFSET // timedelta(microseconds=1)


class EventFormat(NamedTuple):
    """Column mapping: which columns of a file make an event.

    It goes to other machines, where no layer is declared.
    """

    time: str | None
    has_days: bool
    category: str | None
    weight: str | None
    by: str | None

    @property
    def columns(self) -> list[str]:
        """The columns that are read."""
        named = (self.time, self.category, self.weight, self.by)
        return [CELL, *dict.fromkeys(name for name in named if name)]


class Part(NamedTuple):
    """Some groups of rows of a file."""

    file: Path
    groups: tuple[int, ...]


def event_format(layer: Layer) -> EventFormat:
    """Return what an event of a layer is.

    Raises:
        ValueError: events of the layer are not aggregated.
    """
    heatmap = columns.declared(layer)
    has_days = bool(layer.time) and layer.fields[layer.time or ""].type is Type.DATE
    return EventFormat(layer.time, has_days, heatmap.category, heatmap.weight, heatmap.by)


def parts(file: Path, mapping: EventFormat, wanted: Filter) -> Iterator[Part]:
    """Yield the parts of a file that may have events that are wanted; reads its end only.

    Raises:
        ArchiveUnreadable: no Parquet file, or one that lacks a column.
    """
    with _reading(file):
        whole = ds.ParquetFileFormat().make_fragment(str(file), LocalFileSystem())
        lacking = sorted(set(mapping.columns) - set(whole.physical_schema.names))
        if lacking:
            raise ArchiveUnreadable(f"{file}: has no column {', '.join(lacking)}.")
        fragments = whole.split_by_row_group(_may_have(mapping, wanted))
    groups: list[int] = []
    rows = 0
    for fragment in fragments:
        groups += [group.id for group in fragment.row_groups]
        rows += sum(group.num_rows for group in fragment.row_groups)
        if rows >= ROWS:
            yield Part(file, tuple(groups))
            groups, rows = [], 0
    if groups:
        yield Part(file, tuple(groups))


def events(part: Part, mapping: EventFormat) -> Events:
    """Return the events of a part.

    Raises:
        ArchiveUnreadable: the file is damaged, or a column holds something else.
    """
    with _reading(part.file):
        with pq.ParquetFile(part.file, page_checksum_verification=True) as opened:
            rows = opened.read_row_groups(list(part.groups), mapping.columns).combine_chunks()
        cell = _numbers(rows[CELL], pa.int64()).astype(np.uint64)
        if not (cell >> np.uint64(52) & np.uint64(15) == STORED).all():
            raise ArchiveUnreadable(f"{part.file}: {CELL} are not cells of resolution {STORED}.")
        category, names = _categories(rows, mapping)
        return Events(_times(rows, mapping), cell, category, names, *_weights(rows, mapping))


def _may_have(mapping: EventFormat, wanted: Filter) -> ds.Expression | None:
    """Return what groups of rows are passed over by; the events themselves are chosen later."""
    if mapping.time is None or mapping.has_days:
        return None
    at, asked = ds.field(mapping.time), None
    if wanted.start is not None:
        asked = at >= pa.scalar(wanted.start, _MOMENT)
    if wanted.end is not None:
        until = at <= pa.scalar(wanted.end, _MOMENT)
        asked = until if asked is None else asked & until
    return asked


def _times(rows: pa.Table, mapping: EventFormat) -> Instants:
    if mapping.time is None:
        return np.full(len(rows), UNKNOWN)
    column = rows[mapping.time]
    if mapping.has_days:
        days = _numbers(pc.cast(column, pa.date32()).cast(pa.int32()), pa.int64())
        found = days * _DAY - _UTC_OFFSET
    else:
        found = _numbers(pc.cast(column, _MOMENT).cast(pa.int64()), pa.int64())
    return np.where(np.asarray(column.is_null()), UNKNOWN, found - _EPOCH)


def _categories(
    rows: pa.Table, mapping: EventFormat
) -> tuple[NDArray[np.int32], tuple[str | None, ...]]:
    if mapping.category is None or not len(rows):
        return np.zeros(len(rows), np.int32), (None,)
    found = pc.dictionary_encode(rows[mapping.category], null_encoding="encode").combine_chunks()
    return np.asarray(found.indices, np.int32), tuple(found.dictionary.to_pylist())


def _weights(rows: pa.Table, mapping: EventFormat) -> tuple[Any, Any]:
    """Return total and base as the statement for rows of a table does (cells.columns)."""
    if mapping.weight is None:
        return None, None
    weight, by = (rows[name] if name else pa.scalar(1.0) for name in (mapping.weight, mapping.by))
    # What has a weight and nothing that it is weighed by counts once.
    by = pc.fill_null(by, 1) if mapping.by else by
    total = _numbers(pc.multiply(pc.cast(weight, pa.float64()), by), pa.float64())
    share = _numbers(by, pa.float64()) if mapping.by else np.ones(len(rows))
    return total, np.where(np.asarray(weight.is_valid()), share, 0.0)


def _numbers(column: pa.ChunkedArray, kind: pa.DataType) -> NDArray[Any]:
    """Return a column without nulls; 0 stands for them."""
    return np.asarray(pc.fill_null(pc.cast(column, kind), 0))


@contextmanager
def _reading(file: Path) -> Iterator[None]:
    try:
        yield
    except (pa.ArrowException, OSError) as error:
        reason = " ".join(str(error).split())
        raise ArchiveUnreadable(f"{file}: cannot be read ({reason}).") from error
