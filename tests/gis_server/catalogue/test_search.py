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
        "commune",
        "province",
        "Tỉnh Thái Nguyên",
    )
    assert first["bbox"] == pytest.approx([105.80, 21.40, 105.90, 21.60])


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
