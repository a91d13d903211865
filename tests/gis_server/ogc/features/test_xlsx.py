"""The workbook that people download: its words, what is too long for it, and its way back in."""

import io
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from flask.testing import FlaskClient
from openpyxl import load_workbook

from etl import load
from etl.load import Mode, Order
from layers.local_time import UTC_OFFSET
from layers.registry import Layers

Connection = psycopg.Connection[Any]

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

ITEMS = "/ogc/collections/{}/items"


def _rows(body: bytes) -> list[tuple[Any, ...]]:
    (sheet,) = load_workbook(io.BytesIO(body)).worksheets
    return list(sheet.iter_rows(values_only=True))


@pytest.mark.parametrize(
    ("asked", "headers", "wanted"),
    [
        ("?f=xlsx", {}, ("Xảy ra lúc (giờ Việt Nam, UTC+7)", "Kinh độ")),
        ("?f=xlsx&lang=en", {}, ("Occurred at (Viet Nam time, UTC+7)", "Longitude")),
        ("", {"Accept": MEDIA_TYPE, "Accept-Language": "en"},
         ("Occurred at (Viet Nam time, UTC+7)", "Longitude")),
        ("?f=xlsx&crs=http://www.opengis.net/def/crs/EPSG/0/3405", {},
         ("Xảy ra lúc (giờ Việt Nam, UTC+7)", "Toạ độ đông")),
    ],
)  # fmt: skip
def test_headings_are_titles_in_the_reader_s_language(
    api: Any, layers: Layers, asked: str, headers: dict[str, str], wanted: tuple[str, str]
) -> None:
    answer = api.client.get(ITEMS.format("incident") + asked, headers=headers)
    assert answer.content_type == MEDIA_TYPE
    heads = _rows(answer.data)[0]
    time, place = wanted
    title = layers.get("incident").field("occurred_at").title["en" if "Viet Nam" in time else "vi"]
    assert title in time
    assert time in heads
    assert heads[-2] == place


def test_a_text_of_the_database_is_no_formula(schools: Connection, client: FlaskClient) -> None:
    (_, *rows) = _rows(client.get(f"{ITEMS.format('school')}?f=xlsx").data)
    assert [row[:2] for row in rows] == [("007", "=1+1"), ("S1", "<r>x</r>")]


@pytest.fixture
def schools(conn: Connection) -> Connection:
    """Two schools with texts that spreadsheets and XlsxWriter might take for more."""
    conn.execute(
        "INSERT INTO layer.school (code, name, geom)"
        " SELECT code, name, ST_SetSRID(ST_MakePoint(105.8, 21.5), 4326)"
        " FROM (VALUES ('007', '=1+1'), ('S1', '<r>x</r>')) AS made (code, name)"
    )
    return conn


def test_a_shape_that_no_cell_holds_says_so(conn: Connection, client: FlaskClient) -> None:
    conn.execute(
        "INSERT INTO layer.commune (code, name, full_name, unit_type, province_code, geom) VALUES"
        " ('05518', 'Sông Công', 'Phường Sông Công', 'ward', '19',"
        "  ST_Multi(ST_Buffer(ST_SetSRID(ST_MakePoint(105.8, 21.5), 4326), 0.1, 1000)))"
    )
    _, row = _rows(client.get(f"{ITEMS.format('commune')}?f=xlsx&lang=en").data)
    assert str(row[-1]).startswith("[Cut: there are ")
    assert len(str(row[-1])) == 32_767


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_a_workbook_can_be_loaded_again(
    conn: Connection, client: FlaskClient, layers: Layers, tmp_path: Path, lang: str
) -> None:
    times = [datetime(2026, 1, 31, 20, tzinfo=UTC), datetime(2026, 6, 30, 0, 30, tzinfo=UTC)]
    for time in times:
        conn.execute(
            "INSERT INTO layer.fire_event (category, severity, occurred_at, power_mw, h3, geom)"
            " VALUES ('building', 2, %s, 0.1 + 0.2, 0,"
            " ST_SetSRID(ST_MakePoint(105.8, 21.5), 4326))",
            (time,),
        )
    file = tmp_path / "events.xlsx"
    file.write_bytes(client.get(f"{ITEMS.format('fire_event')}?f=xlsx&lang={lang}").data)
    before = _stored(conn)
    assert [row[2] for row in before] == times
    shown = [cell for cell in _rows(file.read_bytes())[1] if isinstance(cell, datetime)]
    assert shown == [(times[0] + UTC_OFFSET).replace(tzinfo=None)]
    result = load.load(
        conn, Order(layers.get("fire_event"), file, Mode.REPLACE, "lan", tmp_path / "reports")
    )
    assert (result.rows_loaded, result.rows_refused) == (2, 0)
    assert _stored(conn) == before


def _stored(conn: Connection) -> list[tuple[Any, ...]]:
    return conn.execute(
        "SELECT category, severity, occurred_at, power_mw, ST_AsText(geom)"
        " FROM layer.fire_event ORDER BY occurred_at"
    ).fetchall()


def test_an_hour_of_the_night_is_of_the_day_that_people_there_had() -> None:
    assert timedelta(hours=7) == UTC_OFFSET, "the headings say UTC+7"


def test_a_workbook_is_another_one_in_another_language(api: Any) -> None:
    path, tags = f"{ITEMS.format('incident')}?f=xlsx&limit=1", []
    for lang in ("vi", "en"):
        with api.client.get(path, headers={"Accept-Language": lang}) as answer:
            assert answer.headers["Content-Language"].startswith(lang)
            assert "Accept-Language" in answer.headers["Vary"]
            tags.append(answer.headers["ETag"])
    for lang, status in (("vi", 304), ("en", 200)):
        headers = {"Accept-Language": lang, "If-None-Match": tags[0]}
        with api.client.get(path, headers=headers) as answer:
            assert answer.status_code == status
