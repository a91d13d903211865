"""The text that a row keeps is what the row says, whoever wrote it and however."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pyproj
import pytest
from psycopg.sql import SQL, Identifier

from etl import ddl, geojson, table_facts, tables
from etl.load import Mode, Result
from layers.model import Access, Layer, Lifecycle
from layers.registry import Layers

Connection = psycopg.Connection[Any]

PARCEL = """
INSERT INTO layer.land_parcel (sheet, number, land_code, geom)
VALUES ('1', %s, 'ONT', ST_Multi(ST_MakeEnvelope(430000, 2380000, 430010, 2380010, 9213)))
"""


def _kept(conn: Connection, layer: Layer) -> list[Any]:
    statement = SQL("SELECT {} FROM {} ORDER BY {}").format(
        Identifier(geojson.COLUMN), ddl.table(layer), Identifier(layer.key)
    )
    return [json.loads(row[0]) for row in conn.execute(statement)]


def test_a_row_keeps_its_text_in_degrees(conn: Connection, layers: Layers) -> None:
    conn.execute(PARCEL, ("2",))
    (found,) = _kept(conn, layers.get("land_parcel"))
    assert found["type"] == "Feature"
    assert found["id"] == found["properties"]["id"] == 1
    assert list(found["properties"]) == list(layers.get("land_parcel").public)
    turned = pyproj.Transformer.from_crs(9213, 4326, always_xy=True)
    corner = found["geometry"]["coordinates"][0][0][0]
    assert corner == pytest.approx(turned.transform(430000, 2380000), abs=1e-7)


def test_the_text_follows_an_update_and_cannot_be_set(conn: Connection, layers: Layers) -> None:
    conn.execute(PARCEL, ("2",))
    conn.execute("UPDATE layer.land_parcel SET number = 'Ở \"<3>\"\n', geojson = '{}'")
    (found,) = _kept(conn, layers.get("land_parcel"))
    assert found["properties"]["number"] == 'Ở "<3>"\n'
    conn.execute("UPDATE layer.land_parcel SET geom = ST_Translate(geom, 5000, 0)")
    (moved,) = _kept(conn, layers.get("land_parcel"))
    assert moved["geometry"] != found["geometry"]


def test_a_load_writes_the_text_with_the_numbers_that_it_gives(
    conn: Connection, run: Callable[..., Result], tmp_path: Path, layers: Layers
) -> None:
    squares = [
        {
            "type": "Feature",
            "properties": {"sheet": "1", "number": str(n), "land_code": "ONT"},
            "geometry": {
                "type": "Polygon",
                "coordinates": [[[x, 21.5], [x + 0.001, 21.5], [x, 21.501], [x, 21.5]]],
            },
        }
        for n, x in enumerate((105.9, 105.5, 105.7))
    ]
    file = tmp_path / "parcels.geojson"
    file.write_text(json.dumps({"type": "FeatureCollection", "features": squares}))
    run("land_parcel", file, mode=Mode.REPLACE)
    found = _kept(conn, layers.get("land_parcel"))
    assert [feature["id"] for feature in found] == [1, 2, 3]
    places = conn.execute("SELECT id FROM layer.land_parcel ORDER BY px").fetchall()
    assert places == [(1,), (2,), (3,)]
    assert {feature["properties"]["number"] for feature in found} == {"0", "1", "2"}


def test_events_keep_no_text(conn: Connection, layers: Layers) -> None:
    events = [layer for layer in layers if layer.lifecycle is Lifecycle.APPENDED]
    assert events
    facts = table_facts.read(conn, layers)
    for layer in layers:
        columns = ddl.names(layer)
        assert (geojson.COLUMN in columns) == (layer not in events)
        assert facts[layer.id].keeps_text(layer) == (layer not in events)


def test_a_field_that_is_hidden_leaves_the_text(conn: Connection, layers: Layers) -> None:
    parcel = layers.get("land_parcel")
    conn.execute(PARCEL, ("2",))
    hidden = replace(parcel.fields["number"], access=Access.RESTRICTED)
    changed = replace(parcel, fields={**parcel.fields, "number": hidden})
    assert tables.unsettled(conn, [changed])
    tables.prepare(conn, Layers({"land_parcel": changed}, layers.groups))
    assert not tables.unsettled(conn, [changed])
    assert "number" not in _kept(conn, changed)[0]["properties"]


def test_a_table_from_before_gets_the_text(conn: Connection, layers: Layers) -> None:
    parcel = layers.get("land_parcel")
    conn.execute(PARCEL, ("2",))
    conn.execute("DROP TRIGGER keep_geojson ON layer.land_parcel")
    conn.execute("ALTER TABLE layer.land_parcel DROP COLUMN geojson")
    tables.prepare(conn, Layers({"land_parcel": parcel}, layers.groups))
    assert _kept(conn, parcel)[0]["properties"]["number"] == "2"
    assert tables.prepare(conn, layers) == []


def test_times_are_in_utc_in_any_session(conn: Connection, layers: Layers) -> None:
    report = layers.get("report")
    statement = SQL("SELECT {} FROM (SELECT {} AS {}) AS t").format(
        geojson.properties("t", [report.field(report.time or "")]),
        SQL("'2026-01-31 23:30:00.5+07'::timestamptz"),
        Identifier(report.time or ""),
    )
    conn.execute("SET TIME ZONE 'Asia/Ho_Chi_Minh'")
    row = conn.execute(statement).fetchone()
    assert row is not None
    assert json.loads(row[0]) == {report.time: "2026-01-31T16:30:00.5+00:00"}
