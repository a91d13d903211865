"""Incidents: what the operations centre hears of, by hour, season and place."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final, NamedTuple

import numpy as np

from etl.demo import rhythm, words
from etl.demo.geoparquet import Rows
from etl.demo.hotspots import Hotspots
from etl.demo.noise import Floats, Ints, generator
from etl.demo.rhythm import SECOND, Moments, Pulse
from etl.demo.world import World

FIELDS: Final = (
    "category", "severity", "occurred_at", "status", "source", "description", "commune_code"
)  # fmt: skip

_PULSE: Final = Pulse(
    (0.5, 0.4, 0.3, 0.3, 0.4, 0.6, 1.0, 1.7, 1.5, 1.1, 1.1, 1.2,
     1.0, 1.0, 1.1, 1.2, 1.5, 1.9, 1.6, 1.3, 1.3, 1.1, 0.9, 0.7),
    (1.0, 0.95, 0.95, 1.0, 1.15, 1.2, 1.05),
    (1.1, 1.15, 0.95, 0.9, 1.0, 1.05, 1.1, 1.1, 1.0, 0.95, 0.95, 1.05),
)  # fmt: skip


class _Kind(NamedTuple):
    share: float
    texts: tuple[str, ...]
    hours: tuple[int, int] = (0, 24)
    """Of the local day in which it is three times as frequent."""
    months: tuple[int, int] = (1, 12)
    """In which it is six times as frequent, if not the whole year."""


_KINDS: Final = {
    "traffic_accident": _Kind(
        0.22, ("Va chạm hai xe máy", "Va chạm ô tô và xe máy", "Xe tải mất lái"), (16, 20)
    ),
    "public_order": _Kind(0.1, ("Gây rối trật tự công cộng", "Xô xát tại quán ăn"), (20, 24)),
    "theft": _Kind(0.12, ("Mất trộm xe máy", "Trộm cắp tài sản", "Đột nhập nhà dân"), (0, 5)),
    "flood": _Kind(0.03, ("Ngập đường do mưa lớn", "Nước suối dâng cao"), (0, 24), (6, 9)),
    "landslide": _Kind(0.015, ("Sạt lở ta luy đường", "Đất đá tràn xuống đường"), (0, 24), (6, 9)),
    "environment": _Kind(0.1, ("Đổ trộm rác thải", "Khói bụi gây ô nhiễm", "Nước thải có mùi")),
    "medical": _Kind(0.15, ("Cấp cứu người cao tuổi", "Cấp cứu tai nạn sinh hoạt"), (6, 10)),
    "power": _Kind(0.07, ("Mất điện diện rộng", "Chập điện đường dây"), (11, 15), (5, 8)),
    "crowd": _Kind(0.04, ("Tụ tập đông người", "Ùn tắc trước cổng trường"), (16, 19)),
    "other": _Kind(0.06, ("Cây đổ chắn đường", "Vật nuôi trên đường", "Biển báo hư hỏng")),
}  # fmt: skip

_SOURCES: Final = (
    "Tổng đài 113", "Camera giám sát", "Người dân phản ánh", "Tổng đài 115", "Công an cấp xã",
    "Tuần tra",
)  # fmt: skip


def incidents(world: World, hotspots: Hotspots, count: int, until: datetime) -> Iterator[Rows]:
    """Yield ``count`` incidents of the year before ``until``, in the order of time."""
    random = generator(world.seed, "incident")
    chances, end = _chances(), rhythm.micros(until)
    for moments in rhythm.moments(_PULSE, count, until, random):
        sites = hotspots.draw(moments.phase, random)
        kind = _kinds(chances, moments, random)
        communes = hotspots.sites.commune[sites]
        yield Rows(
            {
                "category": words.take(list(_KINDS), kind),
                "severity": 1 + random.choice(5, len(kind), p=[0.34, 0.33, 0.2, 0.09, 0.04]),
                "occurred_at": moments.utc,
                "status": _status(end - moments.utc, random),
                "source": words.take(_SOURCES, random.integers(0, len(_SOURCES), len(kind))),
                "description": _described(world, kind, communes, random),
                "commune_code": words.take([unit.code for unit in world.units], communes),
            },
            hotspots.sites.scatter(sites, random),
        )


def _chances() -> Floats:
    """Return the cumulative chance of each kind by month and hour (12, 24, kinds)."""
    hour, month = np.arange(24), np.arange(1, 13)[:, None]
    weights = []
    for kind in _KINDS.values():
        weight = np.full((12, 24), kind.share)
        weight *= np.where((hour >= kind.hours[0]) & (hour < kind.hours[1]), 3, 1)
        weight *= np.where((month >= kind.months[0]) & (month <= kind.months[1]), 6, 1)
        weights.append(weight / weight.mean() * kind.share)
    summed = np.cumsum(np.stack(weights, axis=-1), axis=-1)
    chances: Floats = summed / summed[..., -1:]
    return chances


def _kinds(chances: Floats, moments: Moments, random: np.random.Generator) -> Ints:
    drawn = random.random(len(moments.utc))[:, None]
    kinds: Ints = (drawn > chances[moments.month, moments.hour]).sum(axis=1)
    return kinds


def _status(age: Ints, random: np.random.Generator) -> Any:
    """Return open and handling for the last hours only: most are closed within a day."""
    hours = age / (3_600 * SECOND)
    handled = random.exponential(5, len(age))
    status = np.select([hours > handled, hours > 0.4 * handled], [2, 1], 0)
    return words.take(("open", "handling", "closed"), status)


def _described(world: World, kind: Ints, communes: Ints, random: np.random.Generator) -> Any:
    """Say what happened and where, in a few words."""
    texts = words.phrase([found.texts for found in _KINDS.values()], kind, random)
    return words.join(texts, words.take([f"tại {unit.place}" for unit in world.units], communes))
