"""What others put on a layer's table stays when a load puts a new table in its place."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql

from cells import change_log
from etl import tables
from etl.errors import TableHeld
from etl.load import Mode, Result
from layers.model import Type
from layers.pixels import WHOLE
from layers.registry import Layers

Connection = psycopg.Connection[Any]
Load = Callable[..., Result]

HEADER = "code,name,kind,bearing,lon,lat\n"

ATTACHED = """
GRANT USAGE ON SCHEMA layer TO {reader};
GRANT SELECT, INSERT ON layer.camera TO {reader};
GRANT SELECT ON layer.camera TO PUBLIC;
GRANT UPDATE (name, kind) ON layer.camera TO {reader} WITH GRANT OPTION;
ALTER TABLE layer.camera ENABLE ROW LEVEL SECURITY;
CREATE POLICY plates ON layer.camera AS PERMISSIVE FOR SELECT TO {reader}
    USING (kind = 'plate' OR code IN (SELECT code FROM layer.camera_open));
CREATE POLICY named ON layer.camera AS RESTRICTIVE FOR INSERT TO PUBLIC WITH CHECK (name <> '%');
COMMENT ON POLICY plates ON layer.camera IS 'only those of plates';
COMMENT ON COLUMN layer.camera.geom IS 'surveyed in 2025';
CREATE VIEW layer.camera_names WITH (security_barrier = true) AS
    SELECT code, name FROM layer.camera;
CREATE VIEW layer.camera_codes AS SELECT code FROM layer.camera_names;
GRANT SELECT ON layer.camera_names, layer.camera_codes TO {reader};
ALTER TABLE layer.camera ADD CONSTRAINT short CHECK (length(code) < 9);
ALTER TABLE layer.camera SET (autovacuum_vacuum_scale_factor = 0.01);
CREATE FUNCTION public.shout() RETURNS trigger LANGUAGE plpgsql
    AS $$ BEGIN NEW.name := upper(NEW.name); RETURN NEW; END $$;
CREATE TRIGGER shout BEFORE INSERT ON layer.camera FOR EACH ROW EXECUTE FUNCTION public.shout();
ALTER TABLE layer.camera ENABLE ALWAYS TRIGGER shout;
CREATE PUBLICATION cameras FOR TABLE layer.camera (code, kind) WHERE (code <> 'X');
"""

FACTS = """
SELECT * FROM aclexplode((SELECT relacl FROM pg_class WHERE oid = 'layer.camera'::regclass));
SELECT attname, attacl::text FROM pg_attribute
WHERE attrelid = 'layer.camera'::regclass AND attacl IS NOT NULL;
SELECT relowner, relrowsecurity, relforcerowsecurity, reloptions FROM pg_class
WHERE oid = 'layer.camera'::regclass;
SELECT * FROM pg_policies WHERE tablename = 'camera';
SELECT objsubid, description FROM pg_description
WHERE objoid = 'layer.camera'::regclass AND classoid = 'pg_class'::regclass;
SELECT description FROM pg_description WHERE classoid = 'pg_policy'::regclass;
SELECT oid, relname, relacl::text, reloptions, pg_get_viewdef(oid) FROM pg_class
WHERE relkind = 'v' AND relname LIKE 'camera%';
SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint
WHERE conrelid = 'layer.camera'::regclass;
SELECT tgname, tgenabled, pg_get_triggerdef(oid) FROM pg_trigger
WHERE tgrelid = 'layer.camera'::regclass AND NOT tgisinternal;
SELECT * FROM pg_publication_tables
"""
"""What the catalogue says of the table and what depends on it."""


@pytest.fixture
def reader(conn: Connection) -> Iterator[sql.Identifier]:
    """A role that may read some cameras."""
    name = sql.Identifier(f"gis_test_reader_{uuid4().hex[:12]}")
    conn.execute(sql.SQL("CREATE ROLE {}").format(name))
    yield name
    conn.execute("RESET ROLE")
    conn.execute(sql.SQL("DROP OWNED BY {0}; DROP ROLE {0}").format(name))


@pytest.fixture
def load(run: Load, tmp_path: Path) -> Callable[[str], Result]:
    """Replace the cameras by some of given codes, all of plates."""

    def go(codes: str) -> Result:
        file = tmp_path / f"{codes}.csv"
        rows = "".join(f"{code},Cổng {code},plate,10,105.8,21.5\n" for code in codes)
        file.write_text(HEADER + rows, "utf-8")
        return run("camera", file, Mode.REPLACE)

    return go


def _attach(conn: Connection, reader: sql.Identifier) -> None:
    conn.execute("CREATE TABLE layer.camera_open (code text)")
    conn.execute(sql.SQL(ATTACHED).format(reader=reader))
    conn.execute(sql.SQL("GRANT SELECT ON layer.camera_open TO {}").format(reader))


def _facts(conn: Connection) -> list[list[str]]:
    return [sorted(map(repr, conn.execute(fact).fetchall())) for fact in FACTS.split(";")]  # type: ignore[call-overload]


def test_what_others_put_on_a_table_stays_through_two_replacements(
    conn: Connection, reader: sql.Identifier, load: Callable[[str], Result]
) -> None:
    load("A")
    _attach(conn, reader)
    before = _facts(conn)
    assert all(before)
    for codes in ("BC", "DEX"):
        load(codes)
        for there, was in zip(_facts(conn), before, strict=True):
            assert there == was
    assert conn.execute("SELECT code FROM layer.camera_codes").fetchall() == [
        ("D",),
        ("E",),
        ("X",),
    ]
    conn.execute("UPDATE layer.camera SET kind = 'traffic' WHERE code = 'D'")
    conn.execute("INSERT INTO layer.camera_open VALUES ('Z')")
    conn.execute(sql.SQL("SET ROLE {}").format(reader))
    assert conn.execute("SELECT code FROM layer.camera").fetchall() == [("E",), ("X",)]


def test_numbers_counts_and_cubes_are_those_of_the_new_rows(
    conn: Connection, run: Load, layers: Layers, tmp_path: Path
) -> None:
    incident = layers.get("incident")
    file = tmp_path / "incidents.csv"
    identities = {change_log.identity(conn, incident)}
    for rows in (2, 3):
        lines = ["theft,2026-01-01T00:00:00Z,105.8,21.5"] * rows
        file.write_text("\n".join(["category,occurred_at,lon,lat", *lines, ""]), "utf-8")
        run("incident", file, Mode.REPLACE)
        identities.add(change_log.identity(conn, incident))
        recorded = "SELECT cells, counted FROM ops.change WHERE layer = 'incident' ORDER BY id DESC"
        assert conn.execute(recorded).fetchone() == ([WHOLE], rows)
    assert len(identities) == 3
    rebuilt = "SELECT count(*) FROM ops.cell_change WHERE layer = 'incident' AND sign = 0"
    assert conn.execute(rebuilt).fetchone() == (2,)
    added = conn.execute(
        "INSERT INTO layer.incident (category, occurred_at, geom, h3) VALUES"
        " ('theft', now(), ST_SetSRID(ST_MakePoint(105, 21), 4326), 0) RETURNING id"
    )
    assert added.fetchone() == (4,)


def test_what_cannot_be_given_to_a_new_table_keeps_the_old_one(
    conn: Connection, load: Callable[[str], Result]
) -> None:
    load("A")
    conn.execute("CREATE MATERIALIZED VIEW layer.camera_kept AS SELECT code FROM layer.camera")
    with pytest.raises(
        TableHeld, match=r"'camera' keeps its table: .*camera_kept depends on table"
    ):
        load("B")
    assert conn.execute("SELECT code FROM layer.camera").fetchall() == [("A",)]


def test_default_privileges_give_a_new_table_nothing_that_the_old_one_had_not(
    conn: Connection, reader: sql.Identifier, load: Callable[[str], Result]
) -> None:
    grant = "ALTER DEFAULT PRIVILEGES IN SCHEMA stage GRANT SELECT ON TABLES TO {}"
    conn.execute(sql.SQL(grant).format(reader))
    load("A")
    may_read = sql.SQL("SELECT has_table_privilege({}, 'layer.camera', 'SELECT')")
    row = conn.execute(may_read.format(reader.as_string().strip('"'))).fetchone()
    assert row == (False,)


def test_an_empty_table_that_is_made_anew_keeps_what_others_put_on_it(
    conn: Connection, reader: sql.Identifier, layers: Layers
) -> None:
    _attach(conn, reader)
    camera = layers.get("camera")
    bearing = replace(camera.fields["bearing"], type=Type.TEXT)
    changed = replace(camera, fields={**camera.fields, "bearing": bearing})
    before = _facts(conn)
    assert tables.prepare(conn, Layers({"camera": changed}, {})) == ["camera"]
    assert _facts(conn) == before


def test_a_view_of_a_field_that_goes_keeps_the_table(conn: Connection, layers: Layers) -> None:
    conn.execute("CREATE VIEW layer.bearings AS SELECT code, bearing FROM layer.camera")
    camera = layers.get("camera")
    fields = {name: field for name, field in camera.fields.items() if name != "bearing"}
    with pytest.raises(TableHeld, match=r"keeps its table: column .*bearing"):
        tables.prepare(conn, Layers({"camera": replace(camera, fields=fields)}, {}))
    assert conn.execute("SELECT count(bearing) FROM layer.bearings").fetchone() == (0,)


def test_a_publication_of_a_field_that_goes_keeps_the_table(
    conn: Connection, layers: Layers
) -> None:
    conn.execute("CREATE PUBLICATION bearings FOR TABLE layer.camera (code, bearing)")
    camera = layers.get("camera")
    fields = {name: field for name, field in camera.fields.items() if name != "bearing"}
    with pytest.raises(TableHeld, match=r"keeps its table: .*bearing"):
        tables.prepare(conn, Layers({"camera": replace(camera, fields=fields)}, {}))
    assert conn.execute("SELECT attnames FROM pg_publication_tables").fetchall() == [
        (["code", "bearing"],)
    ]


def test_whoever_reads_a_view_all_the_time_waits_and_is_not_refused(
    conn: Connection, database_url: str, load: Callable[[str], Result]
) -> None:
    load("A")
    conn.execute("CREATE VIEW layer.camera_names AS SELECT code, name FROM layer.camera")
    stopped, rows = threading.Event(), []

    def read() -> None:
        with psycopg.connect(database_url, autocommit=True) as other:
            is_last = False
            while not is_last:
                # Once more after the last load, however slow this thread was.
                is_last = stopped.is_set()
                rows.append(other.execute("SELECT code FROM layer.camera_names").fetchall())

    threads = [threading.Thread(target=read) for _ in range(2)]
    for thread in threads:
        thread.start()
    for codes in ("B", "C", "D"):
        load(codes)
    stopped.set()
    for thread in threads:
        thread.join(10)
    assert rows[0] == [("A",)]
    assert rows[-1] == [("D",)]
    assert all(len(found) == 1 for found in rows)
