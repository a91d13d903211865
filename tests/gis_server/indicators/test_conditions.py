"""What needs a leader's eye."""

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import psycopg
import pytest
from flask.testing import FlaskClient

from gis_server.http.params import Interval
from gis_server.indicators import conditions

Connection = psycopg.Connection[Any]

NOW = datetime(2026, 6, 30, tzinfo=UTC)
WEEK = "2026-06-23T00:00:00Z/2026-06-30T00:00:00Z"
POINT = "ST_SetSRID(ST_MakePoint(%s, %s), 4326)"


def _report(conn: Connection, status: str, received: datetime, due: datetime) -> None:
    conn.execute(
        "INSERT INTO layer.report (code, category, status, received_at, due_at, geom, h3)"
        f" VALUES ('P', 'traffic', %s, %s, %s, {POINT}, 0)",
        (status, received, due, 105.85, 21.55),
    )


def _incident(conn: Connection, at: datetime, lat: float) -> None:
    conn.execute(
        "INSERT INTO layer.incident (category, occurred_at, geom, h3)"
        f" VALUES ('theft', %s, {POINT}, 0)",
        (at, 105.85, lat),
    )


def _items(client: FlaskClient) -> dict[str, dict[str, Any]]:
    answer = client.get("/attention", query_string={"datetime": WEEK})
    assert answer.status_code == 200
    return {item["layer"]: item for item in answer.get_json()["items"]}


@pytest.mark.parametrize(
    "chosen",
    ["0001-01-01", "9999-12-31", "0001-01-01/9999-12-31", "../0001-01-01", "9999-12-31/..",
     "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"],
)  # fmt: skip
@pytest.mark.parametrize(
    "path",
    ["/attention", "/attention/report", "/usual/traffic.json", "/usual/traffic.geojson",
     "/usual/traffic/10/812/448.mvt", "/heatmap/incident.json", "/heatmap/incident/10/812/448.mvt",
     "/heatmap/incident.frames?step=P1D&window=P1D", "/hotspots/incident.geojson",
     "/tiles/incident/10/812/448.mvt", "/ogc/collections/incident/items",
     "/ogc/collections/incident/items?f=html", "/ogc/collections/incident/dggs/H3/zones"],
)  # fmt: skip
def test_times_at_the_ends_of_the_calendar_are_times(
    province: Connection, client: FlaskClient, path: str, chosen: str
) -> None:
    _incident(province, datetime(9999, 12, 31, 23, 59, tzinfo=UTC), 21.5)
    province.execute("UPDATE layer.incident SET h3 = 622646572370591743")
    _report(province, "new", datetime(1, 1, 1, tzinfo=UTC), datetime(1, 1, 2, tzinfo=UTC))
    answer = client.get(f"{path}{'&' if '?' in path else '?'}datetime={quote(chosen)}")
    # Some questions have no answer for such a time; none is a fault of the server.
    assert answer.status_code in (200, 204, 400, 503), answer.text


def test_all_well_says_nothing(province: Connection, client: FlaskClient) -> None:
    assert _items(client) == {}


def test_overdue_is_open_and_past_its_term(province: Connection, client: FlaskClient) -> None:
    inside, day = NOW - timedelta(days=3), timedelta(days=1)
    _report(province, "in_progress", inside, NOW - day)
    _report(province, "resolved", inside, NOW - day)
    _report(province, "new", inside, NOW + day)
    _report(province, "new", NOW - 30 * day, NOW - 20 * day)
    _report(province, "new", NOW + day, NOW - day)
    item = _items(client)["report"]
    assert (item["count"], item["total"], item["previous"]) == (2, 3, None)
    places = client.get(item["places"]).get_json()
    longest, feature = places["features"]
    assert "10/06/2026 07:00" in longest["properties"]["detail"]["vi"]
    assert feature["properties"]["layer"] == "report"
    assert feature["properties"]["title"] == {"vi": "Giao thông · 1", "en": "Traffic · 1"}
    assert "29/06/2026 07:00" in feature["properties"]["detail"]["vi"]
    assert places["bbox"] == [105.85, 21.55, 105.85, 21.55]


def test_alarms_come_before_cameras(province: Connection, client: FlaskClient) -> None:
    for code, status in (("C1", "offline"), ("C2", "fault"), ("C3", "online")):
        province.execute(
            f"INSERT INTO layer.camera (code, name, status, geom) VALUES (%s, %s, %s, {POINT})",
            (code, code, status, 105.85, 21.45),
        )
    province.execute(
        "INSERT INTO layer.fire_alarm (code, premises, kind, status, geom)"
        f" VALUES ('F', 'Chợ', 'smoke', 'alarm', {POINT})",
        (105.85, 21.45),
    )
    found = _items(client)
    assert [(i["layer"], i["priority"]) for i in found.values()] == [
        ("fire_alarm", 1),
        ("camera", 4),
    ]
    assert (found["camera"]["count"], found["camera"]["total"]) == (2, 3)


def test_rising_compares_with_the_time_before(province: Connection, client: FlaskClient) -> None:
    for day in range(1, 6):
        _incident(province, NOW - timedelta(days=day), 21.55)
    _incident(province, NOW - timedelta(days=10), 21.55)
    for day in (8, 9, 10):
        _incident(province, NOW - timedelta(days=day), 21.45)
    _incident(province, NOW - timedelta(days=15), 21.45)
    item = _items(client)["incident"]
    assert (item["kind"], item["count"], item["previous"]) == ("rising", 5, 4)
    places = client.get(item["places"]).get_json()["features"]
    assert [(p["id"], p["properties"]["count"], p["properties"]["previous"]) for p in places] == [
        ("05665", 5, 1)
    ]
    assert places[0]["geometry"]["type"] == "MultiPolygon"


def test_without_records_of_the_time_before_nothing_is_compared(
    province: Connection, client: FlaskClient
) -> None:
    _incident(province, NOW - timedelta(days=1), 21.55)
    assert "incident" not in _items(client)


def test_an_open_period_is_the_last_week() -> None:
    chosen = conditions.period(Interval(None, None), NOW)
    assert chosen == (NOW - timedelta(days=7), NOW)
    assert chosen.before.end < chosen.start
    assert chosen.before.start == NOW - timedelta(days=14)


@pytest.mark.parametrize(
    ("path", "status"),
    [("/attention?datetime=x", 400), ("/attention/nowhere", 404), ("/attention/commune", 404)],
)
def test_bad_questions_are_refused(client: FlaskClient, path: str, status: int) -> None:
    answer = client.get(path)
    assert answer.status_code == status
    assert answer.get_json()["status"] == status
