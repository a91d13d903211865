"""Fires: those that were fought, and hot spots that satellites saw."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final, NamedTuple

import numpy as np
import pyarrow as pa

from etl.demo import rhythm, words
from etl.demo.geoparquet import Rows
from etl.demo.hotspots import Hotspots
from etl.demo.noise import Floats, Ints, Mask, generator
from etl.demo.rhythm import Pulse
from etl.demo.world import World

FIELDS: Final = (
    "category", "severity", "occurred_at", "confidence", "power_mw", "brightness_k", "satellite",
    "casualties", "description",
)  # fmt: skip

_PULSE: Final = Pulse(
    (0.6, 0.6, 0.5, 0.5, 0.4, 0.4, 0.5, 0.7, 0.8, 1.0, 1.2, 1.4,
     1.7, 1.9, 1.8, 1.6, 1.4, 1.2, 1.1, 1.1, 1.0, 0.9, 0.8, 0.7),
    (1.0, 1.0, 1.0, 1.0, 1.0, 1.05, 1.05),
    (1.5, 1.9, 2.0, 1.6, 0.9, 0.6, 0.5, 0.5, 0.5, 0.7, 1.0, 1.3),
)  # fmt: skip
"""The dry season, and the burning of fields before planting, are from November to April."""


class _Kind(NamedTuple):
    share: float
    is_wild: bool
    texts: tuple[str, ...]


_KINDS: Final = {
    "building": _Kind(0.24, False, ("Cháy nhà dân", "Cháy nhà kho", "Chập điện gây cháy")),
    "vehicle": _Kind(0.09, False, ("Cháy xe ô tô", "Cháy xe máy")),
    "industry": _Kind(0.05, False, ("Cháy xưởng sản xuất", "Cháy kho hàng")),
    "grass": _Kind(0.14, False, ("Cháy bãi rác", "Đốt rơm rạ lan rộng", "Cháy cỏ khô")),
    "forest": _Kind(0.12, True, ("Cháy rừng trồng", "Cháy thực bì")),
    "satellite": _Kind(0.36, True, ("Điểm nóng do vệ tinh phát hiện",)),
}
_SATELLITES: Final = ("Aqua", "Terra", "Suomi NPP", "NOAA-20")


class Grounds(NamedTuple):
    """Where fires break out: along roads, and in the forest."""

    roadside: Hotspots
    wild: Hotspots


def fires(world: World, grounds: Grounds, count: int, until: datetime) -> Iterator[Rows]:
    """Yield ``count`` fires of the year before ``until``, in the order of time."""
    random = generator(world.seed, "fire_event")
    found = list(_KINDS.values())
    shares, is_wild = [kind.share for kind in found], np.array([kind.is_wild for kind in found])
    seen = list(_KINDS).index("satellite")
    for moments in rhythm.moments(_PULSE, count, until, random):
        kind = random.choice(len(found), len(moments.utc), p=shares)
        columns = {
            "category": words.take(list(_KINDS), kind),
            "occurred_at": moments.utc,
            "description": words.phrase([k.texts for k in found], kind, random),
        }
        columns |= _fought(kind == seen, random) | _observed(kind == seen, random)
        yield Rows(columns, _places(grounds, is_wild[kind], moments.phase, random))


def _places(grounds: Grounds, is_wild: Mask, phase: Ints, random: np.random.Generator) -> Floats:
    places = np.empty((len(phase), 2))
    for hotspots, here in ((grounds.roadside, ~is_wild), (grounds.wild, is_wild)):
        places[here] = hotspots.sites.scatter(hotspots.draw(phase[here], random), random)
    return places


def _fought(seen: Mask, random: np.random.Generator) -> dict[str, Any]:
    """Return what is known of fires that were fought, nothing of what only a satellite saw."""
    severity = 1 + random.choice(5, len(seen), p=[0.42, 0.31, 0.16, 0.08, 0.03])
    hurt = random.poisson(np.where(severity >= 4, 0.7, 0.03))
    return {"severity": pa.array(severity, mask=seen), "casualties": pa.array(hurt, mask=seen)}


def _observed(seen: Mask, random: np.random.Generator) -> dict[str, Any]:
    """Return what satellites measure: confidence in percent, power in MW, brightness in K."""
    count = len(seen)
    power = random.lognormal(2.0, 0.8, count)
    brightness = 302 + 9 * np.log1p(power) + random.normal(0, 4, count)
    confidence = np.clip(random.normal(62, 18, count), 10, 100)
    satellite = words.take(_SATELLITES, random.integers(0, len(_SATELLITES), count))
    return {
        "confidence": pa.array(np.round(confidence), mask=~seen),
        "power_mw": pa.array(np.round(power, 1), mask=~seen),
        "brightness_k": pa.array(np.round(brightness, 1), mask=~seen),
        "satellite": pa.array(np.where(seen, satellite, None), pa.string()),
    }
