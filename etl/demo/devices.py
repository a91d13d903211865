"""Things that signal: cameras, fire alarms, hydrants, each with its state."""

from datetime import datetime
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd

from etl.demo import sites
from etl.demo.anchors import MAIN, Anchors
from etl.demo.noise import Ints, Words, generator
from etl.demo.sites import Row
from etl.demo.world import World

_CAMERAS, _HYDRANTS, _PREMISES = 430, 620, 260
_POLES: Final = (6.0, 11.0)
"""How far from the middle of a road poles and hydrants stand, metres."""

_BUILDINGS: Final = (
    "Chợ {}", "Siêu thị {}", "Trường học {}", "Khách sạn {}", "Chung cư {}", "Kho hàng {}",
    "Nhà máy {}", "Trạm xăng dầu {}", "Nhà văn hóa {}", "Bệnh xá {}", "Xưởng gỗ {}",
    "Trung tâm thương mại {}",
)  # fmt: skip

_ALARMS: Final = 4
"""Devices in alarm at the end of the time."""


def camera(world: World, lanes: Anchors, roads: Anchors) -> gpd.GeoDataFrame:
    """Return cameras that look along a street or along a road between towns."""
    random = generator(world.seed, "camera")
    on_road = int(_CAMERAS * 0.45)
    frames = [
        _cameras(world, lanes, _CAMERAS - on_road, random),
        _cameras(world, roads, on_road, random),
    ]
    frame = gpd.GeoDataFrame(pd.concat(frames, ignore_index=True))
    frame["code"] = [f"CAM{n:04d}" for n in range(1, _CAMERAS + 1)]
    frame["status"] = random.choice(["online", "offline", "fault"], _CAMERAS, p=[0.92, 0.05, 0.03])
    return frame.drop(columns="commune_code")


def _cameras(
    world: World, anchors: Anchors, count: int, random: np.random.Generator
) -> gpd.GeoDataFrame:
    communes = _where(world, count, random)
    chosen = anchors.pick(communes, random)
    turn = random.choice([0, 180], count) + random.normal(0, 14, count)
    bearing = np.round(anchors.bearing(chosen) + turn) % 360
    rows = list[Row]()
    for commune, anchor, looks in zip(communes, chosen, bearing, strict=True):
        road, unit = world.roads[anchors.road[anchor]], world.units[commune]
        kind = _kind(road.rank, float(random.random()))
        manager = f"Công an {unit.place}" if kind == "security" else "Phòng Cảnh sát giao thông"
        row = {"name": f"{road.name or 'Trung tâm'} - {unit.name}", "kind": kind}
        rows.append({**row, "manager": manager, "bearing": looks, "commune": commune})
    return sites.at(world, rows, anchors.beside(chosen, _POLES, random))


def _kind(rank: str, drawn: float) -> str:
    if rank not in MAIN:
        return "security"
    return "plate" if drawn < 0.09 else "traffic" if drawn < 0.8 else "security"


def fire_alarm(world: World, anchors: Anchors, until: datetime) -> gpd.GeoDataFrame:
    """Return fire alarm devices, a few to a building, and when each was last heard of."""
    random = generator(world.seed, "fire_alarm")
    communes = _where(world, _PREMISES, random)
    places = anchors.beside(anchors.pick(communes, random), (18.0, 40.0), random)
    site = np.repeat(np.arange(_PREMISES), random.integers(1, 6, _PREMISES))
    title = random.choice(_BUILDINGS, _PREMISES)
    named = [
        text.format(f"{world.units[c].name} {n + 1}")
        for n, (text, c) in enumerate(zip(title, communes, strict=True))
    ]
    count = len(site)
    kind = random.choice(["smoke", "heat", "manual", "gas"], count, p=[0.6, 0.2, 0.15, 0.05])
    states = np.array(["normal", "fault", "offline"], dtype=np.str_)
    status = states[random.choice(3, count, p=[0.945, 0.03, 0.025])]
    status[random.permutation(count)[:_ALARMS]] = "alarm"
    rows = [{"premises": named[n], "commune": communes[n]} for n in site]
    frame = sites.at(world, rows, places[site] + random.uniform(-7, 7, (count, 2)))
    frame["code"] = [f"BC{n:05d}" for n in range(1, count + 1)]
    frame["kind"], frame["status"] = kind, status
    frame["last_signal_at"] = _heard(status, until, random)
    return frame


def _heard(status: Words, until: datetime, random: np.random.Generator) -> pd.DatetimeIndex:
    """Return when devices were last heard of: minutes ago, days ago when offline."""
    minutes = random.uniform(0.2, 9, len(status))
    silent = np.where(status == "offline", minutes * 2_500, minutes)
    ago = pd.to_timedelta(np.round(silent * 60), unit="s").as_unit("us")
    return pd.Timestamp(until).as_unit("us") - ago


def hydrant(world: World, anchors: Anchors) -> gpd.GeoDataFrame:
    """Return hydrants along the streets of wards."""
    random = generator(world.seed, "hydrant")
    communes = random.choice(np.flatnonzero(world.wards), _HYDRANTS)
    chosen = anchors.pick(np.sort(communes), random)
    status = random.choice(["working", "broken", "unknown"], _HYDRANTS, p=[0.9, 0.06, 0.04])
    flow = np.round(random.uniform(10, 30, _HYDRANTS), 1)
    rows = [{"code": f"TN{n:04d}", "commune": c} for n, c in enumerate(np.sort(communes), 1)]
    frame = sites.at(world, rows, anchors.beside(chosen, _POLES, random))
    frame["status"], frame["flow_lps"] = status, np.where(status == "working", flow, np.nan)
    return frame.drop(columns="commune_code")


def _where(world: World, count: int, random: np.random.Generator) -> Ints:
    """Draw communes by their inhabitants, wards three times as often."""
    weight = world.people * (1 + 2 * world.wards)
    return np.sort(random.choice(len(weight), count, p=weight / weight.sum()))
