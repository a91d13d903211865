"""Requests to every server: the same boxes, keys and pages, in the dialect of each."""

import json
import re
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import quote

from benchmarks.features.data import COUNT, PARCELS, POINTS
from benchmarks.features.servers import Items
from benchmarks.tiles.data import Database

Box = tuple[float, float, float, float]
"""West, south, east, north in degrees."""

DEEP = 500_000
CONDITION = "land_code = 'ODT' AND area_m2 > 200"
"""Of the filter; all dialects word it alike."""

_FITTING = 100
_CHECKED = 2
_PATIENCE = 60
_SOON = 2
_REASON = 120


@dataclass(frozen=True, slots=True)
class Question:
    """One kind of request: its paths of a server, and how many features each answer has."""

    name: str
    word: Callable[[Items], list[str]]
    features: int
    encoding: str = "gzip"


class _Sought(NamedTuple):
    """Boxes of half a side in degrees that hold so many features or up to twice as many.

    ``most`` is how many boxes are wanted. In diamonds, which lie in the boxes, only parcels count
    that meet the filter's condition as well.
    """

    layer: str
    width: float
    least: int
    most: int
    is_diamond: bool = False


_SOUGHT = (
    _Sought(PARCELS, 0.0003, 10, 2000),
    _Sought(POINTS, 0.0013, 10, 2000),
    _Sought(PARCELS, 0.005, 1000, 200),
    _Sought(POINTS, 0.0118, 1000, 200),
    _Sought(PARCELS, 0.0178, 10_000, 40),
    _Sought(POINTS, 0.0365, 10_000, 40),
)
_DIAMONDS = _Sought(PARCELS, 0.0045, _FITTING, 200, is_diamond=True)


@dataclass(frozen=True, slots=True)
class Places:
    """Boxes that hold at least as many features as the limit, by layer and limit; keys."""

    boxes: dict[tuple[str, int], list[Box]]
    diamonds: list[Box]
    keys: list[int]


def places(database: Database) -> Places:
    """Choose where is asked, always the same of the same data."""
    boxes = {(kind.layer, kind.least): _holding(database, kind) for kind in _SOUGHT}
    diamonds = _holding(database, _DIAMONDS)
    with database.connect() as conn:
        sample = f"layer.{PARCELS} TABLESAMPLE BERNOULLI (0.3) REPEATABLE (19)"
        statement = f"SELECT id FROM {sample} ORDER BY md5(id::text) LIMIT 2000"  # noqa: S608
        rows: list[Any] = conn.execute(statement).fetchall()
    return Places(boxes, diamonds, [key for (key,) in rows])


def questions(chosen: Places) -> list[Question]:
    """Return all questions; those whose answers take longest come last."""
    boxes = [_in_boxes(chosen, kind.layer, kind.least) for kind in _SOUGHT]
    plain = [_in_boxes(chosen, layer, 1000, encoding="identity") for layer in (PARCELS, POINTS)]
    quick = [
        Question("one parcel", lambda server: [server.one(PARCELS, key) for key in chosen.keys], 1),
        Question("first 100 parcels", lambda server: [server.listed(PARCELS, "limit=100")], 100),
        Question(f"100 parcels at {DEEP:,}", _deep, 100),
        Question("100 parcels by CQL2 in a box", _boxed(chosen.diamonds), _FITTING),
        Question("100 parcels by CQL2 in a diamond", _filtered(chosen.diamonds), _FITTING),
    ]
    return [*quick, *boxes[:4], *plain, *boxes[4:]]


def in_boxes(layer: str, limit: int, encoding: str = "gzip") -> str:
    """Return the name of the question for features in a box."""
    what = "parcels" if layer == PARCELS else "points"
    return f"{limit:,} {what} in a box" + (", not compressed" if encoding == "identity" else "")


def fault(server: Items, paths: Sequence[str], features: int) -> str | None:
    """Ask a few times; say what is wrong with the answers, None when they are as they should be."""
    for path in paths[:_CHECKED]:
        try:
            document = get(server, path)
        except (OSError, ValueError) as error:
            return " ".join(str(error).split())[:_REASON]
        page = document.get("features", [document])
        if len(page) != features:
            return f"gives {len(page)} features, {features} fit"
        if not all(feature["geometry"]["coordinates"] for feature in page):
            return "gives features without a shape"
    return None


def answers(server: Items) -> bool:
    """Tell whether a server still gives one feature, and soon."""
    try:
        get(server, server.one(PARCELS, 1), seconds=_SOON)
    except (OSError, ValueError):
        return False
    return True


def get(server: Items, path: str, seconds: float = _PATIENCE) -> Any:
    """Ask for a document."""
    address = f"http://127.0.0.1:{server.port}{path}"
    try:
        with urllib.request.urlopen(address, timeout=seconds) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as error:
        text = re.sub("<[^>]*>", " ", error.read(600).decode(errors="replace"))
        raise ValueError(f"{error.code} {text}") from error


def _in_boxes(chosen: Places, layer: str, limit: int, encoding: str = "gzip") -> Question:
    def word(server: Items) -> list[str]:
        boxes = chosen.boxes[layer, limit]
        bounds = [",".join(map(str, box)) for box in boxes]
        return [server.listed(layer, f"limit={limit}&bbox={sides}") for sides in bounds]

    return Question(in_boxes(layer, limit, encoding), word, limit, encoding)


def _boxed(boxes: list[Box]) -> Callable[[Items], list[str]]:
    """Only the fields are in the filter."""
    rest = f"limit={_FITTING}&filter={quote(CONDITION)}"
    return lambda server: [
        server.listed(PARCELS, f"{rest}&bbox={','.join(map(str, box))}") for box in boxes
    ]


def _filtered(boxes: list[Box]) -> Callable[[Items], list[str]]:
    """All is in the filter, the shape as well."""

    def word(server: Items) -> list[str]:
        shape = f"{server.meets}({server.geometry}, {{}}) AND {CONDITION}"
        filters = [quote(shape.format(_diamond(box))) for box in boxes]
        return [server.listed(PARCELS, f"limit={_FITTING}&filter={text}") for text in filters]

    return word


def _diamond(box: Box) -> str:
    west, south, east, north = box
    x, y = round((west + east) / 2, 6), round((south + north) / 2, 6)
    return f"POLYGON(({west} {y}, {x} {south}, {east} {y}, {x} {north}, {west} {y}))"


def _deep(server: Items) -> list[str]:
    """Ours is where the link ``next`` of the page before leads; the others only know numbers."""
    if server.name != "ours":
        return [server.at(PARCELS, 100, DEEP)]
    document = get(server, server.at(PARCELS, 100, DEEP - 100))
    link = next(link["href"] for link in document["links"] if link["rel"] == "next")
    return [str(link.partition(f":{server.port}")[2])]


def _holding(database: Database, sought: _Sought) -> list[Box]:
    """Return boxes around features."""
    layer, width, least, most, is_diamond = sought
    sample = f"layer.{layer} TABLESAMPLE BERNOULLI ({300 * most / COUNT}) REPEATABLE (19)"
    place = f"SELECT ST_Centroid(geom) AS p FROM {sample} ORDER BY md5(id::text) LIMIT {2 * most}"  # noqa: S608
    shape, condition = "ST_MakeEnvelope(w, s, e, n, 4326)", "TRUE"
    if is_diamond:
        ring = "ARRAY[ST_Point(w, y), ST_Point(x, s), ST_Point(e, y), ST_Point(x, n)]"
        shape = f"ST_SetSRID(ST_ConvexHull(ST_Collect({ring})), 4326)"
        condition = CONDITION
    statement = f"""
        SELECT w, s, e, n FROM ({place}) AS found,
        LATERAL (SELECT round(ST_X(p)::numeric, 6) AS x, round(ST_Y(p)::numeric, 6) AS y) AS middle,
        LATERAL (SELECT x - {width} AS w, y - {width} AS s, x + {width} AS e, y + {width} AS n)
            AS sides
        WHERE (SELECT count(*) FROM (
            SELECT FROM layer.{layer} AS t
            WHERE ST_Intersects(t.geom, {shape}) AND {condition} LIMIT {2 * least + 1}
        ) AS met) BETWEEN {least} AND {2 * least}
        LIMIT {most}
    """  # noqa: S608 - made of our own names and numbers
    with database.connect() as conn:
        rows: list[Any] = conn.execute(statement).fetchall()
    if len(rows) < most / 2:
        raise RuntimeError(f"only {len(rows)} boxes hold {least} rows of {layer}")
    return [(float(w), float(s), float(e), float(n)) for w, s, e, n in rows]
