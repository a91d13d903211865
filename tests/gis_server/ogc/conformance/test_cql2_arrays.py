"""CQL2 (21-065r2): arrays, compared as sets, against the sets of plain Python."""

import random
from collections.abc import Callable
from typing import Any

import pytest

Row = dict[str, Any]
Value = str | int | None

RELATIONS: dict[str, Callable[[set[Value], set[Value]], bool]] = {
    "A_EQUALS": set.__eq__,
    "A_CONTAINS": set.__ge__,
    "A_CONTAINEDBY": set.__le__,
    "A_OVERLAPS": lambda one, two: bool(one & two),
}
ELEMENTS: dict[str, Callable[[Row], Value]] = {
    "category": lambda r: r["category"],
    "severity": lambda r: r["severity"],
    "severity + 1": lambda r: r["severity"] + 1,
    "'theft'": lambda _: "theft",
    "'flood'": lambda _: "flood",
    "2": lambda _: 2,
    "3.0": lambda _: 3,
    "'3'": lambda _: "3",
}


@pytest.mark.parametrize("name", RELATIONS)
def test_arrays_are_compared_as_sets_of_what_a_row_holds(chosen: Any, rows: Any, name: str) -> None:
    """/conf/array-functions/array-predicates: arrays of literals, properties and sums."""
    chance = random.Random(name)
    known = [row for row in rows.incidents if row["severity"]]
    some = False
    for _ in range(15):
        one, two = (chance.choices(list(ELEMENTS), k=chance.randint(0, 4)) for _ in range(2))
        wanted = [
            row["id"]
            for row in known
            if RELATIONS[name]({ELEMENTS[e](row) for e in one}, {ELEMENTS[e](row) for e in two})
        ]
        text = f"{name}(({', '.join(one)}), ({', '.join(two)}))"
        assert chosen("incident", f"{text} AND severity IS NOT NULL") == wanted, text
        rest = [row["id"] for row in known if row["id"] not in set(wanted)]
        assert chosen("incident", f"NOT {text} AND severity IS NOT NULL") == rest, text
        some |= 0 < len(wanted) < len(known)
    assert some


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("A_CONTAINS((DATE('2025-01-01'), DATE('2020-01-01')), (valid_from))", [1, 2]),
        ("A_OVERLAPS((valid_from, valid_to), (DATE('2030-12-31'), DATE('2026-06-01')))", [2, 3]),
        ("A_CONTAINS(('2025-01-01'), (valid_from))", []),
        ("A_EQUALS(((1, 2), 3), (3, (1, 2)))", [1, 2, 3, 4]),
        ("A_EQUALS(((1, 2), 3), (3, (2, 1)))", []),
        ("A_CONTAINEDBY((id = 2), (TRUE))", [2]),
        ("A_CONTAINS((POINT(1 2), BBOX(1, 2, 3, 4)), (POINT(1 2)))", [1, 2, 3, 4]),
        ("A_CONTAINS((POINT(1 2)), (geometry))", []),
        ("A_EQUALS((), ())", [1, 2, 3, 4]),
        ("A_OVERLAPS((valid_to), (valid_to))", [1, 2]),
        ("A_CONTAINS((1, 2), id)", [1, 2]),
    ],
)
def test_elements_are_of_any_kind(chosen: Any, text: str, wanted: list[int]) -> None:
    """/conf/array-functions/array-predicates: days, truth, shapes, arrays in arrays, nothing."""
    assert chosen("land_plan", text) == wanted


def test_a_time_is_the_same_in_every_zone(chosen: Any, rows: Any) -> None:
    """/conf/array-functions/array-predicates: instants."""
    text = "A_CONTAINS((TIMESTAMP('2026-01-02T07:00:00+07:00')), (occurred_at))"
    wanted = [
        r["id"] for r in rows.incidents if r["occurred_at"].isoformat()[:13] == "2026-01-02T00"
    ]
    assert chosen("incident", text) == wanted
    assert len(wanted) == 1


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("A_CONTAINS((1, 2))", "takes 2 arguments, not 1"),
        ("A_CONTAINS((nothing), (1))", "nothing"),
        ("A_CONTAINS(([1]), (1))", "cannot be read from character 13"),
        ("(1, 2) = 1", "is not a value that can be compared"),
    ],
)
def test_what_is_no_array_is_refused(api: Any, text: str, says: str) -> None:
    """/conf/array-functions/array-predicates."""
    assert says in api.refusal("/collections/incident/items", filter=text)["detail"]
