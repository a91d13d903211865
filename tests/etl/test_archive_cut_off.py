"""Archiving that is cut off at any moment is finished by the next run."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pyarrow as pa
import pytest

from cells.errors import ArchiveUnreadable
from etl import archive_files
from etl.errors import ArchiveUnfit
from etl.restore import restore
from gis_testing.archived_events import ALL, archived, files_of, put, rows, said
from layers.model import Layer

Connection = psycopg.Connection[Any]


class Killed(BaseException):
    """What ends a run at once."""


@pytest.mark.parametrize("where", ["archive_files.write", "archive_files.tally", "_publish"])
def test_a_run_that_is_cut_off_is_finished_by_the_next(
    conn: Connection,
    incident: Layer,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    where: str,
) -> None:
    put(conn)
    before = rows(conn)
    with monkeypatch.context() as broken:
        broken.setattr(f"etl.archive.{where}", _killing(3 if where == "_publish" else 1))
        with pytest.raises(Killed):
            archived(conn, incident, folder)
    assert _left(conn) == (36 if where == "_publish" else 60)
    archived(conn, incident, folder)
    assert len(rows(conn)) == 30
    assert all(not name.rpartition("/")[2].startswith(".") for name in files_of(folder))
    assert said(restore(conn, incident, folder, ())) == ALL
    assert rows(conn) == before


def _left(conn: Connection) -> int:
    return len(rows(conn))


def _killing(time: int) -> Callable[..., Any]:
    """Return what ends the run when it is called for the so-manyth time."""
    left = [time]

    def call(*given: Any) -> Any:
        left[0] -= 1
        if not left[0]:
            raise Killed
        pending, file = given
        os.replace(pending, file)  # noqa: PTH105 - what the real one does

    return call


def test_a_file_that_is_cut_short_costs_nothing(
    conn: Connection, incident: Layer, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(conn)
    write = archive_files.write

    def shorter(file: Path, columns: pa.Schema, groups: Any) -> None:
        write(file, columns, groups)
        os.truncate(file, file.stat().st_size - 5)

    def fewer(file: Path, columns: pa.Schema, groups: Any) -> None:
        write(file, columns, [next(iter(groups)).slice(1)])

    for broken, error in ((shorter, ArchiveUnreadable), (fewer, ArchiveUnfit)):
        with monkeypatch.context() as patched:
            patched.setattr(archive_files, "write", broken)
            with pytest.raises(error):
                archived(conn, incident, folder)
        assert len(rows(conn)) == 60
    assert archived(conn, incident, folder) == ALL


def test_a_restoration_that_is_cut_off_is_finished_by_the_next(
    conn: Connection, incident: Layer, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(conn)
    before = rows(conn)
    archived(conn, incident, folder)
    with monkeypatch.context() as broken:
        broken.setattr("etl.restore._remove", _killing(1))
        with pytest.raises(Killed):
            said(restore(conn, incident, folder, ()))
    assert len(rows(conn)) == 36
    assert len(files_of(folder)) == 4
    assert said(restore(conn, incident, folder, ())) == {m: ALL[m] for m in list(ALL)[1:]}
    assert rows(conn) == before
