"""The OGC interface as a client sees it, and rows of points, events, parcels and plans."""

import json
import random
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import h3.api.basic_int as h3
import psycopg
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

Connection = psycopg.Connection[Any]
Row = dict[str, Any]

EVIL = "</script><script>alert('Đạt & \"Mai\" < 5')</script>"
"""A name that a page must show and never run."""

FIRST_DAY = datetime(2026, 1, 1, tzinfo=UTC)
CATEGORIES = ("theft", "flood", "traffic_accident")

SCHOOLS: list[Row] = [
    {
        "code": code,
        "name": name,
        "level": level,
        "pupils": pupils,
        "classes": classes,
        "x": x,
        "y": y,
    }
    for code, name, level, pupils, classes, x, y in (
        ("S1", "Trường THCS Văn Lăng", "secondary", 420, 12, 105.85, 21.55),
        ("S2", "Trường Tiểu học Sông Công", "primary", 610, 20, 105.86, 21.47),
        ("S3", "Mầm non Hoa Sen", "kindergarten", None, None, 105.84, 21.59),
        ("S/4", EVIL, "mixed", 5, 1, 106.0, 21.6),
        ("s5", "100% Ước mơ_1", "college", 420, 14, 105.9, 21.5),
    )
]


def _incidents() -> list[Row]:
    chance = random.Random(19)
    made = [
        {
            "id": number,
            "category": chance.choice(CATEGORIES),
            "severity": chance.choice([None, 1, 2, 3, 4, 5]),
            "occurred_at": FIRST_DAY + timedelta(hours=8 * number),
            "x": round(chance.uniform(105.5, 106.2), 6),
            "y": round(chance.uniform(21.3, 22.0), 6),
        }
        for number in range(1, 301)
    ]
    return [{**row, "h3": h3.latlng_to_cell(row["y"], row["x"], 10)} for row in made]


INCIDENTS = _incidents()
"""300 events of 100 days."""

PLANS: list[Row] = [
    {"id": 1, "valid_from": "2020-01-01", "valid_to": "2024-12-31"},
    {"id": 2, "valid_from": "2025-01-01", "valid_to": "2030-12-31"},
    {"id": 3, "valid_from": "2026-06-01", "valid_to": None},
    {"id": 4, "valid_from": None, "valid_to": None},
]

_SCHOOL = """
INSERT INTO layer.school (code, name, level, pupils, classes, geom)
VALUES (%(code)s, %(name)s, %(level)s, %(pupils)s, %(classes)s,
        ST_SetSRID(ST_MakePoint(%(x)s, %(y)s), 4326))
"""
_INCIDENT = """
INSERT INTO layer.incident (id, category, severity, occurred_at, h3, geom)
VALUES (%(id)s, %(category)s, %(severity)s, %(occurred_at)s, %(h3)s,
        ST_SetSRID(ST_MakePoint(%(x)s, %(y)s), 4326))
"""
_PLAN = """
INSERT INTO layer.land_plan (id, land_code, valid_from, valid_to, geom)
VALUES (%(id)s, 'ODT', %(valid_from)s, %(valid_to)s,
        ST_Multi(ST_MakeEnvelope(430000, 2380000, 430010, 2380010, 9213)))
"""
_PARCELS = """
INSERT INTO layer.land_parcel (id, sheet, number, area_paper, land_code, geom)
SELECT 1 + x + 20 * y, y::text, x::text, 250000, CASE WHEN x < 10 THEN 'ODT' ELSE 'LUC' END,
       ST_Multi(ST_MakeEnvelope(425000 + 500 * x, 2380000 + 500 * y,
                                425500 + 500 * x, 2380500 + 500 * y, 9213))
FROM generate_series(0, 19) AS x, generate_series(0, 19) AS y
"""
"""A grid of 20 by 20 squares of 500 m in the province's zone, metres."""


@dataclass(frozen=True)
class Api:
    """The OGC interface as a client sees it."""

    client: FlaskClient

    def get(self, path: str = "", *, accept: str = "*/*", **query: Any) -> TestResponse:
        """Ask for a path under /ogc; two underscores in a parameter's name stand for a dash."""
        named = {name.replace("__", "-"): str(value) for name, value in query.items()}
        return self.client.get(f"/ogc{path}", query_string=named, headers={"Accept": accept})

    def json(self, path: str = "", **query: Any) -> Any:
        """Ask for a document; fail on any status but 200."""
        answer = self.get(path, **query)
        assert answer.status_code == 200, answer.text
        return answer.get_json(force=True)

    def page(self, path: str = "", **query: Any) -> str:
        """Ask for a page in HTML; fail on any status but 200."""
        answer = self.get(path, f="html", **query)
        assert answer.status_code == 200, answer.text
        assert answer.mimetype == "text/html"
        return answer.text

    def items(self, layer: str, **query: Any) -> Any:
        """Ask for items."""
        return self.json(f"/collections/{layer}/items", **query)

    def ids(self, layer: str, **query: Any) -> list[Any]:
        """Return the ids of the items that fit, checked against their number."""
        found = self.items(layer, **{"limit": 10_000, **query})
        assert found["numberMatched"] == found["numberReturned"] == len(found["features"])
        return [feature["id"] for feature in found["features"]]

    def posted(self, layer: str, node: Any, **query: Any) -> TestResponse:
        """Post a filter, given as a tree or as text."""
        text = node if isinstance(node, str | bytes) else json.dumps(node)
        address = f"/ogc/collections/{layer}/items"
        return self.client.post(
            address, query_string=query, data=text, content_type="application/json"
        )

    def refusal(self, path: str, *, status: int = 400, **query: Any) -> Mapping[str, Any]:
        """Ask for what cannot be answered; give the problem, checked for its form."""
        return self.problem(self.get(path, **query), status)

    def problem(self, answer: TestResponse, status: int) -> Mapping[str, Any]:
        """Check that an answer is problem details with the OGC code; give them."""
        assert answer.status_code == status, answer.text
        assert answer.content_type == "application/problem+json"
        found: Mapping[str, Any] = answer.get_json(force=True)
        assert found["status"] == status
        assert found["detail"]
        assert found["type"]
        assert found["code"] == found["title"]
        assert found["description"] == found["detail"]
        return found


def header_links(answer: TestResponse) -> dict[str, tuple[str, str | None]]:
    """Return the links of the header Link: address and media type, by relation."""
    found = re.finditer(
        r'<(?P<url>[^>]*)>; rel="(?P<rel>[^"]*)"(?:; type="(?P<type>[^"]*)")?(?:, |$)',
        answer.headers.get("Link", ""),
    )
    return {
        link["rel"]: (link["url"].removeprefix("http://localhost"), link["type"]) for link in found
    }


@dataclass(frozen=True)
class Rows:
    """What is in the database of this module; parcels are GeoJSON in degrees, by id."""

    parcels: Mapping[int, Any]
    schools: tuple[Row, ...] = tuple(SCHOOLS)
    incidents: tuple[Row, ...] = tuple(INCIDENTS)
    plans: tuple[Row, ...] = tuple(PLANS)
    evil: str = EVIL


def fill(conn: Connection) -> None:
    """Put the rows of this module into a database."""
    with conn.cursor() as cursor:
        for statement, rows in ((_SCHOOL, SCHOOLS), (_INCIDENT, INCIDENTS), (_PLAN, PLANS)):
            cursor.executemany(statement, rows)
        cursor.execute(_PARCELS)
