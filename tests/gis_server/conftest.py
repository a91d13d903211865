"""A small province by SQL: two communes, parcels, reports, alarms, incidents."""

from typing import Any

import psycopg
import pytest

PROVINCE = """
INSERT INTO layer.commune (code, name, full_name, unit_type, province_code, geom) VALUES
    ('05518', 'Sông Công', 'Phường Sông Công', 'ward', '19',
     ST_Multi(ST_MakeEnvelope(105.80, 21.40, 105.90, 21.50, 4326))),
    ('05665', 'Văn Lăng', 'Xã Văn Lăng', 'commune', '19',
     ST_Multi(ST_MakeEnvelope(105.80, 21.50, 105.90, 21.60, 4326)));
INSERT INTO layer.province (code, name, full_name, geom) VALUES
    ('19', 'Thái Nguyên', 'Tỉnh Thái Nguyên',
     ST_Multi(ST_MakeEnvelope(105.80, 21.40, 105.90, 21.60, 4326)));
INSERT INTO layer.school (code, name, level, geom) VALUES
    ('S1', 'Trường THCS Văn Lăng', 'secondary', ST_SetSRID(ST_MakePoint(105.85, 21.55), 4326));
"""

PARCELS = """
INSERT INTO layer.land_parcel (commune_code, sheet, number, area_paper, land_code, geom)
SELECT code, sheet, number, 100.5, land_code,
       ST_Multi(ST_Translate(ST_MakeEnvelope(430000, y, 430010, y + 10, 9213), shift, 0))
FROM (VALUES
    ('05518', '12', '76', 'ODT', 0, 2368000), ('05518', '12', '77', 'LUC', 10, 2368000),
    ('05518', '12', '78', 'ODT', 20, 2368000), ('05665', '01', '5', 'RSX', 0, 2380000)
) AS made (code, sheet, number, land_code, shift, y);
INSERT INTO layer.land_plan (land_code, plan_name, decision, geom) VALUES
    ('DGT', 'Quy hoạch 2030', '123/QĐ-UBND',
     ST_Multi(ST_MakeEnvelope(430015, 2367990, 430030, 2368020, 9213))),
    ('ODT', 'Quy hoạch 2030', '123/QĐ-UBND',
     ST_Multi(ST_MakeEnvelope(429990, 2367990, 430015, 2368020, 9213)));
"""


@pytest.fixture
def province(conn: psycopg.Connection[Any]) -> psycopg.Connection[Any]:
    """Put a small province into the test's database; give the connection."""
    conn.execute(PROVINCE)
    conn.execute(PARCELS)
    return conn
