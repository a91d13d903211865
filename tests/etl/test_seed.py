"""Rows that every installation shows."""

from pathlib import Path
from typing import Any

import psycopg

from etl import seed
from layers.registry import Layers

Connection = psycopg.Connection[Any]


def test_hoang_sa_and_truong_sa_are_in_every_database(
    conn: Connection, layers: Layers, tmp_path: Path
) -> None:
    assert seed.plant(conn, layers, tmp_path) == ["islands"]
    found = dict(conn.execute("SELECT name, province_name FROM layer.islands").fetchall())
    assert found["Quần đảo Hoàng Sa"] == "thành phố Đà Nẵng"
    assert found["Quần đảo Trường Sa"] == "tỉnh Khánh Hòa"
    assert len(found) >= 14
    marks = conn.execute("SELECT DISTINCT is_demo, status FROM ops.load").fetchall()
    assert marks == [(False, "done")]


def test_rows_that_are_there_stay(conn: Connection, layers: Layers, tmp_path: Path) -> None:
    conn.execute(
        "INSERT INTO layer.islands (code, name, name_en, kind, geom) VALUES"
        " ('X', 'x', 'x', 'island', ST_SetSRID(ST_MakePoint(107, 20), 4326))"
    )
    assert seed.plant(conn, layers, tmp_path) == []
    assert conn.execute("SELECT count(*) FROM layer.islands").fetchone() == (1,)
