"""CQL2 (21-065r2): basic comparison, advanced comparison, comparison without case and accents."""

import random
import unicodedata
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest

Row = dict[str, Any]
SCHEMA = "application/schema+json"

VALUES = {
    "string": "'foo'", "boolean": "true", "number": "3.14", "integer": "1",
    "date-time": "TIMESTAMP('2022-04-14T14:48:46Z')", "date": "DATE('2022-04-14')",
}  # fmt: skip
"""A literal for each type, that the standard compares every queryable with."""

LISTS = {
    "string": "('foo', 'bar')", "boolean": "(true)", "number": "(1, 2, 3)", "integer": "(1, 2, 3)",
    "date-time": "('2022-04-14T14:52:56Z', '2022-04-14T15:52:56Z')",
    "date": "('2022-04-14', '2022-04-15')",
}  # fmt: skip


def _typed(suite: Any, layer_id: str) -> dict[str, str]:
    """Return the queryables that are no geometry, with the name of their type."""
    found = suite.document(f"/collections/{layer_id}/queryables", SCHEMA)["properties"]
    return {
        name: part["format"] if part.get("format") in VALUES else part["type"]
        for name, part in found.items()
        if "type" in part
    }


def test_every_collection_says_the_types_of_its_queryables(suite: Any, layers: Any) -> None:
    """/conf/basic-cql2/basic-test: at least one queryable, and one that can be compared."""
    for layer in layers:
        assert set(_typed(suite, layer.id).values()) & set(VALUES)


@pytest.mark.parametrize(("sign", "other"), [("=", "<>"), (">", "<="), ("<", ">=")])
def test_opposite_comparisons_share_nothing(
    suite: Any, chosen: Any, layer_id: str, every_feature: Any, sign: str, other: str
) -> None:
    """/conf/basic-cql2/comparison: and together they hold all that have a value."""
    for name, kind in _typed(suite, layer_id).items():
        value = VALUES[kind]
        one, two = (set(chosen(layer_id, f"{name} {op} {value}")) for op in (sign, other))
        assert not one & two
        has = {f["id"] for f in every_feature[layer_id] if f["properties"][name] is not None}
        assert one | two == has, name


def test_what_is_null_is_not_what_is_not(
    suite: Any, chosen: Any, layer_id: str, every_feature: Any
) -> None:
    """/conf/basic-cql2/is-null: IS NULL and is not null, for each queryable and the geometry."""
    features = every_feature[layer_id]
    for name in [*_typed(suite, layer_id), "geometry"]:
        null = chosen(layer_id, f"{name} IS NULL")
        rest = chosen(layer_id, f"{name} is not null")
        without = [f["id"] for f in features if f["properties"].get(name, "") is None]
        assert null == sorted(without)
        assert not set(null) & set(rest)
        assert len(null) + len(rest) == len(features)


def test_true_chooses_all_and_false_nothing(chosen: Any, layer_id: str, every_feature: Any) -> None:
    """/conf/basic-cql2/boolean."""
    assert chosen(layer_id, "true") == sorted(f["id"] for f in every_feature[layer_id])
    assert chosen(layer_id, "false") == []


NOON = datetime(2026, 2, 1, tzinfo=UTC)
BASIC: list[tuple[str, Callable[[Row], bool | None]]] = [
    ("category = 'theft'", lambda r: r["category"] == "theft"),
    ("category <> 'theft'", lambda r: r["category"] != "theft"),
    ("category > 'flood'", lambda r: r["category"] > "flood"),
    ("category >= 'theft'", lambda r: r["category"] >= "theft"),
    ("severity = 4", lambda r: r["severity"] and r["severity"] == 4),
    ("severity <> 4", lambda r: r["severity"] and r["severity"] != 4),
    ("severity < 3", lambda r: r["severity"] and r["severity"] < 3),
    ("severity <= 3", lambda r: r["severity"] and r["severity"] <= 3),
    ("severity >= 3", lambda r: r["severity"] and r["severity"] >= 3),
    ("severity > 2.5", lambda r: r["severity"] and r["severity"] > 2.5),
    ("severity IS NULL", lambda r: r["severity"] is None),
    ("severity IS NOT NULL", lambda r: r["severity"] is not None),
    ("occurred_at = TIMESTAMP('2026-02-01T00:00:00Z')", lambda r: r["occurred_at"] == NOON),
    ("occurred_at <> TIMESTAMP('2026-02-01T00:00:00Z')", lambda r: r["occurred_at"] != NOON),
    ("occurred_at < TIMESTAMP('2026-02-01T00:00:00Z')", lambda r: r["occurred_at"] < NOON),
    ("occurred_at <= TIMESTAMP('2026-02-01T07:00:00+07:00')", lambda r: r["occurred_at"] <= NOON),
    ("occurred_at > TIMESTAMP('2026-02-01T00:00:00Z')", lambda r: r["occurred_at"] > NOON),
    ("occurred_at >= TIMESTAMP('2026-02-01T00:00:00.000Z')", lambda r: r["occurred_at"] >= NOON),
]  # fmt: skip
"""Predicates with what they mean: true, false, or None where a value is missing."""

ADVANCED: list[tuple[str, Callable[[Row], bool | None]]] = [
    ("category LIKE 't%'", lambda r: r["category"].startswith("t")),
    ("category LIKE '_lood'", lambda r: r["category"] == "flood"),
    ("category NOT LIKE '%f%'", lambda r: "f" not in r["category"]),
    ("severity BETWEEN 2 AND 4", lambda r: r["severity"] and 2 <= r["severity"] <= 4),
    ("severity not between 2 and 4", lambda r: r["severity"] and not 2 <= r["severity"] <= 4),
    ("severity IN (1, 3, 9)", lambda r: r["severity"] and r["severity"] in (1, 3)),
    ("severity NOT IN (1, 3, 9)", lambda r: r["severity"] and r["severity"] not in (1, 3)),
    ("category IN ('theft', 'Flood', 'nothing')", lambda r: r["category"] == "theft"),
    ("category not in ('theft', 'nothing')", lambda r: r["category"] != "theft"),
    ("occurred_at IN (TIMESTAMP('2026-02-01T00:00:00Z'))", lambda r: r["occurred_at"] == NOON),
]  # fmt: skip


@pytest.mark.parametrize(("text", "meaning"), BASIC)
def test_basic_predicates_choose_what_python_chooses(
    chosen: Any, rows: Any, text: str, meaning: Callable[[Row], bool | None]
) -> None:
    """/conf/basic-cql2/test-data: with the rows of our fixtures."""
    assert chosen("incident", text) == [r["id"] for r in rows.incidents if meaning(r)]


@pytest.mark.parametrize(("text", "meaning"), ADVANCED)
def test_advanced_predicates_choose_what_python_chooses(
    chosen: Any, rows: Any, text: str, meaning: Callable[[Row], bool | None]
) -> None:
    """/conf/advanced-comparison-operators/test-data: with the rows of our fixtures."""
    assert chosen("incident", text) == [r["id"] for r in rows.incidents if meaning(r)]


def test_dates_are_compared_as_days(chosen: Any, rows: Any) -> None:
    """/conf/basic-cql2/test-data: a date with a date."""
    day = date(2025, 1, 1)
    signs: dict[str, Callable[[date], bool]] = {
        "=": lambda d: d == day, "<>": lambda d: d != day, "<": lambda d: d < day,
        "<=": lambda d: d <= day, ">": lambda d: d > day, ">=": lambda d: d >= day,
    }  # fmt: skip
    days = {r["id"]: date.fromisoformat(r["valid_from"]) for r in rows.plans if r["valid_from"]}
    for sign, meaning in signs.items():
        wanted = [key for key, value in days.items() if meaning(value)]
        assert chosen("land_plan", f"valid_from {sign} DATE('2025-01-01')") == wanted


def _not(value: bool | None) -> bool | None:
    return None if value is None else not value


def _and(*values: bool | None) -> bool | None:
    if False in values:
        return False
    return None if None in values else True


def _or(*values: bool | None) -> bool | None:
    return _not(_and(*map(_not, values)))


def _three(meaning: Callable[[Row], bool | None], row: Row) -> bool | None:
    found = meaning(row)
    return None if found is None else bool(found)


@pytest.mark.parametrize("seed", range(15))
def test_predicates_are_joined_by_the_logic_of_three_values(
    chosen: Any, rows: Any, seed: int
) -> None:
    """/conf/basic-cql2/logical: NOT binds closer than AND, AND closer than OR; brackets win."""
    picked = random.Random(seed).choices(BASIC, k=4)
    t1, t2, t3, t4 = (text for text, _ in picked)
    text = f"(NOT ({t2}) AND {t1}) OR ({t3} and {t4}) or not ({t1} OR {t4})"
    wanted = []
    for row in rows.incidents:
        p1, p2, p3, p4 = (_three(meaning, row) for _, meaning in picked)
        if _or(_and(_not(p2), p1), _and(p3, p4), _not(_or(p1, p4))):
            wanted.append(row["id"])
    assert chosen("incident", text) == wanted


@pytest.mark.parametrize("seed", range(15))
def test_advanced_predicates_are_joined_too(chosen: Any, rows: Any, seed: int) -> None:
    """/conf/advanced-comparison-operators/logical: mixed with the basic ones."""
    picked = random.Random(seed).choices(BASIC + ADVANCED, k=4)
    t1, t2, t3, t4 = (text for text, _ in picked)
    text = f"((NOT {t1} AND {t2}) OR ({t3} and NOT {t4}) or not ({t1} AND {t4}))"
    wanted = []
    for row in rows.incidents:
        p1, p2, p3, p4 = (_three(meaning, row) for _, meaning in picked)
        if _or(_and(_not(p1), p2), _and(p3, _not(p4)), _not(_and(p1, p4))):
            wanted.append(row["id"])
    assert chosen("incident", text) == wanted


def test_like_between_and_in_take_every_type(suite: Any, chosen: Any, layer_id: str) -> None:
    """/conf/advanced-comparison-operators/{like,between,in}: every queryable of a fitting type."""
    for name, kind in _typed(suite, layer_id).items():
        inside = chosen(layer_id, f"{name} in {LISTS[kind]}")
        assert not set(inside) & set(chosen(layer_id, f"{name} not in {LISTS[kind]}"))
        if kind == "string":
            assert not set(chosen(layer_id, f"{name} LIKE 'foo%'")) & set(
                chosen(layer_id, f"{name} NOT LIKE 'foo%'")
            )
        if kind in ("number", "integer"):
            between = chosen(layer_id, f"{name} BETWEEN 1 AND 10")
            assert between == chosen(layer_id, f"{name} >= 1 AND {name} <= 10")


def test_case_does_not_matter_with_casei(suite: Any, chosen: Any, layer_id: str) -> None:
    """/conf/case-insensitive-comparison/{casei,casei-like,logical}: every queryable of texts."""
    for name, kind in _typed(suite, layer_id).items():
        if kind == "string":
            same = chosen(layer_id, f"CASEI({name}) = casei('foo')")
            assert not set(same) & set(chosen(layer_id, f"CASEI({name}) <> casei('FOO')"))
            for low, high in (("foo%", "FOO%"), ("tr%", "TR%"), ("o%", "O%")):
                found = chosen(layer_id, f"CASEI({name}) LIKE casei('{low}')")
                assert found == chosen(layer_id, f"CASEI({name}) LIKE casei('{high}')")
                either = f"NOT CASEI({name}) LIKE casei('{low}') OR CASEI({name}) = casei('x')"
                assert not set(found) & set(chosen(layer_id, either))


def _plain(text: str) -> str:
    """Drop accents; the Vietnamese barred d is a letter of its own to Unicode."""
    parts = unicodedata.normalize("NFD", text.replace("Đ", "D").replace("đ", "d"))
    return "".join(part for part in parts if not unicodedata.combining(part))


NAMES = (
    "Trường THCS Văn Lăng", "TRƯỜNG THCS VĂN LĂNG", "truong thcs van lang",
    "Truong THCS Van Lang", "Mầm non Hoa Sen", "mầm NON hoa SEN", "Mam non Hoa Sen",
)  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_names_are_found_without_case_and_accents(chosen: Any, rows: Any, name: str) -> None:
    """/conf/{case-insensitive-comparison,accent-insensitive-comparison}/test-data."""
    names = {row["code"]: row["name"] for row in rows.schools}
    folds: dict[str, Callable[[str], str]] = {
        "{}": str,
        "CASEI({})": str.lower,
        "ACCENTI({})": _plain,
        "ACCENTI(CASEI({}))": lambda text: _plain(text).lower(),
        "casei(accenti({}))": lambda text: _plain(text).lower(),
    }
    for form, fold in folds.items():
        own, literal = form.format("name"), form.format(f"'{name}'")
        wanted = sorted(key for key, value in names.items() if fold(value) == fold(name))
        assert chosen("school", f"{own} = {literal}") == wanted
        assert chosen(
            "school", f"{own} IN ({form.format(chr(39) + 'x' + chr(39))}, {literal})"
        ) == (wanted)
        start = form.format(f"'{name[:5]}%'")
        begun = sorted(k for k, v in names.items() if fold(v).startswith(fold(name[:5])))
        assert chosen("school", f"{own} LIKE {start}") == begun


def test_accents_do_not_matter_with_accenti(suite: Any, chosen: Any, layer_id: str) -> None:
    """/conf/accent-insensitive-comparison/{accenti,accenti-like,accenti-casei,accenti-casei-like}.

    Every queryable of texts.
    """
    for name, kind in _typed(suite, layer_id).items():
        if kind == "string":
            same = chosen(layer_id, f"ACCENTI({name}) = accenti('äöüéáí')")
            assert not set(same) & set(chosen(layer_id, f"ACCENTI({name}) <> accenti('aoueai')"))
            for one, two in (
                (f"ACCENTI({name}) LIKE accenti('Ä%')", f"ACCENTI({name}) LIKE accenti('A%')"),
                (f"ACCENTI(CASEI({name})) = accenti(casei('ÄÉ'))",
                 f"ACCENTI(CASEI({name})) = accenti(casei('ae'))"),
                (f"ACCENTI(CASEI({name})) LIKE accenti(casei('Ä%'))",
                 f"ACCENTI(CASEI({name})) LIKE accenti(casei('a%'))"),
            ):  # fmt: skip
                assert chosen(layer_id, one) == chosen(layer_id, two)
