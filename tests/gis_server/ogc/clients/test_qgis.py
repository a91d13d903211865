"""QGIS reads us, without a screen.

What it asks (3.22 of Debian 12, 3.40 of Debian 13):

- ``/ogc`` and ``/ogc/collections/X`` with ``Accept: application/json``, the API definition as
  GDAL does;
- 3.40: ``/ogc/conformance``, ``queryables`` with ``Accept: application/schema+json``, and
  ``OPTIONS`` of ``items`` and of one item, to learn what may be changed;
- ``items`` with ``Accept: application/geo+json, application/json``: ``limit=10``, ``limit=1`` to
  count, then pages of ``limit``, with ``bbox`` when the layer is read by the view, by the links
  ``next``;
- 3.22: of a filter only times, as ``datetime``; coordinates are always WGS 84;
- 3.40: filters as ``filter`` and ``filter-lang=cql2-text``, ``crs`` and ``bbox-crs``.

``GIS_TEST_QGIS`` names another Python with QGIS than the distribution's.
"""

import json
import os
import shlex
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from gis_testing.requirements import unavailable

pytestmark = pytest.mark.deep

SCRIPT = (Path(__file__).parent / "qgis_script.py").read_text("utf-8")
PYTHON = shlex.split(os.environ.get("GIS_TEST_QGIS", "/usr/bin/python3"))
SENDS_CQL2 = 33600
"""The version that began to send filters in CQL2, and to ask for CRSs."""

ZONE = "http://www.opengis.net/def/crs/EPSG/0/9213"
LATITUDE_FIRST = "http://www.opengis.net/def/crs/EPSG/0/4326"

Ask = Callable[..., dict[str, Any]]


@pytest.fixture(scope="module")
def _has_qgis() -> None:
    try:
        _run("import qgis.core, qgis.analysis")
    except (OSError, AssertionError) as error:
        unavailable(f"no QGIS: install qgis-providers and python3-qgis ({error})")


def _run(program: str, *arguments: str, **environment: str) -> str:
    done = subprocess.run(
        [*PYTHON, "-c", program, *arguments],
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen", **environment},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


@pytest.fixture
def ask(_has_qgis: None, recorder: Any, tmp_path: Path) -> Ask:
    """A function that lets QGIS open a layer and read what is wanted, with empty caches."""
    tmp_path.chmod(0o700)

    def asked(layer: str, more: str = "", **wanted: Any) -> dict[str, Any]:
        uri = f"url='{recorder.ogc}' typename='{layer}' pageSize='120' {more}"
        found: dict[str, Any] = json.loads(
            _run(
                SCRIPT, json.dumps({"uri": uri, **wanted}),
                HOME=str(tmp_path), XDG_RUNTIME_DIR=str(tmp_path),
            ).splitlines()[-1]
        )  # fmt: skip
        assert found["valid"], found
        assert recorder.failed() == []
        return found

    return asked


def _ids(found: dict[str, Any]) -> list[int]:
    return sorted(feature["properties"]["id"] for feature in found["features"])


def test_qgis_opens_a_layer_and_reads_all_pages(ask: Ask, recorder: Any, rows: Any) -> None:
    found = ask("incident")
    assert found["crs"] in ("EPSG:4326", "OGC:CRS84")
    assert found["geometry"] == "Point"
    assert found["fields"]["id"] == found["fields"]["severity"] == "Integer"
    assert found["fields"]["occurred_at"] == "DateTime"
    assert found["count"] == 300
    longitudes, latitudes = ([row[axis] for row in rows.incidents] for axis in "xy")
    assert found["extent"] == pytest.approx(
        [min(longitudes), min(latitudes), max(longitudes), max(latitudes)], abs=1e-6
    )
    read = {feature["properties"]["id"]: feature for feature in found["features"]}
    assert len(read) == 300
    for row in rows.incidents:
        assert read[row["id"]]["geometry"]["coordinates"] == [row["x"], row["y"]]
        values = read[row["id"]]["properties"]
        assert (values["category"], values["severity"]) == (row["category"], row["severity"])
    pages = [one for one in recorder.items("incident") if one.query.get("limit") == "120"]
    assert [one.features for one in pages] == [120, 120, 60]


def test_qgis_reads_vietnamese_and_quotes(ask: Ask, rows: Any) -> None:
    found = ask("school")
    values = {one["properties"]["code"]: one["properties"] for one in found["features"]}
    assert set(values) == {row["code"] for row in rows.schools}
    for row in rows.schools:
        assert values[row["code"]]["pupils"] == row["pupils"]
        name = row["name"]
        if found["version"] >= SENDS_CQL2:
            # 3.40 makes a backslash of a quotation mark; 3.22 and every GDAL do not.
            name = name.replace('"', "\\")
        assert values[row["code"]]["name"] in (name, row["name"])


def test_qgis_leaves_the_view_to_us(ask: Ask, recorder: Any, rows: Any) -> None:
    found = ask("incident", "restrictToRequestBBOX='1'", rect=[105.6, 21.4, 105.8, 21.7])
    inside = [
        row["id"] for row in rows.incidents
        if 105.6 <= row["x"] <= 105.8 and 21.4 <= row["y"] <= 21.7
    ]  # fmt: skip
    assert _ids(found) == inside
    (boxed,) = [one for one in recorder.items("incident") if "bbox" in one.query]
    assert boxed.features == len(inside) < 100


def test_qgis_leaves_times_to_us(ask: Ask, recorder: Any, rows: Any) -> None:
    found = ask("incident", subset="\"occurred_at\" >= '2026-03-01T00:00:00Z'")
    start = datetime(2026, 3, 1, tzinfo=UTC)
    later = [row["id"] for row in rows.incidents if row["occurred_at"] >= start]
    assert found["subset"] is True
    assert _ids(found) == later
    asked = [one for one in recorder.items("incident") if {"datetime", "filter"} & set(one.query)]
    assert {one.features for one in asked} == {120, len(later) - 120}


@pytest.mark.parametrize("way", ["subset", "expression"])
def test_qgis_filters_by_values(ask: Ask, recorder: Any, rows: Any, way: str) -> None:
    found = ask(
        "incident",
        **{way: '"category" IN (\'theft\', \'flood\') AND ("severity" > 3 OR "severity" IS NULL)'},
    )
    wanted = [
        row["id"] for row in rows.incidents
        if row["category"] in ("theft", "flood")
        and (row["severity"] is None or row["severity"] > 3)
    ]  # fmt: skip
    assert _ids(found) == wanted
    if found["version"] >= SENDS_CQL2:
        asked = [one for one in recorder.items("incident") if "filter" in one.query]
        assert {one.query["filter-lang"] for one in asked} == {"cql2-text"}
        assert asked[0].features == len(wanted) <= 120


def test_qgis_filters_by_text(ask: Ask, recorder: Any) -> None:
    found = ask("school", subset='"name" ILIKE \'%CÔNG%\' AND "pupils" >= 100')
    assert [feature["properties"]["code"] for feature in found["features"]] == ["S2"]
    if found["version"] >= SENDS_CQL2:
        assert {one.features for one in recorder.items("school") if "filter" in one.query} == {1}


def test_qgis_reads_land(ask: Ask, recorder: Any, rows: Any) -> None:
    found = ask("land_parcel", "srsname='EPSG:9213' restrictToRequestBBOX='1'")
    assert found["geometry"] == "MultiPolygon"
    assert _ids(found) == list(range(1, 401))
    shapes = {one["properties"]["id"]: one["geometry"]["coordinates"] for one in found["features"]}
    corners = {tuple(corner) for corner in shapes[1][0][0]}
    if found["crs"] == "EPSG:9213":
        assert corners == {(x, y) for x in (425000, 425500) for y in (2380000, 2380500)}
        assert {one.query.get("crs") for one in recorder.items("land_parcel")} == {ZONE, None}
    else:
        stored = rows.parcels[1]["coordinates"][0][0]
        assert sorted(corners) == [
            (pytest.approx(x, abs=2e-7), pytest.approx(y, abs=2e-7))
            for x, y in sorted({tuple(corner) for corner in stored})
        ]


def test_qgis_reads_a_box_in_either_order_of_axes(ask: Ask, recorder: Any) -> None:
    found = ask(
        "school", "srsname='EPSG:4326' restrictToRequestBBOX='1'", rect=[105.8, 21.5, 105.88, 21.6]
    )
    assert {one["properties"]["code"]: one["geometry"] for one in found["features"]} == {
        "S1": {"type": "Point", "coordinates": [105.85, 21.55]},
        "S3": {"type": "Point", "coordinates": [105.84, 21.59]},
    }
    if found["version"] >= SENDS_CQL2:
        (boxed,) = [one for one in recorder.items("school") if "bbox" in one.query]
        assert boxed.query["bbox-crs"] == boxed.query["crs"] == LATITUDE_FIRST
        numbers = [float(number) for number in boxed.query["bbox"].split(",")]
        assert numbers == pytest.approx([21.5, 105.8, 21.6, 105.88])


def test_qgis_works_with_a_layer(ask: Ask) -> None:
    found = ask(
        "land_parcel",
        algorithm="native:extractbyexpression",
        parameters={"EXPRESSION": "\"land_code\" = 'ODT'"},
    )
    assert found["made"] == 200
