"""By which names the server may be called, and what its links and redirects begin with."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from typing import Any

import pytest
from flask.testing import FlaskClient

from gis_server.http import hosts
from gis_server.settings import Settings
from gis_testing.applications import create_app

PUBLIC = "https://maps.example/gis"


Calling = Callable[..., FlaskClient]


@pytest.fixture
def calling(database_url: str, settings: Settings) -> Iterator[Calling]:
    """A function that gives a client of a server with further settings."""
    with ExitStack() as opened:

        def go(**more: Any) -> FlaskClient:
            app = create_app(replace(settings, **more), database_url)
            opened.callback(app.extensions["gis"].close)
            return app.test_client()

        yield go


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "localhost:8080",
        "LOCALHOST:8080",
        "127.0.0.1:1",
        "[::1]:8080",
        "localhost.:80",
        "localhost:65535",
        "localhost:",
    ],
)
def test_the_machine_itself_is_served_by_any_of_its_names(client: FlaskClient, host: str) -> None:
    answer = client.get("/ogc", headers={"Host": host})
    assert answer.status_code == 200
    for link in answer.get_json(force=True)["links"]:
        assert link["href"].startswith(f"http://{host.lower().rstrip(':')}"), link


@pytest.mark.parametrize(
    "host",
    [
        "evil.example", "gis_python", "localhost.evil.example", "evil.example:8080",
        "localhost:8080/evil", "localhost:evil", "user@localhost", "localhost evil", "[::1", " ",
        "maps.example", "127.0.0.1.evil.example", "localhost:65536", "127.0.0.1:99999",
        "ⓛocalhost".encode().decode("latin1"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("path", ["/ogc", "/ogc//collections", "/tiles/road.json", "/", "/nowhere"])
def test_another_name_is_refused(client: FlaskClient, host: str, path: str) -> None:
    answer = client.get(path, headers={"Host": host})
    assert answer.status_code == 400
    assert answer.content_type == "application/problem+json"
    assert "GIS_HOSTS" in answer.get_json(force=True)["detail"]
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Location" not in answer.headers


@pytest.mark.parametrize(
    "host", ["maps.example", "maps.example:443", "gis_python", "10.1.2.3:8080", "xn--bn-rja4i.vn"]
)
def test_names_of_the_settings_are_ours(calling: Calling, host: str) -> None:
    client = calling(public_url=PUBLIC, hosts=("gis_python", "10.1.2.3", "bản.vn"))
    if host.startswith("xn--"):
        host = "bản.vn".encode("idna").decode()
    assert client.get("/ogc", headers={"Host": host}).status_code == 200


def test_a_name_with_an_underscore_is_in_the_links(calling: Calling) -> None:
    client = calling(hosts=("gis_python",))
    found = client.get("/ogc", headers={"Host": "gis_python:8080"}).get_json(force=True)
    assert found["links"][0]["href"].startswith("http://gis_python:8080/ogc")


def test_who_says_no_host_is_answered_in_http_1_0(client: FlaskClient) -> None:
    """It asks for none, and probes of load balancers use it; HTTP/1.1 wants one."""
    bare = {"HTTP_HOST": "", "SERVER_PORT": "8080", "SERVER_PROTOCOL": "HTTP/1.1"}
    assert client.get("/ogc", environ_overrides=bare).status_code == 400
    answer = client.get("/ogc", environ_overrides={**bare, "SERVER_PROTOCOL": "HTTP/1.0"})
    assert answer.get_json(force=True)["links"][0]["href"].startswith("http://localhost:8080/ogc")


@pytest.mark.parametrize("path", ["/ogc//collections", "/ogc///collections"])
def test_a_redirect_keeps_the_public_address(calling: Calling, path: str) -> None:
    client = calling(public_url=PUBLIC)
    answer = client.get(path, query_string={"f": "json"}, headers={"Host": "localhost"})
    assert answer.status_code == 308
    assert answer.headers["Location"] == f"{PUBLIC}/ogc/collections?f=json"


def test_without_a_public_address_a_redirect_stays_where_it_is(client: FlaskClient) -> None:
    answer = client.get("/ogc//collections", headers={"Host": "127.0.0.1:8081"})
    assert answer.headers["Location"] == "http://127.0.0.1:8081/ogc/collections"


def test_a_public_address_with_a_port_and_a_user_is_known_by_its_name(settings: Settings) -> None:
    named = hosts.names(replace(settings, public_url="https://u:p@Maps.Example:8443/gis"))
    assert named == {"maps.example", *hosts.LOOPBACK}


@pytest.mark.parametrize("method", ["DELETE", "PUT", "PATCH", "POST"])
def test_nothing_is_changed_by_way_of_a_redirect(client: FlaskClient, method: str) -> None:
    answer = client.open("/ogc/collections/school/items//S1", method=method)
    assert answer.status_code == 404
    assert "Location" not in answer.headers
