"""Coordinate transformations (PROJ) between the CRS of a source and that of a layer."""

import warnings

import pyproj
from pyproj.exceptions import CRSError

from etl.errors import CrsInvalid
from layers.geo import Crs, definition

_VN2000_TO_WGS84 = (
    "-191.90441429,-39.30318279,-111.45032835,0.00928836,-0.01975479,0.00427372,0.252906278"
)
"""Seven parameters of decision 05/2007 (EPSG:6960), rotations in PROJ's position-vector sign."""


def parse(text: str) -> pyproj.CRS:
    """Read ``EPSG:9213``, a bare number, a URI or WKT.

    Raises:
        CrsInvalid: PROJ does not know it.
    """
    try:
        return pyproj.CRS.from_user_input(int(text) if text.isdigit() else text)
    except CRSError as error:
        raise CrsInvalid(f"'{text[:60]}': {CrsInvalid.__doc__}") from error


def is_vn2000(crs: pyproj.CRS) -> bool:
    """Tell whether the datum is VN-2000, also when a tool wrote the name in its own way."""
    names = f"{crs.name} {crs.datum.name if crs.datum else ''}".upper()
    folded = names.replace("-", "").replace("_", "").replace(" ", "")
    return "VN2000" in folded or "VIETNAM2000" in folded


def measures_area(crs: pyproj.CRS) -> bool:
    """Tell whether areas in this CRS are legal areas: a projected VN-2000 zone in metres."""
    return crs.is_projected and is_vn2000(crs)


def transformer(source: pyproj.CRS, target: Crs) -> pyproj.Transformer | None:
    """Return the transformation, longitude or easting first; None when nothing is to be done.

    The datum shift of VN-2000 is pinned to the official seven parameters: PROJ knows two and
    would otherwise choose by place.
    """
    target_crs = definition(target.srid)
    if source.equals(target_crs, ignore_axis_order=True):
        return None
    return pyproj.Transformer.from_crs(_pinned(source), _pinned(target_crs), always_xy=True)


def _pinned(crs: pyproj.CRS) -> pyproj.CRS:
    if not is_vn2000(crs) or crs.is_bound:
        return crs
    with warnings.catch_warnings():
        # PROJ.4 text has no names; the numbers are all that is wanted.
        warnings.simplefilter("ignore", UserWarning)
        text = crs.to_proj4().replace(" +type=crs", "")
    if "+towgs84" not in text:
        text += f" +towgs84={_VN2000_TO_WGS84}"
    return pyproj.CRS.from_proj4(f"{text} +type=crs")
