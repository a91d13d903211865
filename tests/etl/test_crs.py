"""Reference systems of sources, and the pinned datum shift."""

import pyproj
import pytest

from etl import crs
from etl.errors import CrsInvalid
from layers.geo import Crs

CADASTRAL_TOOL = (
    'PROJCS["VN_2000_TM-3_107-45",GEOGCS["GCS_VN_2000",DATUM["D_Vietnam_2000",'
    'SPHEROID["WGS_1984",6378137.0,298.257223563]],PRIMEM["Greenwich",0.0],'
    'UNIT["Degree",0.0174532925199433]],PROJECTION["Transverse_Mercator"],'
    'PARAMETER["False_Easting",500000.0],PARAMETER["False_Northing",0.0],'
    'PARAMETER["Central_Meridian",107.75],PARAMETER["Scale_Factor",0.9999],'
    'PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]'
)
"""How desktop tools write a zone: no EPSG number, names of their own."""


def test_thai_nguyen_lands_on_the_official_coordinates() -> None:
    to_zone = crs.transformer(crs.parse("EPSG:4326"), Crs(9213))
    assert to_zone is not None
    assert to_zone.transform(105.844, 21.594) == pytest.approx((431879.371, 2388859.029), abs=1e-3)


def test_the_zone_of_a_desktop_tool_is_the_registered_one() -> None:
    written = pyproj.CRS.from_wkt(CADASTRAL_TOOL)
    assert crs.measures_area(written)
    assert crs.transformer(written, Crs(5899)) is None
    own, registered = (crs.transformer(c, Crs(4326)) for c in (written, crs.parse("5899")))
    assert own is not None
    assert registered is not None
    place = (565000.0, 1752000.0)
    assert own.transform(*place) == pytest.approx(registered.transform(*place), abs=1e-12)


def test_the_shift_is_not_the_other_one_that_proj_knows() -> None:
    """The two operations differ by 0.7 to 0.8 m; without any shift it is 224 m."""
    to_degrees = crs.transformer(crs.parse("9213"), Crs(4326))
    assert to_degrees is not None
    lon, lat = to_degrees.transform(431879.371, 2388859.029)
    assert (lon, lat) == pytest.approx((105.844, 21.594), abs=2e-8)


def test_degrees_need_no_transformation_whatever_their_axis_order() -> None:
    assert crs.transformer(crs.parse("OGC:CRS84"), Crs(4326)) is None
    assert crs.transformer(crs.parse("4326"), Crs(4326)) is None


def test_only_projected_vn2000_measures_legal_areas() -> None:
    assert not crs.measures_area(crs.parse("EPSG:4756"))
    assert not crs.measures_area(crs.parse("EPSG:3857"))
    assert crs.measures_area(crs.parse("EPSG:3405"))


def test_an_unknown_name_is_refused_with_an_example() -> None:
    with pytest.raises(CrsInvalid, match="'EPSG:1': .*EPSG:9213"):
        crs.parse("EPSG:1")
