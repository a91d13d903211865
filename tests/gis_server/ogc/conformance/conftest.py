"""A client that knows only what the standards say: links, and the API definition."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import psycopg
import pytest
from psycopg import sql
from werkzeug.test import TestResponse

from gis_testing import cql2_reader

GEOJSON = "application/geo+json"
FILLED = ("incident", "land_parcel", "land_plan", "school")
"""Collections that the fixtures put rows into; the others are walked where nothing is needed."""

MOST_PAGES = 1000


@dataclass(frozen=True)
class Client:
    """A client of the API that follows links and reads the definition."""

    api: Any

    def get(self, href: str, accept: str = "application/json", **query: Any) -> TestResponse:
        """Ask for an absolute address, or a path under the landing page."""
        address = urlsplit(href)
        path = address.path if address.netloc else f"/ogc{address.path}"
        named = {name.replace("__", "-"): str(value) for name, value in query.items()}
        asked = [*parse_qsl(address.query, keep_blank_values=True), *named.items()]
        found: TestResponse = self.api.client.get(
            path, query_string=asked, headers={"Accept": accept}
        )
        return found

    def document(self, href: str, media: str = "application/json", **query: Any) -> Any:
        """Ask for a document; fail unless it comes with 200 and the media type."""
        answer = self.get(href, media, **query)
        assert answer.status_code == 200, answer.text
        assert answer.mimetype == media.split(";", maxsplit=1)[0]
        return answer.get_json(force=True)

    def items(self, layer_id: str, **query: Any) -> Any:
        """Ask for one page of features."""
        return self.document(f"/collections/{layer_id}/items", GEOJSON, **query)

    def pages(self, layer_id: str, **query: Any) -> Iterator[Any]:
        """Yield all pages, by the links ``next`` and nothing else."""
        page = self.items(layer_id, **query)
        for _ in range(MOST_PAGES):
            yield page
            following = links(page, "next")
            if not following:
                return
            page = self.document(following[0]["href"], GEOJSON)
        raise AssertionError("the pages do not end")

    def features(self, layer_id: str, **query: Any) -> list[Any]:
        """Return the features of all pages."""
        asked = {"limit": 10_000, **query}
        return [f for page in self.pages(layer_id, **asked) for f in page["features"]]

    def ids(self, layer_id: str, **query: Any) -> list[Any]:
        """Return the ids of all pages."""
        return [feature["id"] for feature in self.features(layer_id, **query)]

    @cached_property
    def landing(self) -> Any:
        """The landing page."""
        return self.document("/")

    @cached_property
    def definition(self) -> Any:
        """The API definition, found as the standard says."""
        (link,) = links(self.landing, "service-desc")
        return self.document(link["href"], link["type"])

    def operation(self, path: str, method: str = "get") -> Any:
        """Return an operation with what it refers to put in."""
        return self._put_in(self.definition["paths"][path][method])

    def parameter(self, path: str, name: str) -> Any:
        """Return a parameter of a path as the definition has it."""
        (found,) = [p for p in self.operation(path)["parameters"] if p["name"] == name]
        return found

    def _put_in(self, part: Any) -> Any:
        if isinstance(part, list):
            return [self._put_in(each) for each in part]
        if not isinstance(part, dict):
            return part
        if "$ref" in part:
            found = self.definition
            for name in part["$ref"].removeprefix("#/").split("/"):
                found = found[name]
            return self._put_in(found)
        return {name: self._put_in(value) for name, value in part.items()}


def links(document: Any, rel: str) -> list[Any]:
    """Return the links of a document with a relation."""
    return [link for link in document["links"] if link["rel"] == rel]


@pytest.fixture(scope="session")
def suite(api: Any) -> Client:
    """The client over the rows of the fixtures."""
    return Client(api)


@pytest.fixture(scope="session")
def chosen(api: Any, suite: Client) -> Callable[..., list[Any]]:
    """A function that gives the ids which a filter chooses, sorted.

    It asks in text and in JSON, by the address and by a body, and fails unless all agree. The JSON
    is written by a reader of the tests' own, as the server's parser is what is tested.
    """

    def ask(layer_id: str, text: str, **query: Any) -> list[Any]:
        found = sorted(suite.ids(layer_id, filter=text, filter__lang="cql2-text", **query))
        node = cql2_reader.read(text)
        written = {"filter": json.dumps(node), "filter__lang": "cql2-json", **query}
        assert sorted(suite.ids(layer_id, **written)) == found
        named = {name.replace("__", "-"): value for name, value in query.items()}
        posted = api.posted(layer_id, node, limit=10_000, **named)
        assert posted.status_code == 200, posted.text
        assert sorted(f["id"] for f in posted.get_json(force=True)["features"]) == found
        return found

    return ask


@pytest.fixture(scope="session")
def refused(suite: Client) -> Callable[..., bool]:
    """A function that tells whether a filter is refused with 400."""

    def ask(layer_id: str, text: str, **query: Any) -> bool:
        answer = suite.get(f"/collections/{layer_id}/items", GEOJSON, filter=text, **query)
        assert answer.status_code in (200, 400), answer.text
        return answer.status_code == 400

    return ask


@pytest.fixture(params=FILLED)
def layer_id(request: pytest.FixtureRequest) -> str:
    """A collection that has features."""
    return str(request.param)


@pytest.fixture(scope="session")
def every_feature(suite: Client) -> dict[str, list[Any]]:
    """All features of the filled collections, longitude and latitude, in the order of pages."""
    return {of: suite.features(of) for of in FILLED}


@pytest.fixture(scope="session")
def stored(ogc_database: str, layers: Any) -> dict[str, dict[Any, Any]]:
    """What the tables say, asked past the server: geometry in the storage CRS, by id."""
    found = {}
    with psycopg.connect(ogc_database) as conn:
        for of in FILLED:
            layer = layers.get(of)
            statement = sql.SQL("SELECT {key}, ST_AsGeoJSON(geom, 15) FROM layer.{table}").format(
                key=sql.Identifier(layer.key), table=sql.Identifier(of)
            )
            found[of] = {key: json.loads(text) for key, text in conn.execute(statement)}
    return found
