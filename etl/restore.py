"""Restoring: archived events go back into their table, with their keys and all fields as they were.

They are staged and merged like any load, but not checked again: what was in the table once may
come back even where it would be refused today.
"""

from collections.abc import Collection, Iterator
from contextlib import suppress
from pathlib import Path

import psycopg
import pyarrow as pa
from pgpq import ArrowToPostgresBinaryEncoder

import sql
from cells import months
from cells.errors import ArchiveEmpty
from cells.months import Month
from etl import archive_files, ddl, stage
from etl.archive import Moved, alone, settle
from etl.errors import ArchiveTaken, ArchiveUnfit
from etl.rows import ROW
from etl.stage import Stage
from layers.model import Layer
from sql.connection import Connection


def restore(
    conn: Connection, layer: Layer, folder: Path, chosen: Collection[Month]
) -> Iterator[Moved]:
    """Move archived events back, month by month; a month comes whole or not at all.

    The file goes when its events are in the table. One that another database has archived stays.

    Args:
        conn: in autocommit mode and UTC.
        layer: one whose events are aggregated.
        folder: where the files are.
        chosen: months; none is all that are there.

    Raises:
        ArchiveEmpty: a month has no file.
        ArchiveError: a subclass names what and what to do.
        ArchiveUnreadable: a file is damaged.
        LayerBusy: the layer is being loaded.
    """
    with alone(conn, layer):
        settle(conn, layer, folder)
        for file in _chosen(layer, folder, chosen):
            yield _move(conn, layer, file)


def _chosen(layer: Layer, folder: Path, chosen: Collection[Month]) -> list[Path]:
    if not chosen:
        return months.archived(folder, layer.id)
    files = [months.place(folder, layer.id, month) for month in sorted(set(chosen))]
    for file in files:
        if not file.is_file():
            raise ArchiveEmpty(f"{file}: there is no such file of archived events.")
    return files


def _move(conn: Connection, layer: Layer, file: Path) -> Moved:
    number = archive_files.number(file)
    with conn.transaction():
        stage.lock(conn, layer)
        conn.execute(sql.query("change_upkeep"))
        rows = _stage(conn, layer, file)
        known = conn.execute(sql.query("archive_restored"), {"id": number}).rowcount
    if known:
        _remove(file)
    return Moved(months.month_of(file), file, rows)


def _stage(conn: Connection, layer: Layer, file: Path) -> int:
    staged = Stage(layer, (*ddl.column_names(layer), ROW), replaces=False)
    stage.create(conn, staged)
    rows = _copy(conn, staged, file)
    taken = stage.duplicates(conn, staged) + stage.conflicts(conn, staged)
    if taken:
        raise ArchiveTaken(
            f"{file}: {len(taken)} of {rows} events have a key that the table has too, the first"
            f" of them {layer.key} {taken[0].value}. None was restored."
        )
    try:
        stage.merge(conn, staged, update=False)
    except psycopg.errors.NotNullViolation as error:
        column = error.diag.column_name
        raise ArchiveUnfit(f"{file} has no {column}, which the layer requires today.") from error
    return rows


def _copy(conn: Connection, staged: Stage, file: Path) -> int:
    """Copy the events of a file; return how many there are."""
    columns = archive_files.schema(staged.layer)
    kinds = pa.schema([*zip(staged.names, [*columns.types, pa.int64()], strict=True)])
    encoder = ArrowToPostgresBinaryEncoder(kinds)
    rows = 0
    with conn.cursor() as cursor, cursor.copy(stage.copy_statement(staged)) as copy:
        copy.write(encoder.write_header())
        for group in archive_files.groups(file, columns):
            numbers = pa.array(range(rows, rows + len(group)), pa.int64())
            for batch in pa.table([*group.columns, numbers], schema=kinds).to_batches():
                copy.write(encoder.write_batch(batch))
            rows += len(group)
        copy.write(encoder.finish())
    return rows


def _remove(file: Path) -> None:
    """Remove a file and the folders that are empty then."""
    file.unlink()
    with suppress(OSError):
        file.parent.rmdir()
        file.parent.parent.rmdir()
