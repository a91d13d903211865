"""Validators: 304 without a look at the table, and never for what has changed."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from flask import Flask

from gis_server.http import etags
from gis_server.state import Services

Connection = psycopg.Connection[Any]

ITEMS, ITEM = "/ogc/collections/school/items", "/ogc/collections/school/items/S1"


@pytest.fixture
def state(app: Flask, filled: Connection) -> Iterator[Services]:
    """The application's state over the rows of this module."""
    del filled
    found: Services = app.extensions["gis"]
    found.changes.ask()
    return found


ZONES = "/ogc/collections/incident/dggs/H3/zones"


@pytest.mark.parametrize("sent", ['""', 'W/""', ",", '"', "x", '"", ""'])
@pytest.mark.parametrize(
    "address",
    [ITEMS, ITEM, ZONES, f"{ZONES}/8a41582a8b97fff/data", "/ogc", "/tiles/school.json",
     "/tiles/school/8/203/112.mvt", "/heatmap/incident/8/203/112.mvt", "/"],
)  # fmt: skip
def test_an_empty_or_broken_tag_is_none_of_ours(
    app: Flask, state: Services, address: str, sent: str
) -> None:
    del state
    answer = app.test_client().get(address, headers={"If-None-Match": sent})
    assert answer.status_code in (200, 204, 404)


@pytest.mark.parametrize("address", [ITEMS, ITEM, f"{ITEMS}?limit=2&sortby=-name"])
@pytest.mark.parametrize("encoding", ["gzip", "br", "zstd", "identity"])
def test_what_has_not_changed_is_not_asked_of_the_table(
    app: Flask, state: Services, conn: Connection, address: str, encoding: str
) -> None:
    del state
    client, headers = app.test_client(), {"Accept-Encoding": encoding}
    first = client.get(address, headers=headers)
    tag = first.headers["ETag"]
    assert not tag.startswith("W/")
    assert "Accept-Encoding" in first.headers["Vary"]
    with psycopg.Connection.connect(conn.info.dsn) as other:
        # Whoever looks at the table now waits.
        other.execute("LOCK TABLE layer.school IN ACCESS EXCLUSIVE MODE")
        again = client.get(address, headers={**headers, "If-None-Match": tag})
    assert again.status_code == 304
    assert again.data == b""
    assert again.headers["ETag"] == tag
    assert again.headers["Content-Crs"]


@pytest.mark.parametrize("address", [ITEMS, ITEM])
def test_a_change_of_the_layer_gives_another_tag(
    app: Flask, state: Services, conn: Connection, address: str
) -> None:
    client = app.test_client()
    tag = client.get(address).headers["ETag"]
    conn.execute("UPDATE layer.school SET name = 'Mới' WHERE code = 'S1'")
    state.changes.ask()
    answer = client.get(address, headers={"If-None-Match": tag})
    assert answer.status_code == 200
    assert "Mới" in answer.text
    assert answer.headers["ETag"] != tag


def test_another_question_or_form_has_another_tag(app: Flask, state: Services) -> None:
    del state
    client = app.test_client()
    addresses = (
        ITEMS, ITEM, f"{ITEM}?f=json", f"{ITEMS}?limit=2", f"{ITEMS}?lang=en", f"{ITEMS}?offset=1",
        f"{ITEM}?crs=http://www.opengis.net/def/crs/EPSG/0/4326",
    )  # fmt: skip
    tags = [client.get(address).headers["ETag"] for address in addresses]
    assert len(set(tags)) == len(tags)
    for address in addresses:
        stale = [tag for tag in tags if tag != client.get(address).headers["ETag"]]
        assert client.get(address, headers={"If-None-Match": ", ".join(stale)}).status_code == 200


def test_a_wrong_question_is_refused_whatever_tag_it_brings(app: Flask, state: Services) -> None:
    del state
    client = app.test_client()
    tag = client.get(ITEMS).headers["ETag"]
    answer = client.get(f"{ITEMS}?limti=5", headers={"If-None-Match": tag})
    assert answer.status_code == 400


def test_a_row_is_told_by_its_tag(app: Flask, state: Services, conn: Connection) -> None:
    def row() -> str:
        state.changes.ask()
        (found,) = etags.rows_of(app.test_client().get(ITEM).headers["ETag"]) or ()
        return found

    before = row()
    conn.execute("UPDATE layer.school SET name = 'x' WHERE code = 'S2'")
    assert row() == before
    conn.execute("UPDATE layer.school SET name = 'x' WHERE code = 'S1'")
    assert row() != before


def test_if_match_is_read_strictly() -> None:
    assert etags.rows_of("*") is None
    assert etags.rows_of('"5.77.abc-gzip"') == {"77"}
    assert etags.rows_of('"5.77.abc", W/"5.78.abc" , "6.79.d-br"') == {"77", "79"}
    assert etags.rows_of('"5.abc"') == frozenset()
    assert etags.rows_of("") == frozenset()


def test_current_is_the_version_and_the_representation() -> None:
    assert etags.is_current(["4.r", "5.r-gzip"], 5, "r") == "5.r-gzip"
    assert etags.is_current(["5.8.r"], 5, "r") == "5.8.r"
    assert etags.is_current(["5.q", "6.r", "r", "5", ""], 5, "r") is None
