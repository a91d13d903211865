"""The list of layers for the map, and the state of their data."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from flask.testing import FlaskClient

from etl import rewriting
from etl.restore import restore
from gis_server.catalogue import summaries
from gis_server.catalogue.summaries import LayerState, Summaries, Summary
from gis_testing.archived_events import archived, put
from layers.model import Layer
from layers.registry import Layers
from tiles import changes, purge

Connection = psycopg.Connection[Any]


def _load(conn: Connection, layer: str, mode: str, *, demo: bool, status: str = "done") -> None:
    conn.execute(
        "INSERT INTO ops.load (layer, file, mode, status, started_at, duration_s, who, is_demo)"
        " VALUES (%s, 'x', %s, %s, now(), 1, 'lan', %s)",
        (layer, mode, status, demo),
    )


def _layer(client: FlaskClient, layer_id: str) -> dict[str, Any]:
    groups = client.get("/catalogue.json").get_json()["groups"]
    (found,) = [layer for group in groups for layer in group["layers"] if layer["id"] == layer_id]
    return dict(found)


def test_every_layer_is_listed_once_in_its_group(client: FlaskClient, layers: Layers) -> None:
    document = client.get("/catalogue.json").get_json()
    listed = [layer["id"] for group in document["groups"] for layer in group["layers"]]
    assert sorted(listed) == sorted(layers.by_id)
    assert document["groups"][0]["id"] == "base"
    assert document["demo"] is False
    assert document["bounds"] == list(summaries.VIET_NAM)


def test_a_layer_says_what_the_map_needs(province: Connection, client: FlaskClient) -> None:
    found = _layer(client, "commune")
    assert found["rows"] == 2
    assert found["bounds"] == pytest.approx([105.80, 21.40, 105.90, 21.60])
    assert found["loaded_at"] is None
    assert found["label"] == "full_name"
    units = {field["name"]: field["codes"] for field in found["fields"]}["unit_type"]
    assert units["ward"]["vi"] == "Phường"
    assert found["legend"][0]["color"].startswith("#")
    assert client.get("/catalogue.json").get_json()["bounds"] == found["bounds"]


def test_events_say_from_when_to_when(conn: Connection, client: FlaskClient) -> None:
    for day in (3, 9):
        conn.execute(
            "INSERT INTO layer.incident (category, occurred_at, geom, h3)"
            " VALUES ('theft', %s, ST_SetSRID(ST_MakePoint(105.8, 21.5), 4326), 0)",
            (f"2026-01-{day:02}T00:00:00Z",),
        )
    found = _layer(client, "incident")
    assert found["time_range"] == ["2026-01-03T00:00:00+00:00", "2026-01-09T00:00:00+00:00"]
    assert found["heatmap"] == {
        "category": "category",
        "value": {"field": "severity", "aggregate": "sum", "unit": None, "worse": "high"},
        "tilejson": "/heatmap/incident.json",
        "hotspots": "/hotspots/incident.json",
        "usual": "/usual/incident.json",
    }


def test_made_up_rows_are_marked_until_they_are_replaced(
    conn: Connection, client: FlaskClient
) -> None:
    _load(conn, "camera", "replace", demo=True)
    assert _layer(client, "camera")["demo"] is True
    _load(conn, "camera", "upsert", demo=False)
    assert _layer(client, "camera")["demo"] is True
    _load(conn, "camera", "replace", demo=False, status="failed")
    assert _layer(client, "camera")["demo"] is True
    _load(conn, "camera", "replace", demo=False)
    assert _layer(client, "camera")["demo"] is False
    assert client.get("/catalogue.json").get_json()["demo"] is False


def test_stale_is_older_than_promised(layers: Layers) -> None:
    camera, now = layers.get("camera"), datetime(2026, 6, 30, tzinfo=UTC)
    assert camera.freshness is not None
    late = now - camera.freshness - timedelta(seconds=1)
    assert LayerState(late).is_stale(camera, now)
    assert not LayerState(now - camera.freshness).is_stale(camera, now)
    assert not LayerState(None).is_stale(camera, now)


def _camera(conn: Connection, code: str = "A") -> None:
    conn.execute(
        "INSERT INTO layer.camera (code, name, geom)"
        " VALUES (%s, 'x', ST_SetSRID(ST_MakePoint(105.8, 21.5), 4326))",
        (code,),
    )


def _load_long_ago(conn: Connection) -> None:
    _load(conn, "camera", "replace", demo=False)
    conn.execute("UPDATE ops.load SET started_at = started_at - interval '2 days'")


@pytest.mark.parametrize("is_folded", [False, True])
def test_an_edit_makes_old_data_fresh(
    conn: Connection, client: FlaskClient, is_folded: bool
) -> None:
    _load_long_ago(conn)
    former = _layer(client, "camera")
    assert former["stale"] is True
    assert former["changed_at"] == former["loaded_at"]
    _camera(conn)
    if is_folded:
        changes.publish(conn)
    edited = _layer(client, "camera")
    assert edited["stale"] is False
    assert edited["loaded_at"] == former["loaded_at"]
    assert datetime.now(UTC) - datetime.fromisoformat(edited["changed_at"]) < timedelta(minutes=1)


def test_a_layer_that_was_never_loaded_is_as_old_as_its_last_edit(
    conn: Connection, client: FlaskClient
) -> None:
    assert _layer(client, "camera")["changed_at"] is None
    _camera(conn)
    conn.execute("UPDATE ops.change SET changed_at = changed_at - interval '2 days'")
    found = _layer(client, "camera")
    assert (found["loaded_at"], found["stale"]) == (None, True)
    changes.publish(conn)
    assert _layer(client, "camera")["changed_at"] == found["changed_at"]
    _camera(conn, "B")
    assert _layer(client, "camera")["stale"] is False


def test_a_load_after_an_edit_is_the_last_change(conn: Connection, client: FlaskClient) -> None:
    _camera(conn)
    conn.execute("UPDATE ops.change SET changed_at = changed_at - interval '2 days'")
    _load(conn, "camera", "replace", demo=False)
    found = _layer(client, "camera")
    assert found["changed_at"] == found["loaded_at"]


def test_what_is_no_news_leaves_data_old(
    conn: Connection, client: FlaskClient, layers: Layers
) -> None:
    """Tiles drawn anew, rows written anew for another declaration."""
    _camera(conn)
    conn.execute("UPDATE ops.change SET changed_at = changed_at - interval '2 days'")
    changes.publish(conn)
    purge.purge(conn, "camera")
    rewriting.mark(conn, layers.get("camera"))
    rewriting.run(conn, layers.get("camera"))
    assert _layer(client, "camera")["stale"] is True
    changes.publish(conn)
    assert _layer(client, "camera")["stale"] is True


def test_to_archive_and_to_restore_are_no_news_of_a_layer(
    conn: Connection, layers: Layers, tmp_path: Path
) -> None:
    put(conn)
    conn.execute("DELETE FROM ops.change")
    archived(conn, layers.get("incident"), tmp_path / "archive")
    restore(conn, layers.get("incident"), tmp_path / "archive", ())
    times = conn.execute("SELECT changed_at FROM ops.change WHERE layer = 'incident'").fetchall()
    assert times
    assert {time for (time,) in times} == {None}


def test_rows_are_counted_again_after_a_load(conn: Connection, layers: Layers) -> None:
    camera, remembered = layers.get("camera"), Summaries()
    first, later = LayerState(version=1), LayerState(version=2)
    assert remembered.get(conn, camera, first).rows == 0
    _camera(conn)
    assert remembered.get(conn, camera, first).rows == 0
    assert remembered.get(conn, camera, later).rows == 1


@pytest.mark.parametrize("is_folded", [False, True])
def test_rows_are_counted_again_when_they_changed_and_then_only(
    conn: Connection, layers: Layers, monkeypatch: pytest.MonkeyPatch, is_folded: bool
) -> None:
    monkeypatch.setattr(summaries, "_PAUSE", 0.0)
    camera, remembered, counted = layers.get("camera"), Summaries(), []
    count = summaries.summarise

    def counting(conn: Connection, layer: Layer) -> Summary:
        counted.append(layer.id)
        return count(conn, layer)

    monkeypatch.setattr(summaries, "summarise", counting)

    def rows() -> int:
        state = summaries.states(conn).get("camera", LayerState())
        return remembered.get(conn, camera, state).rows

    assert [rows(), rows()] == [0, 0]
    _camera(conn)
    if is_folded:
        changes.publish(conn)
    assert [rows(), rows()] == [1, 1]
    conn.execute("DELETE FROM layer.camera")
    assert [rows(), rows()] == [0, 0]
    assert len(counted) == 3


def test_rows_that_change_every_second_are_counted_once_a_minute(
    conn: Connection, layers: Layers
) -> None:
    camera, remembered = layers.get("camera"), Summaries()
    for code in "ABC":
        _camera(conn, code)
        assert remembered.get(conn, camera, summaries.states(conn)["camera"]).rows == 1
