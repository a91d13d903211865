"""Over HTTP: no stale tile, encodings, validators, choices, and tiles drawn anew on demand."""

import gzip
from dataclasses import replace
from typing import Any
from urllib.parse import quote

import brotli
import mapbox_vector_tile
import psycopg
import pytest
import zstandard
from flask.testing import FlaskClient

from gis_server.answers import current
from gis_server.settings import Settings
from gis_testing.applications import create_app
from gis_testing.random_events import put_incidents
from layers.audience import Audience
from layers.geo import TileId
from tiles import changes, heatmap

Connection = psycopg.Connection[Any]

AT = TileId.at(105.85, 21.55, 14)
PATH = f"/tiles/school/{AT.z}/{AT.x}/{AT.y}.mvt"


@pytest.fixture
def schools(province: Connection, client: FlaskClient) -> Connection:
    """A province with one school; the server has seen it."""
    client.get(PATH)
    return province


def _learn(client: FlaskClient) -> None:
    gis = client.application.extensions["gis"]
    with gis.pool.connection() as conn:
        changes.drain(conn)
    gis.changes.ask()


def _names(client: FlaskClient, path: str = PATH) -> list[str]:
    body = client.get(path).data
    features = mapbox_vector_tile.decode(body)["school"]["features"] if body else []
    return sorted(feature["properties"]["name"] for feature in features)


@pytest.mark.parametrize(
    ("change", "left"),
    [
        ("UPDATE layer.school SET name = 'Mới'", ["Mới"]),
        ("UPDATE layer.school SET geom = ST_Translate(geom, 1, 0)", []),
        ("DELETE FROM layer.school", []),
        ("TRUNCATE layer.school", []),
    ],
)
def test_a_change_is_in_the_next_tile(
    schools: Connection, client: FlaskClient, change: str, left: list[str]
) -> None:
    before = client.get(PATH).headers["ETag"]
    schools.execute(change.encode())
    _learn(client)
    assert _names(client) == left
    assert client.get(PATH, headers={"If-None-Match": before}).status_code != 304


def test_a_change_while_the_server_was_down_is_seen_at_its_start(
    schools: Connection, client: FlaskClient, settings: Settings, database_url: str
) -> None:
    assert _names(client) == ["Trường THCS Văn Lăng"]
    client.application.extensions["gis"].changes.stop()
    schools.execute("UPDATE layer.school SET name = 'Mới'")
    again = create_app(settings, database_url)
    try:
        assert _names(again.test_client()) == ["Mới"]
    finally:
        again.extensions["gis"].close()


def test_a_change_is_found_without_being_told(schools: Connection, client: FlaskClient) -> None:
    import time  # noqa: PLC0415

    schools.execute("UPDATE layer.school SET name = 'Mới'")
    deadline = time.monotonic() + 5
    while _names(client) != ["Mới"] and time.monotonic() < deadline:
        time.sleep(0.02)
    assert _names(client) == ["Mới"]


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("gzip, deflate, br, zstd", "gzip"),
        ("br", "br"),
        ("gzip;q=0.5, zstd", "zstd"),
        ("identity", None),
        ("gzip;q=0", None),
    ],
)
def test_a_tile_is_in_an_encoding_that_the_client_can_read(
    schools: Connection, client: FlaskClient, accepted: str, encoding: str | None
) -> None:
    plain = client.get(PATH).data
    for _ in range(2):
        answer = client.get(PATH, headers={"Accept-Encoding": accepted})
        assert answer.headers.get("Content-Encoding") == encoding
        unpack = {
            "gzip": gzip.decompress,
            "br": brotli.decompress,
            "zstd": lambda body: zstandard.ZstdDecompressor().decompress(body),
            None: bytes,
        }[encoding]
        assert unpack(answer.data) == plain
    assert "Accept-Encoding" in answer.headers["Vary"]
    tag = answer.headers["ETag"]
    same = client.get(PATH, headers={"Accept-Encoding": accepted, "If-None-Match": tag})
    assert (same.status_code, same.data, same.headers["ETag"]) == (304, b"", tag)


def test_encodings_have_validators_of_their_own(schools: Connection, client: FlaskClient) -> None:
    tags = {
        client.get(PATH, headers={"Accept-Encoding": name}).headers["ETag"]
        for name in ("gzip", "br", "zstd", "identity")
    }
    assert len(tags) == 4
    assert all(not tag.startswith("W/") for tag in tags)


def test_a_filter_and_a_time_choose_features(schools: Connection, client: FlaskClient) -> None:
    assert _names(client, f"{PATH}?filter=level='secondary'") == ["Trường THCS Văn Lăng"]
    assert _names(client, f"{PATH}?filter=level='primary'") == []
    schools.execute("UPDATE layer.school SET level = 'primary'")
    _learn(client)
    assert _names(client, f"{PATH}?filter=level='primary'") == ["Trường THCS Văn Lăng"]
    wanted = '{"op":"=","args":[{"property":"level"},"primary"]}'
    assert _names(client, f"{PATH}?filter-lang=cql2-json&filter={wanted}") != []


def test_tiles_of_a_time_have_the_rows_of_that_time(
    province: Connection, client: FlaskClient
) -> None:
    for day in (1, 2, 3):
        province.execute(
            "INSERT INTO layer.incident (category, occurred_at, geom, h3) VALUES"
            " ('theft', %s, ST_SetSRID(ST_MakePoint(105.85, 21.55), 4326), 1)",
            (f"2026-01-{day:02}T12:00:00Z",),
        )
    path = f"/tiles/incident/15/{AT.x * 2}/{AT.y * 2}.mvt"
    deep = TileId.at(105.85, 21.55, 15)
    path = f"/tiles/incident/15/{deep.x}/{deep.y}.mvt?datetime=2026-01-02/.."
    body = client.get(path).data
    assert len(mapbox_vector_tile.decode(body)["incident"]["features"]) == 2


@pytest.mark.parametrize(
    "query", ["filter=nothing=1", "filter=level=", "datetime=x", "colour=red", "filter=a&filter=b"]
)
def test_a_bad_choice_is_refused(client: FlaskClient, query: str) -> None:
    for path in (PATH, "/tiles/school.json"):
        answer = client.get(f"{path}?{query}")
        assert answer.status_code == 400
        assert answer.content_type == "application/problem+json"


@pytest.mark.parametrize("wanted", ["1e308*10>1", "2^1e10>1", "(-8)^0.5>1"])
def test_what_the_database_cannot_compute_is_the_questions_fault(
    province: Connection, client: FlaskClient, wanted: str
) -> None:
    place, side = f"{AT.z}/{AT.y}/{AT.x}", 180 / 2**14
    in_degrees = f"14/{int((90 - 21.55) / side)}/{int((180 + 105.85) / side)}"
    for path in (
        f"{PATH}?",
        f"/ogc/collections/school/tiles/WebMercatorQuad/{place}?",
        f"/ogc/tiles/WebMercatorQuad/{place}?collections=school&",
        f"/ogc/collections/school/tiles/WorldCRS84Quad/{in_degrees}?",
    ):
        answer = client.get(f"{path}filter={quote(wanted)}")
        assert answer.status_code == 400, path
        assert "refuses a value" in answer.get_json(force=True)["detail"]


def test_the_description_repeats_the_choice(client: FlaskClient) -> None:
    document = client.get("/tiles/school.json?filter=level='primary'&lang=en").get_json()
    assert document["tiles"][0].endswith("/{z}/{x}/{y}.mvt?filter=level%3D%27primary%27")


@pytest.fixture
def admin(settings: Settings, database_url: str) -> Any:
    app = create_app(replace(settings, admin_token="secret"), database_url)
    yield app.test_client()
    app.extensions["gis"].close()


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"layers": ["school"]},
        {"layers": ["school"], "bbox": [105.8, 21.5, 105.9, 21.6]},
        {"tiles": [f"{AT.z}/{AT.x}/{AT.y}"]},
    ],
)
def test_whoever_has_the_token_has_tiles_drawn_anew(
    province: Connection, admin: FlaskClient, body: dict[str, Any]
) -> None:
    before = admin.get(PATH).headers["ETag"]
    answer = admin.post("/tiles/purge", json=body, headers={"Authorization": "Bearer secret"})
    assert answer.status_code == 200
    assert "school" in answer.get_json()["layers"]
    _learn(admin)
    assert admin.get(PATH).headers["ETag"] != before


@pytest.mark.parametrize(
    ("header", "status"), [(None, 401), ("Basic secret", 401), ("Bearer wrong", 403)]
)
def test_nobody_else_may(admin: FlaskClient, header: str | None, status: int) -> None:
    headers = {"Authorization": header} if header else {}
    answer = admin.post("/tiles/purge", json={}, headers=headers)
    assert answer.status_code == status
    assert "GIS_ADMIN_TOKEN" in answer.get_json()["detail"]


def test_without_a_token_nobody_may(client: FlaskClient) -> None:
    answer = client.post("/tiles/purge", json={}, headers={"Authorization": "Bearer "})
    assert answer.status_code == 401
    answer = client.post("/tiles/purge", json={}, headers={"Authorization": "Bearer None"})
    assert answer.status_code == 403


@pytest.mark.parametrize(
    "body",
    [[], {"layer": "school"}, {"layers": "school"}, {"bbox": [1, 2]}, {"tiles": ["a/b/c"]}],
)
def test_what_cannot_be_read_is_refused(admin: FlaskClient, body: Any) -> None:
    answer = admin.post("/tiles/purge", json=body, headers={"Authorization": "Bearer secret"})
    assert answer.status_code == 400


@pytest.mark.parametrize(
    "body",
    [b"[" * 100_000, b"{", b"\xff", b'{"layers": [], "layers": []}', b'{"bbox": [NaN]}', b""],
)
def test_what_is_no_json_is_refused(admin: FlaskClient, body: bytes) -> None:
    headers = {"Authorization": "Bearer secret"}
    answer = admin.post("/tiles/purge", data=body, headers=headers, content_type="application/json")
    assert answer.status_code == 400
    assert answer.content_type == "application/problem+json"
    answer = admin.post("/tiles/purge", data=body, headers=headers, content_type="text/plain")
    assert answer.status_code == 415


def test_an_unknown_layer_or_tile_is_not_found(admin: FlaskClient) -> None:
    for body in ({"layers": ["nowhere"]}, {"tiles": ["1/9/9"]}):
        answer = admin.post("/tiles/purge", json=body, headers={"Authorization": "Bearer secret"})
        assert answer.status_code == 404


def test_hexagons_that_did_not_change_are_not_counted_again(
    province: Connection, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = "/heatmap/incident/8/203/112.mvt?datetime=2026-01-01/2026-01-31"
    add = (
        "INSERT INTO layer.incident (category, occurred_at, geom, h3) VALUES"
        " ('theft', '2026-01-05', ST_SetSRID(ST_MakePoint(105.85, 21.55), 4326),"
        " 622646572370591743)"
    )
    province.execute(add.encode())
    before = client.get(path)
    assert before.status_code == 200
    tag = {"If-None-Match": before.headers["ETag"]}
    with monkeypatch.context() as nobody:
        nobody.setattr(heatmap, "tile", None)
        assert client.get(path, headers=tag).status_code == 304
    assert client.get(path.replace("31", "30"), headers=tag).status_code == 200
    province.execute(add.encode())
    _learn(client)
    after = client.get(path, headers=tag)
    assert (after.status_code, after.data != before.data) == (200, True)


def test_two_audiences_never_get_each_other_s_validators(
    schools: Connection, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_incidents(schools, 5)
    _learn(client)
    grid = f"{AT.z}/{AT.y}/{AT.x}"
    for path in (
        PATH,
        f"{PATH}?filter=level='secondary'",
        f"/ogc/collections/school/tiles/WebMercatorQuad/{grid}",
        f"/ogc/tiles/WebMercatorQuad/{grid}?collections=school,commune",
        "/heatmap/incident/6/50/28.mvt",
    ):
        for encoding in ("gzip", "br", "identity"):
            headers = {"Accept-Encoding": encoding}
            tag = client.get(path, headers=headers).headers["ETag"]
            again = {**headers, "If-None-Match": tag}
            assert client.get(path, headers=again).status_code == 304, path
            with monkeypatch.context() as patched:
                patched.setattr(current, "audience", lambda: Audience("officers"))
                answer = client.get(path, headers=again)
            assert answer.status_code == 200, (path, encoding)
            assert answer.headers["ETag"] != tag
