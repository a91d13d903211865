"""Archiving: old events of a layer go into GeoParquet files, one a month, and out of their table.

At every moment each event is in the table, in a file that the database knows of, or in both while
a transaction is open that will tell. A file is complete, on disk and read back before its events
are deleted; its number is written into ``ops.archive`` with the deletion. It gets its name after
that: whoever is cut off leaves a file with its number in its name, and the next run finds out from
the database whether it counts.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from itertools import batched, chain
from pathlib import Path
from typing import NamedTuple
from uuid import UUID, uuid4

import psycopg
import pyarrow as pa

import sql
from cells import months
from cells.errors import ArchiveEmpty
from cells.months import Month
from etl import archive_files, archive_rows, geoparquet, stage
from etl.archive_rows import Old
from etl.errors import ArchiveBusy, ArchiveTaken, ArchiveUnfit, NoTime, RowsChanged
from layers.model import Layer
from sql import locks
from sql.connection import Connection

_READ = geoparquet.GROUP // archive_rows.BATCH
"""Batches of rows that are written as a group."""


class Moved(NamedTuple):
    """Events that went into a file or came out of it."""

    month: Month
    file: Path
    rows: int


def archive(
    conn: Connection, layer: Layer, folder: Path, before: date, who: str
) -> Iterator[Moved]:
    """Move events of before a day in Viet Nam into files, month by month.

    Events without a time stay, and those with a time in any field that files do not have. Fails a
    month, all of that month is still in the table.

    Args:
        conn: in autocommit mode and UTC.
        layer: one whose events are aggregated.
        folder: where the files go; a month that has one already gets the events added.
        before: the day.
        who: name for the journal.

    Raises:
        ArchiveError: a subclass names what and what to do.
        ArchiveUnreadable: the file that a month has is damaged.
        LayerBusy: the layer is being loaded.
    """
    if layer.time is None:
        raise NoTime(f"Layer '{layer.id}' has no time. {NoTime.__doc__}")
    end = months.midnight(before)
    with alone(conn, layer):
        settle(conn, layer, folder)
        for month in archive_rows.months(conn, layer, end):
            start, following = months.span(month)
            old = Old(layer, start, min(end, following))
            yield _move(conn, old, months.place(folder, layer.id, month), who)


@contextmanager
def alone(conn: Connection, layer: Layer) -> Iterator[None]:
    """Keep other runs for a layer out.

    Raises:
        ArchiveBusy: there is one.
    """
    lock = (locks.ARCHIVE, layer.id)
    row = conn.execute("SELECT pg_try_advisory_lock(%s, hashtext(%s))", lock).fetchone()
    if not (row and row[0]):
        raise ArchiveBusy(f"Layer '{layer.id}': {ArchiveBusy.__doc__}")
    try:
        yield
    finally:
        # A connection that is lost has lost the lock, too.
        if not conn.closed:
            conn.execute("SELECT pg_advisory_unlock(%s, hashtext(%s))", lock)


def settle(conn: Connection, layer: Layer, folder: Path) -> None:
    """Finish what a run left that was cut off."""
    for file in list(folder.glob(f"year=*/month=*/.{layer.id}.parquet.{_database(conn)}.*")):
        if is_restored(conn, UUID(file.suffix[1:])) is None:
            file.unlink()
        else:
            _publish(file, file.with_name(f"{layer.id}.parquet"))
    try:
        left = months.archived(folder, layer.id)
    except ArchiveEmpty:
        return
    for file in left:
        number = archive_files.number(file)
        if number and is_restored(conn, number):
            file.unlink()


def is_restored(conn: Connection, number: UUID) -> bool | None:
    """Tell whether the events of a file are in the table again; None when they never left it."""
    row = conn.execute(sql.query("archive_state"), {"id": number}).fetchone()
    return None if row is None else bool(row[0])


def _move(conn: Connection, old: Old, file: Path, who: str) -> Moved:
    month, number = months.month_of(file), uuid4()
    pending = file.with_name(f".{file.name}.{_database(conn)}.{number}")
    file.parent.mkdir(parents=True, exist_ok=True)
    try:
        with conn.transaction():
            # All that follows sees one state. So what is deleted is what was written, and an
            # event that somebody changed in between fails the deletion instead of being lost.
            conn.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            stage.lock(conn, old.layer)
            conn.execute(sql.query("change_upkeep"))
            rows, moved = _write(conn, old, file, pending, number)
            if old.delete(conn) != moved:
                raise ArchiveUnfit(f"{pending}: other events than were written would be deleted.")
            entry = {"id": number, "layer": old.layer.id, "month": month, "rows": rows, "who": who}
            conn.execute(sql.query("archive_record"), entry)
    except psycopg.errors.SerializationFailure as error:
        raise RowsChanged(
            f"{month:%Y-%m}: {RowsChanged.__doc__} They are all in the table; say it again."
        ) from error
    _publish(pending, file)
    return Moved(month, file, moved)


def _write(conn: Connection, old: Old, file: Path, pending: Path, number: UUID) -> tuple[int, int]:
    """Write the file; return how many events it has, and how many of them are in the table."""
    columns = archive_files.schema(old.layer, number)
    expected = old.tally(conn)
    moved = expected.rows
    former: Iterator[pa.Table] = iter(())
    if file.exists():
        _refuse_taken(conn, old, file, columns)
        expected = expected.plus(archive_files.tally(file, columns))
        former = archive_files.groups(file, columns)
    come = (
        pa.Table.from_batches(batches) for batches in batched(old.batches(conn, columns), _READ)
    )
    archive_files.write(pending, columns, chain(former, come))
    if archive_files.tally(pending, columns) != expected:
        raise ArchiveUnfit(f"{pending}: what was read back is not what was written.")
    return expected.rows, moved


def _refuse_taken(conn: Connection, old: Old, file: Path, columns: pa.Schema) -> None:
    """Numbers are given anew after a layer was replaced, so that the same key is another event."""
    key = old.layer.key
    for group in archive_files.groups(file, columns):
        taken = old.taken(conn, group[key].to_pylist())
        if taken is not None:
            raise ArchiveTaken(
                f"{file} has an event with {key} {taken}, and so has the table. If they are the"
                " same (after the database was set back), move the file away; if the layer was"
                " loaded anew since, archive into another folder."
            )


def _publish(pending: Path, file: Path) -> None:
    pending.replace(file)
    archive_files.sync(file.parent)


def _database(conn: Connection) -> str:
    """Return the number of the database: a folder may have files of several."""
    row = conn.execute("SELECT id::text FROM ops.database").fetchone()
    return str(row[0]) if row else ""
