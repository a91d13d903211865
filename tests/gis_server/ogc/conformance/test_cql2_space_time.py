"""CQL2 (21-065r2): spatial functions against shapely, temporal functions against arithmetic."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import shapely

GEOMETRY = "geometry"
WORLD = "POLYGON((-180 -90,180 -90,180 90,-180 90,-180 -90))"
OWN = {"filter__crs": "http://www.opengis.net/def/crs/EPSG/0/9213"}
"""CRS that the parcels are stored in: both sides compute with the same numbers."""

FUNCTIONS = {
    "S_INTERSECTS": "intersects", "S_DISJOINT": "disjoint", "S_WITHIN": "within",
    "S_CONTAINS": "contains", "S_TOUCHES": "touches", "S_CROSSES": "crosses",
    "S_OVERLAPS": "overlaps", "S_EQUALS": "equals",
}  # fmt: skip
CONVERSE = {"S_WITHIN": "S_CONTAINS", "S_CONTAINS": "S_WITHIN"}

PLACES = [
    "POINT(427100 2382100)",
    "POINT(425000 2380500)",
    "MULTIPOINT(425100 2380100, 434900 2389900)",
    "MULTIPOINT((425100 2380100), (434900 2389900))",
    "LINESTRING(424000 2379000, 430100 2386000)",
    "MULTILINESTRING((424000 2379000, 430100 2386000), (433000 2381000, 433000 2389000))",
    "POLYGON((426250 2381250, 428000 2381250, 428000 2382000, 426250 2382000, 426250 2381250))",
    (
        "POLYGON((425000 2380000, 435000 2380000, 435000 2390000, 425000 2390000, 425000 2380000),"
        " (426100 2381100, 433900 2381100, 433900 2388900, 426100 2388900, 426100 2381100))"
    ),
    (
        "MULTIPOLYGON(((427000 2381000, 427500 2381000, 427500 2381500, 427000 2381500,"
        " 427000 2381000)), ((430010 2385010, 430020 2385010, 430020 2385020, 430010 2385010)))"
    ),
    (
        "GEOMETRYCOLLECTION(POINT(427100 2382100), POLYGON((430000 2385000, 431000 2385000,"
        " 431000 2386000, 430000 2386000, 430000 2385000)))"
    ),
    "BBOX(427000, 2381000, 427500, 2381500)",
    "BBOX(400000, 2300000, 500000, 2400000)",
    "BBOX(427000, 2381000, -5, 427500, 2381500, 5)",
]


def _shape(text: str) -> Any:
    if not text.startswith("BBOX"):
        return shapely.from_wkt(text)
    numbers = [float(part) for part in text[5:-1].split(",")]
    half = len(numbers) // 2
    return shapely.box(numbers[0], numbers[1], numbers[half], numbers[half + 1])


@pytest.fixture(scope="module")
def parcels(stored: Any) -> dict[int, Any]:
    """Parcels in metres of their zone, as they are stored."""
    return {
        key: shapely.geometry.shape(geometry) for key, geometry in stored["land_parcel"].items()
    }


def _wanted(parcels: dict[int, Any], function: str, place: Any) -> list[int]:
    test = getattr(shapely, FUNCTIONS[function])
    return sorted(key for key, shape in parcels.items() if test(shape, place))


@pytest.mark.parametrize("place", [text for text in PLACES if text.startswith(("POINT", "BBOX"))])
def test_points_and_boxes_are_met_as_shapely_says(chosen: Any, parcels: Any, place: str) -> None:
    """/conf/basic-spatial-functions/{s_intersects,test-data,logical}: with AND, OR, NOT."""
    wanted = _wanted(parcels, "S_INTERSECTS", _shape(place))
    one = f"S_INTERSECTS({GEOMETRY},{place})"
    assert chosen("land_parcel", one, **OWN) == wanted
    other = f"S_INTERSECTS({GEOMETRY},BBOX(425000,2380000,427200,2390000))"
    west = _wanted(parcels, "S_INTERSECTS", shapely.box(425000, 2380000, 427200, 2390000))
    for text, both in (
        (f"{one} and {other}", set(wanted) & set(west)),
        (f"{one} or {other}", set(wanted) | set(west)),
        (f"{one} and not {other}", set(wanted) - set(west)),
    ):
        assert chosen("land_parcel", text, **OWN) == sorted(both)


@pytest.mark.parametrize("place", PLACES)
def test_all_shapes_are_met_as_shapely_says(chosen: Any, parcels: Any, place: str) -> None:
    """/conf/basic-spatial-functions-plus/{s_intersects,test-data}: every kind of literal."""
    wanted = _wanted(parcels, "S_INTERSECTS", _shape(place))
    assert chosen("land_parcel", f"S_INTERSECTS({GEOMETRY},{place})", **OWN) == wanted


@pytest.mark.parametrize("function", FUNCTIONS)
def test_spatial_functions_say_what_shapely_says(chosen: Any, parcels: Any, function: str) -> None:
    """/conf/spatial-functions/{s_intersects,s_disjoint,s_equals,s_touches,s_crosses,s_within}.

    /conf/spatial-functions/{s_contains,s_overlaps,test-data}: every kind of literal.
    /conf/property-property/test-data: the geometry may be the second argument as well.
    """
    for place in PLACES:
        is_collection = place.startswith("GEOMETRYCOLLECTION")
        if is_collection and function not in ("S_INTERSECTS", "S_DISJOINT"):
            continue
        wanted = _wanted(parcels, function, _shape(place))
        assert chosen("land_parcel", f"{function}({GEOMETRY},{place})", **OWN) == wanted, place
        turned = CONVERSE.get(function, function)
        assert chosen("land_parcel", f"{turned}({place},{GEOMETRY})", **OWN) == wanted, place


def test_the_world_holds_everything(chosen: Any, layer_id: str, every_feature: Any) -> None:
    """/conf/spatial-functions/{s_intersects,s_disjoint,s_within,logical}: as box and polygon."""
    everything = sorted(feature["id"] for feature in every_feature[layer_id])
    for world in ("BBOX(-180,-90,180,90)", WORLD):
        assert chosen(layer_id, f"S_INTERSECTS({GEOMETRY},{world})") == everything
        assert chosen(layer_id, f"S_WITHIN({GEOMETRY},{world})") == everything
        assert chosen(layer_id, f"S_DISJOINT({GEOMETRY},{world})") == []
        assert chosen(layer_id, f"NOT S_DISJOINT({GEOMETRY},{world}) AND TRUE") == everything
    for place in ("LINESTRING(7 50, 10 51)", "POINT(7.02 49.92)"):
        assert chosen(layer_id, f"S_INTERSECTS({GEOMETRY},{place})") == []
        assert chosen(layer_id, f"S_DISJOINT({GEOMETRY},{place})") == everything


def test_a_box_may_cross_the_antimeridian(chosen: Any, layer_id: str, every_feature: Any) -> None:
    """/conf/basic-spatial-functions/test-data: from 150 degrees east on, or from 100 on."""
    assert chosen(layer_id, f"S_INTERSECTS({GEOMETRY},BBOX(150,-90,-150,90))") == []
    everything = sorted(feature["id"] for feature in every_feature[layer_id])
    assert chosen(layer_id, f"S_INTERSECTS({GEOMETRY},BBOX(100,-90,-150,90))") == everything


@pytest.mark.parametrize(
    "place",
    ["POINT(90 180)", "MULTIPOINT(7.02 49.92, 90 180)", "POINT(181 0)", "BBOX(0,0,10,91)",
     "LINESTRING(0 0, 0 90.1)"],
)  # fmt: skip
def test_a_place_off_the_globe_is_refused(refused: Any, layer_id: str, place: str) -> None:
    """/conf/{basic-spatial-functions,basic-spatial-functions-plus}/s_intersects: no such place.

    /conf/spatial-functions/{s_intersects,s_disjoint}: in every function.
    """
    for function in ("S_INTERSECTS", "S_DISJOINT"):
        assert refused(layer_id, f"{function}({GEOMETRY},{place})")


Moments = tuple[datetime, datetime]
Span = tuple[str, Moments]

TICK = timedelta(microseconds=1)
FOREVER = (datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC))

RELATIONS: dict[str, Callable[[Any, Any, Any, Any], bool]] = {
    "T_AFTER": lambda s, e, start, end: s > end,
    "T_BEFORE": lambda s, e, start, end: e < start,
    "T_DISJOINT": lambda s, e, start, end: s > end or e < start,
    "T_EQUALS": lambda s, e, start, end: s == start and e == end,
    "T_INTERSECTS": lambda s, e, start, end: s <= end and e >= start,
    "T_CONTAINS": lambda s, e, start, end: s < start and e > end,
    "T_DURING": lambda s, e, start, end: s > start and e < end,
    "T_FINISHEDBY": lambda s, e, start, end: s < start and e == end,
    "T_FINISHES": lambda s, e, start, end: s > start and e == end,
    "T_MEETS": lambda s, e, start, end: e == start,
    "T_METBY": lambda s, e, start, end: s == end,
    "T_OVERLAPPEDBY": lambda s, e, start, end: start < s < end < e,
    "T_OVERLAPS": lambda s, e, start, end: s < start < e < end,
    "T_STARTEDBY": lambda s, e, start, end: s == start and e > end,
    "T_STARTS": lambda s, e, start, end: s == start and e < end,
}
"""By start and end of the first span and of the second, as the standard's table has them."""

INSTANTS = ("T_AFTER", "T_BEFORE", "T_DISJOINT", "T_EQUALS", "T_INTERSECTS")


def _day(text: str) -> Moments:
    start = datetime.combine(date.fromisoformat(text), datetime.min.time(), UTC)
    return start, start + timedelta(days=1) - TICK


def _moment(text: str) -> Moments:
    found = datetime.fromisoformat(text)
    return found, found


def _bounds(*texts: str) -> Moments:
    read = [
        FOREVER if text == ".." else (_day if len(text) == 10 else _moment)(text) for text in texts
    ]
    return read[0][0], read[-1][1]


SPANS = [
    ("2026-02-01T00:00:00Z",), ("2026-02-01",), ("2022-04-24T07:59:57Z",),
    ("2026-01-15T00:00:00Z", "2026-02-20T16:00:00Z"), ("2026-01-15", "2026-02-20"),
    ("..", "2026-02-01T00:00:00Z"), ("2026-02-01T00:00:00Z", ".."), ("..", "2026-02-01"),
]  # fmt: skip


def _written(span: tuple[str, ...]) -> str:
    if len(span) == 2:
        return f"INTERVAL('{span[0]}','{span[1]}')"
    return f"DATE('{span[0]}')" if len(span[0]) == 10 else f"TIMESTAMP('{span[0]}')"


@pytest.mark.parametrize("function", INSTANTS)
@pytest.mark.parametrize("span", SPANS)
def test_moments_lie_to_spans_as_arithmetic_says(
    chosen: Any, rows: Any, function: str, span: tuple[str, ...]
) -> None:
    """/conf/temporal-functions/{t_functions,test-data}: a property that is an instant."""
    start, end = _bounds(*span)
    wanted = [
        row["id"] for row in rows.incidents
        if RELATIONS[function](row["occurred_at"], row["occurred_at"], start, end)
    ]  # fmt: skip
    assert chosen("incident", f"{function}(occurred_at,{_written(span)})") == wanted
    assert chosen("incident", f"NOT {function}(occurred_at,{_written(span)})") == [
        row["id"] for row in rows.incidents if row["id"] not in set(wanted)
    ]


DAYS = [
    ("2021-01-01", "2021-12-31"), ("2020-01-01", "2024-12-31"), ("2020-01-01", "2022-01-01"),
    ("2019-01-01", "2024-12-31"), ("2024-12-31", "2025-01-01"), ("2024-06-01", "2026-01-01"),
    ("2025-01-01", "2030-12-31"), ("2030-12-31", "2040-01-01"), ("2000-01-01", "2050-01-01"),
]  # fmt: skip


@pytest.mark.parametrize("function", RELATIONS)
def test_spans_lie_to_one_another_as_arithmetic_says(chosen: Any, rows: Any, function: str) -> None:
    """/conf/temporal-functions/{t_functions,test-data,logical}: spans of two properties.

    /conf/property-property/test-data: on either side.
    """
    plans = {r["id"]: (r["valid_from"], r["valid_to"]) for r in rows.plans}
    whole = {key: span for key, span in plans.items() if None not in span}
    for start, end in DAYS:
        literal = f"INTERVAL('{start}','{end}')"
        own = "INTERVAL(valid_from,valid_to)"
        known = "valid_from IS NOT NULL AND valid_to IS NOT NULL"
        wanted = [k for k, (s, e) in whole.items() if RELATIONS[function](s, e, start, end)]
        assert chosen("land_plan", f"{known} AND {function}({own},{literal})") == wanted
        turned = [k for k, (s, e) in whole.items() if RELATIONS[function](start, end, s, e)]
        assert chosen("land_plan", f"{known} AND {function}({literal},{own})") == turned
