"""Features are created, replaced, changed and removed one by one, and nobody overwrites another."""

import threading
from typing import Any

import psycopg
import pytest

GEOJSON, PATCH = "application/geo+json", "application/merge-patch+json"
EPSG = "http://www.opengis.net/def/crs/EPSG/0/"

Connection = psycopg.Connection[Any]


def test_a_new_feature_is_where_its_location_says(editor: Any) -> None:
    answer = editor.send("POST", "school/items", editor.school)
    assert answer.status_code == 201
    assert answer.headers["Location"] == "http://localhost/ogc/collections/school/items/T1"
    found = editor.get("school/items/T1").get_json(force=True)
    assert found["id"] == "T1"
    assert found["geometry"] == editor.school["geometry"]
    assert found["properties"] == {
        "code": "T1", "name": "Trường Tân Cương", "level": "primary", "pupils": 300,
        "classes": None, "address": None, "commune_code": None,
    }  # fmt: skip


def test_the_database_numbers_and_measures_a_new_parcel(editor: Any, conn: Connection) -> None:
    path = editor.create("land_parcel", {**editor.parcel, "id": 99}, Content_Crs=f"<{EPSG}9213>")
    found = editor.get(path, f"{EPSG}9213").get_json(force=True)
    assert found["properties"]["area_geometry"] == 200
    assert found["geometry"]["type"] == "MultiPolygon"
    assert found["id"] == found["properties"]["id"] == 1


def test_a_replacement_leaves_nothing_of_what_was(editor: Any) -> None:
    path = editor.create("school", editor.school)
    body = editor.with_(editor.school, name="Trường mới")
    del body["properties"]["pupils"]
    answer = editor.send("PUT", path, body, If_Match=editor.get(path).headers["ETag"])
    assert answer.status_code == 204
    found = editor.get(path).get_json(force=True)["properties"]
    assert (found["name"], found["pupils"]) == ("Trường mới", None)


def test_what_was_read_can_be_sent_back(editor: Any) -> None:
    path = editor.create("land_parcel", editor.parcel, Content_Crs=f"<{EPSG}9213>")
    read = editor.get(path, f"{EPSG}9213")
    before = read.get_json(force=True)
    headers = {"If_Match": read.headers["ETag"], "Content_Crs": read.headers["Content-Crs"]}
    assert editor.send("PUT", path, before, **headers).status_code == 204
    after = editor.get(path, f"{EPSG}9213").get_json(force=True)
    assert (after["properties"], after["geometry"]) == (before["properties"], before["geometry"])


@pytest.mark.parametrize("media", [PATCH, GEOJSON])
def test_a_change_touches_what_it_names(editor: Any, media: str) -> None:
    path = editor.create("school", editor.school)
    tag = editor.get(path).headers["ETag"]
    body = {"properties": {"pupils": 310, "level": None}}
    assert editor.send("PATCH", path, body, media, If_Match=tag).status_code == 204
    found = editor.get(path).get_json(force=True)["properties"]
    assert (found["pupils"], found["level"], found["name"]) == (310, None, "Trường Tân Cương")


def test_a_new_shape_is_measured_again(editor: Any) -> None:
    path = editor.create("land_parcel", editor.parcel, Content_Crs=f"<{EPSG}9213>")
    ring = [[430000, 2380000], [430010, 2380000], [430010, 2380010], [430000, 2380000]]
    body = {"geometry": {"type": "MultiPolygon", "coordinates": [[ring]]}}
    headers = {"If_Match": "*", "Content_Crs": f"{EPSG}9213"}
    assert editor.send("PATCH", path, body, PATCH, **headers).status_code == 204
    found = editor.get(path).get_json(force=True)["properties"]
    assert (found["area_geometry"], found["sheet"]) == (50, "12")


def test_what_is_removed_is_gone(editor: Any) -> None:
    path = editor.create("school", editor.school)
    tag = editor.get(path).headers["ETag"]
    assert editor.send("DELETE", path, If_Match=tag).status_code == 204
    assert editor.problem(404, "GET", path)
    assert editor.problem(404, "DELETE", path, If_Match=tag)


def test_the_second_of_two_who_read_the_same_is_told(editor: Any) -> None:
    path = editor.create("school", editor.school)
    tag = editor.get(path).headers["ETag"]
    first = editor.send("PUT", path, editor.with_(editor.school, pupils=1), If_Match=tag)
    assert first.status_code == 204
    for method, body in (("PUT", editor.with_(editor.school, pupils=2)), ("DELETE", None)):
        assert "read it again" in editor.problem(412, method, path, body, If_Match=tag)
    assert editor.get(path).get_json(force=True)["properties"]["pupils"] == 1
    again = editor.send(
        "PUT", path, editor.with_(editor.school, pupils=3), If_Match=first.headers["ETag"]
    )
    assert again.status_code == 204


def test_whoever_writes_reads_it_at_once(editor: Any) -> None:
    path = editor.create("school", editor.school)
    for pupils in range(5):
        before = editor.get(path).headers["ETag"]
        body = {"properties": {"pupils": pupils}}
        assert editor.send("PATCH", path, body, PATCH, If_Match=before).status_code == 204
        after = editor.send("GET", path, If_None_Match=before)
        assert after.status_code == 200
        assert after.get_json(force=True)["properties"]["pupils"] == pupils


def test_whoever_writes_reads_it_while_another_process_folds(editor: Any, conn: Connection) -> None:
    path = editor.create("school", editor.school)
    before = editor.get(path).headers["ETag"]
    end = threading.Timer(0.5, conn.execute, ["SELECT pg_advisory_unlock(4713)"])
    conn.execute("SELECT pg_advisory_lock(4713)")
    end.start()
    body = {"properties": {"pupils": 9}}
    assert editor.send("PATCH", path, body, PATCH, If_Match=before).status_code == 204
    assert editor.send("GET", path, If_None_Match=before).status_code == 200
    end.join()


@pytest.mark.parametrize("tag", ['W/"1.2.3"', '"1.2"', "", '"1.2.3"', "x"])
def test_a_tag_that_is_not_the_rows_changes_nothing(editor: Any, tag: str) -> None:
    path = editor.create("school", editor.school)
    assert editor.problem(412, "PUT", path, editor.school, If_Match=tag)


def test_a_weak_tag_of_the_row_matches_nothing(editor: Any) -> None:
    path = editor.create("school", editor.school)
    tag = editor.get(path).headers["ETag"]
    assert editor.problem(412, "DELETE", path, If_Match=f"W/{tag}")
    assert editor.send("DELETE", path, If_Match=f'"x", {tag}').status_code == 204


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
def test_a_change_says_what_it_changes(editor: Any, method: str) -> None:
    path = editor.create("school", editor.school)
    assert "If-Match" in editor.problem(428, method, path, editor.school)
    assert editor.problem(404, method, "school/items/none", editor.school)


def test_a_replacement_creates_nothing(editor: Any) -> None:
    body = editor.with_(editor.school, code="none")
    assert editor.problem(412, "PUT", "school/items/none", body, If_Match="*")
    assert editor.problem(404, "PUT", "land_parcel/items/abc", editor.parcel, If_Match="*")


def test_a_key_is_there_once(editor: Any) -> None:
    editor.create("school", editor.school)
    assert "'T1' already" in editor.problem(409, "POST", "school/items", editor.school)


def test_only_the_administrator_changes_anything(editor: Any, stranger: Any) -> None:
    path = editor.create("school", editor.school)
    tag = editor.get(path).headers["ETag"]
    for method, at in (("POST", "school/items"), ("PUT", path), ("PATCH", path), ("DELETE", path)):
        headers = {"If_Match": tag}
        assert editor.problem(401, method, at, editor.school, Authorization="", **headers)
        assert editor.problem(403, method, at, editor.school, Authorization="Bearer no", **headers)
    # A server without a token lets nobody.
    assert stranger.problem(403, "POST", "school/items", editor.school)
    assert editor.get(path).headers["ETag"] == tag


def test_what_comes_by_loads_is_not_edited(editor: Any) -> None:
    for method in ("PUT", "PATCH", "DELETE"):
        answer = editor.send(method, "road/items/1", editor.school, If_Match="*")
        assert answer.status_code == 405
        assert answer.headers["Allow"] == "GET, HEAD, OPTIONS"
        assert "lifecycle" in answer.get_json(force=True)["detail"]
    assert "lifecycle" in editor.problem(415, "POST", "road/items", editor.school)
    assert editor.problem(404, "PUT", "nowhere/items/1", editor.school, If_Match="*")


def test_options_and_head_list_the_methods(editor: Any) -> None:
    path = editor.create("school", editor.school)
    edited, read = "GET, HEAD, OPTIONS, PUT, PATCH, DELETE", "GET, HEAD, OPTIONS"
    for at, allowed in (
        (path, edited), ("school/items", f"{read}, POST"), ("road/items", f"{read}, POST"),
        ("school/items/none", edited), ("road/items/1", read),
    ):  # fmt: skip
        answer = editor.send("OPTIONS", at)
        assert (answer.status_code, answer.headers["Allow"]) == (200, allowed)
        assert answer.headers["Access-Control-Allow-Methods"] == allowed
    assert PATCH in editor.send("OPTIONS", path).headers["Accept-Patch"]
    for at, allowed in ((path, edited), ("school/items", f"{read}, POST")):
        assert editor.send("HEAD", at).headers["Allow"] == allowed


def test_a_body_has_its_media_type(editor: Any) -> None:
    path = editor.create("school", editor.school)
    for method, media in (("PUT", PATCH), ("PUT", "text/plain"), ("PATCH", "application/json")):
        assert GEOJSON in editor.problem(415, method, path, editor.school, media, If_Match="*")


def test_a_filter_is_posted_as_before(editor: Any) -> None:
    editor.create("school", editor.school)
    node = {"op": "=", "args": [{"property": "code"}, "T1"]}
    answer = editor.send("POST", "school/items", node, "application/json")
    assert answer.status_code == 200
    assert answer.get_json(force=True)["numberReturned"] == 1


def test_a_body_that_is_too_long_is_refused(editor: Any) -> None:
    assert editor.problem(413, "POST", "school/items", b" " * 2_000_001)


def test_a_parameter_that_means_nothing_is_refused(editor: Any) -> None:
    assert "'x'" in editor.problem(400, "POST", "school/items?x=1", editor.school)


def test_the_journal_says_what_was_done(editor: Any, conn: Connection) -> None:
    path = editor.create("school", editor.school)
    editor.send("PUT", path, editor.school, If_Match="*")
    editor.send("PATCH", path, {}, PATCH, If_Match="*")
    editor.send("PUT", path, editor.school, If_Match='"1.2.3"')
    editor.send("DELETE", path, If_Match="*")
    found = conn.execute("SELECT action, layer, key, who FROM ops.edit ORDER BY id").fetchall()
    actions = ("create", "replace", "update", "delete")
    assert found == [(action, "school", "T1", "127.0.0.1") for action in actions]


def test_the_journal_says_for_whom_the_web_server_asks(editor: Any, conn: Connection) -> None:
    editor.send("POST", "school/items", editor.school, X_Forwarded_For="10.0.0.1, 192.0.2.7")
    assert conn.execute("SELECT who FROM ops.edit").fetchall() == [("192.0.2.7",)]


def test_a_writer_that_waits_too_long_is_told(
    editor: Any, conn: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gis_server.features.edit.transaction._PATIENCE", "50ms")
    path = editor.create("school", editor.school)
    with conn.transaction():
        conn.execute("UPDATE layer.school SET pupils = 7")
        detail = editor.problem(503, "PUT", path, editor.school, If_Match="*")
    assert "at the moment" in detail
    assert editor.get(path).get_json(force=True)["properties"]["pupils"] == 7


def test_a_rule_of_the_database_is_a_refusal(editor: Any, conn: Connection) -> None:
    conn.execute("ALTER TABLE layer.school ADD CHECK (pupils < 1000)")
    detail = editor.problem(422, "POST", "school/items", editor.with_(editor.school, pupils=2000))
    assert "rule of its own" in detail
    assert "check" not in detail


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
def test_what_if_none_match_names_is_not_changed(editor: Any, method: str) -> None:
    path = editor.create("school", editor.school)
    tag = editor.get(path).headers["ETag"]
    body = None if method == "DELETE" else editor.school
    for barred in ("*", tag, f"W/{tag}", f'"x", {tag}'):
        said = editor.problem(412, method, path, body, If_Match="*", If_None_Match=barred)
        assert "If-None-Match" in said
        assert editor.get(path).headers["ETag"] == tag
    answer = editor.send(method, path, body, If_Match="*", If_None_Match='"another"')
    assert answer.status_code == 204, answer.text


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
def test_an_address_with_a_slash_at_its_end_changes_nothing(editor: Any, method: str) -> None:
    path = editor.create("school", editor.school)
    body = None if method == "DELETE" else editor.school
    for address in (f"{path}/", f"{path}%2F", f"{path}//", path.replace("items/", "items/%2F")):
        answer = editor.send(method, address, body, If_Match="*")
        assert answer.status_code == 404, address
    assert editor.get(f"{path}/").status_code == 200
