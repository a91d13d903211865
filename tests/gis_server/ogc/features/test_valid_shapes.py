"""What is stored valid is delivered valid, in every encoding and CRS, however narrow it is."""

import csv
import io
import json
from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import numpy as np
import psycopg
import pyarrow.parquet as pq
import pyogrio
import pytest
import shapely
from flask.testing import FlaskClient

from gis_server.features import crs
from layers.registry import Layers

Connection = psycopg.Connection[Any]
Shapes = Any

MILLIMETRE = {9213: 1e-3, 4326: 1e-8}
ORIGIN = {9213: (430_000.0, 2_380_000.0), 4326: (105.8, 21.6)}
INSERTS = {
    "land_plan": "INSERT INTO layer.land_plan (id, land_code, geom) VALUES (%s, 'ODT', %s)",
    "water": "INSERT INTO layer.water (id, kind, geom) VALUES (%s, 'lake', %s)",
    "road": "INSERT INTO layer.road (id, class, geom) VALUES (%s, 'primary', %s)",
}


def _square(x: float, y: float, size: float) -> shapely.Polygon:
    return shapely.box(x, y, x + size, y + size)


def _areas() -> Iterator[shapely.Geometry]:
    """Valid areas with places narrower than a millimetre, which is the unit."""
    wide = _square(0, 0, 20_000)
    notch = shapely.Polygon([(9000, -1), (9000.3, -1), (9000.2, 15_000), (9000.1, 15_000)])
    yield wide.difference(notch)
    yield wide.difference(_square(5000, 0.3, 3000))
    yield wide.difference(_square(5000, 5000, 0.4))
    yield shapely.MultiPolygon([wide, _square(25_000, 0, 0.3)])
    yield shapely.MultiPolygon(
        [wide, shapely.Polygon([(20_000.2, 0), (30_000, 9), (30_000, 9000)])]
    )
    waist = [(0, 0), (9000, 0), (4500.2, 4000), (9000, 8000), (0, 8000), (4499.9, 4000)]
    yield shapely.Polygon(waist)
    yield shapely.Polygon([(0, 0), (9000, 3000.2), (18_000, 6000), (9000, 3000.4)])
    yield shapely.box(0, 0, 20_000, 0.4)


def _lines() -> Iterator[shapely.Geometry]:
    yield shapely.LineString([(0, 0), (0.3, 0.2)])
    yield shapely.MultiLineString([[(0, 0), (0.3, 0.2)], [(0, 0), (9000, 3000)]])
    yield shapely.LineString([(0, 0), (0.3, 0), (0.3, 0.3), (0, 0)])


def _fill(conn: Connection, layers: Layers, layer_id: str) -> int:
    """Store each shape at places that round in other ways."""
    geometry = layers.get(layer_id).geometry
    made = list(_areas() if geometry.dimension == 2 else _lines())
    random, unit, origin = (
        np.random.default_rng(7),
        MILLIMETRE[geometry.crs.srid],
        ORIGIN[geometry.crs.srid],
    )
    shapes = [
        shapely.transform(shape, lambda places, shift=shift: (places + shift) * unit + origin)
        for shape, shift in product(made, random.uniform(0, 1e7, (12, 2)))
    ]
    make = shapely.multipolygons if geometry.dimension == 2 else shapely.multilinestrings
    stored = [s if s.geom_type.startswith("Multi") else make([s]) for s in shapes]
    valid = [shape for shape in stored if shape.is_valid]
    assert len(valid) > 0.8 * len(stored)
    with conn.cursor() as cursor:
        cursor.executemany(
            INSERTS[layer_id],
            [
                (
                    number,
                    shapely.to_wkb(
                        shapely.set_srid(shape, geometry.crs.srid), hex=True, include_srid=True
                    ),
                )
                for number, shape in enumerate(valid)
            ],
        )
    return len(valid)


def _geojson(body: bytes, folder: Path) -> Shapes:
    return [shapely.from_geojson(json.dumps(f["geometry"])) for f in json.loads(body)["features"]]


def _places(body: bytes, folder: Path) -> Shapes:
    found = json.loads(body)["features"]
    return [shapely.from_geojson(json.dumps(f["place"] or f["geometry"])) for f in found]


def _sequence(body: bytes, folder: Path) -> Shapes:
    found = [json.loads(text) for text in body.split(b"\x1e")[1:]]
    return [shapely.from_geojson(json.dumps(f["geometry"])) for f in found]


def _csv(body: bytes, folder: Path) -> Shapes:
    rows = csv.DictReader(io.StringIO(body.decode("utf-8-sig"), newline=""))
    return [shapely.from_wkt(row["geometry"]) for row in rows]


def _flatgeobuf(body: bytes, folder: Path) -> Shapes:
    file = folder / "x.fgb"
    file.write_bytes(body)
    rows = pyogrio.read_arrow(file)[1]
    name = next(name for name in rows.column_names if "geometry" in name)
    return shapely.from_wkb(rows[name].to_pylist())


def _parquet(body: bytes, folder: Path) -> Shapes:
    return shapely.from_wkb(pq.read_table(io.BytesIO(body))["geometry"].to_pylist())


READERS: dict[str, Callable[[bytes, Path], Shapes]] = {
    "json": _geojson,
    "jsonfg": _places,
    "geojsonseq": _sequence,
    "csv": _csv,
    "fgb": _flatgeobuf,
    "parquet": _parquet,
}


@pytest.fixture
def narrow(request: pytest.FixtureRequest, conn: Connection, layers: Layers) -> tuple[str, int]:
    return request.param, _fill(conn, layers, request.param)


@pytest.mark.parametrize("narrow", INSERTS, indirect=True)
def test_every_encoding_in_every_crs(
    narrow: tuple[str, int], client: FlaskClient, layers: Layers, tmp_path: Path
) -> None:
    layer_id, count = narrow
    wrong = {}
    for form, uri in product(READERS, crs.offered(layers.get(layer_id))):
        query = urlencode({"f": form, "crs": uri, "limit": 1000})
        answer = client.get(f"/ogc/collections/{layer_id}/items?{query}")
        assert answer.status_code == 200, answer.text
        shapes = np.array(READERS[form](answer.data, tmp_path), dtype=object)
        assert len(shapes) == count
        assert {shape.geom_type for shape in shapes} == {layers.get(layer_id).geometry.type}
        broken = ~shapely.is_valid(shapes) | shapely.is_empty(shapes)
        if broken.any():
            wrong[form, uri] = {shapely.is_valid_reason(s).split("[")[0] for s in shapes[broken]}
    assert wrong == {}


@pytest.mark.parametrize("narrow", INSERTS, indirect=True)
def test_a_feature_by_itself(narrow: tuple[str, int], client: FlaskClient) -> None:
    layer_id, count = narrow
    for number, form in product(range(0, count, 7), ("json", "jsonfg")):
        answer = client.get(f"/ogc/collections/{layer_id}/items/{number}?f={form}")
        assert shapely.from_geojson(json.dumps(answer.get_json()["geometry"])).is_valid
