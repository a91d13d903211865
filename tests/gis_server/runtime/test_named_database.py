"""A database of others: why it cannot be ours is one sentence, and it stays as it was."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from etl.errors import TableForeign
from etl.load import Mode, Order, load
from gis_server.db import pools
from gis_server.runtime import installation
from gis_server.runtime.postgres import EXTENSIONS
from gis_server.settings import Settings
from gis_testing.databases import cloned
from gis_testing.terminal import Terminal
from layers.errors import GisError
from layers.registry import Layers

Connection = psycopg.Connection[Any]
Refusal = Callable[[str], str]

OBJECTS = """
SELECT 'schema', nspname, nspacl::text, '' FROM pg_namespace
UNION ALL SELECT 'extension', extname, '', extversion FROM pg_extension
UNION ALL SELECT 'relation', relnamespace::regnamespace::text, relname, relfilenode::text
FROM pg_class
UNION ALL SELECT 'function', pronamespace::regnamespace::text, proname, md5(prosrc) FROM pg_proc
UNION ALL SELECT 'type', typnamespace::regnamespace::text, typname, '' FROM pg_type
UNION ALL SELECT 'trigger', tgrelid::regclass::text, tgname, tgfoid::text FROM pg_trigger
ORDER BY 1, 2, 3, 4
"""


@pytest.fixture(scope="module")
def with_extensions(admin_url: str) -> Iterator[str]:
    """The name of a database with the extensions and nothing else, to make others from."""
    with cloned(admin_url, "template0") as url:
        with psycopg.connect(url, autocommit=True) as conn:
            for name in EXTENSIONS:
                conn.execute(sql.SQL("CREATE EXTENSION {}").format(sql.Identifier(name)))
        yield str(conninfo_to_dict(url)["dbname"])


@pytest.fixture
def role(admin_url: str) -> Iterator[sql.Identifier]:
    """A role without rights; everything that it has is dropped with it."""
    name = sql.Identifier(f"gis_test_{uuid4().hex[:12]}")
    with psycopg.connect(admin_url, autocommit=True) as conn:
        conn.execute(sql.SQL("CREATE ROLE {}").format(name))
        yield name
        conn.execute(sql.SQL("DROP ROLE {}").format(name))


@pytest.fixture
def url(admin_url: str, with_extensions: str, role: sql.Identifier) -> Iterator[str]:
    """Address of a database that nobody has used; it goes before a role that owns some of it."""
    with cloned(admin_url, with_extensions) as address:
        yield address


@pytest.fixture
def camera(layers: Layers) -> Layers:
    """One layer, so that a start which succeeds is quick."""
    return Layers({"camera": layers.get("camera")}, layers.groups)


@pytest.fixture
def refusal(camera: Layers, tmp_path: Path) -> Refusal:
    """Start on a database; return what it was refused with, and see that nothing was changed."""

    def refused(url: str) -> str:
        before = _objects(url)
        with pytest.raises(GisError) as caught:
            _start(url, camera, tmp_path)
        assert _objects(url) == before
        message = str(caught.value)
        assert "\n" not in message
        return message

    return refused


def _objects(url: str) -> list[tuple[str, ...]]:
    """Asked as an administrator, with no setting of the database that a test has made."""
    plain = {name: value for name, value in conninfo_to_dict(url).items() if name != "options"}
    with psycopg.connect(make_conninfo(**plain)) as conn:
        return conn.execute(OBJECTS).fetchall()


def _start(url: str, layers: Layers, folder: Path) -> None:
    settings = Settings(database_url=url, var=folder)
    with pools.connect(installation.database_url(settings)) as conn:
        installation.prepare(conn, layers, settings)


def _run(url: str, statements: str, **names: sql.Composable) -> None:
    with psycopg.connect(url, autocommit=True) as conn:
        database = sql.Identifier(conn.info.dbname)
        conn.execute(sql.SQL(statements).format(database=database, **names))  # type: ignore[arg-type]


def _as(url: str, role: sql.Identifier) -> str:
    """Return the address of a database for whoever comes as a role."""
    return make_conninfo(url, options=f"-c role={role._obj[0]}")


def _rights(url: str, role: sql.Identifier, *statements: str) -> str:
    for statement in statements:
        _run(url, statement, role=role)
    return _as(url, role)


ENOUGH = (
    "GRANT CREATE, TEMPORARY ON DATABASE {database} TO {role}",
    "GRANT CREATE ON SCHEMA public TO {role}",
    "GRANT INSERT ON public.spatial_ref_sys TO {role}",
)
"""What a role needs that owns nothing."""


def test_a_role_that_does_not_own_the_database_can_be_let_in(
    url: str, role: sql.Identifier, camera: Layers, tmp_path: Path
) -> None:
    _start(_rights(url, role, *ENOUGH), camera, tmp_path)
    _start(_as(url, role), camera, tmp_path)


@pytest.mark.parametrize(
    ("lacks", "need"),
    [
        (0, r"GRANT CREATE ON DATABASE \S+ TO {}"),
        (1, "GRANT USAGE, CREATE ON SCHEMA public TO {}"),
        (2, r"GRANT INSERT ON public\.spatial_ref_sys TO {}"),
    ],
)
def test_what_a_role_lacks_is_the_statement_that_gives_it(
    url: str, role: sql.Identifier, refusal: Refusal, lacks: int, need: str
) -> None:
    rights = [right for place, right in enumerate(ENOUGH) if place != lacks]
    message = refusal(_rights(url, role, *rights))
    _assert_says(message, r"administrator run " + need.format(role._obj[0]))


def test_a_role_needs_temporary_tables(url: str, role: sql.Identifier, refusal: Refusal) -> None:
    revoked = "REVOKE TEMPORARY ON DATABASE {database} FROM PUBLIC, {role}"
    message = refusal(_rights(url, role, *ENOUGH, revoked))
    _assert_says(message, r"administrator run GRANT TEMPORARY ON DATABASE \S+ TO gis_test_")


def test_objects_of_another_role_are_named_with_it(
    url: str, role: sql.Identifier, camera: Layers, tmp_path: Path, refusal: Refusal
) -> None:
    _start(url, camera, tmp_path)
    message = refusal(_rights(url, role, *ENOUGH))
    _assert_says(
        message,
        r"belongs to \S+ \(schema layer and \d+ more\): name that role.*GRANT \S+ TO gis_test_",
    )


def test_a_table_of_another_role_is_named_with_it(
    url: str, role: sql.Identifier, camera: Layers, tmp_path: Path, refusal: Refusal
) -> None:
    _start(_rights(url, role, *ENOUGH), camera, tmp_path)
    _run(url, "ALTER TABLE layer.camera OWNER TO CURRENT_USER")
    _assert_says(refusal(_as(url, role)), r"belongs to \S+ \(table layer\.camera\)")


@pytest.mark.parametrize("name", ["layer", "ops", "stage", "replaced", "private"])
@pytest.mark.parametrize(
    "made", ["TABLE {0}.roads (id int)", "FUNCTION {0}.f() RETURNS int LANGUAGE sql RETURN 1"]
)
def test_a_schema_of_others_is_named(url: str, refusal: Refusal, name: str, made: str) -> None:
    _run(url, f"CREATE SCHEMA {name}; CREATE {made.format(name)}")
    _assert_says(refusal(url), f"schema {name} that is not ours: .*another database")


def test_migrations_of_others_are_not_taken_for_ours(url: str, refusal: Refusal) -> None:
    _run(url, "CREATE SCHEMA ops; CREATE TABLE ops.migration (name text, applied_at timestamptz)")
    _run(url, "INSERT INTO ops.migration VALUES ('2020_init.sql')")
    _assert_says(refusal(url), "schema ops that is not ours")


def test_a_schema_that_came_later_is_of_others_until_its_migration(
    url: str, camera: Layers, tmp_path: Path, refusal: Refusal
) -> None:
    _start(url, camera, tmp_path)
    _run(url, "DELETE FROM ops.migration WHERE name = '0011_replaced.sql'")
    _run(url, "CREATE TABLE replaced.roads (id int)")
    _assert_says(refusal(url), "schema replaced that is not ours")


def test_a_function_of_others_is_not_replaced(url: str, refusal: Refusal) -> None:
    _run(url, "CREATE FUNCTION gis_number(v text) RETURNS int LANGUAGE sql RETURN 1")
    _assert_says(refusal(url), r"function gis_number\(text\) that is not ours")


@pytest.mark.parametrize(
    ("made", "kind"),
    [
        ("CREATE TABLE layer.camera (code text PRIMARY KEY, name text)", "table"),
        ("CREATE TABLE layer.camera AS SELECT * FROM layer.former", "table"),
        ("CREATE VIEW layer.camera AS SELECT * FROM layer.former", "view"),
        ("CREATE MATERIALIZED VIEW layer.camera AS SELECT 1", "materialized view"),
        ("CREATE SEQUENCE layer.camera", "sequence"),
        ("CREATE TYPE layer.camera AS ENUM ('a')", "type"),
        ("CREATE DOMAIN layer.camera AS text", "type"),
        ("CREATE TABLE stage.camera (code text)", "table"),
    ],
)
def test_what_others_put_in_the_place_of_a_layer_is_left_alone(
    url: str, camera: Layers, tmp_path: Path, refusal: Refusal, made: str, kind: str
) -> None:
    """Also where it has every column: only our triggers tell that a table is ours."""
    _start(url, camera, tmp_path)
    _run(url, f"ALTER TABLE layer.camera RENAME TO former; {made}")
    schema = "stage" if "stage" in made else "layer"
    _assert_says(refusal(url), rf"{schema}\.camera is a {kind} that is not ours: .*rename it")


def test_a_table_of_others_is_not_loaded_into(
    conn: Connection, layers: Layers, tmp_path: Path
) -> None:
    """It may have come since the server was started."""
    conn.execute("DROP TABLE layer.camera; CREATE TABLE layer.camera (code text, rows int)")
    file = tmp_path / "camera.csv"
    file.write_text("code,name,lon,lat\nA,x,105.8,21.6\n")
    for mode in Mode:
        with pytest.raises(TableForeign):
            load(conn, Order(layers.get("camera"), file, mode, "tests", tmp_path))
    assert conn.execute("SELECT count(*) FROM layer.camera").fetchone() == (0,)


def test_tables_from_before_there_were_triggers_are_ours(
    url: str, camera: Layers, tmp_path: Path
) -> None:
    """As the first releases left them, and what others put beside them."""
    _start(url, camera, tmp_path)
    with psycopg.connect(url, autocommit=True) as conn:
        conn.execute(_BEFORE_TRIGGERS)
    _start(url, camera, tmp_path)
    with psycopg.connect(url, autocommit=True) as conn:
        assert conn.execute("SELECT code, px IS NULL FROM layer.camera").fetchall() == [
            ("A", False)
        ]
        others = "SELECT count(*) FROM pg_trigger WHERE tgrelid = 'layer.others'::regclass"
        assert conn.execute(others).fetchone() == (0,)


_BEFORE_TRIGGERS = """
INSERT INTO layer.camera (code, name, geom)
    VALUES ('A', 'x', ST_SetSRID(ST_MakePoint(105, 21), 4326));
CREATE TABLE layer.others (id int);
DROP FUNCTION ops.note_change, ops.keep_tile_columns, ops.keep_geojson_camera,
    ops.note_words_camera CASCADE;
DROP TABLE ops.search_document;
DROP TABLE ops.database, ops.change, ops.layer_version, ops.dirty, ops.layer_rows, ops.edit,
    ops.rewrite, ops.cell_change, ops.archive, ops.function_release, ops.epoch;
DROP SEQUENCE ops.version;
DROP FUNCTION public.gis_tile_columns;
DROP TYPE ops.tile_columns;
DROP SCHEMA replaced;
DELETE FROM ops.migration WHERE name >= '0004';
ALTER TABLE layer.camera DROP px, DROP px_size, DROP tile_from, DROP px12, DROP px8, DROP px4,
    DROP anchor;
"""


@pytest.mark.parametrize("name", EXTENSIONS)
def test_an_extension_in_another_schema_is_said_with_the_way_out(
    admin_url: str, refusal: Refusal, name: str
) -> None:
    with cloned(admin_url, "template0") as url:
        _run(url, f"CREATE SCHEMA extensions; CREATE EXTENSION {name} SCHEMA extensions")
        message = refusal(url)
    _assert_says(message, f"extension {name} is in the schema extensions, .* needed in public: ")
    assert ("SET SCHEMA public" in message) == (name != "postgis")


def test_a_database_in_another_encoding_is_refused(admin_url: str, refusal: Refusal) -> None:
    name = f"gis_test_{uuid4().hex[:16]}"
    made = sql.SQL(
        "CREATE DATABASE {} TEMPLATE template0 ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C'"
    )
    with psycopg.connect(admin_url, autocommit=True) as conn:
        conn.execute(made.format(sql.Identifier(name)))
        try:
            message = refusal(make_conninfo(admin_url, dbname=name))
        finally:
            conn.execute(sql.SQL("DROP DATABASE {}").format(sql.Identifier(name)))
    _assert_says(message, "SQL_ASCII: .*UTF8")


def test_a_database_that_can_only_be_read_is_refused(url: str, refusal: Refusal) -> None:
    _run(url, "ALTER DATABASE {database} SET default_transaction_read_only = on")
    _assert_says(refusal(url), "only be read.*default_transaction_read_only = off")


def test_what_a_database_or_a_role_sets_for_sessions_changes_no_answer(
    url: str, camera: Layers, tmp_path: Path
) -> None:
    for setting in ("search_path = elsewhere", "client_encoding = LATIN1", "DateStyle = German",
                    "extra_float_digits = -3"):  # fmt: skip
        _run(url, f"ALTER DATABASE {{database}} SET {setting}")
    _start(url, camera, tmp_path)
    question = (
        "SELECT 'Thái Nguyên – ỡ'::text, '2026-11-28'::date::text, (0.1::float8 + 0.2)::text,"
        " 'POINT(0 0)'::geometry && 'POINT(0 0)'::geometry"
    )
    answer = ("Thái Nguyên – ỡ", "2026-11-28", "0.30000000000000004", True)
    with pools.pool(url) as pool, pool.connection() as conn:
        assert conn.execute(question).fetchone() == answer
    with pools.connect(url) as conn:
        assert conn.execute(question).fetchone() == answer


def test_a_command_says_one_sentence_and_ends_with_an_error(url: str, tmp_path: Path) -> None:
    _run(url, "CREATE SCHEMA layer; CREATE TABLE layer.camera (id int)")
    ended = Terminal(url, tmp_path)("migrate")
    assert ended.returncode == 1
    assert ended.stderr.startswith("gis: The database has a schema layer that is not ours")
    assert ended.stderr.count("\n") == 1


def _assert_says(message: str, wanted: str) -> None:
    assert re.search(wanted, message), message
