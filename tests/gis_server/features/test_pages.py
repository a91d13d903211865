"""A question becomes one statement without asking the database, and its answer is GeoJSON."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest
from psycopg.sql import SQL

from gis_server.db import statement_cache
from gis_server.db.statement_cache import StatementCache
from gis_server.features import pages as feature_pages
from gis_server.features import shapes
from gis_server.features.crs import CRS84, Reference, epsg
from gis_server.features.pages import ValueUnusable
from gis_server.features.query import Area, Condition, Query, Sort
from gis_server.features.table_state import TableState, read
from gis_server.http.params import Interval
from layers.audience import PUBLIC
from layers.model import Access, Layer
from layers.registry import Layers

Connection = psycopg.Connection[Any]


PARCELS = """
INSERT INTO layer.land_parcel (sheet, number, land_code, geom)
SELECT '1', n::text, 'ONT',
       ST_Multi(ST_Buffer(ST_SetSRID(ST_MakePoint(430000 + n, 2380000), 9213), 20))
FROM generate_series(1, 5) AS n
"""


@pytest.fixture
def school(layers: Layers) -> Layer:
    return layers.get("school")


@pytest.fixture
def filled(conn: Connection) -> Connection:
    conn.execute(
        "INSERT INTO layer.school (code, name, level, pupils, geom) SELECT n::text, 'Trường ' || n,"
        " 'primary', nullif(n % 4, 0), ST_SetSRID(ST_MakePoint(105 + n / 10.0, 21), 4326)"
        " FROM generate_series(1, 9) AS n"
    )
    return conn


def plan(layer: Layer, query: Query) -> feature_pages.Plan:
    """Plan without the kept text, as that is compared with what is written here."""
    return feature_pages.plan(layer, query, TableState())


def run(conn: Connection, layer: Layer, query: Query, *, kept: bool = False) -> feature_pages.Page:
    return feature_pages.run(conn, feature_pages.plan(layer, query, TableState(kept)), query)


def _text(made: feature_pages.Plan) -> str:
    statement = made.statement
    return statement.decode() if isinstance(statement, bytes) else statement.as_string(None)


def one(conn: Connection, layer: Layer, key: str, crs: Reference, *, kept: bool = False) -> Any:
    found = feature_pages.run_one(
        conn, feature_pages.plan_one(layer, key, crs, TableState(kept), PUBLIC)
    )
    return None if found is None else json.loads(found.feature)


def _ids(conn: Connection, layer: Layer, query: Query) -> list[Any]:
    return [json.loads(text)["id"] for text in run(conn, layer, query).features]


def test_values_are_bound_and_never_written_into_the_statement(school: Layer) -> None:
    evil = "'; DROP TABLE layer.school; --"
    made = plan(
        school,
        Query(
            PUBLIC,
            equals={"name": evil},
            words=(evil,),
            condition=Condition(SQL("TRUE"), {"x": evil}),
        ),
    )
    assert "DROP" not in _text(made)
    assert list(made.values.values()).count(evil) == 3


def test_only_public_fields_are_read(school: Layer) -> None:
    hidden = replace(school.fields["pupils"], access=Access.RESTRICTED)
    layer = replace(school, fields={**school.fields, "pupils": hidden})
    page, one_ = (
        plan(layer, Query(PUBLIC)),
        feature_pages.plan_one(layer, "1", CRS84, TableState(), PUBLIC),
    )
    for text in (_text(page), _text(one_)):
        assert '"pupils"' not in text
        assert '"classes"' in text
        assert "*" not in text.replace("count(*)", "")


def test_a_page_says_how_many_fit_in_all(filled: Connection, school: Layer) -> None:
    page = run(filled, school, Query(PUBLIC, limit=2, offset=8))
    assert (page.matched, len(page.features), page.following) == (9, 1, None)
    assert run(filled, school, Query(PUBLIC, limit=2)).following == ("2",)
    assert run(filled, school, Query(PUBLIC, limit=2, equals={"pupils": 1})).matched == 3
    assert run(filled, school, Query(PUBLIC, offset=100)) == ([], None, None)
    assert run(filled, school, Query(PUBLIC, equals={"pupils": 77})) == ([], 0, None)


def test_a_long_page_of_some_rows_is_not_counted_unless_it_holds_them_all(
    filled: Connection, school: Layer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feature_pages, "SHORT", 2)
    chosen = Query(PUBLIC, limit=3, condition=Condition(SQL("t.pupils > 0"), {}))
    assert run(filled, school, chosen).matched is None
    assert run(filled, school, replace(chosen, limit=100)).matched == 7
    assert run(filled, school, replace(chosen, limit=2)).matched == 7


def test_more_rows_than_are_counted_are_not_guessed(
    filled: Connection, school: Layer, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen = Query(PUBLIC, limit=1, condition=Condition(SQL("t.pupils > 0"), {}))
    for most, matched in ((7, 7), (6, None)):
        monkeypatch.setattr(feature_pages, "COUNTED", most)
        monkeypatch.setattr(feature_pages, "_statements", StatementCache())
        assert run(filled, school, chosen).matched == matched


@pytest.mark.parametrize(
    "query", [Query(PUBLIC), Query(PUBLIC, equals={"pupils": 1}), Query(PUBLIC, limit=1)]
)
def test_a_count_is_exact(filled: Connection, school: Layer, query: Query) -> None:
    counted = feature_pages.run_count(filled, feature_pages.plan_count(school, query))
    assert counted == (3 if query.equals else 9)


def test_the_kept_text_is_what_would_be_written(filled: Connection, layers: Layers) -> None:
    filled.execute(PARCELS)
    for name in ("school", "land_parcel"):
        layer = layers.get(name)
        kept = run(filled, layer, Query(PUBLIC), kept=True)
        assert kept == run(filled, layer, Query(PUBLIC))
        assert len(kept.features) > 2
        assert "geojson" in _text(
            feature_pages.plan(layer, Query(PUBLIC), TableState(keeps_text=True))
        )


@pytest.mark.parametrize(
    "query",
    [
        Query(PUBLIC, crs=epsg(4326)),
        Query(PUBLIC, properties=("name",)),
        Query(PUBLIC, with_geometry=False),
    ],
    ids=["crs", "properties", "geometry"],
)
def test_the_kept_text_is_not_used_for_another_question(school: Layer, query: Query) -> None:
    made = feature_pages.plan(school, query, TableState(keeps_text=True))
    assert "geojson" not in _text(made)


def test_pages_are_disjoint_whatever_they_are_sorted_by(filled: Connection, school: Layer) -> None:
    for sort in ((), (Sort("level", descending=True),), (Sort("pupils", descending=False),)):
        pages = [
            _ids(filled, school, Query(PUBLIC, limit=2, offset=n, sort=sort))
            for n in range(0, 10, 2)
        ]
        assert sorted(key for page in pages for key in page) == list("123456789")


def test_rows_without_a_value_come_last(filled: Connection, school: Layer) -> None:
    for descending in (True, False):
        found = _ids(filled, school, Query(PUBLIC, sort=(Sort("pupils", descending=descending),)))
        assert found[-2:] == ["4", "8"]


def test_a_feature_is_geojson(filled: Connection, school: Layer) -> None:
    assert one(filled, school, "3", CRS84) == {
        "type": "Feature",
        "id": "3",
        "geometry": {"type": "Point", "coordinates": [105.3, 21]},
        "properties": {
            "code": "3", "name": "Trường 3", "level": "primary", "pupils": 3, "classes": None,
            "address": None, "commune_code": None,
        },
    }  # fmt: skip
    assert one(filled, school, "nobody", CRS84) is None


def test_a_northing_first_crs_turns_the_coordinates(filled: Connection, school: Layer) -> None:
    assert one(filled, school, "3", epsg(4326))["geometry"]["coordinates"] == [21, 105.3]


def test_an_area_is_transformed_to_the_storage(filled: Connection, school: Layer) -> None:
    row = filled.execute(
        "SELECT ST_AsBinary(ST_Transform(ST_MakeEnvelope(105.25, 20.9, 105.55, 21.1, 4326), 3857))"
    ).fetchone()
    assert row is not None
    assert _ids(filled, school, Query(PUBLIC, area=Area(row[0], 3857))) == ["3", "4", "5"]


def test_a_date_field_is_compared_by_days(conn: Connection, layers: Layers) -> None:
    layer = replace(layers.get("land_plan"), time="valid_from")
    for number, day in ((1, "2026-01-01"), (2, "2026-01-02"), (3, None)):
        conn.execute(
            "INSERT INTO layer.land_plan (id, land_code, valid_from, geom) VALUES (%s, 'ODT', %s,"
            " ST_Multi(ST_MakeEnvelope(0, 0, 1, 1, 9213)))",
            (number, day),
        )
    noon = datetime(2026, 1, 1, 12, tzinfo=UTC)
    assert _ids(conn, layer, Query(PUBLIC, interval=Interval(noon, noon))) == [1, 3]
    assert _ids(conn, layer, Query(PUBLIC, interval=Interval(noon, None))) == [1, 2, 3]
    assert _ids(conn, layer, Query(PUBLIC, equals={"valid_from": Interval(noon, noon)})) == [1]


def test_a_layer_of_many_fields_fits_into_a_statement(school: Layer, conn: Connection) -> None:
    """A function takes a hundred arguments at most; the writer of properties is none."""
    names = [f"field_{number}" for number in range(120)]
    columns = ", ".join(f"{name} text DEFAULT 'x'" for name in names)
    conn.execute(
        f"CREATE TABLE layer.wide (code text PRIMARY KEY, {columns}, geom geometry(Point, 4326))"
    )
    conn.execute("INSERT INTO layer.wide (code) VALUES ('a')")
    fields = {name: replace(school.fields["name"], name=name) for name in names}
    layer = replace(school, id="wide", fields={"code": school.fields["code"], **fields}, search=())
    found = json.loads(run(conn, layer, Query(PUBLIC)).features[0])
    assert len(found["properties"]) == 121
    assert found["geometry"] is None


def test_a_value_that_the_database_refuses_is_said_so(filled: Connection, school: Layer) -> None:
    condition = Condition(SQL("t.name::integer = 1"), {})
    with pytest.raises(ValueUnusable, match="refuses"):
        run(filled, school, Query(PUBLIC, condition=condition))


def test_a_page_uses_the_spatial_index(conn: Connection, school: Layer) -> None:
    conn.execute(
        "INSERT INTO layer.school (code, name, level, geom) SELECT n::text, 'x', 'primary',"
        " ST_SetSRID(ST_MakePoint(100 + n / 1000.0, 21), 4326) FROM generate_series(1, 5000) AS n;"
        " ANALYZE layer.school"
    )
    row = conn.execute("SELECT ST_AsBinary(ST_MakeEnvelope(101, 20, 101.01, 22))").fetchone()
    assert row is not None
    made = plan(school, Query(PUBLIC, area=Area(row[0], 4326), limit=5))
    assert "school_geom_idx" in _explained(conn, made)


def _walked(conn: Connection, school: Layer, box: str) -> str:
    """Return how a page of a box is found, by the planner."""
    area = shapes.box(box, CRS84, school.geometry.crs)
    query = Query(PUBLIC, area=area, limit=5)
    made = feature_pages.plan(school, query, read(conn, school))
    return _explained(conn, made)


def _explained(conn: Connection, made: feature_pages.Plan) -> str:
    lines = conn.execute(f"EXPLAIN {_text(made)}".encode(), made.values, prepare=False)
    return "\n".join(line[0] for line in lines)


def test_a_small_box_is_gathered_and_a_large_one_walked_by_the_key(
    conn: Connection, school: Layer
) -> None:
    conn.execute(
        "INSERT INTO layer.school (code, name, level, geom)"
        " SELECT lpad(n::text, 6, '0'), 'x', 'primary',"
        " ST_SetSRID(ST_MakePoint(105 + n / 50000.0, 21 + n % 100 / 200.0), 4326)"
        " FROM generate_series(1, 30000) AS n; ANALYZE layer.school"
    )
    assert "school_pkey" not in _walked(conn, school, "105.5,20.9,105.55,22")
    assert "school_pkey" in _walked(conn, school, "104,20,107,23")


def _in_box(conn: Connection, school: Layer, west: float, **more: Any) -> tuple[Any, Query]:
    box = shapes.box(f"{west},20.9,{west + 0.1},22", CRS84, school.geometry.crs)
    query = Query(PUBLIC, area=box, **{"limit": 5, **more})
    return feature_pages.plan(school, query, read(conn, school)), query


def test_a_plan_that_is_kept_finds_what_each_box_has(conn: Connection, school: Layer) -> None:
    """As PostgreSQL does after five plans for their values, where that does not cost more."""
    conn.execute("SET plan_cache_mode = force_generic_plan")
    conn.execute(
        "INSERT INTO layer.school (code, name, level, geom)"
        " SELECT n::text, 'x', 'primary', ST_SetSRID(ST_MakePoint(100 + n / 10.0, 21), 4326)"
        " FROM generate_series(0, 99) AS n; ANALYZE layer.school"
    )
    for number in range(12):
        made, query = _in_box(conn, school, 101 + number / 10 - 0.05)
        assert made.is_prepared
        page = feature_pages.run(conn, made, query)
        assert [json.loads(text)["id"] for text in page.features] == [str(10 + number)]
        assert page.matched == 1
    kept = conn.execute("SELECT generic_plans FROM pg_prepared_statements WHERE generic_plans > 0")
    assert kept.fetchall()


@pytest.mark.parametrize(
    "more",
    [
        {"limit": 101}, {"words": ("x",)}, {"condition": Condition(SQL("t.pupils > 0"), {})},
    ],
)  # fmt: skip
def test_where_the_values_matter_a_plan_is_made_for_them(
    conn: Connection, school: Layer, more: Any
) -> None:
    conn.execute(
        "INSERT INTO layer.school (code, name, level, geom) SELECT n::text, 'x', 'primary',"
        " ST_SetSRID(ST_MakePoint(100 + n / 10.0, 21), 4326) FROM generate_series(0, 99) AS n;"
        " ANALYZE layer.school"
    )
    assert not _in_box(conn, school, 101, **more)[0].is_prepared


def test_a_layer_that_is_declared_anew_has_statements_of_its_own(school: Layer) -> None:
    fewer = replace(school, fields={n: f for n, f in school.fields.items() if n != "pupils"})
    for layer in (school, fewer, school):
        made = plan(layer, Query(PUBLIC))
        assert ("pupils" in _text(made)) is (layer is school)
        assert plan(layer, Query(PUBLIC)).statement is made.statement


def test_statements_without_end_are_not_remembered_without_end(school: Layer) -> None:
    made = StatementCache()
    for number in range(statement_cache.MOST + 5):
        text = SQL("SELECT {}").format(number)
        assert made.get(school, number, lambda text=text: text) == f"SELECT {number}".encode()
    assert len(made) == statement_cache.MOST


def test_a_table_without_statistics_has_no_extent(conn: Connection, school: Layer) -> None:
    assert read(conn, school)[:2] == (True, None)
