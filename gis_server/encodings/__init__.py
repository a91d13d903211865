"""Encodings of features for programs that take all of them, as streams of bytes."""

from collections.abc import Mapping

from gis_server.encodings import csv_text, flatgeobuf, geojson_seq, geoparquet
from gis_server.encodings.form import Form

FORMS: Mapping[str, Form] = {
    "geojsonseq": Form("application/geo+json-seq", "geojsons", geojson_seq.stream),
    "csv": Form("text/csv; charset=utf-8", "csv", csv_text.stream),
    "fgb": Form("application/flatgeobuf", "fgb", flatgeobuf.stream),
    "parquet": Form(
        "application/vnd.apache.parquet", "parquet", geoparquet.stream, is_compressed=True
    ),
}
"""By the value of the parameter ``f``."""
