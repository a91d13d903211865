"""People find units, places and parcels by what they type."""

from typing import Any

import psycopg
import pytest
from flask.testing import FlaskClient

from gis_server.catalogue import search
from gis_server.catalogue.search import ParcelQuestion

Connection = psycopg.Connection[Any]


@pytest.mark.parametrize(
    ("text", "place", "sheet", "number"),
    [
        ("tờ 12 thửa 77", "", "12", "77"),
        ("Sông Công tờ 12 thửa 77", "song cong", "12", "77"),
        ("tờ bản đồ số 12, thửa đất số 77, phường Sông Công", "phuong song cong", "12", "77"),
        ("thửa số 077 tờ 012", "", "012", "077"),
        ("Sông Công 12/77", "song cong", "12", "77"),
        ("Sông Công 12 77", "song cong", "12", "77"),
        ("to 12 Sông Công", "song cong", "12", None),
    ],
)
def test_a_parcel_is_read_as_people_name_it(
    text: str, place: str, sheet: str, number: str | None
) -> None:
    assert search.parcel_question(text) == ParcelQuestion(place, sheet, number)


@pytest.mark.parametrize("text", ["Thái Nguyên", "xã Văn Lăng", "QL3", "Trường tiểu học số 1"])
def test_other_questions_are_no_parcels(text: str) -> None:
    assert search.parcel_question(text) is None


def _results(client: FlaskClient, text: str) -> list[dict[str, Any]]:
    answer = client.get("/search", query_string={"q": text})
    assert answer.status_code == 200
    found: list[dict[str, Any]] = answer.get_json()["results"]
    return found


def test_units_are_found_without_accents(province: Connection, client: FlaskClient) -> None:
    (first, *_) = _results(client, "thai nguyen")
    assert (first["kind"], first["layer"], first["title"]) == (
        "province",
        "province",
        "Tỉnh Thái Nguyên",
    )
    assert first["bbox"] == pytest.approx([105.80, 21.40, 105.90, 21.60])


def test_a_unit_says_whether_it_is_a_province_or_a_commune(
    province: Connection, client: FlaskClient
) -> None:
    assert [hit["kind"] for hit in _results(client, "tinh thai nguyen")] == ["province"]
    assert [hit["kind"] for hit in _results(client, "phuong song cong")] == ["commune"]


@pytest.fixture
def dates(province: Connection) -> Connection:
    """A commune whose name is inside the words "đường" and "trường", and places named by dates."""
    province.execute(
        "INSERT INTO layer.commune (code, name, full_name, unit_type, province_code, geom) VALUES"
        " ('05001', 'Thượng Đường', 'Xã Thượng Đường', 'commune', '19',"
        "  ST_Multi(ST_MakeEnvelope(105.70, 21.40, 105.80, 21.50, 4326)))"
    )
    province.execute(
        "INSERT INTO layer.school (code, name, level, geom)"
        " SELECT 'D' || nr, name, 'secondary', ST_SetSRID(ST_MakePoint(105.85, 21.55), 4326)"
        " FROM unnest(ARRAY['Quảng trường 30/4', 'Đường 19/5', 'Trường THPT 19-5',"
        "                   'Nhà văn hoá tổ 12', 'Hẻm 112/775'])"
        " WITH ORDINALITY AS place (name, nr)"
    )
    return province


@pytest.mark.parametrize(
    ("text", "titles"),
    [
        ("Quảng trường 30/4", ["Quảng trường 30/4"]),
        ("30/4", ["Quảng trường 30/4"]),
        ("Đường 19/5", ["Đường 19/5"]),
        ("duong 19-5", ["Đường 19/5"]),
        ("Trường THPT 19-5", ["Trường THPT 19-5"]),
        ("19.5", ["Đường 19/5", "Trường THPT 19-5"]),
        ("tổ 12", ["Nhà văn hoá tổ 12", "Thửa 76, tờ 12", "Thửa 77, tờ 12", "Thửa 78, tờ 12"]),
    ],
)
def test_a_place_named_by_numbers_comes_before_parcels(
    dates: Connection, client: FlaskClient, text: str, titles: list[str]
) -> None:
    answer = client.get("/search", query_string={"q": text}).get_json()
    assert [hit["title"] for hit in answer["results"]] == titles
    assert answer["message"] is None


@pytest.mark.parametrize("text", ["30/4", "30-04", "đường 30 tháng 4", "30 tháng 4"])
def test_a_street_named_after_a_date_is_found_by_either_spelling(
    dates: Connection, client: FlaskClient, text: str
) -> None:
    dates.execute("UPDATE layer.school SET name = 'Đường 30 Tháng 4' WHERE code = 'D1'")
    dates.execute("UPDATE layer.school SET name = 'Đường 30/4' WHERE code = 'D2'")
    titles = ["Đường 30/4", "Đường 30 Tháng 4"]
    assert [hit["title"] for hit in _results(client, text)] == titles


def test_a_parcel_and_a_place_named_so_are_both_found(
    dates: Connection, client: FlaskClient
) -> None:
    dates.execute("UPDATE layer.school SET name = 'Đường 12/77' WHERE code = 'D2'")
    titles = ["Đường 12/77", "Thửa 77, tờ 12"]
    assert [hit["title"] for hit in _results(client, "12/77")] == titles


def test_many_places_named_so_leave_room_for_the_parcel(
    dates: Connection, client: FlaskClient
) -> None:
    dates.execute("UPDATE layer.school SET name = 'Ngõ 12/77 số ' || code")
    found = client.get("/search", query_string={"q": "12/77", "limit": 4}).get_json()["results"]
    assert [hit["kind"] for hit in found] == ["place", "place", "place", "parcel"]


def test_numbers_inside_other_numbers_are_no_name(dates: Connection, client: FlaskClient) -> None:
    assert [hit["title"] for hit in _results(client, "12/77")] == ["Thửa 77, tờ 12"]


def test_units_come_before_places(province: Connection, client: FlaskClient) -> None:
    assert [hit["title"] for hit in _results(client, "VAN LANG")] == [
        "Xã Văn Lăng",
        "Trường THCS Văn Lăng",
    ]


def test_a_parcel_is_found_in_its_commune(province: Connection, client: FlaskClient) -> None:
    (hit,) = _results(client, "song cong to 12 thua 077")
    assert hit["kind"] == "parcel"
    assert hit["title"] == "Thửa 77, tờ 12"
    assert hit["subtitle"] == "Phường Sông Công · LUC · 100,5 m²"


def test_the_words_are_of_the_wanted_language(province: Connection, client: FlaskClient) -> None:
    query = {"q": "tờ 12 thửa 77", "lang": "en"}
    (hit,) = client.get("/search", query_string=query).get_json()["results"]
    assert (hit["title"], hit["subtitle"].split(" · ")[-1]) == ("Parcel 77, sheet 12", "100.5 m²")
    query = {"q": "THCS", "lang": "en"}
    (hit,) = client.get("/search", query_string=query).get_json()["results"]
    assert hit["subtitle"] == "Schools"


def test_a_leading_zero_is_nothing(province: Connection, client: FlaskClient) -> None:
    assert [hit["title"] for hit in _results(client, "tờ 1 thửa 05")] == ["Thửa 5, tờ 01"]
    assert [hit["title"] for hit in _results(client, "tờ 001 thửa 5")] == ["Thửa 5, tờ 01"]


def test_a_parcel_without_a_commune_code_is_found_by_its_place(
    province: Connection, client: FlaskClient
) -> None:
    province.execute(
        "INSERT INTO layer.land_parcel (sheet, number, land_code, geom) SELECT '9', '9', 'ONT',"
        " ST_Multi(ST_Transform(ST_MakeEnvelope(105.85, 21.55, 105.8501, 21.5501, 4326), 9213))"
    )
    (hit,) = _results(client, "xã Văn Lăng tờ 9 thửa 9")
    assert hit["subtitle"].startswith("Xã Văn Lăng")


@pytest.mark.parametrize(
    ("text", "vi", "en"),
    [
        (
            "phường Sông Công tờ 12 thửa 99",
            "Phường Sông Công: Tờ 12 có 3 thửa nhưng không có thửa 99.",
            "Phường Sông Công: Sheet 12 has 3 parcels, but no parcel 99.",
        ),
        ("tờ 40 thửa 1", "Không có tờ bản đồ số 40.", "There is no map sheet 40."),
    ],
)
def test_a_parcel_that_is_not_there_is_said_so(
    province: Connection, client: FlaskClient, text: str, vi: str, en: str
) -> None:
    answer = client.get("/search", query_string={"q": text}).get_json()
    assert answer == {"results": [], "message": {"vi": vi, "en": en}}


@pytest.mark.parametrize("text", ["%", "_", "' OR 1=1 --", "\\", "%zz%"])
def test_signs_are_no_wildcards(province: Connection, client: FlaskClient, text: str) -> None:
    assert _results(client, text) == []


@pytest.mark.parametrize(
    "query", ["", "q=", "q=%20", "q=" + "x" * 201, "q=a&limit=0", "q=a&limit=x"]
)
def test_a_bad_question_is_refused(client: FlaskClient, query: str) -> None:
    answer = client.get(f"/search?{query}")
    assert answer.status_code == 400
    assert answer.content_type == "application/problem+json"


def test_units_are_found_however_many_others_have_the_text(
    province: Connection, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    province.execute(
        "INSERT INTO layer.school (code, name, level, geom)"
        " SELECT 'N' || n, 'Trường Sông ' || n, 'primary', ST_Point(105.85, 21.55, 4326)"
        " FROM generate_series(1, 50) AS n"
    )
    monkeypatch.setattr(search, "MOST_MATCHES", 5)
    assert _results(client, "sông")[0]["kind"] == "commune"
