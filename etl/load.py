"""Bulk load: a file is read, checked, copied with COPY and goes live in one transaction."""

import hashlib
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum
from itertools import chain
from pathlib import Path

import psycopg
import pyarrow as pa
import pyproj
from pgpq import ArrowToPostgresBinaryEncoder

from etl import ddl, journal, mapping, provenance, readers, stage, table_facts
from etl.errors import (
    DatabaseRefused,
    ExpectationMissed,
    FileUnreadable,
    LoadError,
    NoKey,
    RowsRefused,
)
from etl.readers.table import Table
from etl.report import Report
from etl.rows import CheckedBatch, Intake
from etl.stage import Stage
from layers.model import Derive, Layer, Lifecycle
from sql.connection import Connection

Progress = Callable[[int, int | None], None]
"""Told the rows read so far and, when the format says it, of how many."""


class Mode(Enum):
    """What becomes of the rows that a layer has."""

    REPLACE = "replace"
    APPEND = "append"
    UPSERT = "upsert"


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be loaded, and how.

    Attributes:
        columns: target field to source column, the user's word.
        crs: what the coordinates are in, in place of what the file says.
        strict: load nothing when a row is refused.
        dry_run: do everything, then take it back.
        who: name for the journal.
        reports: folder for the list of refused rows.
        is_demo: rows are made up.
    """

    layer: Layer
    file: Path
    mode: Mode
    who: str
    reports: Path
    columns: Mapping[str, str] = field(default_factory=dict)
    crs: pyproj.CRS | None = None
    strict: bool = False
    dry_run: bool = False
    is_demo: bool = False


@dataclass(frozen=True, slots=True)
class Result:
    """What a load did; ``unused`` columns nothing took, ``note`` says how the file was read."""

    rows_in: int
    rows_loaded: int
    rows_refused: int
    duration_s: float
    report: Path | None
    reasons: Mapping[tuple[str, str], int]
    warnings: Mapping[tuple[str, str], int]
    unused: tuple[str, ...]
    note: str | None


def default_mode(layer: Layer) -> Mode:
    """Return what a load does when nobody says: the least that can lose nothing.

    A rebuilt layer is replaced; features that have a key of their own are merged by it; anything
    else is added.
    """
    if layer.lifecycle is Lifecycle.REBUILT:
        return Mode.REPLACE
    natural = layer.fields[layer.key].derive is not Derive.SERIAL
    edited = layer.lifecycle is Lifecycle.EDITED
    return Mode.UPSERT if edited and natural else Mode.APPEND


def unwatched(_done: int, _total: int | None) -> None:
    """Tell nobody."""


def load(conn: Connection, order: Order, progress: Progress = unwatched) -> Result:
    """Load a file. Killed at any moment, it leaves the old rows live and whole.

    Args:
        conn: in autocommit mode; everything but the journal row of a failure is one transaction.

    Raises:
        LoadError: a subclass names what and what to do.
    """
    run = _Run(order, time.monotonic(), datetime.now(UTC))
    try:
        return run.go(conn, progress)
    except LoadError as error:
        run.fail(conn, error)
        raise
    except (psycopg.Error, pa.ArrowException) as error:
        wrapped = _wrapped(order.file, error)
        run.fail(conn, wrapped)
        raise wrapped from error
    finally:
        run.report.close()


def _note(table: Table, decoded: list[str]) -> str | None:
    """Say how the text of a file was read that does not name its encoding."""
    if decoded:
        return f"text of {', '.join(decoded)} was TCVN3 and is now Unicode"
    if not table.is_old_text:
        return None
    return (
        "the file does not name the encoding of its text; if letters are wrong, save it as UTF-8"
        " and load it again"
    )


def _wrapped(file: Path, error: Exception) -> LoadError:
    """Put what the driver or the reader of columns says into the house's words."""
    if isinstance(error, psycopg.Error):
        return DatabaseRefused(f"{DatabaseRefused.__doc__} ({' '.join(str(error).split())})")
    return FileUnreadable(file, str(error))


class _Run:
    """One load under way: the counts that result, report and journal share."""

    def __init__(self, order: Order, begun: float, started_at: datetime) -> None:
        self.order, self.begun, self.started_at = order, begun, started_at
        name = f"{order.layer.id}-{started_at:%Y%m%dT%H%M%S%f}.csv"
        self.report = Report(order.reports / name)
        self.rows_in = self.refused = 0
        self.unused: tuple[str, ...] = ()
        self.note: str | None = None
        self.checksum: str | None = None

    def go(self, conn: Connection, progress: Progress) -> Result:
        order = self.order
        with readers.read(order.file, order.crs) as table:
            self.checksum = checksum(order.file)
            plan = mapping.plan(
                order.layer, table.columns, order.columns, has_geometry=table.has_geometry
            )
            self.unused = plan.unused
            intake = Intake(order.layer, table, plan)
            staged = Stage(order.layer, tuple(intake.names()), order.mode is Mode.REPLACE)
            if order.mode is Mode.UPSERT and not staged.has_key:
                key = order.layer.key
                raise NoKey(f"{NoKey.__doc__} Name it with --map COLUMN={key}, or --mode append.")
            with conn.transaction():
                self._fill(conn, staged, intake, table, progress)
                self._publish(conn, staged)
                if order.dry_run:
                    raise psycopg.Rollback
            self.note = _note(table, intake.decoded)
        return self._result()

    def _fill(
        self, conn: Connection, staged: Stage, intake: Intake, table: Table, progress: Progress
    ) -> None:
        stage.lock(conn, self.order.layer)
        provenance.check(conn, [self.order.layer])
        if table_facts.of(conn, self.order.layer) is None:
            ddl.create(conn, self.order.layer)
        stage.create(conn, staged)
        checked = (intake.take(batch) for batch in table.batches)
        first = next(checked, None)
        if first is None:
            return
        encoder = ArrowToPostgresBinaryEncoder(first.accepted.schema)
        with conn.cursor() as cursor, cursor.copy(stage.copy_statement(staged)) as copy:
            copy.write(encoder.write_header())
            for rows in chain([first], checked):
                self._count(rows)
                copy.write(encoder.write_batch(rows.accepted))
                progress(self.rows_in, table.total)
            copy.write(encoder.finish())

    def _count(self, rows: CheckedBatch) -> None:
        self.rows_in += rows.read
        self.refused += rows.refused
        self.report.refuse(rows.faults)
        self.report.warn(rows.warnings)

    def _publish(self, conn: Connection, staged: Stage) -> None:
        order = self.order
        faults = stage.duplicates(conn, staged)
        if order.mode is Mode.APPEND:
            faults += stage.conflicts(conn, staged)
        self.refused += len(faults)
        self.report.refuse(faults)
        if order.strict and self.refused:
            raise RowsRefused(self.refused, self.report.path)
        if order.mode is Mode.REPLACE:
            self._expect(conn, staged)
            stage.swap(conn, staged)
        else:
            stage.merge(conn, staged, update=order.mode is Mode.UPSERT)
        journal.record(conn, self._entry("done", None))

    def _expect(self, conn: Connection, staged: Stage) -> None:
        """Refuse to replace what is live by something that cannot be it."""
        expect, loaded = self.order.layer.expect, self.rows_in - self.refused
        if loaded == 0:
            raise ExpectationMissed(f"No row could be loaded. {self._see()}")
        too_many = expect.max_rows is not None and loaded > expect.max_rows
        if loaded < expect.min_rows or too_many:
            raise ExpectationMissed(
                f"{loaded} rows, but {expect.min_rows} to {expect.max_rows or 'any number'} are"
                f" expected. {ExpectationMissed.__doc__} {self._see()}"
            )
        extent = stage.extent(conn, staged)
        if expect.bbox is None or extent is None:
            return
        west, south, east, north = extent
        inside = west >= expect.bbox.west and east <= expect.bbox.east
        if not (inside and south >= expect.bbox.south and north <= expect.bbox.north):
            shown = ", ".join(f"{edge:.3f}" for edge in extent)
            raise ExpectationMissed(
                f"The rows lie in {shown}, expected inside {', '.join(map(str, expect.bbox))}. "
                f"{ExpectationMissed.__doc__}"
            )

    def _see(self) -> str:
        return f"See {self.report.path}." if self.report.path else ""

    def fail(self, conn: Connection, error: LoadError) -> None:
        """Write the failure into the journal, when the database still answers."""
        status = "refused" if isinstance(error, RowsRefused | ExpectationMissed) else "failed"
        if self.order.dry_run:
            return
        # Where the journal cannot be written either, the first cause is what a person must read.
        with suppress(psycopg.Error):
            journal.record(conn, self._entry(status, str(error)))

    def _entry(self, status: str, reason: str | None) -> journal.Entry:
        done = status == "done"
        return journal.Entry(
            layer=self.order.layer.id,
            file=self.order.file.name,
            checksum=self.checksum,
            mode=self.order.mode.value,
            status=status,
            rows_in=self.rows_in,
            rows_loaded=self.rows_in - self.refused if done else 0,
            rows_refused=self.refused,
            started_at=self.started_at,
            duration_s=time.monotonic() - self.begun,
            who=self.order.who,
            report=str(self.report.path) if self.report.path else None,
            reason=reason,
            is_demo=self.order.is_demo,
        )

    def _result(self) -> Result:
        return Result(
            self.rows_in,
            self.rows_in - self.refused,
            self.refused,
            time.monotonic() - self.begun,
            self.report.path,
            self.report.reasons,
            self.report.warnings,
            self.unused,
            self.note,
        )


def checksum(file: Path) -> str:
    """Return SHA-256 (hexadecimal) of a file; of a Shapefile, of all its parts."""
    parts = [file]
    if file.suffix.lower() == ".shp":
        parts = sorted(p for p in file.parent.glob(f"{file.stem}.*") if p.is_file())
    digest = hashlib.sha256()
    for part in parts:
        with part.open("rb") as stream:
            while block := stream.read(1 << 20):
                digest.update(block)
    return digest.hexdigest()
