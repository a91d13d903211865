"""A parcel's card: areas, neighbours, what is planned."""

from typing import Any

import psycopg
import pytest
from flask.testing import FlaskClient

Connection = psycopg.Connection[Any]


def _id(conn: Connection, number: str) -> int:
    row = conn.execute("SELECT id FROM layer.land_parcel WHERE number = %s", (number,)).fetchone()
    assert row is not None
    return int(row[0])


def test_a_card_has_areas_neighbours_and_plans(province: Connection, client: FlaskClient) -> None:
    card = client.get(f"/land/parcels/{_id(province, '77')}").get_json()
    properties = card["parcel"]["properties"]
    assert properties["area_paper"] == 100.5
    assert properties["area_geometry"] == pytest.approx(100)
    assert properties["commune_name"] == "Phường Sông Công"
    west, south = card["parcel"]["geometry"]["coordinates"][0][0][0]
    assert 105 < west < 107
    assert 21 < south < 22
    assert [n["number"] for n in card["neighbours"]] == ["76", "78"]
    assert [(p["land_code"], p["area_m2"], p["percent"]) for p in card["planned"]] == [
        ("DGT", pytest.approx(50), pytest.approx(50)),
        ("ODT", pytest.approx(50), pytest.approx(50)),
    ]
    assert card["planned"][0]["title"]["vi"]
    assert card["planned"][0]["color"].startswith("#")
    assert "tham khảo" in card["note"]["vi"]


def test_a_parcel_outside_every_plan_has_none(province: Connection, client: FlaskClient) -> None:
    card = client.get(f"/land/parcels/{_id(province, '5')}").get_json()
    assert card["planned"] == []
    assert card["neighbours"] == []


def test_an_unknown_parcel_is_not_found(province: Connection, client: FlaskClient) -> None:
    answer = client.get("/land/parcels/999999")
    assert answer.status_code == 404
    assert "no parcel 999999" in answer.get_json()["detail"]
    assert client.get("/land/parcels/x").status_code == 404
