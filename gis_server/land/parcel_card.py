"""A land officer's first question: one parcel, its neighbours, and what is planned there."""

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from psycopg.rows import dict_row
from psycopg.sql import Identifier

import sql
from layers import units
from layers.audience import Audience
from layers.errors import Missing
from layers.model import Layer, Text
from sql.connection import Connection
from sql.schemas import layer_table

PARCELS, PLANS = "land_parcel", "land_plan"

NOTE: Text = {
    "vi": "Bản tham khảo, không thay thế trích lục do văn phòng đăng ký đất đai cấp.",
    "en": "For reference; only the land registration office issues an official extract.",
}

_TOUCHING = 0.05
"""Metres; neighbouring boundaries are drawn this close to each other."""

_MOST_NEIGHBOURS = 60


class ParcelUnknown(Missing):
    """There is no parcel of this number."""


class Card(NamedTuple):
    """What is known of a parcel. ``feature`` is GeoJSON in degrees; areas are square metres."""

    feature: dict[str, Any]
    neighbours: list[dict[str, Any]]
    planned: list[dict[str, Any]]


def card(
    conn: Connection, parcels: Layer, plans: Layer, parcel_id: int, audience: Audience
) -> Card:
    """Put a parcel's card together, with the fields that an audience sees.

    Raises:
        ParcelUnknown: no parcel has this id.
    """
    values = {"id": parcel_id, "tolerance": _TOUCHING, "limit": _MOST_NEIGHBOURS}
    statement = sql.query("land_parcel").format(
        communes=layer_table(units.COMMUNE),
        code=Identifier(units.CODE),
        name=Identifier(units.NAME),
    )
    row = conn.execute(statement, values).fetchone()
    if row is None:
        raise ParcelUnknown(f"There is no parcel {parcel_id}.")
    with conn.cursor(row_factory=dict_row) as cursor:
        neighbours = cursor.execute(sql.query("land_neighbours"), values).fetchall()
        planned = cursor.execute(sql.query("land_planned"), values).fetchall()
    return Card(
        _feature(parcels, parcel_id, row, audience),
        neighbours,
        [_titled(plans, part) for part in planned],
    )


def _feature(
    parcels: Layer, parcel_id: int, row: tuple[Any, ...], audience: Audience
) -> dict[str, Any]:
    geometry, area, commune, stored = row
    properties = {name: stored.get(name) for name in parcels.visible_to(audience)}
    if properties.get("area_geometry") is None:
        properties["area_geometry"] = area
    return {
        "type": "Feature",
        "id": parcel_id,
        "geometry": json.loads(geometry),
        "properties": {**properties, "commune_name": commune},
    }


def _titled(plans: Layer, part: Mapping[str, Any]) -> dict[str, Any]:
    codes = plans.fields["land_code"].codes
    code = codes.codes.get(part["land_code"]) if codes else None
    title = dict(code.title) if code else {"vi": part["land_code"], "en": part["land_code"]}
    return {**part, "title": title, "color": code.color if code else None}
