"""Which layers there are, and how each is made."""

from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from typing import Final, NamedTuple

import geopandas as gpd
import numpy as np

from etl.demo import (
    atlas,
    devices,
    fires,
    hotspots,
    incidents,
    landplan,
    landuse,
    parcels,
    register,
    reports,
    services,
    traffic,
)
from etl.demo.anchors import ALL, MAIN, Anchors
from etl.demo.geoparquet import Rows
from etl.demo.hotspots import Hotspots, Sites
from etl.demo.noise import generator
from etl.demo.world import World

_SHARES: Final = {"incident": 0.35, "report": 0.25, "fire_event": 0.05}
"""Of all events; the rest is traffic."""


class Scene(NamedTuple):
    """The province, its roads as places, and the end of the time."""

    world: World
    lanes: Anchors
    roads: Anchors
    until: datetime

    @classmethod
    def of(cls, world: World, until: datetime) -> "Scene":
        """Find the places along all roads, and along those between towns."""
        return cls(world, Anchors.of(world, ALL), Anchors.of(world, MAIN), until)


class Stream(NamedTuple):
    """A layer too large for memory, batch by batch."""

    layer_id: str
    fields: tuple[str, ...]
    rows: Iterator[Rows]


def frames(scene: Scene) -> dict[str, Callable[[], gpd.GeoDataFrame]]:
    """Return what makes each small layer."""
    world, lanes = scene.world, scene.lanes
    return {
        "province": partial(atlas.province, world),
        "commune": partial(atlas.commune, world),
        "water": partial(atlas.water, world),
        "road": partial(atlas.road, world),
        "land_use": partial(landuse.land_use, world),
        "land_plan": partial(landplan.land_plan, world),
        "school": partial(services.school, world, lanes),
        "clinic": partial(services.clinic, world, lanes),
        "tourism_site": partial(services.tourism_site, world, lanes),
        "fire_station": partial(services.fire_station, world, lanes),
        "camera": partial(devices.camera, world, lanes, scene.roads),
        "fire_alarm": partial(devices.fire_alarm, world, lanes, scene.until),
        "hydrant": partial(devices.hydrant, world, lanes),
    }


def streams(scene: Scene, parcel_count: int, event_count: int) -> list[Stream]:
    """Return what makes each large layer."""
    world, until = scene.world, scene.until
    counts = {name: round(share * event_count) for name, share in _SHARES.items()}
    left = event_count - sum(counts.values())
    along = hotspots.roadside(scene.lanes)
    where = {name: _hotspots(world, along, name) for name in counts}
    forest = _hotspots(world, hotspots.wild(world), "forest")
    grounds = fires.Grounds(where["fire_event"], forest)
    return [
        Stream("land_parcel", register.FIELDS, parcels.parcels(world, parcel_count)),
        Stream(
            "report",
            reports.FIELDS,
            reports.reports(world, where["report"], counts["report"], until),
        ),
        Stream(
            "incident",
            incidents.FIELDS,
            incidents.incidents(world, where["incident"], counts["incident"], until),
        ),
        Stream(
            "fire_event", fires.FIELDS, fires.fires(world, grounds, counts["fire_event"], until)
        ),
        Stream("traffic", traffic.FIELDS, traffic.traffic(world, scene.roads, left, until)),
    ]


def _hotspots(world: World, sites: Sites, name: str) -> Hotspots:
    """Draw the hot spots of a layer, where most people live."""
    here = np.bincount(sites.commune, minlength=len(world.people))
    weight = world.people * (1 + 2 * world.wards) / np.maximum(here, 1)
    return Hotspots.of(sites, weight[sites.commune], generator(world.seed, "hotspots", name))
