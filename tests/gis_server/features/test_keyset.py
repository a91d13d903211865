"""Places in an order: pages stay right while rows come and go, whatever they are sorted by."""

import base64
import json
import random
import re
from datetime import datetime
from typing import Any

import psycopg
import pytest

from gis_server.features import keyset, pages
from gis_server.features.keyset import CursorInvalid
from gis_server.features.query import Query, Sort
from gis_server.features.table_state import TableState
from layers.audience import PUBLIC
from layers.registry import Layers

Connection = psycopg.Connection[Any]

SORTS = (
    (),
    (Sort("pupils", descending=False),),
    (Sort("pupils", descending=True), Sort("name", descending=False)),
    (Sort("level", descending=True), Sort("pupils", descending=True)),
    (Sort("code", descending=True),),
    (Sort("name", descending=True), Sort("code", descending=True), Sort("pupils", descending=True)),
    (Sort("code", descending=True), Sort("pupils", descending=False)),
)


@pytest.fixture
def many(conn: Connection) -> Connection:
    conn.execute(
        "INSERT INTO layer.school (code, name, level, pupils, geom) SELECT 'k' || n, 'T' || n % 3,"
        " (ARRAY['primary', 'secondary'])[1 + n % 2], nullif(n % 5, 0),"
        " ST_SetSRID(ST_MakePoint(105, 21), 4326) FROM generate_series(1, 47) AS n"
    )
    return conn


def _page(conn: Connection, layers: Layers, query: Query) -> tuple[list[Any], str | None]:
    layer = layers.get("school")
    page = pages.run(conn, pages.plan(layer, query, TableState(keeps_text=True)), query)
    place = page.following and keyset.encode_cursor(layer, query, page.following)
    return [json.loads(text)["id"] for text in page.features], place or None


def _walk(conn: Connection, layers: Layers, sort: tuple[Sort, ...], limit: int) -> list[Any]:
    found, place = _page(conn, layers, Query(PUBLIC, limit=limit, sort=sort))
    while place:
        query = Query(PUBLIC, limit=limit, sort=sort)
        after = keyset.decode_cursor(layers.get("school"), query, place)
        more, place = _page(conn, layers, Query(PUBLIC, limit=limit, sort=sort, after=after))
        assert more
        found += more
    return found


@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize("limit", [1, 7, 46, 47, 48])
def test_all_pages_together_are_the_list(
    many: Connection, layers: Layers, sort: tuple[Sort, ...], limit: int
) -> None:
    whole, _ = _page(many, layers, Query(PUBLIC, limit=1000, sort=sort))
    assert len(whole) == 47
    assert _walk(many, layers, sort, limit) == whole


def test_the_first_field_of_an_order_decides(many: Connection, layers: Layers) -> None:
    sort = (Sort("code", descending=True), Sort("pupils", descending=False))
    whole, _ = _page(many, layers, Query(PUBLIC, limit=1000, sort=sort))
    assert whole == sorted(whole, reverse=True)


@pytest.mark.parametrize("sort", SORTS)
def test_no_row_that_stays_is_missed_or_doubled_while_others_come_and_go(
    many: Connection, layers: Layers, sort: tuple[Sort, ...]
) -> None:
    chance, school, found = random.Random(7), layers.get("school"), []
    staying = {f"k{n}" for n in range(1, 48) if n % 4}
    query = Query(PUBLIC, limit=5, sort=sort)
    ids, place = _page(many, layers, query)
    while True:
        found += ids
        if place is None:
            break
        gone = [f"k{n}" for n in range(4, 48, 4) if chance.random() < 0.3]
        many.execute("DELETE FROM layer.school WHERE code = ANY(%s)", (gone,))
        many.execute(
            "INSERT INTO layer.school (code, name, level, geom) VALUES (gen_random_uuid()::text,"
            " 'T1', 'primary', ST_SetSRID(ST_MakePoint(105, 21), 4326))"
        )
        after = keyset.decode_cursor(school, query, place)
        ids, place = _page(many, layers, Query(PUBLIC, limit=5, sort=sort, after=after))
    assert len(found) == len(set(found))
    assert staying <= set(found)


def test_a_place_comes_back_as_it_was(layers: Layers) -> None:
    layer = layers.get("incident")
    sort = (Sort("occurred_at", descending=True), Sort("severity", descending=False))
    for when in ("2026-01-31T12:00:00.000001+00:00", "1999-12-31T00:00:00+00:00"):
        values = (datetime.fromisoformat(when), None, 2**62)
        text = keyset.encode_cursor(layer, Query(PUBLIC, sort=sort), values)
        assert text.isascii()
        assert "=" not in text
        assert keyset.decode_cursor(layer, Query(PUBLIC, sort=sort), text) == values


def _place(*values: Any) -> str:
    text = json.dumps(values).encode()
    return base64.urlsafe_b64encode(text).decode().rstrip("=")


@pytest.mark.parametrize(
    "text",
    [
        "", "x", "ă", "====", "////", _place(), _place("code"), _place("code", 5),
        _place("code", "a\0"), _place("code", None), _place("code", "a", "b"),
        _place("code", "\ud800"),
        _place("-code", "a"), _place(["code"], "a"), _place({"code": 1}),
        "W10", "bnVsbA", _place(*["["] * 9000),
    ],
)  # fmt: skip
def test_what_is_not_a_place_of_this_list_is_refused(layers: Layers, text: str) -> None:
    with pytest.raises(CursorInvalid, match="next"):
        keyset.decode_cursor(layers.get("school"), Query(PUBLIC), text)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("severity", 2**63), ("severity", True), ("severity", 1.5), ("severity", "1"),
        ("occurred_at", "yesterday"), ("occurred_at", 5), ("occurred_at", None),
    ],
)  # fmt: skip
def test_a_value_of_another_type_is_refused(layers: Layers, name: str, value: Any) -> None:
    query = Query(PUBLIC, sort=(Sort(name, descending=False),))
    with pytest.raises(CursorInvalid):
        keyset.decode_cursor(layers.get("incident"), query, _place(f"{name},id", value, 1))


def test_a_deep_page_of_newest_first_begins_at_its_place_in_the_index(
    conn: Connection, layers: Layers
) -> None:
    conn.execute(
        "INSERT INTO layer.incident (category, occurred_at, h3, geom) SELECT 'theft',"
        " timestamptz '2026-01-01Z' + n * interval '1 minute', 0,"
        " ST_SetSRID(ST_MakePoint(105, 21), 4326) FROM generate_series(1, 20000) AS n;"
        " ANALYZE layer.incident"
    )
    sort = (Sort("occurred_at", descending=True),)
    after = (datetime.fromisoformat("2026-01-02T00:00:00+00:00"), 1440)
    query = Query(PUBLIC, limit=10, sort=sort, after=after)
    made = pages.plan(layers.get("incident"), query, TableState())
    assert isinstance(made.statement, bytes)
    explained = conn.execute(
        b"EXPLAIN ANALYZE " + made.statement, made.values, prepare=False
    ).fetchall()
    text = "\n".join(line[0] for line in explained)
    assert "incident_occurred_at_idx" in text
    assert re.search(r"incident_occurred_at_idx .*actual time=\S+ rows=1[0-9] ", text)
    page = pages.run(conn, made, query)
    assert [json.loads(feature)["id"] for feature in page.features] == list(range(1439, 1429, -1))
