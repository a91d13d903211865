"""CRSs by their identifiers, and shapes made ready for them."""

import math

import pytest
import shapely

from gis_server.features import shapes
from gis_server.features.crs import CRS84, choose, domain, epsg, offered
from gis_server.http.params import ParameterInvalid
from layers.geo import Crs, definition
from layers.registry import Layers

ZONE = Crs(9213)
ZONES = (5896, 9205, 9206, 9213, 5899, 9218)
"""Some VN-2000 TM-3 zones, from the west to the east of the country."""


def test_a_layer_is_offered_in_the_usual_crs_and_its_own(layers: Layers) -> None:
    usual = [CRS84.uri, *(f"http://www.opengis.net/def/crs/EPSG/0/{n}" for n in (4326, 3857, 3405))]
    assert list(offered(layers.get("school"))) == usual
    assert list(offered(layers.get("land_parcel"))) == [*usual, ZONE.uri]


def test_only_degrees_of_the_register_have_latitude_first() -> None:
    assert not CRS84.is_northing_first
    assert epsg(4326).is_northing_first
    for srid in (3857, 3405, 3406, *ZONES):
        assert not epsg(srid).is_northing_first


def test_the_default_is_longitude_first(layers: Layers) -> None:
    assert choose(layers.get("school"), "crs", None) is CRS84
    with pytest.raises(ParameterInvalid, match="crs"):
        choose(layers.get("school"), "crs", ZONE.uri)


def test_degrees_have_no_limit_and_projections_have() -> None:
    assert domain(4326, 4326) is None
    assert domain(9213, 9213) is None
    limits = domain(4326, 9213)
    assert limits is not None
    west, south, east, north = limits
    assert 90 < west < 100
    assert 110 < east < 120
    assert south < 15
    assert north > 30


@pytest.mark.parametrize("srid", [3857, 3405, *ZONES])
def test_a_domain_holds_the_neighbourhood_of_its_zone(srid: int) -> None:
    area = definition(srid).area_of_use
    assert area is not None
    west, south, east, north = area.bounds
    inside = domain(4326, srid)
    assert inside is not None
    assert inside[0] <= max(west - 5, -180)
    assert inside[1] <= max(south - 5, -85)
    assert inside[2] >= min(east + 5, 180)
    assert inside[3] >= min(north + 5, 85)
    metres = domain(srid, 4326)
    assert metres is not None
    assert all(math.isfinite(edge) for edge in metres)


def test_a_box_is_given_vertices_only_where_it_must_bend() -> None:
    straight = shapes.box("105,21,106,22", CRS84, Crs(4326))
    bent = shapes.box("105,21,106,22", CRS84, ZONE)
    assert len(shapely.from_wkb(straight.wkb).exterior.coords) == 5
    assert len(shapely.from_wkb(bent.wkb).exterior.coords) > 400
    assert (straight.srid, bent.srid) == (4326, 4326)


def test_a_box_is_cut_to_where_its_projection_holds() -> None:
    made = shapely.from_wkb(shapes.box("-180,-90,180,90", CRS84, ZONE).wkb)
    assert made.bounds == pytest.approx(domain(4326, 9213))
    assert shapely.from_wkb(shapes.box("-80,-40,-70,-30", CRS84, ZONE).wkb).is_empty


def test_a_box_over_the_antimeridian_has_two_parts() -> None:
    made = shapely.from_wkb(shapes.box("170,-10,-170,10", CRS84, Crs(4326)).wkb)
    assert made.geom_type == "MultiPolygon"
    assert made.area == pytest.approx(400)


def test_heights_of_a_literal_are_dropped() -> None:
    made = shapes.literal({"type": "Point", "coordinates": [105, 21, 900]}, CRS84, Crs(4326))
    assert shapely.from_wkb(made.wkb).wkt == "POINT (105 21)"
