"""Where zones are wanted: ``bbox`` and ``subset``, each in a CRS of its own."""

import re
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import pyproj
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from gis_server.features import crs, shapes
from gis_server.features.crs import Reference
from gis_server.features.request import Args
from gis_server.http import params
from gis_server.http.params import ParameterInvalid
from layers.geo import Crs
from layers.model import Layer

_WGS_84 = Crs(4326)
_GLOBE = (-180.0, -90.0, 180.0, 90.0)

_CURIE = re.compile(r"\[(?P<authority>OGC|EPSG):(?P<code>\w+)\]")
_PART = re.compile(r'\s*(?P<axis>[A-Za-z]+)\((?P<ends>(?:"[^"]*"|[^()"])*)\)\s*(?:,|$)')
_ENDS = re.compile(r'(?P<low>"[^"]*"|[^":]+)(?::(?P<high>"[^"]*"|[^":]+))?')

_NAMES: Mapping[str, tuple[str, ...]] = {
    "E": ("e", "x", "easting"),
    "N": ("n", "y", "northing"),
    "Lon": ("lon", "long", "longitude"),
    "Lat": ("lat", "latitude"),
    "time": ("time",),
}
"""Axes and what else they are called."""


class Ends(NamedTuple):
    """Both ends of an axis as they are written; ``*`` is an open one."""

    low: str
    high: str


Axes = Mapping[str, Ends]
"""Ends by axis: E, N, Lon, Lat, time."""


def axes(args: Args) -> Axes:
    """Read ``subset``: ``axis(low:high)`` or ``axis(point)``, several after commas.

    Raises:
        ParameterInvalid: not so written, an axis that there is not, or one twice.
    """
    found: dict[str, Ends] = {}
    text, at = args.get("subset", ""), 0
    while at < len(text):
        part = _PART.match(text, at)
        ends = part and _ENDS.fullmatch(part["ends"].strip())
        if part is None or ends is None:
            shown = text[at : at + 40]
            raise ParameterInvalid("subset", f"'{shown}' is not axis(low:high) or axis(point)")
        axis, low = _axis(part["axis"]), ends["low"].strip()
        if axis in found:
            raise ParameterInvalid("subset", f"the axis {axis} is given more than once")
        found[axis], at = Ends(low, (ends["high"] or low).strip()), part.end()
    return found


def _axis(text: str) -> str:
    for axis, names in _NAMES.items():
        if text.lower() in names:
            return axis
    raise ParameterInvalid(
        "subset", f"there is no axis '{text[:40]}'; there are {', '.join(_NAMES)}"
    )


def area(of: Layer, args: Args, found: Axes) -> BaseGeometry | None:
    """Read where zones are wanted; a shape in degrees of WGS 84, None is anywhere.

    A CRS without something that is in it is passed over, as the standard wants it.

    Raises:
        ParameterInvalid: naming the parameter and the reason.
    """
    spatial = {axis: ends for axis, ends in found.items() if axis != "time"}
    if "bbox" in args:
        if spatial:
            raise ParameterInvalid("subset", "bbox says where already; give one of them")
        return _box(args["bbox"], _crs(of, args, "bbox-crs"), "bbox")
    return _within(spatial, _crs(of, args, "subset-crs")) if spatial else None


def _within(spatial: Axes, named: Reference) -> BaseGeometry:
    """Return the shape between the ends of axes; what is beyond the CRS is cut off."""
    is_geographic = Crs(named.srid).is_geographic
    names = ("Lon", "Lat") if is_geographic else ("E", "N")
    for axis in spatial:
        if axis not in names:
            raise ParameterInvalid("subset", f"the CRS has no axis {axis}, but {names}")
    limits = _GLOBE if is_geographic else crs.domain(named.srid, _WGS_84.srid) or _GLOBE
    open_ends = Ends("*", "*")
    west, east = _numbers(spatial.get(names[0], open_ends), limits[0], limits[2])
    south, north = _numbers(spatial.get(names[1], open_ends), limits[1], limits[3])
    outside = max(west, east) < limits[0] or min(west, east) > limits[2]
    if outside or north < limits[1] or south > limits[3]:
        return shapely.Polygon()
    low = [max(west, limits[0]), max(south, limits[1])]
    high = [min(east, limits[2]), min(north, limits[3])]
    if named.is_northing_first:
        low, high = low[::-1], high[::-1]
    return _box(",".join(map(repr, low + high)), named, "subset")


def _numbers(ends: Ends, lowest: float, highest: float) -> tuple[float, float]:
    found = []
    for text, limit in zip(ends, (lowest, highest), strict=True):
        number = limit if text == "*" else params.number(text)
        if number is None:
            raise ParameterInvalid("subset", f"'{text[:40]}' is not a number")
        found.append(number)
    return found[0], found[1]


def _box(text: str, named: Reference, name: str) -> BaseGeometry:
    made = shapes.box(text, named, _WGS_84, name)
    shape = shapely.from_wkb(made.wkb)
    if Crs(made.srid).is_geographic:
        return shape
    transformer = pyproj.Transformer.from_crs(made.srid, _WGS_84.srid, always_xy=True)

    def turned(places: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(transformer.transform(*places.T))

    return shapely.transform(shape, turned)


def _crs(of: Layer, args: Args, name: str) -> Reference:
    """Read a CRS: its identifier, with http or https, or a safe CURIE such as [EPSG:4326]."""
    text = args.get(name)
    if text is not None:
        text = text.replace("https://www.opengis.net/", "http://www.opengis.net/", 1)
        curie = _CURIE.fullmatch(text)
        if curie:
            version = "1.3" if curie["authority"] == "OGC" else "0"
            text = f"http://www.opengis.net/def/crs/{curie['authority']}/{version}/{curie['code']}"
    return crs.choose(of, name, text)
