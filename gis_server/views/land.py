"""Parcels for the land officer's desk."""

from flask import Blueprint, Response

from gis_server import land
from gis_server.state import gis
from gis_server.views import answers


def blueprint() -> Blueprint:
    """Return the routes."""
    routes = Blueprint("land", __name__, url_prefix="/land")
    routes.get("/parcels/<int:parcel_id>")(parcel)
    return routes


def parcel(parcel_id: int) -> Response:
    """Answer with a parcel's card."""
    layers = gis().layers
    parcels, plans = layers.get(land.PARCELS), layers.get(land.PLANS)
    with gis().pool.connection() as conn:
        found = land.card(conn, parcels, plans, parcel_id)
    body = {
        "parcel": found.feature,
        "neighbours": found.neighbours,
        "planned": found.planned,
        "note": land.NOTE,
    }
    return answers.document(body, max_age=0)
