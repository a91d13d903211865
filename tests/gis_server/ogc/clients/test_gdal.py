"""GDAL reads us: the distribution's programs, and the newer library inside pyogrio.

What it asks (3.6, 3.10, 3.12):

- ``/ogc/collections``, or ``/ogc/collections/X`` when it is given one, with ``Accept:
  application/json``;
- only when there is a condition ``/ogc``, and from its link the API definition, to learn which
  fields are parameters, with ``Accept: application/vnd.oai.openapi+json;version=3.0,
  application/openapi+json;version=3.0, application/json``;
- the collection's ``items`` link of type ``application/geo+json``, with ``Accept:
  application/geo+json, application/json``: first some features to guess the types, then all
  pages. Parameters: ``limit``, ``bbox``, ``datetime``, fields by ``=``; newer ones also
  ``bbox-crs`` and ``crs``. The link ``next`` is followed as it stands;
- that ``items`` link with ``/ID`` behind it for one feature.

``<``, ``LIKE`` and so on it compares itself: the CQL that it could send is that of a draft of
2020. It cannot write.
"""

import csv
import json
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pyogrio
import pytest
import shapely

from gis_testing.places import DOCS

pytestmark = pytest.mark.deep

GUIDE = (DOCS / "ogc.md").read_text("utf-8")

ZONE = "http://www.opengis.net/def/crs/EPSG/0/9213"
GRID = (425_000, 2_380_000)
"""South-western corner of the parcels, in the zone, metres; each is 500 m wide."""

Read = Callable[..., list[dict[str, Any]]]


def _gdal(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert "ERROR" not in done.stderr, done.stderr
    return done.stdout


def _by_program(source: str, layer: str, *options: str) -> list[dict[str, Any]]:
    features = json.loads(
        _gdal("ogr2ogr", "-f", "GeoJSON", "/vsistdout/", source, layer, *options)
    )["features"]
    return [
        {**feature["properties"], "shape": shapely.from_geojson(json.dumps(feature["geometry"]))}
        for feature in features
    ]


def _by_library(source: str, layer: str, *options: str, **more: Any) -> list[dict[str, Any]]:
    pairs = dict(zip(options[::2], options[1::2], strict=True)) if options else {}
    names = {"-where": "where"}
    given = {names[name]: text for name, text in pairs.items() if name in names}
    if "-oo" in pairs:
        given |= [pairs["-oo"].split("=", 1)]
    meta, _, shapes, columns = pyogrio.raw.read(
        source, layer, datetime_as_string=True, **given, **more
    )
    rows = zip(*columns, strict=True)
    return [
        {**dict(zip(meta["fields"], row, strict=True)), "shape": shapely.from_wkb(shape)}
        for shape, row in zip(shapes, rows, strict=True)
    ]


@pytest.fixture(params=[_by_program, _by_library], ids=["ogr2ogr", "pyogrio"])
def read(request: pytest.FixtureRequest) -> Read:
    """A way to read a layer: of the distribution's GDAL or of the newer one."""
    found: Read = request.param
    return found


@pytest.fixture
def source(recorder: Any) -> str:
    """What GDAL calls us."""
    return f"OAPIF:{recorder.ogc}"


def test_gdal_lists_and_describes_layers(source: str, layers: Any) -> None:
    listed = _gdal("ogrinfo", "-ro", source)
    for layer in layers:
        assert f": {layer.id} (title: {layer.title['vi']})" in listed
    assert [name for name, _ in pyogrio.list_layers(source)] == [layer.id for layer in layers]
    described = _gdal("ogrinfo", "-ro", "-so", source, "incident")
    for line in (
        "Feature Count: 300", "Geometry: Point", "id: Integer", "category: String",
        "severity: Integer", "occurred_at: DateTime",
    ):  # fmt: skip
        assert line in described
    info = pyogrio.read_info(source, "land_parcel")
    assert (info["features"], info["geometry_type"]) == (400, "MultiPolygon")


def test_gdal_copies_all_pages(read: Read, source: str, recorder: Any, rows: Any) -> None:
    found = read(source, "incident", "-oo", "PAGE_SIZE=70")
    assert [row["id"] for row in found] == [row["id"] for row in rows.incidents]
    for row, stored in zip(found, rows.incidents, strict=True):
        assert (row["shape"].x, row["shape"].y) == (stored["x"], stored["y"])
        assert row["category"] == stored["category"]
        assert _whole(row["severity"]) == stored["severity"]
    pages = [asked.features for asked in recorder.items("incident")][-5:]
    assert pages == [70, 70, 70, 70, 20]
    assert recorder.failed() == []


def _whole(value: Any) -> int | None:
    return None if value is None or value != value else int(value)  # noqa: PLR0124  nan


def test_gdal_reads_vietnamese_and_quotes(read: Read, source: str, rows: Any) -> None:
    found = {row["code"]: row["name"] for row in read(source, "school")}
    assert found == {row["code"]: row["name"] for row in rows.schools}


def test_gdal_leaves_equal_values_to_us(read: Read, source: str, recorder: Any, rows: Any) -> None:
    found = read(source, "incident", "-where", "category = 'theft' AND severity > 3")
    assert [row["id"] for row in found] == [
        row["id"] for row in rows.incidents
        if row["category"] == "theft" and (row["severity"] or 0) > 3
    ]  # fmt: skip
    thefts = sum(row["category"] == "theft" for row in rows.incidents)
    asked = [one for one in recorder.items("incident") if "category" in one.query]
    assert {one.query["category"] for one in asked} == {"theft"}
    assert max(one.features for one in asked) <= thefts < 100


def test_gdal_leaves_times_to_us(read: Read, source: str, recorder: Any, rows: Any) -> None:
    found = read(source, "incident", "-where", "occurred_at >= '2026/03/01 00:00:00+00'")
    start = datetime(2026, 3, 1, tzinfo=UTC)
    later = [row["id"] for row in rows.incidents if row["occurred_at"] >= start]
    assert [row["id"] for row in found] == later
    asked = [one for one in recorder.items("incident") if "datetime" in one.query]
    assert {one.query["datetime"] for one in asked} == {"2026-03-01T00:00:00Z/.."}


def test_gdal_leaves_a_box_to_us(source: str, recorder: Any, rows: Any) -> None:
    inside = [
        row["id"] for row in rows.incidents
        if 105.6 <= row["x"] <= 105.8 and 21.4 <= row["y"] <= 21.7
    ]  # fmt: skip
    box = (105.6, 21.4, 105.8, 21.7)
    corners = map(str, box)
    found = _by_program(source, "incident", "-spat", *corners, "-oo", "PAGE_SIZE=1000")
    assert [row["id"] for row in found] == inside
    assert [row["id"] for row in _by_library(source, "incident", bbox=box)] == inside
    boxed = [one for one in recorder.items("incident") if "bbox" in one.query]
    assert {one.features for one in boxed} == {len(inside)}
    assert len(inside) < 100
    assert {len(one.query["bbox"].split(",")) for one in boxed} == {4}


def test_gdal_reads_one_feature(source: str, recorder: Any, rows: Any) -> None:
    (found,) = _by_program(source, "school", "-where", "id = 'S1'")
    assert found["name"] == "Trường THCS Văn Lăng"
    described = _gdal("ogrinfo", "-ro", source, "incident", "-fid", "17")
    assert "id (Integer) = 17" in described
    (found,) = _by_library(source, "incident", fids=[17])
    assert found["category"] == rows.incidents[16]["category"]
    asked = {one.path for one in recorder.all}
    assert {"/ogc/collections/school/items/S1", "/ogc/collections/incident/items/17"} <= asked
    assert recorder.failed() == []


def test_gdal_reads_land_in_its_own_zone(source: str, recorder: Any) -> None:
    box = (GRID[0] + 1, GRID[1] + 1, GRID[0] + 999, GRID[1] + 999)
    found = _by_library(source, "land_parcel", CRS="EPSG:9213", bbox=box)
    assert [row["id"] for row in found] == [1, 2, 21, 22]
    for row in found:
        column, line = (row["id"] - 1) % 20, (row["id"] - 1) // 20
        west, south = GRID[0] + 500 * column, GRID[1] + 500 * line
        assert row["shape"].bounds == (west, south, west + 500, south + 500)
    asked = [one for one in recorder.items("land_parcel") if "bbox" in one.query]
    assert {(one.query["crs"], one.query["bbox-crs"]) for one in asked} == {(ZONE, ZONE)}
    assert {one.features for one in asked} == {4}
    assert pyogrio.read_info(source, "land_parcel", PREFERRED_CRS="EPSG:9213")["crs"] == "EPSG:9213"


def test_gdal_gets_places_right_by_either_name_of_wgs_84(source: str, rows: Any) -> None:
    """It takes EPSG:4326 for CRS84, and gives longitude first in any case."""
    box = (105.8, 21.5, 105.88, 21.6)
    inside = {
        row["code"]: (row["x"], row["y"]) for row in rows.schools if row["code"] in ("S1", "S3")
    }
    for name in ("EPSG:4326", "OGC:CRS84"):
        found = _by_library(source, "school", CRS=name, bbox=box)
        assert {row["code"]: (row["shape"].x, row["shape"].y) for row in found} == inside


def test_gdal_takes_a_whole_answer_to_a_filter(recorder: Any, rows: Any, tmp_path: Path) -> None:
    wanted = quote("severity > 3 AND category = 'theft'")
    answer = f"/vsicurl_streaming/{recorder.ogc}/collections/incident/items?f=fgb&filter={wanted}"
    copy = tmp_path / "copy.csv"
    _gdal("ogr2ogr", "-f", "CSV", str(copy), answer)
    with copy.open() as file:
        found = [int(row["id"]) for row in csv.DictReader(file)]
    assert sorted(found) == [
        row["id"] for row in rows.incidents
        if row["category"] == "theft" and (row["severity"] or 0) > 3
    ]  # fmt: skip
    assert [asked.query["f"] for asked in recorder.all] == ["fgb"]


def _guide() -> str:
    """Return the commands of the guide's section, without those about tiles."""
    section = GUIDE.split("## GDAL")[1].split("Tiles, and one")[0]
    return "".join(section.split("```sh")[part].split("```")[0] for part in (1, 2))


def test_the_guides_commands_work(recorder: Any, tmp_path: Path) -> None:
    text = _guide().replace("http://127.0.0.1:8080", recorder.address)
    done = subprocess.run(
        ["bash", "-e", "-c", text], cwd=tmp_path,
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "ERROR" not in done.stderr, done.stderr
    counts = {file.name: pyogrio.read_info(file)["features"] for file in tmp_path.iterdir()}
    assert set(counts) == {"schools.gpkg", "part.geojson", "parcels.gpkg", "severe.gpkg"}
    assert min(counts.values()) > 0
