"""Encodings of features for whoever takes all of them, as streams of bytes."""

from collections.abc import Mapping

from gis_server.features.encodings import csv_text, flatgeobuf, geojson_seq, geoparquet, xlsx
from gis_server.features.encodings.export_query import Encoding

ENCODINGS: Mapping[str, Encoding] = {
    "xlsx": Encoding(
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "xlsx",
        xlsx.stream,
        is_compressed=True,
        is_for_people=True,
    ),
    "geojsonseq": Encoding("application/geo+json-seq", "geojsons", geojson_seq.stream),
    "csv": Encoding("text/csv; charset=utf-8", "csv", csv_text.stream),
    "fgb": Encoding("application/flatgeobuf", "fgb", flatgeobuf.stream),
    "parquet": Encoding(
        "application/vnd.apache.parquet", "parquet", geoparquet.stream, is_compressed=True
    ),
}
"""By the value of the parameter ``f``."""
