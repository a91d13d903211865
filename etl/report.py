"""Error report of a load in CSV: one line for each refused value, readable in a spreadsheet."""

import csv
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import TextIO

from etl.check import Fault

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""With one of these a spreadsheet begins a formula."""

COLUMNS = ("row", "field", "value", "reason", "kind")


class Report:
    """Writes faults as they come; the file exists only when there is something to tell.

    Attributes:
        path: the file, None while nothing was written.
        reasons: how often each (field, reason) was met among refusals.
        warnings: the same among rows that were kept.
    """

    def __init__(self, path: Path) -> None:
        self._place = path
        self._stream: TextIO | None = None
        self.path: Path | None = None
        self.reasons: Counter[tuple[str, str]] = Counter()
        self.warnings: Counter[tuple[str, str]] = Counter()

    def refuse(self, faults: Iterable[Fault]) -> None:
        """Write down why rows were refused."""
        self._write(faults, "refused", self.reasons)

    def warn(self, faults: Iterable[Fault]) -> None:
        """Write down what was kept, but should be looked at."""
        self._write(faults, "warning", self.warnings)

    def _write(self, faults: Iterable[Fault], kind: str, counter: Counter[tuple[str, str]]) -> None:
        for fault in faults:
            shown = fault._replace(value=_plain(fault.value))
            csv.writer(self._open()).writerow((*shown, kind))
            counter[fault.field, fault.reason] += 1

    def _open(self) -> TextIO:
        if self._stream is None:
            self._place.parent.mkdir(parents=True, exist_ok=True)
            # The mark at the start makes spreadsheets read the letters right.
            self._stream = self._place.open("w", encoding="utf-8-sig", newline="")
            csv.writer(self._stream).writerow(COLUMNS)
            self.path = self._place
        return self._stream

    def close(self) -> None:
        """Finish the file."""
        if self._stream is not None:
            self._stream.close()


def _plain(value: str) -> str:
    """Return a value that no spreadsheet computes: what was refused may come from anybody."""
    return f"'{value}" if value.startswith(_FORMULA) else value
