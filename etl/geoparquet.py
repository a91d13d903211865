"""Metadata of GeoParquet 1.1, for whoever writes such a file."""

from typing import Any

import pyproj

GROUP = 20_000
"""Rows of a group, which is what is in memory at a time."""


def about(column: str, kind: str, crs: pyproj.CRS | None) -> dict[str, Any]:
    """Return the member ``geo`` of a file's metadata.

    Args:
        column: name of the column of shapes: WKB, easting or longitude first.
        kind: OGC name of their type.
        crs: what they are in; None is longitude and latitude of WGS 84, as the format has it.
    """
    shapes: dict[str, Any] = {"encoding": "WKB", "geometry_types": [kind], "edges": "planar"}
    if crs is not None:
        shapes["crs"] = crs.to_json_dict()
    return {"version": "1.1.0", "primary_column": column, "columns": {column: shapes}}
