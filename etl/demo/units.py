"""The official communes of the province, from the package vietnamadminunits (MIT)."""

import sqlite3
import unicodedata
from contextlib import closing
from importlib.resources import as_file, files
from typing import Final, NamedTuple

from etl.demo import names

PROVINCE: Final = "19"
"""Code of Thái Nguyên since 1 July 2025."""

_TYPES: Final = {"Xã": "commune", "Phường": "ward", "Đặc khu": "special_zone"}

_QUERY: Final = """
    SELECT wardCode, wardShort, ward, wardType, wardAreaKm2, wardLon, wardLat
    FROM admin_units WHERE provinceCode = ? ORDER BY wardCode
"""


class Unit(NamedTuple):
    """A commune: official code and name, stated area in km2, centre in degrees (EPSG:4326)."""

    code: str
    name: str
    full_name: str
    unit_type: str
    area_km2: float
    lon: float
    lat: float

    @property
    def place(self) -> str:
        """The full name as it is written inside a sentence: phường Gia Sàng."""
        return names.inside(self.full_name)


def units() -> list[Unit]:
    """Read the communes of the province in the order of their codes."""
    with (
        as_file(files("vietnamadminunits") / "data" / "dataset.db") as file,
        closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)) as database,
    ):
        rows = database.execute(_QUERY, (PROVINCE,)).fetchall()
    return [
        Unit(code, _nfc(name), _nfc(full_name), _TYPES[kind], area, lon, lat)
        for code, name, full_name, kind, area, lon, lat in rows
    ]


def _nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)
