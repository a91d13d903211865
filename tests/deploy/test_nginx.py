"""The shipped nginx configuration: ready tiles without Python, the rest through a cache, fresh."""

import gzip
import re
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from functools import partial
from typing import Any

import mapbox_vector_tile
import psycopg
import pytest

from gis_server.answers import replies
from gis_server.http import compression
from gis_server.settings import Settings
from gis_testing.places import DOCS

pytestmark = pytest.mark.deep

Connection = psycopg.Connection[Any]
Freeze = Callable[[], AbstractContextManager[None]]

FRESH = 1.0
"""Seconds within which a change is in a tile."""

FRESH_KEPT = 3.0
"""The same for a tile in nginx's cache, which counts whole seconds."""


def _names(body: bytes) -> set[str]:
    if not body:
        return set()
    features = mapbox_vector_tile.decode(body)["school"]["features"]
    return {feature["properties"]["name"] for feature in features}


def _unpacked(answer: Any) -> bytes:
    packed = answer.headers.get("Content-Encoding") == "gzip"
    return gzip.decompress(answer.body) if packed else bytes(answer.body)


def _seconds_until(true: Callable[[], bool], most: float) -> float:
    begun = time.monotonic()
    while not true():
        if time.monotonic() - begun > most:
            return float("inf")
        time.sleep(0.01)
    return time.monotonic() - begun


def test_a_ready_tile_comes_without_python(front: Any, frozen: Freeze, tile: str) -> None:
    with frozen():
        answer = front.get(tile)
        same = front.get(tile, If_None_Match=answer.headers["ETag"])
    assert (answer.status, answer.headers["Content-Encoding"]) == (200, "gzip")
    assert answer.headers["Content-Type"] == replies.MVT
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "Last-Modified" not in answer.headers
    assert len(_names(_unpacked(answer))) == 40
    assert (same.status, same.body) == (304, b"")
    assert front.reached_python(tile) == 0


@pytest.mark.parametrize("accepted", ["gzip", "gzip, br, zstd", "identity", "gzip;q=0", None])
def test_a_client_may_go_from_one_to_the_other(front: Any, tile: str, accepted: str) -> None:
    through, around = (
        front.get(tile, encoding=accepted, direct=direct) for direct in (False, True)
    )
    assert through.body == around.body
    assert len(_names(_unpacked(through))) == 40
    names = ("ETag", "Cache-Control", "Content-Type", "Content-Encoding", "Vary")
    assert [through.headers.get(n) for n in names] == [around.headers.get(n) for n in names]
    assert re.fullmatch(r'"[0-9a-f]+-[0-9a-f]+(-identity)?"', through.headers["ETag"])
    assert through.headers["Cache-Control"] == replies.TILE_CACHE
    for direct in (True, False):
        for tag in (through.headers["ETag"], f"W/{through.headers['ETag']}"):
            same = front.get(tile, encoding=accepted, direct=direct, If_None_Match=tag)
            assert (same.status, same.headers["ETag"]) == (304, through.headers["ETag"])
    again = front.get(tile, encoding=accepted, If_Modified_Since="Thu, 01 Jan 1970 00:00:01 GMT")
    assert again.status == 200


def test_a_feature_has_the_tag_by_which_it_is_changed(front: Any, conn: Connection) -> None:
    """Whatever its length: what nginx compresses by itself has a weak tag, good for no If-Match."""
    lengths = []
    for length in range(0, 600, 50):
        conn.execute("UPDATE layer.school SET name = %s WHERE code = 'S1'", ("x" * length,))
        path = "/ogc/collections/school/items/S1"
        lengths.append(len(front.get(path, direct=True, encoding=None).body))
        assert front.get(path).headers["ETag"].startswith('"')
    assert any(1024 <= length < compression.WORTH for length in lengths)


def test_pages_of_other_hosts_may_ask_for_ready_tiles(front: Any, tile: str) -> None:
    assert "ETag" in front.get(tile).headers["Access-Control-Expose-Headers"]
    asked = {"Origin": "https://map.example", "Access_Control_Request_Method": "GET"}
    through, around = (front.get(tile, method="OPTIONS", direct=d, **asked) for d in (False, True))
    assert through.status == around.status == 200
    for name in ("Allow-Origin", "Allow-Methods", "Allow-Headers", "Max-Age"):
        full = f"Access-Control-{name}"
        assert through.headers.get_all(full) == around.headers.get_all(full) != []
    refused = front.get(tile, method="DELETE")
    assert (refused.status, refused.headers["Content-Type"]) == (405, "application/problem+json")
    assert "GET" in refused.headers["Allow"]


def test_a_change_is_in_the_tile_within_a_second(front: Any, conn: Connection, tile: str) -> None:
    everyone = {f"Trường {n}" for n in range(1, 41)}
    assert _names(_unpacked(front.get(tile))) == everyone
    for change, left in (
        ("UPDATE layer.school SET name = 'Mới'", {"Mới"}),
        ("UPDATE layer.school SET name = 'Trường ' || substr(code, 2)", everyone),
        ("DELETE FROM layer.school WHERE code <> 'S7'", {"Trường 7"}),
        ("DELETE FROM layer.school", set()),
        ("INSERT INTO layer.school (code, name, geom) VALUES ('S1', 'Mới', %s)", {"Mới"}),
        ("TRUNCATE layer.school", set()),
    ):
        values = ("SRID=4326;POINT(105.852 21.55)",) if "%s" in change else None
        conn.execute(change.encode(), values)
        asked = partial(_is_shown, front, tile, left)
        assert _seconds_until(asked, 10) < FRESH, change


def _is_shown(front: Any, path: str, names: set[str]) -> bool:
    return _names(_unpacked(front.get(path))) == names


def test_a_change_is_in_a_kept_tile_soon(front: Any, conn: Connection, tile: str) -> None:
    path = f"{tile}?filter=level='secondary'".replace("'", "%27")
    for name in ("Một", "Hai"):
        front.get(path)
        conn.execute("UPDATE layer.school SET name = %s", (name,))

        assert _seconds_until(partial(_is_shown, front, path, {name}), 10) < FRESH_KEPT


def test_a_kept_tile_is_asked_for_again_by_its_tag(front: Any, tile: str) -> None:
    # An address of its own: what another test had kept may be older than the present rows.
    path = f"{tile}?filter=level=%27secondary%27&lang=en"
    first = front.get(path)
    assert first.status == 200
    assert front.get(path, If_None_Match=first.headers["ETag"]).status == 304
    assert _seconds_until(partial(_is_asked_again, front, path, 1), 10) < 6
    drawn = _upstream(front, path, "200")
    assert _seconds_until(partial(_is_asked_again, front, path, 2), 10) < 6
    assert _upstream(front, path, "200") == drawn
    assert front.get(path).body == first.body
    plain = front.get(path, encoding=None)
    assert (plain.body, plain.headers.get("Content-Encoding")) == (_unpacked(first), None)


def _is_asked_again(front: Any, path: str, times: int) -> bool:
    front.get(path)
    return _upstream(front, path, "304") >= times


def _upstream(front: Any, path: str, status: str) -> int:
    return sum(line[2] == status for line in front.logged(path))


def test_descriptions_and_heatmaps_are_kept(front: Any) -> None:
    for path in (
        "/tiles/school.json",
        "/styles/light.json",
        "/sprites/light.png",
        "/heatmap/incident.json",
        "/heatmap/incident/8/203/112.mvt",
    ):
        first, second = front.get(path), front.get(path, encoding="br, gzip, zstd")
        assert first.status in (200, 204)
        assert second.body == first.body
        assert front.reached_python(path) == 1, path
        assert front.get(path, encoding="gzip;q=0").headers.get("Content-Encoding") is None


def test_links_show_the_address_that_was_asked(front: Any) -> None:
    answer = _unpacked(front.get("/tiles/school.json")).decode()
    assert f'"{front.address}/tiles/school/{{z}}/{{x}}/{{y}}.mvt"' in answer


def test_many_who_miss_the_same_tile_reach_python_once(front: Any, tile: str) -> None:
    path = f"{tile}?filter=name%20LIKE%20%27Tr%25%27"
    together = threading.Barrier(12)

    def ask(_: int) -> int:
        together.wait()
        return int(front.get(path).status)

    with ThreadPoolExecutor(12) as crowd:
        assert set(crowd.map(ask, range(12))) == {200}
    assert front.reached_python(path) == 1
    assert len(front.logged(path)) == 12


def test_nothing_but_tiles_is_read_from_the_folder(front: Any, settings: Settings) -> None:
    kept = settings.var / "tiles"
    secret = settings.var / "secret.mvt.gz"
    secret.write_bytes(gzip.compress(b"secret"))
    other = kept / ".more" / "ab"
    other.mkdir(parents=True, exist_ok=True)
    (other / "cd.mvt.gz").write_bytes(gzip.compress(b"secret"))
    assert (kept / "database").is_file()
    (kept / "school" / "ready.json").touch()
    for path in (
        "/tiles/database",
        "/tiles/synced",
        "/tiles/school/ready.json",
        "/tiles/.locks/1",
        "/tiles/.more/ab/cd.mvt",
        "/tiles/school/.more/ab/cd.mvt",
        "/tiles/../secret.mvt",
        "/tiles/school/1/2/../../../../secret.mvt",
        "/tiles/school/1/2/..%2f..%2f..%2f..%2fsecret.mvt",
        "/tiles/%2e%2e/secret.mvt",
        "/tiles//school/ready.json",
        "/tiles/school/14/1/1.mvt.gz",
        "/log/server.log",
    ):
        answer = front.get(path)
        assert answer.status == 404, path
        assert b"secret" not in _unpacked(answer), path


def test_tiles_that_nginx_may_not_read_come_from_python(stranger: Any, tile: str) -> None:
    assert len(_names(_unpacked(stranger.get(tile)))) == 40
    assert stranger.reached_python(tile) == 1


def test_the_map_and_the_interface_are_passed_on(front: Any) -> None:
    page = front.get("/")
    assert (page.status, page.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert page.headers.get_all("X-Content-Type-Options") == ["nosniff"]
    assert front.get("/ogc/collections").status == 200
    assert front.get("/tiles/nowhere/1/1/1.mvt").status == 404
    assert front.get("/tiles/school/1/9/9.mvt").status == 404


def test_the_papers_name_the_lines_to_change(shipped: str) -> None:
    assert len(re.findall(r"# yours", shipped)) == 2
    guide = (DOCS / "operate.md").read_text("utf-8")
    assert "deploy/nginx.conf" in guide
