"""Styles and sprites over HTTP; no database is needed."""

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from gis_server.app import assemble
from gis_server.http import problems
from gis_server.settings import Settings
from gis_server.views import styles
from layers.declared import Declared


@pytest.fixture(scope="module")
def client() -> FlaskClient:
    app = Flask(__name__)
    app.extensions["gis"] = assemble(Settings(), Declared(), "")
    app.register_blueprint(styles.blueprint())
    problems.install(app)
    return app.test_client()


def test_the_style_speaks_of_the_host_that_was_asked(client: FlaskClient) -> None:
    answer = client.get("/styles/light.json", base_url="http://10.1.2.3:8080")
    style: dict[str, Any] = answer.get_json()
    assert answer.content_type == "application/json"
    assert style["sources"]["camera"]["url"] == "http://10.1.2.3:8080/tiles/camera.json"
    assert style["metadata"]["gis:lang"] == "vi"


def test_the_language_is_asked_for(client: FlaskClient) -> None:
    style = client.get("/styles/dark.json?lang=en").get_json()
    assert style["metadata"] == {"gis:theme": "dark", "gis:lang": "en"}


@pytest.mark.parametrize(
    ("path", "content_type"),
    [
        ("/sprites/light.json", "application/json"),
        ("/sprites/light@2x.json", "application/json"),
        ("/sprites/dark.png", "image/png"),
        ("/sprites/dark@2x.png", "image/png"),
    ],
)
def test_sprites_are_found_where_the_style_says(
    client: FlaskClient, path: str, content_type: str
) -> None:
    answer = client.get(path)
    assert answer.status_code == 200
    assert answer.content_type == content_type


@pytest.mark.parametrize("path", ["/styles/light.json", "/sprites/light.png", "/sprites/dark.json"])
def test_what_a_browser_has_is_not_sent_again(client: FlaskClient, path: str) -> None:
    first = client.get(path)
    assert "max-age" in first.headers["Cache-Control"]
    again = client.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


@pytest.mark.parametrize(
    "path",
    ["/styles/neon.json", "/sprites/neon.png", "/sprites/light@3x.png", "/sprites/light@.json"],
)
def test_an_unknown_theme_is_not_found(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert answer.content_type == "application/problem+json"
    assert "Themes: dark, light" in answer.get_json()["detail"]


def test_an_unknown_language_is_a_bad_request(client: FlaskClient) -> None:
    assert client.get("/styles/light.json?lang=fr").status_code == 400
