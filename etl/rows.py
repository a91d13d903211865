"""Row transformation: a record batch of a source becomes one of a layer's table. No database."""

from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import shapely

from etl import check, legacy_text, source_geometry
from etl.check import Fault
from etl.geometry import Located, Place, cells
from etl.mapping import Plan
from etl.readers.table import Table
from layers.model import Derive, Layer

ROW = "_row"
"""Column of the staging table: the row's number in the source, as a person counts."""


class CheckedBatch(NamedTuple):
    """A checked batch: what may be loaded, what was refused and why, how many rows were read."""

    accepted: pa.RecordBatch
    faults: list[Fault]
    warnings: list[Fault]
    read: int
    refused: int


@dataclass
class Intake:
    """Checks the batches of one source against one layer, in order.

    Faults carry the row's number in the source; ``decoded`` are columns that were TCVN3.
    """

    layer: Layer
    table: Table
    plan: Plan
    decoded: list[str] = field(default_factory=list)
    _place: Place | None = None
    _next_row: int = 0

    def names(self) -> list[str]:
        """Return the columns that accepted batches have, in order."""
        fields = [n for n, f in self.layer.fields.items() if self._has(n, f.derive)]
        return [*fields, "geom", *(["h3"] if self.layer.heatmap else []), ROW]

    def _has(self, name: str, derive: Derive | None) -> bool:
        return name in self.plan.fields or derive in (Derive.AREA, Derive.LENGTH)

    def take(self, batch: pa.RecordBatch) -> CheckedBatch:
        """Check one batch."""
        first = self._next_row or self.table.first_row
        self._next_row = first + batch.num_rows
        numbers = np.arange(first, self._next_row, dtype=np.int64)
        if self.table.first_row > 1:
            batch, numbers = _without_blank(batch, numbers)
        located = self._locate(batch)
        columns, faults, warnings = self._columns(batch, located)
        faults += located.faults
        good = np.ones(batch.num_rows, dtype=np.bool_)
        good[[fault.row for fault in faults]] = False
        return CheckedBatch(
            self._accepted(columns, located, numbers, good),
            [fault._replace(row=int(numbers[fault.row])) for fault in faults],
            [
                fault._replace(row=int(numbers[fault.row]))
                for fault in (*warnings, *located.warnings)
                if good[fault.row]
            ],
            batch.num_rows,
            int((~good).sum()),
        )

    def _locate(self, batch: pa.RecordBatch) -> Located:
        if self._place is None:
            if source_geometry.is_swapped(batch, self.plan) and self.plan.coordinates:
                x, y = self.plan.coordinates
                self.plan = replace(self.plan, coordinates=(y, x))
            crs = source_geometry.crs(self.table, batch, self.plan)
            self._place = Place.between(self.layer, crs)
        return self._place.locate(source_geometry.shapes(batch, self.plan))

    def _columns(
        self, batch: pa.RecordBatch, located: Located
    ) -> tuple[dict[str, pa.Array], list[Fault], list[Fault]]:
        columns: dict[str, pa.Array] = {}
        faults: list[Fault] = []
        warnings: list[Fault] = []
        for name, declared in self.layer.fields.items():
            if declared.derive in (Derive.AREA, Derive.LENGTH):
                columns[name] = pa.array(located.measured.round(2), from_pandas=True)
            elif name in self.plan.fields:
                column = self.plan.fields[name]
                raw = self._text(column.name, batch.column(column.name))
                checked = check.column(declared, raw, factor=column.factor, ahead=column.ahead)
                columns[name] = checked.column
                faults += checked.faults
                warnings += checked.warnings
        return columns, faults, warnings

    def _text(self, name: str, raw: pa.Array) -> pa.Array:
        """Decode text of the years before Unicode; a column is judged by its first marked words."""
        if not self.table.is_old_text or not pa.types.is_string(raw.type):
            return raw
        if name not in self.decoded and legacy_text.is_tcvn3(raw.drop_null().unique().to_pylist()):
            self.decoded.append(name)
        return legacy_text.decode(raw) if name in self.decoded else raw

    def _accepted(
        self,
        columns: dict[str, pa.Array],
        located: Located,
        numbers: npt.NDArray[np.int64],
        good: npt.NDArray[np.bool_],
    ) -> pa.RecordBatch:
        wkb = np.asarray(shapely.to_wkb(located.shapes), dtype=object)
        columns["geom"] = pa.array(wkb, pa.binary())
        if self.layer.heatmap:
            columns["h3"] = cells(located.shapes)
        columns[ROW] = pa.array(numbers)
        names = self.names()
        whole = pa.RecordBatch.from_arrays([columns[name] for name in names], names=names)
        return whole if good.all() else whole.filter(pa.array(good))


def _without_blank(
    batch: pa.RecordBatch, numbers: npt.NDArray[np.int64]
) -> tuple[pa.RecordBatch, npt.NDArray[np.int64]]:
    """Drop the empty lines that spreadsheets leave; the others keep their numbers."""
    filled = np.zeros(batch.num_rows, dtype=np.bool_)
    for column in batch.columns:
        filled |= np.asarray(pc.is_valid(column))
    return (batch, numbers) if filled.all() else (batch.filter(pa.array(filled)), numbers[filled])
