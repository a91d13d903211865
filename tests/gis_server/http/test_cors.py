"""Pages of other hosts: what they may ask, and read, of the open interfaces."""

import pytest
from flask.testing import FlaskClient

OPEN = (
    "/ogc", "/ogc/", "/ogc/collections/school/items", "/ogc/nowhere", "/ogc/collections/nowhere",
    "/ogc/collections?nothing=1", "/tiles/school.json", "/tiles/school/0/0/0.mvt",
    "/tiles/nowhere.json", "/tiles/school/99/0/0.mvt", "/tiles/nowhere", "/tiles/school.json?f=x",
)  # fmt: skip


@pytest.mark.parametrize("path", OPEN)
@pytest.mark.parametrize("method", ["GET", "HEAD", "DELETE"])
def test_any_answer_may_be_read(client: FlaskClient, path: str, method: str) -> None:
    answer = client.open(path, method=method, headers={"Origin": "https://map.example"})
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    shown = set(answer.headers["Access-Control-Expose-Headers"].split(", "))
    assert {"Allow", "Content-Crs", "ETag", "Link", "Link-Template", "Location"} <= shown
    assert "Access-Control-Allow-Credentials" not in answer.headers


@pytest.mark.parametrize(
    ("path", "methods"),
    [
        ("/ogc", {"GET", "HEAD", "OPTIONS"}),
        ("/ogc/collections/school/items", {"GET", "HEAD", "OPTIONS", "POST"}),
        ("/tiles/school.json", {"GET", "HEAD", "OPTIONS"}),
        ("/tiles/school/0/0/0.mvt", {"GET", "HEAD", "OPTIONS"}),
        ("/tiles/purge", {"OPTIONS", "POST"}),
    ],
)
def test_a_browser_that_asks_before_is_told_all_of_it(
    client: FlaskClient, path: str, methods: set[str]
) -> None:
    asked = {
        "Origin": "https://map.example",
        "Access-Control-Request-Method": "GET",
        "Access-Control-Request-Headers": "authorization, if-none-match",
    }
    answer = client.options(path, headers=asked)
    assert answer.status_code == 200
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert set(answer.headers["Access-Control-Allow-Methods"].split(", ")) == methods
    assert answer.headers["Access-Control-Allow-Methods"] == answer.headers["Allow"]
    sent = set(answer.headers["Access-Control-Allow-Headers"].split(", "))
    assert {"Accept", "Accept-Language", "Authorization", "Content-Crs", "Content-Type"} <= sent
    assert {"If-Match", "If-None-Match"} <= sent
    assert int(answer.headers["Access-Control-Max-Age"]) > 0


@pytest.mark.parametrize("path", ["/", "/ogcx", "/tilesx", "/web/main.js"])
def test_what_is_not_open_says_nothing_to_other_hosts(client: FlaskClient, path: str) -> None:
    answer = client.get(path, headers={"Origin": "https://map.example"})
    assert "Access-Control-Allow-Origin" not in answer.headers
