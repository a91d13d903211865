"""Folders of layers that are made up, and rows for their tables."""

from pathlib import Path

import psycopg
from psycopg import sql

ROWS = 300
"""Of each layer."""

PLACE = (105.85, 21.55)
"""Where the rows are, in degrees."""

_DECLARATION = """
title: {{vi: "Lớp đo {number}", en: "Measured layer {number}"}}
description: {{vi: Dữ liệu đo tốc độ, en: Data to measure with}}
group: service
owner: {{vi: Đo tốc độ, en: Benchmark}}
licence: CC0-1.0
lifecycle: edited
geometry: {{type: {geometry}, crs: "EPSG:{srid}"}}
key: code
label: name
search: [name]
fields:
  code: {{title: {{vi: Mã, en: Code}}, type: text, required: true, aliases: [ma]}}
  name: {{title: {{vi: Tên, en: Name}}, type: text, required: true, aliases: [ten]}}
  kind:
    title: {{vi: Loại, en: Kind}}
    type: text
    codes:
      open: {{vi: Mở, en: Open, aliases: [mo]}}
      closed: {{vi: Đóng, en: Closed, aliases: [dong]}}
      planned: {{vi: Quy hoạch, en: Planned, aliases: [quy hoach]}}
  size: {{title: {{vi: Cỡ, en: Size}}, type: integer, unit: person, minimum: 0}}
  built: {{title: {{vi: Năm xây, en: Built in}}, type: date}}
  address: {{title: {{vi: Địa chỉ, en: Address}}, type: text, aliases: [dia_chi]}}
tiles: {{minzoom: 12, maxzoom: 14, fields: [name, kind]}}
sources:
  - {{title: {{vi: Dữ liệu đo tốc độ, en: Data to measure with}}, licence: CC0-1.0}}
visible: false
"""

_KINDS = (("Point", 4326), ("MultiPolygon", 9213))
"""Geometry and CRS, by turns."""

_INSERT = """
INSERT INTO layer.{table} (code, name, kind, size, geom)
SELECT 'M' || n, format('Chợ %%s của lớp %%s', n, {number}), 'open', n,
       CASE WHEN {srid} = 4326 THEN place
            ELSE ST_Multi(ST_Buffer(ST_Transform(place, {srid}), 20, 2)) END
FROM generate_series(1, {rows}) AS n,
     ST_SetSRID(ST_MakePoint({x} + 0.001 * (n %% 20), {y} + 0.001 * (n / 20)), 4326) AS place
"""


def write(folder: Path, count: int) -> list[str]:
    """Write so many folders; return their names."""
    names = [f"measured_{number:03}" for number in range(count)]
    for number, name in enumerate(names):
        geometry, srid = _KINDS[number % len(_KINDS)]
        place = folder / name
        place.mkdir(parents=True)
        text = _DECLARATION.format(number=number, geometry=geometry, srid=srid)
        (place / "layer.yaml").write_text(text, "utf-8")
        (place / "style.json").write_text('{"layers": []}', "utf-8")
    return names


def fill(url: str, names: list[str]) -> None:
    """Put rows into the tables, all in the same few tiles."""
    with psycopg.connect(url, autocommit=True) as conn:
        for number, name in enumerate(names):
            statement = sql.SQL(_INSERT.replace("%%", "%")).format(
                table=sql.Identifier(name),
                number=number,
                srid=_KINDS[number % len(_KINDS)][1],
                rows=ROWS,
                x=PLACE[0],
                y=PLACE[1],
            )
            conn.execute(statement)


def retitle(folder: Path, name: str, title: str) -> None:
    """Give a layer another title, as a person does who edits the file."""
    file = folder / name / "layer.yaml"
    _, _, rest = file.read_text("utf-8").partition("description:")
    text = f'title: {{vi: "{title}", en: "{title}"}}\ndescription:{rest}'
    (folder / name / "new").write_text(text, "utf-8")
    (folder / name / "new").rename(file)
