"""Parcels for the land officer's desk."""

from flask import Blueprint, Response

from gis_server.answers import current, replies
from gis_server.answers.current import services
from gis_server.land import parcel_card


def blueprint() -> Blueprint:
    """Return the routes."""
    routes = Blueprint("land", __name__, url_prefix="/land")
    routes.get("/parcels/<whole:parcel_id>")(parcel)
    return routes


def parcel(parcel_id: int) -> Response:
    """Answer with a parcel's card."""
    layers = current.layers()
    parcels, plans = layers.get(parcel_card.PARCELS), layers.get(parcel_card.PLANS)
    with services().pool.connection() as conn:
        found = parcel_card.card(conn, parcels, plans, parcel_id, current.audience())
    body = {
        "parcel": found.feature,
        "neighbours": found.neighbours,
        "planned": found.planned,
        "note": parcel_card.NOTE,
    }
    return replies.document(body, max_age=0)
