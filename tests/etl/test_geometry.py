"""Geometries are transformed, repaired, promoted and measured."""

import h3.api.basic_int as h3
import numpy as np
import pytest
import shapely
from shapely import wkt

from etl import crs, geometry
from etl.geometry import Place
from layers.registry import Layers


def _shapes(*texts: str | None) -> np.ndarray:
    return np.array([None if t is None else wkt.loads(t) for t in texts], dtype=object)


def test_a_polygon_becomes_a_multipolygon_in_the_layers_zone(layers: Layers) -> None:
    place = Place.between(layers.get("land_parcel"), crs.parse("EPSG:4326"))
    square = "POLYGON ((105.84 21.59, 105.841 21.59, 105.841 21.591, 105.84 21.591, 105.84 21.59))"
    located = place.locate(_shapes(square, square.replace("POLYGON", "MULTIPOLYGON (") + ")"))
    assert located.faults == []
    assert [s.geom_type for s in located.shapes] == ["MultiPolygon", "MultiPolygon"]
    west, south, _, _ = located.shapes[0].bounds
    assert 354_000 < west < 725_000
    assert 921_000 < south < 2_590_000
    assert located.measured[0] == pytest.approx(103.5 * 110.7, rel=0.01)


def test_an_area_is_measured_in_the_legal_zone_of_its_source(layers: Layers) -> None:
    """Moved to another zone the same parcel would be larger by four in ten thousand."""
    place = Place.between(layers.get("land_parcel"), crs.parse("EPSG:5899"))
    located = place.locate(np.array([shapely.box(565000, 1752000, 565100, 1752100)], dtype=object))
    assert located.measured[0] == pytest.approx(10_000, abs=1e-6)
    assert located.shapes[0].area != pytest.approx(10_000, abs=1)


def test_lengths_are_measured_on_the_ellipsoid(layers: Layers) -> None:
    place = Place.between(layers.get("road"), crs.parse("EPSG:4326"))
    located = place.locate(_shapes("LINESTRING (105 21, 105 22)"))
    assert located.shapes[0].geom_type == "MultiLineString"
    assert located.measured[0] == pytest.approx(110_716, rel=1e-4)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (None, "missing"),
        ("POINT EMPTY", "missing"),
        ("LINESTRING (105 21, 106 22)", "not a Point"),
        ("POINT (565000 1752000)", "not degrees"),
        ("POINT (21.5 105.8)", "latitude stands where longitude belongs"),
        ("MULTIPOINT (105 21, 106 21)", "not a Point"),
    ],
)
def test_what_is_no_place_is_refused(layers: Layers, text: str | None, reason: str) -> None:
    place = Place.between(layers.get("camera"), crs.parse("EPSG:4326"))
    located = place.locate(_shapes("POINT (105.8 21.5)", text))
    assert [(fault.row, fault.field) for fault in located.faults] == [(1, "geometry")]
    assert reason in located.faults[0].reason
    assert located.shapes[1] is None


def test_heights_are_dropped_and_a_multi_of_one_is_a_single(layers: Layers) -> None:
    place = Place.between(layers.get("camera"), crs.parse("EPSG:4326"))
    located = place.locate(_shapes("POINT Z (105.8 21.5 30)", "MULTIPOINT (105.9 21.6)"))
    assert [s.wkt for s in located.shapes] == ["POINT (105.8 21.5)", "POINT (105.9 21.6)"]
    assert located.faults == []


def test_a_hair_is_repaired_and_a_bow_tie_is_refused(layers: Layers) -> None:
    place = Place.between(layers.get("land_parcel"), crs.parse("EPSG:9213"))
    hair = "POLYGON ((0 0, 50 0, 50 50, 50 80, 50 50, 0 50, 0 0))"
    bow_tie = "POLYGON ((0 0, 50 50, 50 0, 0 50, 0 0))"
    located = place.locate(_shapes(hair, bow_tie))
    assert [(w.row, w.reason) for w in located.warnings] == [
        (0, "repaired: ring self-intersection")
    ]
    assert located.shapes[0].is_valid
    assert located.shapes[0].area == 2500
    assert [(f.row, f.reason, f.value) for f in located.faults] == [
        (1, "invalid: self-intersection", "25 25")
    ]


def test_cells_are_those_of_the_reference_library() -> None:
    rng = np.random.default_rng(3)
    xy = np.column_stack([rng.uniform(102, 110, 500), rng.uniform(8, 24, 500)])
    found = geometry.cells(np.append(shapely.points(xy), [None]))
    wanted = [h3.latlng_to_cell(lat, lon, 10) for lon, lat in xy]
    assert found.to_pylist() == [*wanted, None]
