"""HTTP over every address of the API definition: HEAD, OPTIONS, refusals, other hosts."""

import http.client
import json
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest

from gis_server.features.encodings import ENCODINGS
from gis_server.settings import Settings
from gis_testing.applications import create_app

FILLED = {
    "featureId": "1", "tileMatrixSetId": "WebMercatorQuad",
    "tileMatrix": "12", "tileRow": "1796", "tileCol": "3252",
    "dggrsId": "H3", "zoneId": "85415c3bfffffff",
}  # fmt: skip
KEYS = {"school": "S1", "incident": "7"}
KEPT = ("school", "incident")
"""Layers whose addresses are asked where one that is edited and one that is not are enough."""

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
NOWHERE = (
    "/nowhere",
    "/collections/school/nowhere",
    "/tiles/WebMercatorQuad/1",
    "/tiles/a/b/c/d/e",
)
"""Addresses that no route has; the others of the tests have one."""

Found = dict[str, frozenset[str]]


def allowed_with(methods: frozenset[str]) -> set[str]:
    """Return all methods of an address that the definition has these of."""
    return {*methods, "OPTIONS", *(["HEAD"] if "GET" in methods else [])}


def addresses(document: Any) -> Found:
    """Return the methods of every address, with the names in it filled in."""
    found = {}
    for path, methods in document["paths"].items():
        part = [*path.split("/"), "", ""][2]
        names = FILLED | ({"featureId": KEYS[part]} if part in KEYS else {})
        found[path.format(**names)] = frozenset(name.upper() for name in methods)
    return found


@pytest.fixture(scope="module")
def every(api: Any) -> Found:
    """Every address and its methods."""
    return addresses(api.json("/openapi"))


@pytest.fixture(scope="module")
def some(every: Found) -> Found:
    """The same of two layers, and what is of no layer."""
    return {
        path: methods
        for path, methods in every.items()
        if not path.startswith("/collections/") or path.split("/")[2] in KEPT
    }


@pytest.mark.deep
def test_head_is_get_without_its_body_at_every_address(server: str) -> None:
    """Over the wire: flask's client adds what a server has to say itself."""
    host = urlsplit(server)
    assert host.hostname
    conn = http.client.HTTPConnection(host.hostname, host.port, timeout=30)

    def ask(method: str, path: str) -> tuple[int, dict[str, str], bytes]:
        conn.request(method, f"/ogc{path}", headers={"Accept-Encoding": "gzip"})
        answer = conn.getresponse()
        if answer.status == 503:
            # The place of a download is free a moment after its client has all of it.
            answer.read()
            time.sleep(0.1)
            return ask(method, path)
        said = {name.lower(): value for name, value in answer.getheaders()}
        # A server need not say how it would send a body that it does not send.
        for name in ("date", "transfer-encoding"):
            said.pop(name, None)
        return answer.status, said, answer.read()

    conn.request("GET", "/ogc/openapi")
    found = addresses(json.load(conn.getresponse()))
    downloads = tuple(ENCODINGS)
    more = tuple(f"/collections/commune/items?limit=3&f={form}" for form in downloads)
    for path in (*found, *more, *NOWHERE, "/collections/nowhere/items", "/collections?x=1"):
        status, said, body = ask("GET", path)
        assert ask("HEAD", path) == (status, said, b""), path
        assert int(said.get("content-length", len(body))) == len(body), path
        assert ("content-length" in said) == (path not in more and status != 204), path
    conn.close()


def test_options_allow_what_the_definition_has_and_no_more(api: Any, every: Found) -> None:
    assert len(every) > 100
    for path, methods in every.items():
        answer = api.client.options(f"/ogc{path}")
        assert (answer.status_code, answer.data) == (200, b"")
        allowed = answer.headers["Allow"].split(", ")
        assert len(set(allowed)) == len(allowed)
        assert set(allowed) == allowed_with(methods), path


GONE = {
    "tileMatrixSetId": ("nowhere",),
    "tileMatrix": ("99",), "tileRow": ("4096", "x"), "tileCol": ("4096",),
    "dggrsId": ("ISEA3H",), "zoneId": ("8f415cb7fffffff", "x"),
}  # fmt: skip
"""Names that there are not, by parameter of the path."""


def test_options_of_what_there_is_not_is_404(api: Any) -> None:
    asked = 0
    for path in api.json("/openapi")["paths"]:
        parts = path.split("/")
        of_layer = parts[2] if parts[1:2] == ["collections"] and parts[2:] else ""
        kept = FILLED | ({"featureId": KEYS[of_layer]} if of_layer in KEYS else {})
        named = [name for name in GONE if f"{{{name}}}" in path]
        wrong = [path.format(**kept | {name: text}) for name in named for text in GONE[name]]
        if of_layer in KEPT:
            wrong.append(path.format(**kept).replace(f"/{of_layer}", "/nowhere", 1))
        if parts[1] == "processes" and parts[2:]:
            wrong.append(path.replace(parts[2], "nowhere"))
        for address in wrong:
            answer = api.client.options(f"/ogc{address}")
            assert answer.status_code == 404, address
            api.problem(answer, 404)
            assert answer.headers["Access-Control-Allow-Origin"] == "*"
        asked += len(wrong)
    assert asked > 100


@pytest.mark.parametrize("path", ["/jobs/1", "/jobs/1/results", "/collections/school/dggs/H3"])
def test_options_are_404_where_every_get_is(api: Any, path: str) -> None:
    """There are no jobs, and no zones of what is not counted."""
    api.refusal(path, status=404)
    api.problem(api.client.options(f"/ogc{path}"), 404)


def test_whatever_there_is_suits_if_none_match_any(api: Any, some: Found) -> None:
    tagged = 0
    for path in (path for path, methods in some.items() if "GET" in methods):
        for form in ("", "?f=html", "?f=csv", "?f=geojson", "?f=uint64"):
            plain = api.client.get(f"/ogc{path}{form}")
            if plain.status_code != 200:
                continue
            answer = api.client.get(f"/ogc{path}{form}", headers={"If-None-Match": "*"})
            assert (answer.status_code, answer.data) == (304, b""), f"{path}{form}"
            assert answer.headers["ETag"] == plain.headers["ETag"]
            assert answer.headers["Vary"] == plain.headers["Vary"]
            tagged += 1
    assert tagged > 50


def test_what_a_client_insists_on_is_sent_as_it_is_or_refused(api: Any, some: Found) -> None:
    for path in (path for path, methods in some.items() if "GET" in methods):
        for form in ("", "?f=html", "?f=csv", "?f=parquet"):
            plain = api.client.get(f"/ogc{path}{form}")
            if plain.status_code != 200:
                continue
            tag = plain.headers["ETag"]
            for header in ("*", tag, f'"x", {tag}'):
                answer = api.client.get(f"/ogc{path}{form}", headers={"If-Match": header})
                assert (answer.status_code, answer.data) == (200, plain.data), f"{path}{form}"
            for header in ('"x"', f"W/{tag}"):
                answer = api.client.get(f"/ogc{path}{form}", headers={"If-Match": header})
                api.problem(answer, 412)
                assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_what_there_is_not_is_404_whatever_the_client_has(api: Any) -> None:
    for path in ("/collections/school/items/S99", "/collections/incident/dggs/H3/zones/x"):
        api.problem(api.client.get(f"/ogc{path}", headers={"If-None-Match": "*"}), 404)


def test_what_comes_in_a_language_says_which(api: Any, some: Found) -> None:
    """And what says that it depends on the language asked for does depend on it."""
    spoken = 0
    for path in (path for path, methods in some.items() if "GET" in methods):
        for form in ("", "?f=html", "?f=csv", "?f=geojson", "?f=jsonfg", "?f=uint64"):
            found = [
                api.client.get(f"/ogc{path}{form}", headers={"Accept-Language": lang})
                for lang in ("en", "vi")
            ]
            if found[0].status_code != 200:
                continue
            told = [answer.headers.get("Content-Language") for answer in found]
            varies = "Accept-Language" in found[0].headers["Vary"]
            assert told == (["en-US", "vi-VN"] if varies else [None, None]), f"{path}{form}"
            if found[0].data != found[1].data:
                assert varies, f"{path}{form}"
            spoken += varies
    assert spoken > 50


def test_what_depends_on_accept_says_so(api: Any, some: Found) -> None:
    """All of it answers 406 to a client that takes none of the formats there are."""
    for path in (path for path, methods in some.items() if "GET" in methods):
        assert "Accept" in api.get(path).headers["Vary"].split(", "), path


def test_a_form_that_a_client_refuses_is_not_sent(api: Any, some: Found) -> None:
    for path in (path for path, methods in some.items() if "GET" in methods):
        usual = api.get(path).mimetype
        answer = api.get(path, accept=f"{usual};q=0, */*")
        if "{" in usual or not api.get(path).data:
            continue
        assert (answer.status_code == 406) or answer.mimetype != usual, path


def test_other_methods_are_refused_with_those_there_are(api: Any, some: Found) -> None:
    for path, methods in some.items():
        for method in {"POST", "PUT", "PATCH", "DELETE"} - methods:
            answer = api.client.open(f"/ogc{path}", method=method)
            assert api.problem(answer, 405)["detail"]
            allowed = set(answer.headers["Allow"].split(", "))
            assert allowed == allowed_with(methods), (method, path)
            page = api.client.open(f"/ogc{path}", method=method, headers=BROWSER)
            assert page.mimetype == "text/html"
            assert page.headers["Allow"] == answer.headers["Allow"]


def refusals(api: Any, some: Found) -> Iterator[tuple[int, Any]]:
    """Yield requests that are refused: the status, and what makes the request."""
    client = api.client
    for path in (path for path, methods in some.items() if "GET" in methods):
        for query in ("nothing=1", "f=nothing", "lang=xx"):
            yield (
                400,
                lambda query=query, path=path, **more: client.get(f"/ogc{path}?{query}", **more),
            )
    for path in (*NOWHERE, "/collections/nowhere", "/tileMatrixSets/nowhere", "/tiles/nowhere"):
        yield 404, lambda path=path, **more: client.get(f"/ogc{path}", **more)
        yield 404, lambda path=path, **more: client.head(f"/ogc{path}", **more)
    items = "/ogc/collections/school/items"
    for status, media, size in (
        (401, "application/geo+json", 1), (413, "application/json", 1_000_001),
        (415, "text/plain", 1),
    ):  # fmt: skip
        yield (
            status,
            lambda media=media, size=size, **more: client.post(
                items, data=b" " * size, content_type=media, **more
            ),
        )


def test_every_refusal_is_a_problem_or_a_page_that_any_host_may_read(api: Any, some: Found) -> None:
    for status, ask in refusals(api, some):
        answer = ask()
        assert answer.status_code == status, answer.request.path
        assert answer.content_type == "application/problem+json", answer.request.path
        assert answer.headers["Cache-Control"] == "no-store"
        page = ask(headers=BROWSER)
        assert (page.status_code, page.mimetype) == (status, "text/html") or "f=" in str(
            page.request.query_string
        ), page.request.path
        for each in (answer, page):
            assert each.headers["Access-Control-Allow-Origin"] == "*"
            assert each.headers["X-Content-Type-Options"] == "nosniff"
            if status == 401:
                assert each.headers["WWW-Authenticate"].startswith("Bearer realm=")


def test_a_form_that_nobody_takes_is_refused_everywhere(api: Any, some: Found) -> None:
    for path in (path for path, methods in some.items() if "GET" in methods):
        answer = api.get(path, accept="image/png")
        detail = api.problem(answer, 406)["detail"]
        assert "image/png" not in detail.partition("there is")[2]
        assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_a_database_that_is_away_is_a_problem_everywhere(some: Found) -> None:
    app = create_app(Settings(), "host=/nowhere dbname=nothing connect_timeout=1")
    for pool in (app.extensions["gis"].pool, app.extensions["gis"].tile_pool):
        pool.timeout = 0.05
    client, away = app.test_client(), 0
    for path in (path for path, methods in some.items() if "GET" in methods):
        answer = client.get(f"/ogc{path}")
        page = client.get(f"/ogc{path}", headers=BROWSER)
        if answer.status_code == 200:
            continue
        away += 1
        assert (answer.status_code, page.status_code) == (503, 503), path
        assert answer.content_type == "application/problem+json"
        assert page.mimetype == "text/html" or "mvt" in path
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
    app.extensions["gis"].close()
    assert away


@pytest.mark.parametrize("slash", ["", "/"])
def test_a_slash_at_the_end_makes_no_difference(api: Any, some: Found, slash: str) -> None:
    for path in some:
        plain = api.client.get(f"/ogc{path.rstrip('/')}")
        assert api.client.get(f"/ogc{path.rstrip('/')}{slash}").data == plain.data, path
