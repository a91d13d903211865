"""CQL2 Text is read as its grammar says, into the tree that CQL2 JSON writes."""

from typing import Any

import pytest

from gis_server.features.cql.text import DEEPEST, parse
from gis_server.features.errors import FilterInvalid


def p(name: str) -> dict[str, str]:
    return {"property": name}


def op(name: str, *args: Any) -> dict[str, Any]:
    return {"op": name, "args": list(args)}


A, B, C = op("=", p("a"), 1), op("=", p("b"), 2), op("=", p("c"), 3)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("a=1", A),
        (" a = 1 \n", A),
        ('"a" = 1', A),
        ("a = 1 OR b = 2 AND c = 3", op("or", A, op("and", B, C))),
        ("a = 1 AND b = 2 OR c = 3", op("or", op("and", A, B), C)),
        ("(a = 1 OR b = 2) AND c = 3", op("and", op("or", A, B), C)),
        ("a = 1 and b = 2 and c = 3", op("and", A, B, C)),
        ("NOT a = 1 AND b = 2", op("and", op("not", A), B)),
        ("NOT (a = 1 AND b = 2)", op("not", op("and", A, B))),
        ("NOT NOT a = 1", A),
        ("a <> 'x'", op("<>", p("a"), "x")),
        ("a <= -1.5e3", op("<=", p("a"), -1500.0)),
        ("a >= .5", op(">=", p("a"), 0.5)),
        ("a = 'O''Brien'", op("=", p("a"), "O'Brien")),
        (r"a = 'O\'Brien'", op("=", p("a"), "O'Brien")),
        (r"a = 'x\ty'", op("=", p("a"), "x\ty")),
        (r"a LIKE '10\%_%'", op("like", p("a"), r"10\%_%")),
        ("a NOT LIKE 'x%'", op("not", op("like", p("a"), "x%"))),
        ("CASEI(a) LIKE casei('X%')", op("like", op("casei", p("a")), op("casei", "X%"))),
        ("a BETWEEN 1 AND 2 AND b = 2", op("and", op("between", p("a"), 1, 2), B)),
        ("a NOT BETWEEN 1 AND 2", op("not", op("between", p("a"), 1, 2))),
        ("a IN ('x', 'y')", op("in", p("a"), ["x", "y"])),
        ("a NOT IN (1)", op("not", op("in", p("a"), [1]))),
        ("A_CONTAINEDBY(a, ('x', (1, b), ()))",
         op("a_containedBy", p("a"), ["x", [1, p("b")], []])),
        ("a_overlaps((a), (1))", op("a_overlaps", p("a"), 1)),
        ("a IS NULL", op("isNull", p("a"))),
        ("a IS NOT NULL", op("not", op("isNull", p("a")))),
        ("a = b + 2 * c", op("=", p("a"), op("+", p("b"), op("*", 2, p("c"))))),
        ("a = (b - 2) / c", op("=", p("a"), op("/", op("-", p("b"), 2), p("c")))),
        ("a - b - c = 0", op("=", op("-", op("-", p("a"), p("b")), p("c")), 0)),
        ("a = -b ^ 2", op("=", p("a"), op("^", op("*", -1, p("b")), 2))),
        ("a DIV 2 = b % 3", op("=", op("div", p("a"), 2), op("%", p("b"), 3))),
        ("a = TRUE", op("=", p("a"), True)),
        ("false", False),
        ("a = DATE('2025-01-31')", op("=", p("a"), {"date": "2025-01-31"})),
        ("T_AFTER(a, TIMESTAMP('2025-01-31T00:00:00Z'))",
         op("t_after", p("a"), {"timestamp": "2025-01-31T00:00:00Z"})),
        ("t_metby(a, INTERVAL('2025-01-31', '..'))",
         op("t_metBy", p("a"), {"interval": ["2025-01-31", ".."]})),
        ("T_DURING(INTERVAL(a, b), INTERVAL(c, '..'))",
         op("t_during", {"interval": [p("a"), p("b")]}, {"interval": [p("c"), ".."]})),
        ("S_INTERSECTS(geometry, POINT(1 -2.5))",
         op("s_intersects", p("geometry"), {"type": "Point", "coordinates": (1.0, -2.5)})),
        ("S_WITHIN(geometry, POLYGON ((0 0, 1 0, 1 1, 0 0)))",
         op("s_within", p("geometry"), {"type": "Polygon",
            "coordinates": (((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 0.0)),)})),
        ("S_INTERSECTS(geometry, BBOX(1, 2, -3, 4))",
         op("s_intersects", p("geometry"), {"bbox": [1, 2, -3, 4]})),
        ("date = 1 AND point = 2", op("and", op("=", p("date"), 1), op("=", p("point"), 2))),
        ("tên_đường = 'Cách Mạng'", op("=", p("tên_đường"), "Cách Mạng")),
        ('"and" = 1', op("=", p("and"), 1)),
    ],
)  # fmt: skip
def test_a_filter_is_read_into_its_tree(text: str, wanted: Any) -> None:
    assert parse(text) == wanted


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("", 1), ("a =", 4), ("a = 1 b", 7), ("= 1", 1), ("a = 'x", 5), ("a == 1", 4),
        ("(a = 1", 7), ("a = 1)", 6), ("a LIKE", 7), ("a IN 1", 6), ("a IN (1,)", 9),
        ("a IN ()", 7),
        ("a BETWEEN 1", 12), ("a IS 1", 3), ("a NOT 1", 7), ("AND a = 1", 1), ("a = 1 AND", 10),
        ("a; DROP TABLE x", 2), ("POINT(1", 1), ("POINT(x y)", 1), ("a = $1", 5), ("f(1", 4),
        ("NOT", 4), ("a = 1 OR OR b = 2", 10), ("T_AFTER(a,", 11), ("a = #", 5),
    ],
)  # fmt: skip
def test_what_is_not_cql2_is_refused_with_its_place(text: str, place: int) -> None:
    with pytest.raises(FilterInvalid, match=f"from character {place} on"):
        parse(text)


def test_nesting_has_an_end() -> None:
    deep = DEEPEST - 1
    assert parse("(" * deep + "a = 1" + ")" * deep) == A
    with pytest.raises(FilterInvalid, match="nested"):
        parse("(" * 5000 + "a = 1" + ")" * 5000)


def test_a_number_of_many_digits_is_no_fault() -> None:
    assert parse("a = " + "1" * 5000)["args"][1] == float("inf")
