"""Preconditions of what the map itself reads; those of the OGC interface are in its own tests."""

from typing import Any

import psycopg
import pytest
from flask.testing import FlaskClient


@pytest.mark.parametrize(
    "path",
    [
        "/", "/web/main.js", "/catalogue.json", "/health", "/search?q=van",
        "/attention?datetime=2026-01-01/2026-02-01",
        "/styles/light.json", "/sprites/light.json", "/sprites/light.png", "/tiles/commune.json",
        "/tiles/commune/9/406/224.mvt", "/heatmap/incident.json", "/heatmap/incident/9/406/224.mvt",
    ],
)  # fmt: skip
def test_a_tag_saves_the_transfer_or_is_insisted_on(
    province: psycopg.Connection[Any], client: FlaskClient, path: str
) -> None:
    plain = client.get(path)
    tag = plain.headers["ETag"]
    for header in (tag, "*", f'"x", {tag}', f"W/{tag}"):
        answer = client.get(path, headers={"If-None-Match": header})
        assert (answer.status_code, answer.data) == (304, b""), header
        assert answer.headers["ETag"] == tag
    for header in (tag, "*", f'"x", {tag}'):
        answer = client.get(path, headers={"If-Match": header})
        assert (answer.status_code, answer.data) == (plain.status_code, plain.data), header
    if plain.status_code == 200:
        for header in ('"x"', f"W/{tag}"):
            answer = client.get(path, headers={"If-Match": header})
            assert answer.status_code == 412
            assert answer.content_type == "application/problem+json"
