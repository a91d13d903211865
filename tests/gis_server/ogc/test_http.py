"""HTTP as it should be on every document that describes: forms, validators, HEAD, other hosts."""

import http.client
from typing import Any
from urllib.parse import urlsplit

import pytest

DOCUMENTS = (
    "/", "/openapi", "/conformance", "/collections", "/collections/school",
    "/collections/school/schema", "/collections/school/queryables", "/collections/school/sortables",
    "/collections/school/tiles", "/collections/school/tiles/WebMercatorQuad", "/tiles",
    "/tiles/WebMercatorQuad", "/tileMatrixSets", "/tileMatrixSets/WebMercatorQuad",
)  # fmt: skip
FEATURES = ("/collections/school/items", "/collections/school/items/S1")
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


@pytest.mark.parametrize("path", DOCUMENTS + FEATURES)
def test_a_client_gets_the_form_that_it_likes_or_is_refused(api: Any, path: str) -> None:
    assert api.get(path, accept=BROWSER).mimetype == "text/html"
    for accept in ("*/*", "application/json", "application/json, text/html;q=0.5"):
        assert api.get(path, accept=accept).mimetype.endswith("json"), accept
    refused = api.problem(api.get(path, accept="image/png"), 406)
    assert "text/html" in refused["detail"]
    # What the address says goes before the header.
    assert api.get(path, accept="image/png", f="html").mimetype == "text/html"
    assert api.get(path, f="shapefile").status_code == 400


OPENAPI = "application/vnd.oai.openapi+json;version=3.0"
SCHEMA = "application/schema+json"
TILEJSON = "application/vnd.mapbox.tile+json"
OF_ITS_OWN = {
    "/openapi": OPENAPI, "/collections/school/schema": SCHEMA,
    "/collections/school/queryables": SCHEMA, "/collections/school/sortables": SCHEMA,
    "/tiles/WebMercatorQuad": TILEJSON, "/collections/school/tiles/WebMercatorQuad": TILEJSON,
}  # fmt: skip
"""Documents with a media type that others do not have."""


@pytest.mark.parametrize("path", DOCUMENTS)
def test_a_document_comes_by_its_own_media_types_alone(api: Any, path: str) -> None:
    for media in (OPENAPI, SCHEMA, TILEJSON):
        answer = api.get(path, accept=media)
        if OF_ITS_OWN.get(path) == media:
            assert (answer.status_code, answer.content_type) == (200, media)
        else:
            refused = api.problem(answer, 406)["detail"].partition("there is")[2]
            assert "text/html" in refused
            assert media not in refused
    assert api.get(path, accept="application/geo+json").status_code == 406
    assert api.get(path, accept="application/json; charset=utf-8").status_code == 200


@pytest.mark.parametrize("accept", ["text/*", BROWSER, "text/html;q=0.5, application/geo+json"])
def test_the_link_to_itself_has_the_form_that_is_sent(api: Any, accept: str) -> None:
    for path in ("", "/collections/school", "/tiles"):
        assert api.get(path, accept=accept).mimetype == "text/html"
    found = api.json("/collections/school")["links"]
    (own,) = (link for link in found if link["rel"] == "self")
    assert own["type"] == "application/json"


@pytest.mark.parametrize("form", ["json", "html"])
@pytest.mark.parametrize("path", DOCUMENTS)
def test_a_document_that_a_client_has_is_not_sent_again(api: Any, path: str, form: str) -> None:
    answer = api.get(path, f=form)
    tag = answer.headers["ETag"]
    assert not tag.startswith("W/")
    assert answer.headers["Cache-Control"] == "no-cache"
    assert {"Accept", "Accept-Encoding", "Accept-Language"} <= set(
        answer.headers["Vary"].split(", ")
    )
    address = f"/ogc{path}?f={form}"
    again = api.client.get(address, headers={"If-None-Match": tag})
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["ETag"] == tag
    other = api.client.get(f"{address}&lang=en", headers={"If-None-Match": tag})
    assert other.status_code == (304 if other.headers["ETag"] == tag else 200)
    packed = api.client.get(address, headers={"Accept-Encoding": "gzip"})
    if packed.headers.get("Content-Encoding"):
        assert packed.headers["ETag"] != tag


@pytest.mark.parametrize("path", DOCUMENTS + FEATURES)
def test_unknown_parameters_and_methods_are_refused(api: Any, path: str) -> None:
    assert "nothing" in api.refusal(path, nothing=1)["detail"]
    answer = api.client.delete(f"/ogc{path}")
    if path not in FEATURES:
        assert answer.status_code == 405
        assert {"GET", "HEAD", "OPTIONS"} <= set(answer.headers["Allow"].split(", "))
        assert answer.mimetype == "application/problem+json"


@pytest.mark.parametrize("path", DOCUMENTS + FEATURES)
def test_a_page_of_another_host_is_told_what_it_may_do(api: Any, path: str) -> None:
    answer = api.client.options(f"/ogc{path}")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Access-Control-Allow-Methods"] == answer.headers["Allow"]
    sent = set(answer.headers["Access-Control-Allow-Headers"].split(", "))
    assert {"Accept", "Accept-Language", "Authorization", "If-None-Match", "If-Match"} <= sent
    assert int(answer.headers["Access-Control-Max-Age"]) > 0
    shown = api.get(path).headers["Access-Control-Expose-Headers"].split(", ")
    assert {"Content-Crs", "ETag", "Link", "Location"} <= set(shown)
    assert api.get(path, f="shapefile").headers["Access-Control-Allow-Origin"] == "*"


def test_who_gives_no_key_is_told_how_to(api: Any) -> None:
    answer = api.client.post(
        "/ogc/collections/school/items", data=b"{}", content_type="application/geo+json"
    )
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer realm=")


def test_head_says_what_get_says(server: str) -> None:
    """Over the wire: a server that sent a body would break the next answer of the connection."""
    address = urlsplit(server)
    assert address.hostname
    conn = http.client.HTTPConnection(address.hostname, address.port, timeout=20)
    items = ("/collections/commune/items?limit=2", "/collections/commune/items?f=html&limit=2")
    for path in (*DOCUMENTS, *items, "/collections/nothing", "/nowhere"):
        found = []
        for method in ("HEAD", "GET"):
            conn.request(method, f"/ogc{path}")
            answer = conn.getresponse()
            body = answer.read()
            headers = {name.lower(): value for name, value in answer.getheaders()}
            for name in ("date", "allow"):
                headers.pop(name, None)
            found.append((answer.status, headers))
            assert (method == "HEAD") == (body == b"")
        assert found[0] == found[1], path
    conn.close()
