"""GeoJSON, GeoPackage, Shapefile (also zipped) and FlatGeobuf, by GDAL's Arrow stream."""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyogrio
import pyproj
from pyogrio.errors import DataLayerError, DataSourceError

from etl import crs as crs_of
from etl.errors import CrsMissing, FileUnreadable
from etl.readers.table import BATCH_ROWS, DEGREES, GEOMETRY, Table


@contextmanager
def read(file: Path, crs: pyproj.CRS | None) -> Iterator[Table]:
    """Open a file that GDAL reads; the errors are those of ``etl.readers.read``."""
    source = f"/vsizip/{file}" if file.suffix.lower() == ".zip" else str(file)
    try:
        layer = _layer(file, source)
        about = pyogrio.read_info(source, layer=layer, force_total_bounds=True)
        opened = pyogrio.open_arrow(
            source, layer=layer, batch_size=BATCH_ROWS, use_pyarrow=True, **_text_options(about)
        )
        with opened as (meta, stream):
            yield Table(
                columns=tuple(about["fields"]),
                crs=crs or _crs(file, about),
                crs_given=crs,
                has_geometry=bool(about["geometry_type"]),
                total=about["features"] if about["features"] >= 0 else None,
                first_row=1,
                is_old_text=_is_old_text(about),
                batches=_batches(file, stream, meta["geometry_name"] or "wkb_geometry"),
            )
    except (DataSourceError, DataLayerError) as error:
        raise FileUnreadable(file, str(error)) from error


def _layer(file: Path, source: str) -> str:
    """Return the one layer to read: the only one with places, or the one named as the file."""
    layers = pyogrio.list_layers(source)
    names = [str(name) for name, kind in layers if kind] or [str(name) for name, _ in layers]
    if len(names) > 1 and file.stem in names:
        return file.stem
    if len(names) != 1:
        listed = f"it has {len(names)} layers ({', '.join(names)})" if names else "it has no layer"
        raise FileUnreadable(file, f"{listed}; save the one to load as a file of its own")
    return names[0]


def _is_old_text(about: dict[str, Any]) -> bool:
    return bool(about["driver"] == "ESRI Shapefile" and about["encoding"] != "UTF-8")


def _text_options(about: dict[str, Any]) -> dict[str, str]:
    """Have GDAL turn the text of a Shapefile into UTF-8; the Arrow stream does not by itself."""
    return {"ENCODING": about["encoding"]} if _is_old_text(about) else {}


def _crs(file: Path, about: dict[str, Any]) -> pyproj.CRS | None:
    if not about["geometry_type"]:
        return None
    if about["crs"]:
        return crs_of.parse(about["crs"])
    bounds = about["total_bounds"]
    if bounds is not None and all(math.isfinite(edge) for edge in bounds):
        west, south, east, north = bounds
        if west >= -180 and east <= 180 and south >= -90 and north <= 90:
            return crs_of.parse(DEGREES)
    raise CrsMissing(f"{file}: {CrsMissing.__doc__}")


def _batches(file: Path, stream: Any, geometry: str) -> Iterator[pa.RecordBatch]:
    while True:
        try:
            batch = stream.read_next_batch()
        except StopIteration:
            return
        except (pa.ArrowInvalid, OSError, UnicodeDecodeError) as error:
            raise FileUnreadable(file, str(error)) from error
        names = [GEOMETRY if name == geometry else name for name in batch.schema.names]
        yield pa.RecordBatch.from_arrays(batch.columns, names=names)
