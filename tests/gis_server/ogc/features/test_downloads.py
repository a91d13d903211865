"""Downloads: every form says what GeoJSON says, in any number, and leaves nothing behind."""

import csv
import gzip
import io
import json
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import brotli
import geopandas as gpd
import psycopg
import pyarrow.parquet as pq
import pyogrio
import pytest
import shapely
import zstandard
from openpyxl import load_workbook
from shapely.geometry import shape

from gis_server.answers import downloads
from gis_server.features.encodings import ENCODINGS
from gis_server.features.encodings.export_query import ExportQuery
from gis_server.features.query import Query
from gis_server.features.table_state import read as facts
from gis_server.settings import Settings
from gis_testing.applications import create_app
from layers.audience import PUBLIC
from layers.headings import heading
from layers.local_time import ZONE
from layers.registry import Layers

Connection = psycopg.Connection[Any]
Row = dict[str, Any]

EPSG = "http://www.opengis.net/def/crs/EPSG/0/"
LAYERS = ("school", "incident", "land_parcel", "land_plan")


def _sequence(body: bytes, layer: Any, folder: Path) -> list[Row]:
    del layer, folder
    assert all(record.endswith(b"\n") for record in body.split(b"\x1e")[1:])
    features = [json.loads(text) for text in body.split(b"\x1e")[1:]]
    return [{**f["properties"], "geometry": shape(f["geometry"])} for f in features]


def _csv(body: bytes, layer: Any, folder: Path) -> list[Row]:
    del folder
    assert body.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(body.decode("utf-8-sig"), newline="")))
    return [_typed(row, layer) for row in rows]


def _typed(row: Row, layer: Any) -> Row:
    read: dict[str, Callable[[str], Any]] = {"integer": int, "number": float}
    found: Row = {
        name: read.get(field.type.value, str)(row[name]) if row[name] != "" else None
        for name, field in layer.public.items()
    }
    if "geometry" in row:
        return {**found, "geometry": shapely.from_wkt(row["geometry"])}
    x, y = ("longitude", "latitude") if "longitude" in row else ("x", "y")
    return {**found, "geometry": shapely.Point(float(row[x]), float(row[y]))}


def _flatgeobuf(body: bytes, layer: Any, folder: Path) -> list[Row]:
    file = folder / "x.fgb"
    file.write_bytes(body)
    info = pyogrio.read_info(file)
    assert info["geometry_type"] == layer.geometry.type
    table = pyogrio.read_arrow(file)[1]
    return [_of_arrow(row, "wkb_geometry" if "wkb_geometry" in row else "geometry")
            for row in table.to_pylist()]  # fmt: skip


def _parquet(body: bytes, layer: Any, folder: Path) -> list[Row]:
    file = folder / "x.parquet"
    file.write_bytes(body)
    assert gpd.read_parquet(file).crs is not None
    table = pq.read_table(file)
    title = json.loads(table.schema.field(layer.key).metadata[b"title"])
    assert title == dict(layer.field(layer.key).title)
    return [_of_arrow(row, "geometry") for row in table.to_pylist()]


def _of_arrow(row: Row, name: str) -> Row:
    found = shapely.from_wkb(row.pop(name))
    return {**row, "geometry": found}


def _workbook(body: bytes, layer: Any, folder: Path) -> list[Row]:
    del folder
    (sheet,) = load_workbook(io.BytesIO(body)).worksheets
    heads, *rows = sheet.iter_rows(values_only=True)
    names = {heading(field, "vi"): name for name, field in layer.public.items()}
    named = [dict(zip([names.get(head, head) for head in heads], row, strict=True)) for row in rows]
    return [_located(_with_zone(row, layer)) for row in named]


def _with_zone(row: Row, layer: Any) -> Row:
    times = [n for n, field in layer.public.items() if field.type.value == "datetime" and row[n]]
    return row | {name: row[name].replace(tzinfo=ZONE) for name in times}


def _located(row: Row) -> Row:
    if "WKT" in row:
        place = shapely.from_wkt(row.pop("WKT"))
        return {**row, "geometry": place}
    x, y = ("Kinh độ", "Vĩ độ") if "Kinh độ" in row else ("Toạ độ đông", "Toạ độ bắc")
    point = shapely.Point(row.pop(x), row.pop(y))
    return {**row, "geometry": point}


READERS: dict[str, Callable[[bytes, Any, Path], list[Row]]] = {
    "geojsonseq": _sequence,
    "csv": _csv,
    "xlsx": _workbook,
    "fgb": _flatgeobuf,
    "parquet": _parquet,
}


ALL_ROWS = [pytest.param(f, marks=pytest.mark.deep) if f == "xlsx" else f for f in READERS]
"""Forms with many rows: a workbook of 60,000 takes seconds to write."""


def _plain(value: Any) -> Any:
    """Write what readers give for a date or a time in one way."""
    if isinstance(value, str) and len(value) > 18 and value[10] == "T":
        value = datetime.fromisoformat(value)
    if isinstance(value, datetime):
        return value.replace(tzinfo=value.tzinfo or UTC).astimezone(UTC).isoformat()
    return value.isoformat() if isinstance(value, date) else value


def _same(found: list[Row], wanted: list[Row], digits: float) -> None:
    assert len(found) == len(wanted)
    for one, other in zip(found, wanted, strict=True):
        assert {n: _plain(v) for n, v in one.items() if n != "geometry"} == {
            n: _plain(v) for n, v in other.items() if n != "geometry"
        }
        # GeoJSON turns outer rings its own way.
        shapes = [row["geometry"].normalize() for row in (one, other)]
        assert shapes[0].equals_exact(shapes[1], digits)


def _expected(api: Any, layer: str, **query: Any) -> list[Row]:
    features = api.items(layer, **{"limit": 10_000, **query})["features"]
    return [{**f["properties"], "geometry": shape(f["geometry"])} for f in features]


def test_every_form_has_a_reader_here() -> None:
    assert set(READERS) == set(ENCODINGS)


@pytest.mark.parametrize("layer", LAYERS)
@pytest.mark.parametrize("form", READERS)
def test_a_download_says_what_geojson_says(
    api: Any, layers: Layers, form: str, layer: str, tmp_path: Path
) -> None:
    answer = api.get(f"/collections/{layer}/items", f=form)
    assert answer.status_code == 200
    assert answer.content_type == ENCODINGS[form].media_type
    assert answer.headers["Content-Disposition"].endswith(f'{layer}.{ENCODINGS[form].extension}"')
    found = READERS[form](answer.data, layers.get(layer), tmp_path)
    wanted = _expected(api, layer)
    assert len(wanted) > 3
    # FlatGeobuf and CSV read a date as text or as a time of GDAL's; their day is what counts.
    dates = [n for n, field in layers.get(layer).public.items() if field.type.value == "date"]
    for row in (*found, *wanted):
        row |= {name: row[name] and str(_plain(row[name]))[:10] for name in dates}
    _same(found, wanted, 1e-6)


@pytest.mark.parametrize("form", READERS)
def test_a_download_holds_what_is_asked_for(
    api: Any, layers: Layers, form: str, tmp_path: Path
) -> None:
    query = {"filter": "severity >= 3", "sortby": "-occurred_at", "category": "theft", "limit": 7}
    answer = api.get("/collections/incident/items", f=form, **query)
    found = READERS[form](answer.data, layers.get("incident"), tmp_path)
    wanted = _expected(api, "incident", **query)
    assert len(wanted) == 7
    assert [row["id"] for row in found] == [row["id"] for row in wanted]


@pytest.mark.parametrize("form", READERS)
def test_a_download_in_another_crs_has_easting_first_where_the_form_wants_it(
    api: Any, layers: Layers, form: str, tmp_path: Path
) -> None:
    answer = api.get("/collections/land_parcel/items", f=form, crs=f"{EPSG}9213")
    assert answer.headers["Content-Crs"] == f"<{EPSG}9213>"
    found = READERS[form](answer.data, layers.get("land_parcel"), tmp_path)
    _same(found, _expected(api, "land_parcel", crs=f"{EPSG}9213"), 0.001)
    if form in ("fgb", "parquet"):
        read = gpd.read_parquet if form == "parquet" else gpd.read_file
        assert read(tmp_path / f"x.{form}").crs.to_epsg() == 9213


def test_a_page_links_to_downloads_of_all_that_fits(api: Any) -> None:
    first = api.items("incident", limit=5, category="theft")
    (following,) = [link["href"] for link in first["links"] if link["rel"] == "next"]
    page = api.client.get(following.removeprefix("http://localhost")).get_json(force=True)
    links = {link["type"]: link["href"] for link in page["links"] if link["rel"] == "alternate"}
    for name, form in ENCODINGS.items():
        address = f"http://localhost/ogc/collections/incident/items?category=theft&f={name}"
        assert links[form.media_type] == address
    text = api.page("/collections/incident/items", limit=5, category="theft")
    for name in ENCODINGS:
        assert (f"f={name}" in text) == (name != "csv"), "a person is offered xlsx instead"


@pytest.mark.parametrize("form", READERS)
def test_nothing_found_is_a_file_without_rows(
    api: Any, layers: Layers, form: str, tmp_path: Path
) -> None:
    answer = api.get("/collections/school/items", f=form, code="nobody")
    assert answer.status_code == 200
    assert READERS[form](answer.data, layers.get("school"), tmp_path) == []


@pytest.mark.parametrize("form", READERS)
def test_fields_without_shapes(api: Any, form: str, tmp_path: Path) -> None:
    answer = api.get("/collections/school/items", f=form, properties="name", skipGeometry="true")
    assert answer.status_code == 200
    file = tmp_path / "x"
    file.write_bytes(answer.data)
    match form:
        case "csv":
            assert answer.data.splitlines()[0] == b"\xef\xbb\xbfcode,name"
        case "xlsx":
            (sheet,) = load_workbook(io.BytesIO(answer.data)).worksheets
            assert [cell.value for cell in sheet[1]] == ["Mã trường", "Tên trường"]
        case "parquet":
            assert pq.read_schema(file).names == ["code", "name"]
        case "fgb":
            assert pyogrio.read_info(file)["fields"].tolist() == ["code", "name"]
        case _:
            first = json.loads(answer.data[1:].splitlines()[0])
            assert (first["geometry"], list(first["properties"])) == (None, ["name"])


@pytest.mark.parametrize(
    ("encoding", "unpack"),
    [
        ("gzip", gzip.decompress),
        ("br", brotli.decompress),
        ("zstd", lambda body: zstandard.ZstdDecompressor().decompressobj().decompress(body)),
    ],
)
def test_a_download_is_compressed_on_its_way(
    api: Any, encoding: str, unpack: Callable[[bytes], bytes]
) -> None:
    address = "/ogc/collections/incident/items?f=csv"
    plain = api.client.get(address, headers={"Accept-Encoding": "identity"}).data
    answer = api.client.get(address, headers={"Accept-Encoding": encoding})
    assert answer.headers["Content-Encoding"] == encoding
    assert answer.headers["ETag"].endswith(f'-{encoding}"')
    assert unpack(answer.data) == plain
    packed = api.client.get(
        address.replace("csv", "parquet"), headers={"Accept-Encoding": encoding}
    )
    assert "Content-Encoding" not in packed.headers


def test_a_download_that_has_not_changed_is_not_sent_again(api: Any) -> None:
    address = "/ogc/collections/incident/items?f=parquet"
    tag = api.client.get(address).headers["ETag"]
    again = api.client.get(address, headers={"If-None-Match": tag})
    assert (again.status_code, again.data) == (304, b"")


@pytest.mark.parametrize("form", READERS)
def test_an_error_is_told_before_the_first_byte(api: Any, form: str) -> None:
    found = api.refusal("/collections/incident/items", f=form, filter="id / 0.5 > 1e308 * 10")
    assert found["detail"]
    api.refusal("/collections/incident/items", f=form, limit="0")


def test_hits_are_json_in_any_form(api: Any) -> None:
    answer = api.get("/collections/incident/items", f="csv", resulttype="hits")
    assert answer.mimetype == "application/geo+json"
    assert answer.get_json(force=True)["numberMatched"] == 300


@pytest.fixture(scope="module")
def crowded(module_database: str) -> str:
    """Address of a database with 60,000 incidents, for tests that only read."""
    with psycopg.connect(module_database, autocommit=True) as conn:
        conn.execute(
            "INSERT INTO layer.incident (category, occurred_at, description, h3, geom)"
            " SELECT 'theft', timestamptz '2026-01-01Z', repeat('x', 100), 0,"
            " ST_SetSRID(ST_MakePoint(105, 21), 4326) FROM generate_series(1, 60000) AS n"
        )
    return module_database


@pytest.fixture
def many(crowded: str) -> Iterator[Connection]:
    """A connection to the database with many incidents."""
    with psycopg.connect(crowded, autocommit=True) as conn:
        yield conn


def _states(conn: Connection) -> list[str]:
    rows = conn.execute(
        "SELECT state FROM pg_stat_activity WHERE datname = current_database()"
        " AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
    )
    return [row[0] for row in rows]


@pytest.mark.parametrize("form", ALL_ROWS)
def test_a_stream_that_is_left_ends_its_statement(
    many: Connection, crowded: str, layers: Layers, form: str
) -> None:
    with psycopg.connect(crowded, autocommit=True) as conn:
        layer = layers.get("incident")
        wanted = ExportQuery(layer, Query(PUBLIC, limit=None), facts(conn, layer))
        pieces = ENCODINGS[form].stream(conn, wanted)
        assert next(pieces)
        pieces.close()
        assert _states(many) == ["idle"]
        assert conn.execute("SELECT 1").fetchone() == (1,)


def test_a_client_that_leaves_makes_room_for_the_next(
    many: Connection, crowded: str, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(downloads, "_free", downloads.threading.BoundedSemaphore(1))
    app = create_app(settings, crowded)
    client, address = app.test_client(), "/ogc/collections/incident/items?f=csv"
    first = client.get(address, buffered=False)
    busy = client.get(address)
    assert busy.status_code == 503
    assert "f=json" in busy.get_json(force=True)["detail"]
    first.close()
    end = time.monotonic() + 5
    while "active" in _states(many) and time.monotonic() < end:
        time.sleep(0.05)
    whole = client.get(address)
    assert whole.data.count(b"\n") == 60_001
    assert client.get(address).status_code == 200
    app.extensions["gis"].close()


@pytest.mark.parametrize("form", ALL_ROWS)
def test_memory_does_not_grow_with_the_number_of_rows(
    many: Connection, crowded: str, layers: Layers, form: str
) -> None:
    import tracemalloc  # noqa: PLC0415

    def peak(limit: int) -> int:
        with psycopg.connect(crowded, autocommit=True) as conn:
            layer = layers.get("incident")
            wanted = ExportQuery(layer, Query(PUBLIC, limit=limit), facts(conn, layer))
            tracemalloc.start()
            length = sum(map(len, ENCODINGS[form].stream(conn, wanted)))
            _, highest = tracemalloc.get_traced_memory()
            tracemalloc.stop()
        assert length > limit
        return highest

    del many
    assert peak(60_000) < 1.15 * peak(40_000) + 1_000_000
