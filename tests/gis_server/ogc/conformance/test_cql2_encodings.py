"""CQL2 (21-065r2): text and JSON, properties on both sides, arithmetic."""

import json
import random
from collections.abc import Callable
from typing import Any

import pytest

from gis_testing import cql2_reader

Row = dict[str, Any]


def _p(name: str) -> dict[str, str]:
    return {"property": name}


def _op(name: str, *args: Any) -> dict[str, Any]:
    return {"op": name, "args": list(args)}


SQUARE = [[[105.8, 21.4], [106.0, 21.4], [106.0, 21.8], [105.8, 21.8], [105.8, 21.4]]]
FIRST, LAST = "2026-01-15T00:00:00Z", "2026-02-20T16:00:00Z"

PAIRS: list[tuple[str, Any]] = [
    ("category = 'theft'", _op("=", _p("category"), "theft")),
    ('"category" <> \'theft\'', _op("<>", _p("category"), "theft")),
    ("severity < 3", _op("<", _p("severity"), 3)),
    ("severity<=3", _op("<=", _p("severity"), 3)),
    ("severity > 1e0", _op(">", _p("severity"), 1.0)),
    ("id >= -5", _op(">=", _p("id"), -5)),
    ("severity IS NULL", _op("isNull", _p("severity"))),
    ("severity IS NOT NULL", _op("not", _op("isNull", _p("severity")))),
    ("category LIKE 't%'", _op("like", _p("category"), "t%")),
    ("category NOT LIKE 't%'", _op("not", _op("like", _p("category"), "t%"))),
    ("id BETWEEN 10 AND 20", _op("between", _p("id"), 10, 20)),
    ("id IN (1, 2, 900)", _op("in", _p("id"), [1, 2, 900])),
    ("id NOT IN (1, 2)", _op("not", _op("in", _p("id"), [1, 2]))),
    ("id = 1 OR id = 2 AND severity = 9",
     _op("or", _op("=", _p("id"), 1), _op("and", _op("=", _p("id"), 2),
                                          _op("=", _p("severity"), 9)))),
    ("NOT id > 3", _op("not", _op(">", _p("id"), 3))),
    ("CASEI(category) = CASEI('THEFT')",
     _op("=", _op("casei", _p("category")), _op("casei", "THEFT"))),
    ("ACCENTI(category) = ACCENTI('thèft')",
     _op("=", _op("accenti", _p("category")), _op("accenti", "thèft"))),
    ("id + 1 = 2 * 3 - 4 / 2", _op("=", _op("+", _p("id"), 1),
                                   _op("-", _op("*", 2, 3), _op("/", 4, 2)))),
    ("id % 7 = 3 AND id DIV 100 = 2", _op("and", _op("=", _op("%", _p("id"), 7), 3),
                                          _op("=", _op("div", _p("id"), 100), 2))),
    ("id = 2 ^ 3", _op("=", _p("id"), _op("^", 2, 3))),
    (f"occurred_at > TIMESTAMP('{FIRST}')", _op(">", _p("occurred_at"), {"timestamp": FIRST})),
    (f"T_DURING(occurred_at, INTERVAL('{FIRST}', '{LAST}'))",
     _op("t_during", _p("occurred_at"), {"interval": [FIRST, LAST]})),
    ("T_AFTER(occurred_at, DATE('2026-02-01'))",
     _op("t_after", _p("occurred_at"), {"date": "2026-02-01"})),
    (f"T_INTERSECTS(occurred_at, INTERVAL('..', '{FIRST}'))",
     _op("t_intersects", _p("occurred_at"), {"interval": ["..", FIRST]})),
    ("S_INTERSECTS(geometry, BBOX(105.8, 21.4, 106, 21.8))",
     _op("s_intersects", _p("geometry"), {"bbox": [105.8, 21.4, 106, 21.8]})),
    ("S_WITHIN(geometry, POLYGON((105.8 21.4, 106 21.4, 106 21.8, 105.8 21.8, 105.8 21.4)))",
     _op("s_within", _p("geometry"), {"type": "Polygon", "coordinates": SQUARE})),
    ("TRUE", True),
    ("false", False),
]  # fmt: skip
"""The same filter in both encodings, each written by hand."""


@pytest.mark.parametrize(("text", "node"), PAIRS)
def test_the_reader_of_these_tests_writes_what_a_hand_wrote(text: str, node: Any) -> None:
    """/conf/cql2-json/validate: it shares no code with the server, so both agree where right."""
    assert cql2_reader.read(text) == node


def test_text_and_json_choose_the_same(suite: Any, api: Any, chosen: Any) -> None:
    """/conf/cql2-text/validate, /conf/cql2-json/validate: by address and by body."""
    for text, node in PAIRS:
        by_text = chosen("incident", text)
        address = {"filter": json.dumps(node), "filter__lang": "cql2-json"}
        assert sorted(suite.ids("incident", **address)) == by_text, text
        posted = api.posted("incident", node, limit=10_000).get_json(force=True)
        assert sorted(feature["id"] for feature in posted["features"]) == by_text, text


def test_both_encodings_join_any_predicates(suite: Any, chosen: Any) -> None:
    """/conf/cql2-text/validate, /conf/cql2-json/validate: random joins of predicates."""
    chance = random.Random(21)
    for _ in range(20):
        (t1, n1), (t2, n2), (t3, n3) = chance.sample(PAIRS, k=3)
        text = f"({t1}) AND NOT ({t2}) OR ({t3})"
        node = _op("or", _op("and", n1, _op("not", n2)), n3)
        found = suite.ids("incident", filter=json.dumps(node), filter__lang="cql2-json")
        assert sorted(found) == chosen("incident", text), text


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("it''s", "it's"), (r"it\'s", "it's"), (r"a\tb", "a\tb"), (r"a\nb", "a\nb"),
        (r"\a\b\v\f\r", "\a\b\v\f\r"), ("Đường số 1", "Đường số 1"), ("a\tb\nc", "a\tb\nc"),
    ],
)  # fmt: skip
def test_escapes_are_read_and_written(filled: Any, own_api: Any, text: str, wanted: str) -> None:
    """/conf/cql2-text/escaping: quotes and control characters in a text."""
    filled.execute("UPDATE layer.school SET name = %s WHERE code = 'S1'", (wanted,))
    assert own_api.ids("school", filter=f"name = '{text}'") == ["S1"]


@pytest.mark.parametrize(
    "text",
    ["category = ", "category == 'x'", "(id = 1", "id = 1)", "AND id = 1", "id = 1 AND", "NOT",
     "category = 'x", "id BETWEEN 1", "id IN 1, 2", "S_INTERSECTS(geometry)",
     "T_AFTER(occurred_at)", "T_NEVER(occurred_at, DATE('2026-01-01'))", "id = 1; DELETE", "",
     "POINT(1 2)", "id LIKE", "id IS", "CASEI(category"],
)  # fmt: skip
def test_what_is_not_cql2_text_is_refused(refused: Any, text: str) -> None:
    """/conf/cql2-text/validate, /conf/filter/filter-param: with 400."""
    assert refused("incident", text)


SIDES: list[tuple[str, Callable[[Row], bool]]] = [
    ("'S1' = code", lambda r: r["code"] == "S1"),
    ("420 = pupils", lambda r: r["pupils"] == 420),
    ("420 <= pupils", lambda r: bool(r["pupils"] and r["pupils"] >= 420)),
    ("420 < pupils", lambda r: bool(r["pupils"] and r["pupils"] > 420)),
    ("420 >= pupils", lambda r: bool(r["pupils"] and r["pupils"] <= 420)),
    ("420 > pupils", lambda r: bool(r["pupils"] and r["pupils"] < 420)),
    ("420 <> pupils", lambda r: bool(r["pupils"] and r["pupils"] != 420)),
    ("pupils = classes", lambda r: bool(r["pupils"] and r["pupils"] == r["classes"])),
    ("pupils <> classes", lambda r: bool(r["pupils"] and r["pupils"] != r["classes"])),
    ("pupils > classes", lambda r: bool(r["pupils"] and r["pupils"] > r["classes"])),
    ("classes < pupils", lambda r: bool(r["pupils"] and r["classes"] < r["pupils"])),
    ("pupils <= classes", lambda r: bool(r["pupils"] and r["pupils"] <= r["classes"])),
    ("pupils between classes and 500",
     lambda r: bool(r["pupils"] and r["classes"] <= r["pupils"] <= 500)),
    ("'S1' LIKE 'S_'", lambda r: True),
    ("'S1' NOT LIKE 'S_'", lambda r: False),
    ("name = name", lambda r: True),
    ("name <> code", lambda r: True),
    ("name LIKE code", lambda r: False),
    ("classes IN (pupils, 12, 1)", lambda r: r["classes"] in (12, 1)),
]  # fmt: skip


@pytest.mark.parametrize(("text", "meaning"), SIDES)
def test_either_side_may_be_a_property(
    chosen: Any, rows: Any, text: str, meaning: Callable[[Row], bool]
) -> None:
    """/conf/property-property/{property-property,test-data,logical}: and a literal the first."""
    wanted = sorted(row["code"] for row in rows.schools if meaning(row))
    assert chosen("school", text) == wanted
    assert chosen("school", f"({text}) AND NOT (code <> code)") == wanted


SUMS: list[tuple[str, Callable[[Row], bool]]] = [
    ("id = 90 + 8", lambda r: r["id"] == 98),
    ("id >= 100 - 2 * 2 ^ 0", lambda r: r["id"] >= 98),
    ("id > 100 - 20 / 10", lambda r: r["id"] > 98),
    ("id > 100 - 21 div 10", lambda r: r["id"] > 98),
    ("id > 100 - 5 % 2", lambda r: r["id"] > 99),
    ("id <= 10 + 8 * 11", lambda r: r["id"] <= 98),
    ("id < 90 + 2 ^ 3", lambda r: r["id"] < 98),
    ("id <> 100 - 2 ^ 1", lambda r: r["id"] != 98),
    ("id between 400 / 4 and (3 * (40 + 10))", lambda r: 100 <= r["id"] <= 150),
    ("id not between 400 / 4 and (3 * (40 + 10))", lambda r: not 100 <= r["id"] <= 150),
    ("id in (10 + 1, 100 - 1, 3 * 7)", lambda r: r["id"] in (11, 99, 21)),
    ("id not in (10 + 1, 100 - 1, 3 * 7)", lambda r: r["id"] not in (11, 99, 21)),
    ("90 + 8 = id", lambda r: r["id"] == 98),
    ("id * 2 - id = id", lambda r: True),
    ("id - 3 - 2 = 10", lambda r: r["id"] == 15),
    ("id / 2 / 2 = 5", lambda r: r["id"] == 20),
    ("(id + severity) * 2 > 600", lambda r: bool(r["severity"] and r["id"] + r["severity"] > 300)),
    ("-id + 5 > 0", lambda r: r["id"] < 5),
]  # fmt: skip


@pytest.mark.parametrize(("text", "meaning"), SUMS)
def test_sums_are_worked_out_as_in_school(
    chosen: Any, rows: Any, text: str, meaning: Callable[[Row], bool]
) -> None:
    """/conf/arithmetic/{arithmetic,test-data,logical}: powers, then products, then sums."""
    wanted = [row["id"] for row in rows.incidents if meaning(row)]
    assert chosen("incident", text) == wanted
    rest = [row["id"] for row in rows.incidents if row["severity"] and not meaning(row)]
    assert chosen("incident", f"NOT ({text}) AND severity IS NOT NULL") == rest


def test_every_number_can_be_computed_with(suite: Any, chosen: Any, layer_id: str) -> None:
    """/conf/arithmetic/arithmetic: every numeric queryable."""
    path = f"/collections/{layer_id}/queryables"
    found = suite.document(path, "application/schema+json")["properties"]
    for name, part in found.items():
        if part.get("type") in ("number", "integer"):
            own = chosen(layer_id, f"{name} IS NOT NULL")
            assert chosen(layer_id, f"{name} + 1 > {name}") == own
            assert chosen(layer_id, f"({name} * 2) / 2 = {name} * 1 ^ 2") == own
