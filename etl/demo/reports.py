"""Citizens' reports: what they complain of, who handles it, by when, and how it ends."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final, NamedTuple

import numpy as np
import pyarrow as pa

from etl.demo import rhythm, words
from etl.demo.geoparquet import Rows
from etl.demo.hotspots import Hotspots
from etl.demo.noise import Ints, Mask, generator
from etl.demo.rhythm import SECOND, Pulse
from etl.demo.world import World

FIELDS: Final = (
    "code", "category", "content", "status", "received_at", "due_at", "resolved_at", "agency",
    "satisfaction", "commune_code",
)  # fmt: skip

_PULSE: Final = Pulse(
    (0.1, 0.05, 0.05, 0.05, 0.1, 0.3, 0.8, 1.5, 2.1, 2.2, 2.0, 1.4,
     1.0, 1.3, 1.7, 1.8, 1.7, 1.4, 1.1, 1.2, 1.3, 0.9, 0.5, 0.2),
    (1.25, 1.15, 1.1, 1.05, 1.05, 0.75, 0.65),
    (0.85, 0.7, 0.95, 1.0, 1.05, 1.1, 1.15, 1.15, 1.05, 1.0, 1.0, 1.0),
)  # fmt: skip

_DAY: Final = 24 * 3_600 * SECOND


class _Category(NamedTuple):
    share: float
    days: int
    """Allowed for an answer."""
    department: str
    by_commune: float
    """Share that the commune handles itself."""
    texts: tuple[str, ...]


_POLICE: Final = "Phòng Cảnh sát giao thông"

_CATEGORIES: Final = {
    "environment": _Category(
        0.26, 5, "Sở Nông nghiệp và Môi trường", 0.75,
        ("Rác thải chưa được thu gom", "Đốt rác gây khói", "Nước thải đen chảy ra mương"),
    ),
    "urban_order": _Category(
        0.17, 5, "Sở Xây dựng", 0.85,
        ("Lấn chiếm vỉa hè", "Để vật liệu xây dựng dưới lòng đường", "Quảng cáo sai quy định"),
    ),
    "traffic": _Category(
        0.16, 7, _POLICE, 0.35,
        ("Đèn tín hiệu hỏng", "Xe tải chạy sai giờ", "Đỗ xe cản trở lối đi"),
    ),
    "infrastructure": _Category(
        0.18, 10, "Sở Xây dựng", 0.5,
        ("Mặt đường có ổ gà", "Đèn đường không sáng", "Nắp hố ga bị vỡ", "Mất nước nhiều ngày"),
    ),
    "security": _Category(
        0.08, 3, "Công an tỉnh", 0.6, ("Gây ồn về đêm", "Nghi có tụ tập đánh bạc"),
    ),
    "fire_safety": _Category(
        0.04, 3, "Phòng Cảnh sát PCCC và CNCH", 0.3,
        ("Lối thoát hiểm bị chắn", "Trụ nước chữa cháy bị che khuất"),
    ),
    "land": _Category(
        0.06, 15, "Văn phòng Đăng ký đất đai", 0.55,
        ("Xây dựng không phép", "San lấp đất nông nghiệp trái phép"),
    ),
    "other": _Category(
        0.05, 7, "Văn phòng UBND tỉnh", 0.6, ("Góp ý thủ tục hành chính", "Loa phát thanh hỏng"),
    ),
}  # fmt: skip

_STUCK: Final = 0.02
"""Share of reports that lie about for weeks."""

_OPEN: Final = ("new", "received", "assigned", "in_progress", "waiting")
_CLOSED: Final = ("resolved", "rejected", "duplicate")


def reports(world: World, hotspots: Hotspots, count: int, until: datetime) -> Iterator[Rows]:
    """Yield ``count`` reports of the year before ``until``, in the order of time."""
    random, end, first = generator(world.seed, "report"), rhythm.micros(until), 1
    for moments in rhythm.moments(_PULSE, count, until, random):
        sites = hotspots.draw(moments.phase, random)
        communes = hotspots.sites.commune[sites]
        category = _draw([c.share for c in _CATEGORIES.values()], len(sites), random)
        columns = {
            "code": words.numbered("PA", first, len(sites)),
            "category": words.take(list(_CATEGORIES), category),
            "content": _content(world, category, communes, random),
            "agency": _agency(world, category, communes, random),
            "received_at": moments.utc,
            "commune_code": words.take([unit.code for unit in world.units], communes),
        }
        columns |= _handling(moments.utc, category, end, random)
        yield Rows(columns, hotspots.sites.scatter(sites, random))
        first += len(sites)


def _draw(shares: list[float], count: int, random: np.random.Generator) -> Ints:
    drawn: Ints = random.choice(len(shares), count, p=np.array(shares) / sum(shares))
    return drawn


def _content(world: World, category: Ints, communes: Ints, random: np.random.Generator) -> Any:
    texts = words.phrase([found.texts for found in _CATEGORIES.values()], category, random)
    return words.join(texts, words.take([f"tại {unit.place}" for unit in world.units], communes))


def _agency(world: World, category: Ints, communes: Ints, random: np.random.Generator) -> Any:
    """Return the commune, its police, or the department that the category belongs to."""
    found = list(_CATEGORIES.values())
    texts = [c.department for c in found]
    texts += [f"UBND {unit.place}" for unit in world.units]
    texts += [f"Công an {unit.place}" for unit in world.units]
    security = list(_CATEGORIES).index("security")
    local = len(found) + communes + np.where(category == security, len(world.units), 0)
    share = np.array([c.by_commune for c in found])[category]
    return words.take(texts, np.where(random.random(len(category)) < share, local, category))


def _handling(
    received: Ints, category: Ints, end: int, random: np.random.Generator
) -> dict[str, Any]:
    """Return deadline, state and outcome as they are known at the end of the time."""
    count = len(received)
    allowed = np.array([c.days for c in _CATEGORIES.values()])[category]
    needed = allowed * random.lognormal(-0.75, 0.55, count)
    needed *= np.where(random.random(count) < _STUCK, random.uniform(4, 12, count), 1)
    closed = received + (needed * _DAY // SECOND).astype(np.int64) * SECOND
    due, is_closed = received + allowed * _DAY, closed <= end
    outcome = random.choice(3, count, p=[0.9, 0.06, 0.04])
    resolved = is_closed & (outcome == 0)
    state = np.where(is_closed, len(_OPEN) + outcome, _stage(end - received, random))
    return {
        "status": words.take((*_OPEN, *_CLOSED), state),
        "due_at": due,
        "resolved_at": pa.array(closed, mask=~resolved),
        "satisfaction": _satisfaction(resolved, closed > due, random),
    }


def _stage(age: Ints, random: np.random.Generator) -> Ints:
    """Return how far the handling of an open report has come, an index in ``_OPEN``."""
    days = age / _DAY * random.uniform(0.6, 1.6, len(age))
    stage = np.digitize(days, (0.25, 1, 2))
    return np.where((stage == 3) & (random.random(len(age)) < 0.2), 4, stage)


def _satisfaction(resolved: Mask, late: Mask, random: np.random.Generator) -> Any:
    """Return the marks that some give, 1 to 5; who waited too long gives less."""
    marks = np.clip(np.round(random.normal(np.where(late, 2.7, 4.3), 0.8)), 1, 5)
    given = resolved & (random.random(len(late)) < 0.42)
    return pa.array(marks.astype(np.int64), mask=~given)
