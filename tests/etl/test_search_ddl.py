"""The search box finds what the tables hold: documents follow the rows, whoever writes them."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pytest

from etl import tables
from etl.load import Mode, Result
from layers.model import Layer
from layers.registry import Layers

Connection = psycopg.Connection[Any]
Load = Callable[..., Result]

HERE = "ST_SetSRID(ST_MakePoint(105.8, 21.6), 4326)"


def _put(conn: Connection, code: str, name: str) -> None:
    conn.execute(
        f"INSERT INTO layer.camera (code, name, geom) VALUES (%s, %s, {HERE})",
        (code, name),
    )


def _documents(conn: Connection) -> list[tuple[str, str, str]]:
    return conn.execute(
        "SELECT key, title, words FROM ops.search_document WHERE layer = 'camera' ORDER BY key"
    ).fetchall()


@pytest.fixture
def camera(layers: Layers) -> Layer:
    return layers.get("camera")


def test_documents_follow_statements(conn: Connection) -> None:
    _put(conn, "A1", "Cổng  Đông")
    _put(conn, "B2", "Cổng Tây")
    assert _documents(conn) == [
        ("A1", "Cổng  Đông", "cong dong|a1"),
        ("B2", "Cổng Tây", "cong tay|b2"),
    ]
    conn.execute("UPDATE layer.camera SET name = 'Chợ' WHERE code = 'A1'")
    conn.execute("UPDATE layer.camera SET code = 'C3' WHERE code = 'B2'")
    assert _documents(conn) == [("A1", "Chợ", "cho|a1"), ("C3", "Cổng Tây", "cong tay|c3")]
    conn.execute("DELETE FROM layer.camera WHERE code = 'A1'")
    assert [key for key, *_ in _documents(conn)] == ["C3"]
    conn.execute("TRUNCATE layer.camera")
    assert _documents(conn) == []


def test_keys_that_change_places_keep_their_documents(conn: Connection) -> None:
    _put(conn, "A", "x")
    _put(conn, "B", "y")
    conn.execute("ALTER TABLE layer.camera DROP CONSTRAINT camera_pkey")
    conn.execute("UPDATE layer.camera SET code = CASE code WHEN 'A' THEN 'B' ELSE 'A' END")
    assert [(key, title) for key, title, _ in _documents(conn)] == [("A", "y"), ("B", "x")]


def test_rows_that_are_written_anew_write_no_documents(conn: Connection) -> None:
    _put(conn, "A", "x")
    before = conn.execute("SELECT xmin FROM ops.search_document").fetchall()
    conn.execute("UPDATE layer.camera SET geom = geom, bearing = 7")
    assert conn.execute("SELECT xmin FROM ops.search_document").fetchall() == before


@pytest.mark.parametrize("mode", [Mode.REPLACE, Mode.UPSERT])
def test_documents_follow_loads(conn: Connection, run: Load, tmp_path: Path, mode: Mode) -> None:
    _put(conn, "A", "x")
    _put(conn, "B", "y")
    file = tmp_path / "camera.csv"
    file.write_text("code,name,lon,lat\nB,Ngã tư,105.8,21.6\nC,z,105.8,21.6\n", "utf-8")
    run("camera", file, mode)
    kept = [("A", "x")] if mode is Mode.UPSERT else []
    found = [(key, title) for key, title, _ in _documents(conn)]
    assert found == [*kept, ("B", "Ngã tư"), ("C", "z")]


def test_documents_follow_the_declaration(conn: Connection, camera: Layer) -> None:
    _put(conn, "A1", "Cổng Đông")
    for search, words in ((("code",), "a1"), (("name", "code"), "cong dong|a1"), ((), None)):
        changed = replace(camera, search=search)
        assert tables.prepare(conn, Layers({"camera": changed}, {})) == ["camera"]
        assert tables.prepare(conn, Layers({"camera": changed}, {})) == []
        assert [document[2] for document in _documents(conn)] == ([words] if words else [])
    _put(conn, "B2", "x")
    assert _documents(conn) == []


def test_a_database_from_before_gets_documents(conn: Connection, camera: Layer) -> None:
    """Its triggers are dropped first: a table that had none was not searched by documents."""
    _put(conn, "A1", "Cổng Đông")
    conn.execute("DROP FUNCTION ops.note_words_camera CASCADE; DELETE FROM ops.search_document")
    assert tables.prepare(conn, Layers({"camera": camera}, {})) == ["camera"]
    assert [key for key, *_ in _documents(conn)] == ["A1"]
