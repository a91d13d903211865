"""Places that serve the public: schools, clinics, sights, fire stations."""

from collections.abc import Iterator
from typing import Final

import geopandas as gpd
import numpy as np

from etl.demo import sites
from etl.demo.anchors import Anchors
from etl.demo.noise import generator
from etl.demo.sites import Row
from etl.demo.world import World

_SCHOOLS: Final = (
    ("kindergarten", "Trường Mầm non", 9_000, (140, 420), 27),
    ("primary", "Trường Tiểu học", 11_000, (220, 900), 32),
    ("secondary", "Trường THCS", 15_000, (200, 800), 38),
    ("high", "Trường THPT", 34_000, (500, 1_500), 42),
)
"""Level, name, inhabitants to a school, pupils from and to, pupils of a class."""

_COLLEGES: Final = (
    ("Trường Đại học Kỹ thuật", "05500", 6_500),
    ("Trường Đại học Sư phạm", "05443", 7_200),
    ("Trường Đại học Nông Lâm", "05455", 5_800),
    ("Trường Đại học Y - Dược", "05443", 6_100),
    ("Trường Cao đẳng Nghề", "05528", 2_400),
    ("Trường Cao đẳng Cộng đồng", "01843", 1_300),
)

_HOSPITALS: Final = (
    ("Bệnh viện Đa khoa Trung tâm", "05443", 900), ("Bệnh viện Đa khoa A", "05482", 450),
    ("Bệnh viện Đa khoa Gang Thép", "05467", 320), ("Bệnh viện Phụ sản Nhi", "05455", 280),
    ("Bệnh viện Đa khoa Bắc Kạn", "01840", 500), ("Bệnh viện Đa khoa Phổ Yên", "05860", 250),
    ("Bệnh viện Đa khoa Sông Công", "05518", 230), ("Trung tâm Y tế Định Hóa", "05569", 180),
    ("Trung tâm Y tế Đại Từ", "05830", 210), ("Trung tâm Y tế Phú Bình", "05908", 190),
    ("Trung tâm Y tế Võ Nhai", "05716", 150), ("Trung tâm Y tế Chợ Đồn", "02020", 140),
    ("Trung tâm Y tế Na Rì", "02155", 120), ("Trung tâm Y tế Ba Bể", "01912", 130),
    ("Trung tâm Y tế Ngân Sơn", "01936", 110), ("Trung tâm Y tế Chợ Mới", "02086", 120),
)  # fmt: skip

_PRIVATE: Final = (("clinic", "Phòng khám", 22_000), ("pharmacy", "Nhà thuốc", 6_000))
"""Kind, name, inhabitants to one of them."""

_SIGHTS: Final = (
    ("Khu du lịch Hồ Núi Cốc", "nature", "05488", 620_000),
    ("Vườn quốc gia Ba Bể", "nature", "01906", 480_000),
    ("Bảo tàng Văn hóa các dân tộc", "museum", "05443", 150_000),
    ("Khu di tích ATK Định Hóa", "heritage", "05602", 390_000),
    ("Làng chè Tân Cương", "craft_village", "05503", 210_000),
    ("Hang Phượng Hoàng - suối Mỏ Gà", "nature", "05716", 95_000),
    ("Đền Đuổm", "heritage", "05611", 130_000),
    ("Chùa Hang", "heritage", "05710", 90_000),
    ("Chùa Phủ Liễn", "heritage", "05443", 70_000),
    ("Thác Đầu Đẳng", "nature", "01912", 42_000),
    ("Động Puông", "nature", "01894", 36_000),
    ("Động Nàng Tiên", "nature", "02185", 28_000),
    ("Khu di tích Nà Tu", "heritage", "02008", 31_000),
    ("Núi Văn - Núi Võ", "heritage", "05845", 45_000),
    ("Thác Mưa Rơi", "nature", "05725", 24_000),
    ("Làng nghề mây tre đan", "craft_village", "05890", 18_000),
    ("Nhà văn hóa cộng đồng Pác Ngòi", "culture", "01933", 33_000),
    ("Khu nghỉ dưỡng La Bằng", "resort", "05818", 60_000),
    ("Khu nghỉ dưỡng Hồ Suối Lạnh", "resort", "05881", 37_000),
    ("Quảng trường trung tâm", "culture", "05443", 240_000),
)

_STATIONS: Final = (
    "05443", "05467", "05518", "05860", "01843", "05830", "05908", "05569", "05716", "02020",
    "02155", "01936",
)  # fmt: skip


def school(world: World, anchors: Anchors) -> gpd.GeoDataFrame:
    """Return the schools of every commune, by its inhabitants, and the colleges."""
    random = generator(world.seed, "school")
    rows = [row for number in range(len(world.units)) for row in _schools(world, number, random)]
    for name, code, pupils in _COLLEGES:
        row = {"name": f"{name} (trình diễn)", "level": "college", "pupils": pupils}
        rows.append({**row, "classes": pupils // 45, "commune": world.index(code)})
    frame = sites.beside(world, anchors, rows, random)
    frame["code"] = [f"TH{n:05d}" for n in range(1, len(rows) + 1)]
    return frame


def _schools(world: World, number: int, random: np.random.Generator) -> Iterator[Row]:
    for level, title, people, (least, most), size in _SCHOOLS:
        count = int(world.people[number] / people + random.random())
        count = max(count, int(level != "high"))
        for n in range(1, count + 1):
            pupils = int(random.integers(least, most))
            yield {
                "name": f"{title} {world.units[number].name}{f' {n}' if count > 1 else ''}",
                "level": level,
                "pupils": pupils,
                "classes": -(-pupils // size),
                "commune": number,
            }


def clinic(world: World, anchors: Anchors) -> gpd.GeoDataFrame:
    """Return hospitals, the health station of every commune, clinics and pharmacies."""
    random = generator(world.seed, "clinic")
    rows = [
        _clinic(f"{name} (trình diễn)", "hospital", world.index(code), beds)
        for name, code, beds in _HOSPITALS
    ]
    for number, unit in enumerate(world.units):
        beds = int(random.integers(3, 9))
        rows.append(_clinic(f"Trạm Y tế {unit.place}", "health_station", number, beds))
        for kind, title, people in _PRIVATE:
            count = random.poisson(world.people[number] / people)
            rows += [_clinic(f"{title} {unit.name} {n + 1}", kind, number) for n in range(count)]
    frame = sites.beside(world, anchors, rows, random)
    frame["phone"] = [f"0208 000 {n:04d}" for n in range(1, len(rows) + 1)]
    frame["commune_name"] = [world.units[row["commune"]].full_name for row in rows]
    return frame.drop(columns="commune_code")


def _clinic(name: str, kind: str, commune: int, beds: int | None = None) -> Row:
    ownership = "private" if beds is None else "public"
    return {"name": name, "kind": kind, "ownership": ownership, "beds": beds, "commune": commune}


def tourism_site(world: World, anchors: Anchors) -> gpd.GeoDataFrame:
    """Return sights, each in its commune, though not where it really is."""
    random = generator(world.seed, "tourism_site")
    rows = [
        {"name": name, "kind": kind, "visitors_per_year": visitors, "commune": world.index(code)}
        for name, kind, code, visitors in _SIGHTS
    ]
    return sites.beside(world, anchors, rows, random).drop(columns="commune_code")


def fire_station(world: World, anchors: Anchors) -> gpd.GeoDataFrame:
    """Return the stations of the fire police."""
    random, rows = generator(world.seed, "fire_station"), list[Row]()
    for n, code in enumerate(_STATIONS, 1):
        number = world.index(code)
        engines = int(random.integers(2, 8 if world.wards[number] else 4))
        name = f"Đội Cảnh sát PCCC và CNCH khu vực {world.units[number].name}"
        row = {"code": f"PC{n:02d}", "name": name, "phone": "114", "commune": number}
        rows.append({**row, "vehicles": engines, "staff": engines * int(random.integers(6, 10))})
    return sites.beside(world, anchors, rows, random).drop(columns="commune_code")
