"""The map application's files over HTTP; no database is needed."""

import base64
import gzip
import hashlib
import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from gis_server.app import assemble
from gis_server.http import problems
from gis_server.settings import Settings
from gis_server.views import web
from layers.declared import Declared

FONT = "/vendor/@fontsource/be-vietnam-pro/files/be-vietnam-pro-latin-400-normal.woff2"


@pytest.fixture
def client(tmp_path: Path) -> FlaskClient:
    for name in (
        "maplibre-gl/dist/maplibre-gl.mjs",
        "maplibre-gl/dist/maplibre-gl.mjs.map",
        "maplibre-gl/package.json",
        "@fontsource/be-vietnam-pro/files/be-vietnam-pro-latin-400-normal.woff2",
        "earcut/src/earcut.js",
    ):
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(name, encoding="utf-8")
    app = Flask(__name__, static_folder=None)
    app.extensions["gis"] = assemble(Settings(node_modules=tmp_path), Declared(), "")
    app.register_blueprint(web.blueprint())
    problems.install(app)
    return app.test_client()


def test_the_page_is_html_that_is_asked_for_again_each_time(client: FlaskClient) -> None:
    answer = client.get("/")
    assert answer.content_type == "text/html; charset=utf-8"
    assert answer.headers["Cache-Control"] == "no-cache"
    assert '<html lang="vi"' in answer.text


@pytest.mark.parametrize(
    ("path", "content_type"),
    [
        ("/web/main.js", "text/javascript; charset=utf-8"),
        ("/web/css/base.css", "text/css; charset=utf-8"),
        ("/web/icon.svg", "image/svg+xml; charset=utf-8"),
        ("/vendor/maplibre-gl/dist/maplibre-gl.mjs", "text/javascript; charset=utf-8"),
        (FONT, "font/woff2"),
    ],
)
def test_files_have_the_type_that_a_browser_insists_on(
    client: FlaskClient, path: str, content_type: str
) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer.content_type) == (200, content_type)
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    "path",
    [
        "/web/",
        "/web/index.html",
        "/web/nothing.js",
        "/web/../views/web.py",
        "/web/%2e%2e/views/web.py",
        "/web/css",
        "/vendor/earcut/src/earcut.js",
        "/vendor/maplibre-gl/package.json",
        "/vendor/maplibre-gl/dist/maplibre-gl.mjs.map",
        "/vendor/maplibre-gl/../earcut/src/earcut.js",
        "/vendor/maplibre-gl",
        f"/web/{'a' * 300}.js",
        f"/vendor/maplibre-gl/{'a/' * 3000}a.js",
        "/web/main.js%00.js",
    ],
)
def test_nothing_else_is_served(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 404


def test_an_unchanged_file_is_not_sent_again(client: FlaskClient) -> None:
    first = client.get("/web/main.js")
    again = client.get("/web/main.js", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_text_is_packed_for_those_who_can_unpack_it(client: FlaskClient) -> None:
    plain = client.get("/web/main.js")
    packed = client.get("/web/main.js", headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data
    assert packed.headers["ETag"] != plain.headers["ETag"]


def test_fonts_are_kept_for_good(client: FlaskClient) -> None:
    assert "immutable" in client.get(FONT).headers["Cache-Control"]


def test_the_policy_allows_our_own_origin_and_the_import_map_only(client: FlaskClient) -> None:
    answer = client.get("/")
    policy = answer.headers["Content-Security-Policy"]
    inline = re.findall(r"<script(?![^>]*\bsrc=)[^>]*>(.*?)</script>", answer.text, re.DOTALL)
    digests = [base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in inline]
    assert len(digests) == 1
    assert f"script-src 'self' 'sha256-{digests[0]}';" in policy
    assert "default-src 'none'" in policy
    assert "worker-src 'self'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy


def test_both_languages_have_the_same_texts() -> None:
    key = re.compile(r"^  (\w+): ", re.MULTILINE)
    vi, en = (
        key.findall((web.WEB / "i18n" / f"{lang}.js").read_text(encoding="utf-8"))
        for lang in ("vi", "en")
    )
    assert vi == en
    assert len(vi) == len(set(vi))


def test_the_page_names_no_other_host() -> None:
    known = {"http://www.w3.org/2000/svg"}
    for file in web.WEB.rglob("*"):
        if file.suffix in {".html", ".js", ".css"}:
            found = set(re.findall(r"https?://[^\s\"')]+", file.read_text(encoding="utf-8")))
            assert found <= known, file.name
