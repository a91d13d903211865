"""Whoever may change features, over the test's own database."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from gis_server.settings import Settings
from gis_testing.applications import create_app

TOKEN = "only for tests"
GEOJSON = "application/geo+json"

SCHOOL = {
    "type": "Feature",
    "geometry": {"type": "Point", "coordinates": [105.85, 21.55]},
    "properties": {"code": "T1", "name": "Trường Tân Cương", "level": "primary", "pupils": 300},
}
PARCEL = {
    "type": "Feature",
    "geometry": {
        "type": "Polygon",
        "coordinates": [
            [[430000, 2380000], [430020, 2380000], [430020, 2380010], [430000, 2380010],
             [430000, 2380000]]
        ],
    },
    "properties": {"sheet": "12", "number": "7", "land_code": "ODT", "area_geometry": 1},
}  # fmt: skip


class Editor:
    """A client with the administrator's token, and features that it may send."""

    school = SCHOOL
    parcel = PARCEL
    token = TOKEN
    patch = "application/merge-patch+json"

    def __init__(self, client: FlaskClient) -> None:
        self.client = client

    def send(
        self, method: str, path: str, body: Any = None, media: str = GEOJSON, **headers: str
    ) -> TestResponse:
        """Send a body, as JSON unless it is bytes; underscores in headers stand for dashes."""
        named = {"Authorization": f"Bearer {TOKEN}"}
        named |= {name.replace("_", "-"): text for name, text in headers.items()}
        data = body if isinstance(body, bytes | None) else json.dumps(body).encode()
        return self.client.open(
            f"/ogc/collections/{path}",
            method=method,
            data=data,
            content_type=media if data is not None else None,
            headers=named,
        )

    def get(self, path: str, crs: str | None = None) -> TestResponse:
        """Read a feature; fail when it is not there."""
        query = {} if crs is None else {"crs": crs}
        answer = self.client.get(f"/ogc/collections/{path}", query_string=query)
        assert answer.status_code == 200, answer.text
        return answer

    def create(self, layer: str, body: Any, **headers: str) -> str:
        """Create a feature; give its path under collections."""
        answer = self.send("POST", f"{layer}/items", body, **headers)
        assert answer.status_code == 201, answer.text
        return answer.headers["Location"].partition("/ogc/collections/")[2]

    def problem(self, status: int, *asked: Any, **headers: str) -> str:
        """Send what cannot be done; give the sentence."""
        answer = self.send(*asked, **headers)
        assert answer.status_code == status, answer.text
        assert answer.content_type == "application/problem+json"
        detail: str = answer.get_json(force=True)["detail"]
        return detail

    @staticmethod
    def with_(body: Mapping[str, Any], **properties: Any) -> dict[str, Any]:
        """Return a feature with some properties changed."""
        return {**body, "properties": {**body["properties"], **properties}}


@pytest.fixture
def editor(database_url: str, settings: Settings) -> Iterator[Editor]:
    """A client of an application that may be changed."""
    app = create_app(replace(settings, admin_token=TOKEN), database_url)
    yield Editor(app.test_client())
    app.extensions["gis"].close()


@pytest.fixture
def stranger(client: FlaskClient) -> Editor:
    """The same client of a server without a token."""
    return Editor(client)
