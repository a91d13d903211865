"""Downloads with a limit: each leads on to the next, in a header, as a file has no other place."""

import csv
import io
import json
from collections.abc import Callable, Mapping
from typing import Any

import psycopg
import pyarrow.parquet as pq
import pyogrio
import pytest
from flask import Flask

from gis_server.features.encodings import ENCODINGS, export_query
from gis_server.features.encodings.export_query import ExportQuery
from gis_testing.ogc_api import header_links

Connection = psycopg.Connection[Any]

READERS: Mapping[str, Callable[[bytes], list[int]]] = {
    "geojsonseq": lambda data: [json.loads(text)["id"] for text in data.split(b"\x1e")[1:]],
    "csv": lambda data: [
        int(row["id"]) for row in csv.DictReader(io.StringIO(data.decode("utf-8-sig")))
    ],
    "fgb": lambda data: pyogrio.read_dataframe(data, read_geometry=False)["id"].tolist(),
    "parquet": lambda data: pq.read_table(io.BytesIO(data))["id"].to_pylist(),
}
"""Functions that read the ids of incidents."""


@pytest.mark.parametrize("form", READERS)
@pytest.mark.parametrize(
    "query",
    [
        {"limit": 40, "filter": "severity >= 2"},
        {"limit": 3, "offset": 2, "sortby": "-severity,occurred_at", "category": "theft"},
    ],
)
def test_a_download_with_a_limit_leads_on_to_the_next(
    api: Any, form: str, query: dict[str, Any]
) -> None:
    answer = api.get("/collections/incident/items", f=form, **query)
    rest = {name: value for name, value in query.items() if name != "limit"}
    wanted = [feature["id"] for feature in api.items("incident", limit=10_000, **rest)["features"]]
    found: list[Any] = []
    while True:
        page = READERS[form](answer.data)
        found += page
        links = header_links(answer)
        assert api.client.get(links["self"][0]).data == answer.data or form == "parquet"
        assert links["self"][1] == ENCODINGS[form].media_type
        if "next" not in links:
            break
        assert len(page) == query["limit"]
        answer = api.client.get(links["next"][0])
    assert found == wanted
    assert len(found) > query["limit"]


@pytest.mark.parametrize("form", READERS)
def test_a_download_of_all_leads_to_itself_alone(api: Any, form: str) -> None:
    for query in ({}, {"limit": 300}, {"limit": 10**18, "offset": 10**18}, {"code": "nobody"}):
        layer = "school" if "code" in query else "incident"
        links = header_links(api.get(f"/collections/{layer}/items", f=form, **query))
        queryables = "http://www.opengis.net/def/rel/ogc/1.0/queryables"
        assert links.keys() == {queryables, "self"}
        assert f"f={form}" in links["self"][0]


def test_a_page_that_is_downloaded_is_read_in_one_snapshot(
    conn: Connection, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What comes in between is on neither page; what was there is on one."""
    conn.execute(
        "INSERT INTO layer.incident (id, category, occurred_at, h3, geom)"
        " SELECT n, 'theft', timestamptz '2026-01-01Z', 0, ST_SetSRID(ST_MakePoint(105, 21), 4326)"
        " FROM generate_series(1, 60) AS n WHERE n <> 5"
    )
    found = export_query.following

    def disturbed(used: Connection, wanted: ExportQuery) -> Any:
        place = found(used, wanted)
        conn.execute(
            "INSERT INTO layer.incident (id, category, occurred_at, h3, geom)"
            " SELECT 5, category, occurred_at, h3, geom FROM layer.incident LIMIT 1"
        )
        return place

    monkeypatch.setattr(export_query, "following", disturbed)
    first = app.test_client().get("/ogc/collections/incident/items?f=csv&limit=10")
    monkeypatch.undo()
    second = app.test_client().get(header_links(first)["next"][0])
    ids = [*READERS["csv"](first.data), *READERS["csv"](second.data)]
    assert ids == [n for n in range(1, 22) if n != 5]
