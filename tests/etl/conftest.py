"""Small files in every format that can be loaded."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import psycopg
import pytest
from shapely.geometry import Point

from etl import load
from etl.load import Mode, Order, Result
from layers.model import Layer
from layers.registry import Layers

Writer = Callable[[str], Path]

ROWS = {
    "code": ["C1", "C2", "C3"],
    "name": ["Ngã tư Đán", "Cầu Gia Bảy", "Chợ Thái"],
    "kind": ["traffic", "Giao thông", "plate"],
    "bearing": [90.0, None, 359.5],
}
PLACES = [Point(105.80, 21.58), Point(105.83, 21.60), Point(105.84, 21.59)]


@pytest.fixture
def incident(layers: Layers) -> Layer:
    """A layer of events."""
    return layers.get("incident")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where events are archived."""
    return tmp_path / "archive"


@pytest.fixture
def cameras(tmp_path: Path) -> Writer:
    """Write three cameras with a given ending; give the file."""

    def write(ending: str) -> Path:
        file = tmp_path / f"cameras{ending}"
        _WRITERS[ending](gpd.GeoDataFrame(ROWS, geometry=PLACES, crs="EPSG:4326"), file)
        return file

    return write


@pytest.fixture
def run(conn: psycopg.Connection[Any], layers: Layers, tmp_path: Path) -> Callable[..., Result]:
    """Load a file into a layer, with the layer's own mode unless one is given."""

    def go(layer_id: str, file: Path, mode: Mode | None = None, **more: Any) -> Result:
        layer = layers.get(layer_id)
        wanted = mode or load.default_mode(layer)
        return load.load(conn, Order(layer, file, wanted, "lan", tmp_path / "reports", **more))

    return go


def _zip(frame: gpd.GeoDataFrame, file: Path) -> None:
    import shutil  # noqa: PLC0415

    folder = file.parent / "shape"
    folder.mkdir()
    frame.to_file(folder / "cameras.shp", encoding="UTF-8")
    shutil.make_archive(str(file.with_suffix("")), "zip", folder)


def _text(frame: gpd.GeoDataFrame, file: Path) -> None:
    plain = frame.drop(columns="geometry").assign(lon=frame.geometry.x, lat=frame.geometry.y)
    if file.suffix == ".xlsx":
        plain.to_excel(file, index=False)
    else:
        plain.to_csv(file, index=False, sep="\t" if file.suffix == ".tsv" else ",")


_WRITERS: dict[str, Callable[[gpd.GeoDataFrame, Path], None]] = {
    ".geojson": lambda frame, file: frame.to_file(file, driver="GeoJSON"),
    ".gpkg": lambda frame, file: frame.to_file(file, driver="GPKG"),
    ".fgb": lambda frame, file: frame.to_file(file, driver="FlatGeobuf"),
    ".shp": lambda frame, file: frame.to_file(file, encoding="UTF-8"),
    ".zip": _zip,
    ".parquet": lambda frame, file: frame.to_parquet(file),
    ".csv": _text,
    ".tsv": _text,
    ".xlsx": _text,
}
FORMATS = tuple(_WRITERS)
