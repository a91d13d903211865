"""GDAL, which is also inside QGIS's tools, reads us from a real server."""

import csv
import json
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest


def _gdal(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert "ERROR" not in done.stderr, done.stderr
    return done.stdout


@pytest.fixture
def source(filled: Any, live: str) -> str:
    """What GDAL calls us."""
    return f"OAPIF:{live}/ogc"


def test_gdal_lists_describes_and_copies_layers(source: str, layers: Any, tmp_path: Path) -> None:
    listed = _gdal("ogrinfo", "-ro", source)
    for layer in layers:
        assert f": {layer.id} (title: {layer.title['vi']})" in listed
    described = _gdal("ogrinfo", "-ro", "-so", source, "incident")
    assert "Feature Count: 300" in described
    assert "occurred_at: DateTime" in described
    assert "severity: Integer" in described

    # More rows than a page has, so that the links to further pages are followed.
    copy = tmp_path / "copy.geojson"
    _gdal("ogr2ogr", "-f", "GeoJSON", str(copy), source, "incident", "-oo", "PAGE_SIZE=70")
    found = json.loads(copy.read_text())["features"]
    assert sorted(feature["properties"]["id"] for feature in found) == list(range(1, 301))


def test_gdal_asks_by_place_and_by_value(source: str, rows: Any, tmp_path: Path) -> None:
    def ids(name: str, *options: str) -> list[int]:
        copy = tmp_path / f"{name}.csv"
        _gdal("ogr2ogr", "-f", "CSV", str(copy), source, "incident", *options)
        with copy.open() as file:
            return sorted(int(row["id"]) for row in csv.DictReader(file))

    inside = [
        row["id"] for row in rows.incidents
        if 105.6 <= row["x"] <= 105.8 and 21.4 <= row["y"] <= 21.7
    ]  # fmt: skip
    assert ids("place", "-spat", "105.6", "21.4", "105.8", "21.7") == inside
    thefts = [
        row["id"] for row in rows.incidents
        if row["category"] == "theft" and (row["severity"] or 0) > 3
    ]  # fmt: skip
    assert ids("value", "-where", "category = 'theft' AND severity > 3") == thefts
    start = datetime(2026, 3, 1, tzinfo=UTC)
    later = [row["id"] for row in rows.incidents if row["occurred_at"] >= start]
    assert ids("time", "-where", "occurred_at >= '2026/03/01 00:00:00+00'") == later
