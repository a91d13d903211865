"""What the land register says of parcels: sheet and number, code, area, address, term, origin."""

from typing import Any, Final

import numpy as np
import shapely

from etl.demo import names, sites
from etl.demo.ground import COVER
from etl.demo.lots import COLUMNS, SETTINGS, Lots
from etl.demo.noise import Floats, Ints, Words
from etl.demo.world import World

FIELDS: Final = (
    "commune_code", "sheet", "number", "area_paper", "land_code", "address", "use_term",
    "use_origin", "old_sheet", "old_number",
)  # fmt: skip

_SHEET: Final = (500.0, 250.0)
"""Side of a map sheet in metres: of a commune (scale 1:1000), of a ward (1:500)."""

_BAND: Final = 30.0
"""Numbers run from west to east and back in bands of so many metres."""

_SHARES: Final[dict[str, dict[str, float]]] = {
    "town": {"ODT": 0.93, "TMD": 0.025, "SKC": 0.01, "DGD": 0.01, "DKV": 0.007, "DVH": 0.006,
             "TSC": 0.005, "DYT": 0.004, "TON": 0.003},
    "village": {"ONT": 0.66, "CLN": 0.13, "HNK": 0.08, "BHK": 0.03, "NTS": 0.03, "LUK": 0.03,
                "DVH": 0.012, "DGD": 0.01, "TMD": 0.008, "TSC": 0.005, "DYT": 0.005},
    "LUC": {"LUC": 0.86, "LUK": 0.05, "HNK": 0.04, "NTS": 0.03, "DTL": 0.02},
    "LUK": {"LUK": 0.68, "LUC": 0.1, "HNK": 0.12, "BHK": 0.06, "NTS": 0.04},
    "HNK": {"HNK": 0.58, "BHK": 0.18, "CLN": 0.14, "LUK": 0.08, "NTD": 0.02},
    "CLN": {"CLN": 0.82, "HNK": 0.09, "RSX": 0.07, "NKH": 0.02},
    "RSX": {"RSX": 0.9, "CLN": 0.08, "HNK": 0.02},
    "RPH": {"RPH": 0.85, "RSX": 0.15},
    "RDD": {"RDD": 1.0},
    "NCS": {"NCS": 0.7, "RPH": 0.3},
}  # fmt: skip
"""Land codes by setting, or by what grows on a field, and their shares."""

_FARMED: Final = ("LUC", "LUK", "HNK", "BHK", "CLN", "NTS", "NKH", "RSX", "RPH")
_HOUSED: Final = ("ODT", "ONT")

_TERMS: Final = {
    "housed": ("Lâu dài",),
    "farmed": ("Đến ngày 15/10/2063", "Đến ngày 01/07/2064", "50 năm"),
    "other": ("Lâu dài", "50 năm", "Đến ngày 31/12/2055"),
}
_ORIGINS: Final = {
    "housed": (
        "Công nhận quyền sử dụng đất như giao đất có thu tiền sử dụng đất",
        "Nhà nước giao đất có thu tiền sử dụng đất",
        "Nhận chuyển nhượng đất được công nhận quyền sử dụng đất",
    ),
    "farmed": (
        "Nhà nước giao đất không thu tiền sử dụng đất",
        "Công nhận quyền sử dụng đất như giao đất không thu tiền sử dụng đất",
    ),
    "other": (
        "Nhà nước giao đất không thu tiền sử dụng đất",
        "Nhà nước cho thuê đất trả tiền hằng năm",
        "Nhà nước cho thuê đất trả tiền một lần",
    ),
}


def describe(
    world: World, commune: int, found: Lots, random: np.random.Generator
) -> dict[str, Any]:
    """Return the columns ``FIELDS`` of the parcels of one commune."""
    blocks, block = np.unique(found.blocks, axis=0, return_inverse=True)
    middles = world.lattices[commune].middles(blocks)[block.ravel()]
    sheet, number = _numbers(found, middles, _SHEET[int(world.wards[commune])])
    codes = _codes(world, commune, found, middles, random)
    old_sheet, old_number = _before(sheet, number, random)
    return {
        "commune_code": [world.units[commune].code] * len(sheet),
        "sheet": sheet.astype(str),
        "number": number.astype(str),
        "area_paper": _paper(shapely.area(found.shapes), random),
        "land_code": codes,
        "address": _addresses(world, commune, found, middles),
        "use_term": _pick(codes, _TERMS, random),
        "use_origin": _pick(codes, _ORIGINS, random),
        "old_sheet": old_sheet,
        "old_number": old_number,
    }


def _numbers(found: Lots, middles: Floats, side: float) -> tuple[Ints, Ints]:
    """Number sheets from the north-west, and parcels in each sheet from north to south, zig-zag.

    All lots of a block are on the sheet that holds its middle.
    """
    east, south = np.floor(middles[:, 0] / side), -np.floor(middles[:, 1] / side)
    _, sheet = np.unique(np.column_stack([south, east]), axis=0, return_inverse=True)
    x, y = shapely.get_coordinates(shapely.centroid(found.shapes)).T
    band = np.floor(-y / _BAND)
    order = np.lexsort((np.where(band % 2 == 0, x, -x), band, sheet.ravel()))
    sorted_ = sheet.ravel()[order]
    number = np.empty(len(order), dtype=np.int64)
    number[order] = np.arange(len(order)) - np.searchsorted(sorted_, sorted_) + 1
    return sheet.ravel() + 1, number


def _codes(
    world: World, commune: int, found: Lots, middles: Floats, random: np.random.Generator
) -> Words:
    """Draw land codes that suit the setting, or what grows there."""
    setting = np.array(SETTINGS)[found.setting]
    grown = np.array(COVER)[world.ground.cover(middles)]
    kind = np.where(np.isin(setting, ["town", "village"]), setting, grown)
    codes = np.empty(len(kind), dtype="<U3")
    for name, shares in _SHARES.items():
        here = kind == name
        codes[here] = random.choice(list(shares), here.sum(), p=list(shares.values()))
    return np.where((codes == "ONT") & bool(world.wards[commune]), "ODT", codes)


def _paper(area: Floats, random: np.random.Generator) -> Floats:
    """Return areas as certificates state them, m2 to 0.1: nearly right, seldom quite wrong."""
    wrong = random.random(len(area)) < 0.015
    error = np.where(
        wrong,
        random.uniform(0.03, 0.15, len(area)) * random.choice([-1, 1], len(area)),
        random.normal(0, 0.0012, len(area)),
    )
    stated: Floats = np.round(area * (1 + error), 1)
    return stated


def _addresses(world: World, commune: int, found: Lots, middles: Floats) -> list[str]:
    """Name the nearest hamlet, and in a town also the street and the number of the house."""
    near = sites.near(world, middles, np.full(len(middles), commune))
    house = 2 * np.abs(found.blocks[:, 0] * COLUMNS + found.column) + 1 + found.row
    street = [names.street(int(line)) for line in 2 * (found.blocks[:, 1] + found.row)]
    return [
        f"Số {number} {names.inside(road)}, {address}" if in_town else address
        for number, road, address, in_town in zip(
            house.tolist(), street, near, found.setting == SETTINGS.index("town"), strict=True
        )
    ]


def _before(sheet: Ints, number: Ints, random: np.random.Generator) -> tuple[Any, Any]:
    """Return the numbers of the sheets before the communes were merged; many are not known."""
    shift = random.integers(0, 60, 2)
    known = random.random(len(sheet)) < 0.55
    old_sheet = np.where(known, (sheet + shift[0]).astype(str), None)
    return old_sheet, np.where(known, (number + shift[1]).astype(str), None)


def _pick(codes: Words, choices: dict[str, tuple[str, ...]], random: np.random.Generator) -> Words:
    kind = np.select(
        [np.isin(codes, _HOUSED), np.isin(codes, _FARMED)], ["housed", "farmed"], "other"
    )
    drawn = random.random(len(codes)) ** 2
    picked = np.empty(len(codes), dtype=object)
    for name, texts in choices.items():
        here = kind == name
        picked[here] = np.array(texts, dtype=object)[(drawn[here] * len(texts)).astype(int)]
    return picked
