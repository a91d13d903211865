"""Migrations and the functions that stand beside them."""

import hashlib
from typing import Any

import psycopg
import pytest

import sql
from etl import table_facts, tables
from etl.tables import TableDiffers
from gis_testing.places import ROOT
from layers.fold import fold
from layers.registry import Layers
from sql import migrate
from sql.migrate import SchemaNewer

Connection = psycopg.Connection[Any]

CAMERA = (
    "INSERT INTO layer.camera (code, name, geom)"
    " VALUES ('A', 'x', ST_SetSRID(ST_MakePoint(105, 21), 4326))"
)

LATER_FUNCTION = (
    "CREATE OR REPLACE FUNCTION public.gis_number(value text) RETURNS text"
    " LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$ SELECT 'later' $$"
)

DIGESTS = {1: "6337a15fb4119dc8", 2: "d113a57e1c2371bc"}
"""What the files of sql/functions were at each number of migrate.FUNCTIONS."""


def _one(conn: Connection, statement: str, *values: object) -> Any:
    row = conn.execute(statement, values).fetchone()  # type: ignore[call-overload]
    assert row is not None
    return row[0]


def test_a_second_migration_does_nothing(conn: Connection) -> None:
    assert migrate.apply(conn) == []
    assert list(migrate.pending(conn)) == []
    assert _one(conn, "SELECT count(*) FROM ops.migration") >= 3


def test_a_migration_that_fails_leaves_nothing(
    conn: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    conn.execute("DELETE FROM ops.migration WHERE name = '0003_stage.sql'")
    conn.execute("DROP SCHEMA stage")
    broken = psycopg.sql.SQL("CREATE SCHEMA stage; SELECT nothing_there")
    monkeypatch.setattr(migrate, "_file", lambda folder, name: broken)
    with pytest.raises(psycopg.errors.UndefinedColumn):
        migrate.apply(conn)
    assert _one(conn, "SELECT to_regnamespace('stage') IS NULL")
    assert list(migrate.pending(conn)) == ["0003_stage.sql"]


def test_a_database_with_migrations_of_a_newer_release_is_refused_untouched(
    conn: Connection,
) -> None:
    conn.execute("INSERT INTO ops.migration (name) VALUES ('9999_later.sql')")
    conn.execute("DELETE FROM ops.migration WHERE name = '0003_stage.sql'")
    conn.execute(LATER_FUNCTION)
    with pytest.raises(SchemaNewer, match="newer release.*9999_later.sql.*Install that release"):
        migrate.apply(conn)
    assert _one(conn, "SELECT gis_number('01')") == "later"
    assert list(migrate.pending(conn)) == ["0003_stage.sql"]


def test_functions_of_a_newer_release_are_not_replaced_by_older_ones(conn: Connection) -> None:
    """Also where that release brought no migration."""
    conn.execute("UPDATE ops.function_release SET number = number + 1")
    conn.execute(LATER_FUNCTION)
    with pytest.raises(SchemaNewer, match="newer release.*functions.*Install that release"):
        migrate.apply(conn)
    assert _one(conn, "SELECT gis_number('01')") == "later"


def test_functions_of_an_older_release_are_replaced(conn: Connection) -> None:
    conn.execute("UPDATE ops.function_release SET number = number - 1")
    conn.execute(LATER_FUNCTION)
    assert migrate.apply(conn) == []
    assert _one(conn, "SELECT gis_number('01')") == "1"
    assert _one(conn, "SELECT number FROM ops.function_release") == migrate.FUNCTIONS


def test_a_dump_of_an_older_release_over_a_newer_database_is_taken_up(conn: Connection) -> None:
    """``pg_restore --clean`` leaves tables behind that the dump does not have."""
    younger = [name for name in sorted(migrate._applied(conn)) if name >= "0010"]
    conn.execute("DELETE FROM ops.migration WHERE name = ANY(%s)", (younger,))
    conn.execute("UPDATE ops.function_release SET number = number + 1")
    conn.execute(
        "ALTER TABLE ops.change DROP changed_at; ALTER TABLE ops.layer_version DROP changed_at"
    )
    assert migrate.apply(conn) == younger
    assert _one(conn, "SELECT number FROM ops.function_release") == migrate.FUNCTIONS


def test_whoever_changes_a_function_gives_the_functions_a_new_number() -> None:
    """Raise migrate.FUNCTIONS and note the new digest here; the digests of former numbers stay."""
    digest = hashlib.blake2b(digest_size=8)
    for place in sorted((ROOT / "sql" / "functions").glob("*.sql")):
        digest.update(place.read_bytes())
    assert DIGESTS[migrate.FUNCTIONS] == digest.hexdigest()
    assert max(DIGESTS) == migrate.FUNCTIONS


def test_the_zones_that_postgis_lacks_agree_with_the_official_place(conn: Connection) -> None:
    place = conn.execute(
        "SELECT ST_X(p), ST_Y(p)"
        " FROM ST_Transform(ST_SetSRID(ST_MakePoint(105.844, 21.594), 4326), 9213) p"
    ).fetchone()
    assert place == pytest.approx((431879.371, 2388859.029), abs=1e-3)
    zones = "SELECT count(*) FROM spatial_ref_sys WHERE srid BETWEEN 9205 AND 9218"
    assert _one(conn, zones) == 14


@pytest.mark.parametrize(
    "text", ["Thái Nguyên", "ĐẠI TỪ", "Phường Phan Đình Phùng", "QL.3 – mới", "Tha\u0301i", "a_b"]
)
def test_the_database_folds_text_as_python_does(conn: Connection, text: str) -> None:
    assert _one(conn, "SELECT gis_fold(%s)", text) == fold(text)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [("01", "1", True), ("0012a", "12A", True), ("000", "0", True), ("10", "1", False)],
)
def test_numbers_of_sheets_are_compared_as_people_mean_them(
    conn: Connection, one: str, other: str, same: bool
) -> None:
    assert _one(conn, "SELECT gis_number(%s) = gis_number(%s)", one, other) is same


def test_the_parent_of_a_cell_is_that_of_the_reference_library(conn: Connection) -> None:
    import random  # noqa: PLC0415

    import h3.api.basic_int as h3  # noqa: PLC0415

    chance = random.Random(7)
    cells = [
        h3.latlng_to_cell(chance.uniform(-85, 85), chance.uniform(-180, 180), 10)
        for _ in range(300)
    ]
    cells += [h3.cell_to_center_child(p, 10) for p in h3.get_pentagons(0)]
    for resolution in range(11):
        rows = conn.execute(
            "SELECT gis_h3_parent(c, %s)"
            " FROM unnest(%s::bigint[]) WITH ORDINALITY AS u(c, n) ORDER BY n",
            (resolution, cells),
        ).fetchall()
        assert [row[0] for row in rows] == [h3.cell_to_parent(c, resolution) for c in cells]


def test_every_statement_of_the_house_can_be_read() -> None:
    from importlib.resources import files  # noqa: PLC0415

    names = [f.name.removesuffix(".sql") for f in files("sql").joinpath("queries").iterdir()]
    assert len(names) >= 10
    for name in names:
        assert sql.query(name).as_string().startswith("--")


def test_tables_are_what_their_declarations_say(conn: Connection, layers: Layers) -> None:
    facts = table_facts.read(conn, layers)
    for layer in layers:
        assert facts[layer.id].difference(layer) == []
    assert tables.prepare(conn, layers) == []


def test_a_new_optional_field_becomes_a_column(conn: Connection, layers: Layers) -> None:
    conn.execute(CAMERA)
    conn.execute("ALTER TABLE layer.camera DROP COLUMN bearing")
    assert tables.prepare(conn, layers) == ["camera"]
    assert tables.unsettled(conn, layers) == []
    assert _one(conn, "SELECT count(*) FROM layer.camera") == 1


@pytest.mark.parametrize("lost", ["anchor", "px", "tile_from"])
def test_columns_for_tiles_are_computed_for_rows_that_are_there(
    conn: Connection, layers: Layers, lost: str
) -> None:
    """As in a database from before they were kept: without the columns, and without triggers."""
    for trigger in ("keep_tile_columns", "note_insert"):
        conn.execute(f"DROP TRIGGER {trigger} ON layer.province")  # type: ignore[arg-type]
    conn.execute(f"ALTER TABLE layer.province DROP COLUMN {lost}")  # type: ignore[arg-type]
    conn.execute(
        "INSERT INTO layer.province (code, name, full_name, geom) VALUES"
        " ('19', 'x', 'x', ST_Multi(ST_MakeEnvelope(105, 21, 106, 22, 4326)))"
    )
    assert tables.prepare(conn, layers) == ["province"]
    assert _one(conn, "SELECT tile_from FROM layer.province") == 0
    anchor = _one(conn, "SELECT ST_XMin(anchor) / 2 ^ 34 * 360 - 180 FROM layer.province")
    assert anchor == pytest.approx(105.5, abs=1e-6)
    assert tables.prepare(conn, layers) == []


def test_cells_cannot_be_made_up_for_rows_that_are_there(conn: Connection, layers: Layers) -> None:
    conn.execute(
        "INSERT INTO layer.incident (category, occurred_at, geom, h3)"
        " VALUES ('theft', now(), ST_SetSRID(ST_MakePoint(105, 21), 4326), 0)"
    )
    conn.execute("ALTER TABLE layer.incident DROP COLUMN h3")
    with pytest.raises(TableDiffers, match="has rows but no h3"):
        tables.prepare(conn, layers)


def test_a_new_required_field_of_a_filled_table_is_refused(
    conn: Connection, layers: Layers
) -> None:
    conn.execute(CAMERA)
    conn.execute("ALTER TABLE layer.camera DROP COLUMN name")
    with pytest.raises(TableDiffers, match="layer.camera has rows but no name"):
        tables.prepare(conn, layers)


def test_an_empty_table_is_made_anew(conn: Connection, layers: Layers) -> None:
    conn.execute("ALTER TABLE layer.camera DROP COLUMN name")
    assert tables.prepare(conn, layers) == ["camera"]
    assert tables.unsettled(conn, layers) == []
