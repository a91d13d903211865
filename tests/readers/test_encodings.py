"""GDAL and DuckDB read every encoding of every layer, and GEOS finds every shape valid."""

from collections.abc import Iterable, Iterator
from itertools import product
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import duckdb
import numpy as np
import pyarrow as pa
import pyogrio
import pyproj
import pytest
import shapely
from flask.testing import FlaskClient

from gis_server.features import crs
from gis_server.features.crs import CRS84, Reference
from layers.geo import BBox
from layers.model import Layer
from layers.registry import Layers

VIET_NAM = shapely.box(*BBox(102.0, 6.0, 118.0, 24.0))

ENDINGS = {"json": "geojson", "geojsonseq": "geojsons", "csv": "csv", "fgb": "fgb"}
"""By form what GDAL knows a file by; its wheel has no Parquet."""

OPTIONS: dict[str, dict[str, str]] = {
    "csv": {
        "GEOM_POSSIBLE_NAMES": "geometry",
        "X_POSSIBLE_NAMES": "longitude,x",
        "Y_POSSIBLE_NAMES": "latitude,y",
        "KEEP_GEOM_COLUMNS": "NO",
    }
}

TABLES = {"csv": "read_csv(?)", "parquet": "read_parquet(?)"}
"""By form the function of DuckDB that reads it."""

SAMPLE = ("land_plan", "school")


def _asked(
    reader: FlaskClient, layer: Layer, form: str, reference: Reference, folder: Path
) -> Path:
    query = urlencode({"f": form, "crs": reference.uri, "limit": 10_000})
    answer = reader.get(f"/ogc/collections/{layer.id}/items?{query}")
    assert answer.status_code == 200
    file = folder / f"{layer.id}.{ENDINGS.get(form, form)}"
    file.write_bytes(answer.data)
    return file


def _assert_sound(shapes: Any, layer: Layer, reference: Reference, *, is_turned: bool) -> None:
    assert not shapely.is_empty(shapes).any()
    broken = shapes[~shapely.is_valid(shapes)]
    assert [shapely.is_valid_reason(shape) for shape in broken] == []
    assert {shape.geom_type for shape in shapes} <= {layer.geometry.type}
    places = shapely.get_coordinates(shapes)
    xs, ys = places.T[::-1] if is_turned else places.T
    turn = pyproj.Transformer.from_crs(reference.srid, 4326, always_xy=True)
    assert VIET_NAM.covers(shapely.multipoints(np.column_stack(turn.transform(xs, ys))))


def _read_by_gdal(file: Path, form: str) -> Any:
    rows = pyogrio.read_arrow(file, **OPTIONS.get(form, {}))[1]
    return shapely.from_wkb(next(_shapes(rows)).to_pylist())


def _shapes(rows: pa.Table) -> Iterator[pa.ChunkedArray]:
    """Yield the column of shapes, which each driver names in its own way."""
    for field, column in zip(rows.schema, rows.columns, strict=True):
        if field.metadata and b"geoarrow.wkb" in field.metadata.values():
            yield column


def _read_by_duckdb(file: Path) -> Any:
    rows = duckdb.execute("SELECT geometry FROM read_parquet(?)", [str(file)]).fetchall()
    return shapely.from_wkb([row[0] for row in rows])


def _check_shapes(
    reader: FlaskClient, layer: Layer, references: Iterable[Reference], folder: Path
) -> None:
    for form, reference in product((*ENDINGS, "parquet"), references):
        file = _asked(reader, layer, form, reference, folder)
        found = _read_by_duckdb(file) if form == "parquet" else _read_by_gdal(file, form)
        assert len(found) > 0
        is_turned = reference.is_northing_first and form in ("json", "geojsonseq")
        _assert_sound(found, layer, reference, is_turned=is_turned)


def _check_rows(reader: FlaskClient, layer: Layer, folder: Path) -> None:
    counts = set()
    for form, source in TABLES.items():
        file = _asked(reader, layer, form, CRS84, folder)
        query = f"SELECT count(*), count(DISTINCT {layer.key}) FROM {source}"
        row = duckdb.execute(query, [str(file)]).fetchone()
        assert row
        counts |= {*row}
    assert len(counts) == 1
    assert counts != {0}


@pytest.mark.parametrize("layer_id", SAMPLE)
def test_some_layers(reader: FlaskClient, layers: Layers, layer_id: str, tmp_path: Path) -> None:
    layer = layers.get(layer_id)
    _check_shapes(reader, layer, [CRS84], tmp_path)
    _check_rows(reader, layer, tmp_path)


@pytest.mark.deep
def test_every_layer(reader: FlaskClient, layers: Layers, tmp_path: Path) -> None:
    for layer in layers:
        _check_shapes(reader, layer, crs.offered(layer).values(), tmp_path)
        _check_rows(reader, layer, tmp_path)
