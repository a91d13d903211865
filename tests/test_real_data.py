"""The main job on real files: load them, then look at each as items, as a tile, as a heatmap."""

import csv
import math
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h3.api.basic_int as h3
import mapbox_vector_tile
import psycopg
import pyarrow.parquet as pq
import pytest
from flask.testing import FlaskClient

from etl.load import Mode, Order, Result, default_mode, load
from layers.registry import Layers

pytestmark = pytest.mark.deep

Load = Callable[..., Result]


@pytest.fixture
def take(conn: psycopg.Connection[Any], layers: Layers, real_data: Path, tmp_path: Path) -> Load:
    """Load a real file as a person would: layer and file, nothing else."""

    def go(layer_id: str, file: str, mode: Mode | None = None) -> Result:
        layer = layers.get(layer_id)
        return load(
            conn,
            Order(
                layer, real_data / file, mode or default_mode(layer), "lan", tmp_path / "reports"
            ),
        )

    return go


def _address(lon: float, lat: float, zoom: int) -> str:
    side = 1 << zoom
    y = (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2
    return f"{zoom}/{int((lon + 180) / 360 * side)}/{int(y * side)}.mvt"


def _tile(client: FlaskClient, path: str, name: str) -> list[dict[str, Any]]:
    answer = client.get(path)
    assert answer.status_code == 200, path
    found: list[dict[str, Any]] = mapbox_vector_tile.decode(answer.data)[name]["features"]
    return found


def _items(client: FlaskClient, layer_id: str, **query: object) -> dict[str, Any]:
    answer = client.get(f"/ogc/collections/{layer_id}/items", query_string={"f": "json", **query})
    assert answer.status_code == 200, answer.data
    found: dict[str, Any] = answer.get_json()
    return found


def _cells(
    client: FlaskClient, layer_id: str, place: str, query: str = ""
) -> dict[str, dict[str, Any]]:
    features = _tile(client, f"/heatmap/{layer_id}/{place}{query}", "heatmap")
    return {f["properties"]["cell"]: f["properties"] for f in features}


def test_the_communes_of_thai_nguyen(take: Load, client: FlaskClient) -> None:
    result = take("commune", "admin_2025/vn2025_communes_19.geojson")
    assert (result.rows_in, result.rows_loaded, result.rows_refused) == (92, 92, 0)
    page = _items(client, "commune", limit=100)
    assert (page["numberMatched"], page["numberReturned"]) == (92, 92)
    kinds = Counter(f["properties"]["unit_type"] for f in page["features"])
    assert kinds == {"commune": 77, "ward": 15}
    one = client.get("/ogc/collections/commune/items/05518?f=json").get_json()
    assert one["properties"]["full_name"] == "Phường Sông Công"
    assert any(
        f["properties"]["code"] == "05518"
        for f in _tile(client, "/tiles/commune/" + _address(105.85, 21.47, 9), "commune")
    )
    (hit, *_) = client.get("/search?q=song%20cong").get_json()["results"]
    assert hit["id"] == "05518"


def test_the_communes_of_the_country(take: Load, client: FlaskClient) -> None:
    result = take("commune", "admin_2025/vn2025_communes_simplified.fgb")
    assert (result.rows_loaded, result.rows_refused) == (3321, 0)
    assert _items(client, "commune", limit=1)["numberMatched"] == 3321
    assert _items(client, "commune", limit=200, province_code="19")["numberMatched"] == 92
    assert len(_tile(client, "/tiles/commune/" + _address(106, 16, 5), "commune")) > 500


def test_the_hospitals(take: Load, client: FlaskClient, real_data: Path) -> None:
    result = take("clinic", "pois/vn_hospitals_osm.geojson")
    assert (result.rows_loaded, result.rows_refused) == (1479, 0)
    inside = _items(client, "clinic", bbox="105.4,21.3,106.3,22.8", limit=100)
    assert inside["numberMatched"] == inside["numberReturned"] > 20
    public = _items(client, "clinic", ownership="public", limit=1)
    assert public["numberMatched"] == 805
    assert _tile(client, "/tiles/clinic/" + _address(105.8466, 21.0018, 12), "clinic")


def test_the_cameras(take: Load, client: FlaskClient) -> None:
    result = take("camera", "pois/hcm_traffic_cameras_2017.geojson")
    assert (result.rows_loaded, result.rows_refused) == (282, 0)
    west = _items(client, "camera", filter="bearing > 265 AND bearing < 275", limit=50)
    assert west["numberMatched"] == 17
    assert _tile(client, "/tiles/camera/" + _address(106.70, 10.776, 12), "camera")


@pytest.mark.parametrize(
    "file",
    [
        "parcels_duynghia/duynghia_quangnam_parcels.gpkg",
        "parcels_duynghia/duynghia_vn2000_tm3_10745_TCVN3.shp",
    ],
)
def test_the_parcels_of_duy_nghia(
    take: Load, client: FlaskClient, conn: psycopg.Connection[Any], file: str
) -> None:
    result = take("land_parcel", file)
    assert result.rows_in == 9777
    assert result.rows_loaded == 9775
    assert ("TCVN3" in (result.note or "")) is file.endswith(".shp")
    addresses = conn.execute(
        "SELECT count(*) FROM layer.land_parcel WHERE address LIKE 'Thôn Lệ Sơn, xã Duy Nghĩa,%'"
    ).fetchone()
    assert addresses == (2944,)
    assert dict(result.reasons) == {("geometry", "invalid: ring self-intersection"): 2}
    found = _items(client, "land_parcel", filter="sheet='11' AND number='274'")["features"]
    assert len(found) == 1
    assert found[0]["properties"]["land_code"] == "MNC"
    assert found[0]["properties"]["area_paper"] == pytest.approx(90.9)
    longitude, latitude = found[0]["geometry"]["coordinates"][0][0][0]
    assert (longitude, latitude) == pytest.approx((108.382, 15.845), abs=1e-3)
    shapes = _tile(client, "/tiles/land_parcel/" + _address(longitude, latitude, 16), "land_parcel")
    assert any(s["properties"]["number"] == "274" for s in shapes)
    (hit,) = client.get("/search?q=tờ 011 thửa 274").get_json()["results"]
    card = client.get(f"/land/parcels/{hit['id']}").get_json()
    assert card["neighbours"]
    off = conn.execute(
        "SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY abs(area_geometry - area_paper))"
        " FROM layer.land_parcel"
    ).fetchone()
    assert off is not None
    assert off[0] < 0.5


def test_a_parcel_from_either_file_lies_at_the_same_place(
    take: Load, conn: psycopg.Connection[Any]
) -> None:
    """One file is in degrees, the other in metres of zone 107°45'; one datum shift joins them."""
    places = []
    for file in ("duynghia_quangnam_parcels.gpkg", "duynghia_vn2000_tm3_10745_TCVN3.shp"):
        take("land_parcel", f"parcels_duynghia/{file}", Mode.REPLACE)
        row = conn.execute(
            "SELECT ST_X(ST_Centroid(geom)), ST_Y(ST_Centroid(geom)) FROM layer.land_parcel"
            " WHERE sheet = '11' AND number = '274'"
        ).fetchone()
        assert row is not None
        places.append(row)
    assert math.dist(*places) < 0.2


def test_the_fires_seen_by_satellite(take: Load, client: FlaskClient, real_data: Path) -> None:
    result = take("fire_event", "incidents/modis_vietnam.parquet")
    assert (result.rows_loaded, result.rows_refused) == (124_024, 0)
    day = "2020-03-01T00:00:00Z/2020-03-31T23:59:59Z"
    page = _items(client, "fire_event", datetime=day, limit=1)
    rows = pq.read_table(
        real_data / "incidents" / "modis_vietnam.parquet",
        columns=["longitude", "latitude", "acq_ts"],
    ).to_pylist()
    march = [r for r in rows if (r["acq_ts"].year, r["acq_ts"].month) == (2020, 3)]
    assert page["numberMatched"] == len(march)
    by_hand = Counter(
        h3.cell_to_parent(h3.latlng_to_cell(r["latitude"], r["longitude"], 10), 6) for r in march
    )
    cells = _cells(client, "fire_event", _address(104.0, 21.5, 7), f"?datetime={day}")
    assert len(cells) > 100
    for cell, properties in cells.items():
        assert properties["count"] == by_hand[int(cell, 16)]
    assert _tile(
        client,
        "/tiles/fire_event/" + _address(march[0]["longitude"], march[0]["latitude"], 12),
        "fire_event",
    )


def test_a_table_of_fires_in_text(take: Load, client: FlaskClient, real_data: Path) -> None:
    result = take("fire_event", "incidents/modis_vietnam_20k.csv")
    assert (result.rows_loaded, result.rows_refused) == (20_000, 0)
    with (real_data / "incidents" / "modis_vietnam_20k.csv").open() as stream:
        first = next(csv.DictReader(stream))
    box = ",".join(
        str(float(first[n]) + d) for d in (-1e-5, 1e-5) for n in ("longitude", "latitude")
    )
    found = _items(client, "fire_event", bbox=box, datetime="2016-01-01T03:43:00Z")
    assert [f["properties"]["power_mw"] for f in found["features"]] == [33.1]


def test_a_week_of_speeds(take: Load, client: FlaskClient, real_data: Path) -> None:
    result = take("traffic", "traffic/metr_la_week_speed.parquet")
    assert (result.rows_loaded, result.rows_refused) == (417_312, 0)
    hour = "2012-03-01T08:00:00Z/2012-03-01T08:59:59Z"
    rows = pq.read_table(real_data / "traffic" / "metr_la_week_speed.parquet").to_pylist()
    by_hand: dict[int, list[float]] = {}
    for row in rows:
        if row["ts"].isoformat()[:13] == "2012-03-01T08" and row["speed_mph"] is not None:
            cell = h3.cell_to_parent(h3.latlng_to_cell(row["latitude"], row["longitude"], 10), 8)
            by_hand.setdefault(cell, []).append(row["speed_mph"] * 1.609344)
    cells = _cells(client, "traffic", _address(-118.30, 34.15, 10), f"?datetime={hour}")
    assert len(cells) > 20
    for cell, properties in cells.items():
        speeds = by_hand[int(cell, 16)]
        assert properties["count"] == len(speeds)
        assert properties["value"] == pytest.approx(sum(speeds) / len(speeds))
    page = _items(client, "traffic", detector="773869", datetime="2012-03-01T00:00:00Z")
    assert [f["properties"]["mean_speed"] for f in page["features"]] == [
        pytest.approx(64.375 * 1.609344)
    ]
    assert _tile(client, "/tiles/traffic/" + _address(-118.31829, 34.15497, 14), "traffic")


def test_the_provinces_with_the_islands(take: Load, client: FlaskClient) -> None:
    result = take("province", "admin_2025/vn2025_provinces.gpkg")
    assert (result.rows_loaded, result.rows_refused) == (34, 0)
    assert len(_items(client, "province", limit=50)["features"]) == 34
    assert _tile(client, "/tiles/province/5/25/14.mvt", "province")
