"""Files of every format, also damaged ones, and where their coordinates are."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pyarrow as pa
import pyarrow.parquet as pq
import pyogrio
import pytest
import shapely

from etl import crs
from etl.errors import CrsMissing, FileMissing, FileUnreadable, FormatUnknown, LoadError
from etl.load import Result

Connection = psycopg.Connection[Any]
Writer = Callable[[str], Path]
Load = Callable[..., Result]

FORMATS = (".geojson", ".gpkg", ".fgb", ".shp", ".zip", ".parquet", ".csv", ".tsv", ".xlsx")

HEADER = "code,name,kind,bearing,lon,lat\n"


def _csv(folder: Path, text: str) -> Path:
    file = folder / "cameras.csv"
    file.write_text(text, "utf-8")
    return file


def _all(conn: Connection, statement: str) -> list[tuple[Any, ...]]:
    return conn.execute(statement).fetchall()  # type: ignore[call-overload, no-any-return]


@pytest.mark.parametrize("ending", FORMATS)
def test_every_format_gives_the_same_rows(
    conn: Connection, run: Load, cameras: Writer, ending: str
) -> None:
    result = run("camera", cameras(ending))
    assert (result.rows_in, result.rows_loaded, result.rows_refused) == (3, 3, 0)
    rows = _all(
        conn,
        "SELECT code, name, kind, bearing, round(ST_X(geom)::numeric, 5), ST_SRID(geom)"
        " FROM layer.camera ORDER BY code",
    )
    assert [row[:4] for row in rows] == [
        ("C1", "Ngã tư Đán", "traffic", 90.0),
        ("C2", "Cầu Gia Bảy", "traffic", None),
        ("C3", "Chợ Thái", "plate", 359.5),
    ]
    assert [(float(x), srid) for *_, x, srid in rows] == [
        (105.8, 4326),
        (105.83, 4326),
        (105.84, 4326),
    ]


def test_vietnamese_x_is_northing(conn: Connection, run: Load, tmp_path: Path) -> None:
    file = _csv(tmp_path, "code,name,X,Y\nA,Một,2388859.029,431879.371\n")
    run("camera", file, crs=crs.parse("EPSG:9213"))
    (place,) = _all(conn, "SELECT ST_X(geom), ST_Y(geom) FROM layer.camera")
    assert place == pytest.approx((105.844, 21.594), abs=1e-7)


def test_metres_without_a_named_zone_are_refused(run: Load, tmp_path: Path) -> None:
    file = _csv(tmp_path, "code,name,X,Y\nA,Một,431879.371,2388859.029\n")
    with pytest.raises(CrsMissing, match=r"--crs EPSG:n"):
        run("camera", file)


def test_a_shapefile_without_its_projection_is_refused(
    run: Load, cameras: Writer, tmp_path: Path
) -> None:
    import geopandas as gpd  # noqa: PLC0415

    file = tmp_path / "parcels.shp"
    square = gpd.GeoDataFrame(
        {"shbando": [1], "shthua": [2], "mdsd": ["ONT"]},
        geometry=[shapely.box(431000, 2388000, 431010, 2388010)],
    )
    square.to_file(file)
    with pytest.raises(CrsMissing, match="name it with --crs"):
        run("land_parcel", file)
    assert run("land_parcel", file, crs=crs.parse("EPSG:9213")).rows_loaded == 1


@pytest.mark.parametrize(
    ("name", "content", "error", "message"),
    [
        ("nowhere.csv", None, FileMissing, "no such file"),
        ("cameras.doc", b"x", FormatUnknown, "the ending must be one of"),
        ("cameras.geojson", b"{not json", FileUnreadable, "cannot be read"),
        ("cameras.gpkg", b"x" * 200, FileUnreadable, "cannot be read"),
        ("cameras.parquet", b"PAR1xxxx", FileUnreadable, "cannot be read"),
        ("cameras.xlsx", b"PK\x03\x04xx", FileUnreadable, "cannot be read"),
        ("cameras.zip", b"PK\x03\x04xx", FileUnreadable, "cannot be read"),
        ("cameras.csv", b"", FileUnreadable, "the first line must name the columns"),
        ("cameras.csv", "code,name\nA,Ngã".encode("cp1258", "replace"), LoadError, "UTF-8|needs"),
        ("cameras.csv", b"\xff\xfe", FileUnreadable, "the first line"),
    ],
)
def test_a_file_that_cannot_be_read_is_named(
    run: Load,
    tmp_path: Path,
    name: str,
    content: bytes | None,
    error: type[LoadError],
    message: str,
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(error, match=message) as refused:
        run("camera", tmp_path / name)
    assert name in str(refused.value) or error is LoadError


def test_text_in_another_encoding_is_refused_not_mangled(run: Load, tmp_path: Path) -> None:
    file = tmp_path / "cameras.csv"
    file.write_bytes(HEADER.encode() + b"A,Ng\xf2 t\xed,,,105.8,21.5\n")
    with pytest.raises(FileUnreadable, match="not UTF-8"):
        run("camera", file)


@pytest.mark.parametrize("declared", [True, False])
def test_binary_geometry_is_read_whoever_wrote_the_parquet(
    conn: Connection, run: Load, tmp_path: Path, declared: bool
) -> None:
    """Some writers keep the description in the file only, not in Arrow's schema; some keep none."""
    point = shapely.to_wkb(shapely.Point(105.8, 21.5))
    table = pa.table({"code": ["A"], "name": ["Một"], "geometry": pa.array([point], pa.binary())})
    geo = {
        "version": "1.1.0",
        "primary_column": "geometry",
        "columns": {"geometry": {"encoding": "WKB", "geometry_types": ["Point"]}},
    }
    with pq.ParquetWriter(tmp_path / "a.parquet", table.schema) as writer:
        writer.write_table(table)
        if declared:
            writer.add_key_value_metadata({"geo": json.dumps(geo)})
    assert run("camera", tmp_path / "a.parquet").rows_loaded == 1
    assert _all(conn, "SELECT ST_AsText(geom) FROM layer.camera") == [("POINT(105.8 21.5)",)]


@pytest.mark.parametrize(
    ("written", "stored", "note"),
    [
        ("Th«n LÖ S¬n", "Thôn Lệ Sơn", "text of diachi was TCVN3"),
        ("Café Hôtel", "Café Hôtel", "does not name the encoding"),
    ],
)
def test_old_text_of_a_shapefile_becomes_unicode(
    conn: Connection, run: Load, tmp_path: Path, written: str, stored: str, note: str
) -> None:
    import geopandas as gpd  # noqa: PLC0415

    file = tmp_path / "parcels.shp"
    parcel = {"shbando": [1], "shthua": [2], "mdsd": ["ONT"], "diachi": [written]}
    square = [shapely.box(431000, 2388000, 431010, 2388010)]
    gpd.GeoDataFrame(parcel, geometry=square, crs="EPSG:9213").to_file(file, encoding="ISO-8859-1")
    file.with_suffix(".cpg").unlink()
    assert note in str(run("land_parcel", file).note)
    assert _all(conn, "SELECT address FROM layer.land_parcel") == [(stored,)]


def test_of_several_layers_one_must_be_meant(
    conn: Connection, run: Load, cameras: Writer, tmp_path: Path
) -> None:
    import geopandas as gpd  # noqa: PLC0415

    frame = gpd.read_file(cameras(".geojson"))
    frame.to_file(tmp_path / "many.gpkg", layer="north")
    pyogrio.write_dataframe(frame.drop(columns="geometry"), tmp_path / "many.gpkg", layer="styles")
    assert run("camera", tmp_path / "many.gpkg").rows_loaded == 3
    frame.to_file(tmp_path / "many.gpkg", layer="south")
    with pytest.raises(FileUnreadable, match="it has 2 layers .north, south.; save the one"):
        run("camera", tmp_path / "many.gpkg")
    frame.head(1).to_file(tmp_path / "many.gpkg", layer="many")
    assert run("camera", tmp_path / "many.gpkg").rows_in == 1
