"""Tiles by OGC API Tiles (20-057): what is in them, where it is, and what is answered otherwise."""

import gzip
import math
import re
import shlex
import subprocess
import urllib.request
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import brotli
import mapbox_vector_tile
import psycopg
import pyogrio
import pyproj
import pytest
import shapely
from shapely.geometry import shape

from gis_server.settings import Settings
from gis_testing.applications import create_app
from gis_testing.places import DOCS
from layers.registry import Layers
from tiles import tile_matrix_sets
from tiles.tile_matrix_sets import Tile

Connection = psycopg.Connection[Any]

MVT = "application/vnd.mapbox-vector-tile"
SETS = {"WebMercatorQuad": 17, "WorldCRS84Quad": 16, "VN2000-9213": 14}
"""Sets, and the level with the scale of zoom 17."""

LON, LAT = 105.85, 21.55
"""Degrees: a school is here, and parcels are around."""


@pytest.fixture(scope="module")
def tiles(ogc_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The interface over the rows of this module, with a store of tiles of its own."""
    app = create_app(Settings(var=tmp_path_factory.mktemp("var")), ogc_database)
    yield app.test_client()
    app.extensions["gis"].close()


def _at(layers: Layers, name: str, level: int, place: tuple[float, float]) -> Tile:
    """Return the tile of a place in degrees."""
    of = tile_matrix_sets.known(layers)[name]
    x, y = pyproj.Transformer.from_crs(4326, of.crs.srid, always_xy=True).transform(*place)
    side = of.matrices[level].side
    row, col = math.floor((of.origin[1] - y) / side), math.floor((x - of.origin[0]) / side)
    return Tile(of, of.matrices[level], row, col)


def _path(at: Tile, layer: str = "") -> str:
    origin = f"/collections/{layer}" if layer else ""
    return f"/ogc{origin}/tiles/{at.tms.id}/{at.matrix.id}/{at.row}/{at.col}"


def _decoded(body: bytes) -> dict[str, Any]:
    options = {"y_coord_down": True}
    found: dict[str, Any] = mapbox_vector_tile.decode(body, default_options=options)
    return found


def _ids(answer: Any, layer: str, key: str = "id") -> set[Any]:
    assert answer.status_code in (200, 204), answer.text
    found = _decoded(answer.data) if answer.data else {}
    return {f["properties"][key] for f in found.get(layer, {"features": []})["features"]}


def _placed(at: Tile, feature: Any) -> shapely.Geometry:
    """Return a feature's shape in the CRS of the set."""
    box, per = at.bounds(), at.matrix.side / 4096
    return shapely.transform(
        shape(feature["geometry"]),
        lambda units: [(box.west + x * per, box.north - y * per) for x, y in units],
    )


@pytest.mark.parametrize("name", SETS)
def test_a_point_is_where_it_is(tiles: Any, layers: Layers, name: str) -> None:
    at = _at(layers, name, SETS[name], (LON, LAT))
    answer = tiles.get(_path(at, "school"))
    assert (answer.status_code, answer.content_type) == (200, MVT)
    (feature,) = _decoded(answer.data)["school"]["features"]
    assert feature["properties"]["code"] == "S1"
    found = _placed(at, feature)
    turn = pyproj.Transformer.from_crs(4326, at.tms.crs.srid, always_xy=True)
    unit = at.matrix.side / 4096
    assert (found.x, found.y) == pytest.approx(turn.transform(LON, LAT), abs=2 * unit)


@pytest.mark.parametrize("name", SETS)
def test_neighbours_meet_at_their_edge(tiles: Any, layers: Layers, name: str) -> None:
    """Together the parts inside four tiles are the parcel as it is stored, without a gap."""
    turn = pyproj.Transformer.from_crs(9213, 4326, always_xy=True)
    level = SETS[name] - 1
    first = _at(layers, name, level, turn.transform(430_250, 2_385_250))
    turned = pyproj.Transformer.from_crs(9213, first.tms.crs.srid, always_xy=True).transform
    parts: dict[int, list[shapely.Geometry]] = {}
    for row in (0, 1):
        for col in (0, 1):
            at = first._replace(row=first.row + row, col=first.col + col)
            for feature in _decoded(tiles.get(_path(at, "land_parcel")).data)["land_parcel"][
                "features"
            ]:
                inside = _placed(at, feature).intersection(shapely.box(*at.bounds()))
                parts.setdefault(feature["properties"]["id"], []).append(inside)
    window = shapely.union_all(
        [shapely.box(*first._replace(row=first.row + r, col=first.col + c).bounds())
         for r in (0, 1) for c in (0, 1)]
    )  # fmt: skip
    unit = first.matrix.side / 4096
    for number, shapes in parts.items():
        x, y = 425_000 + 500 * ((number - 1) % 20), 2_380_000 + 500 * ((number - 1) // 20)
        ring = shapely.segmentize(shapely.box(x, y, x + 500, y + 500), 20)
        stored = shapely.transform(ring, lambda p: list(zip(*turned(*p.T), strict=True)))
        missing = stored.intersection(window).difference(shapely.union_all(shapes).buffer(2 * unit))
        assert missing.is_empty, number


def test_a_corner_in_the_zone_is_to_the_unit(tiles: Any, layers: Layers) -> None:
    at = _at(layers, "VN2000-9213", 15, (LON, LAT))
    turn = pyproj.Transformer.from_crs(9213, 4326, always_xy=True)
    at = _at(layers, "VN2000-9213", 15, turn.transform(430_001, 2_385_001))
    features = _decoded(tiles.get(_path(at, "land_parcel")).data)["land_parcel"]["features"]
    corners = {tuple(xy) for f in features for xy in shapely.get_coordinates(_placed(at, f))}
    assert (430_000.0, 2_385_000.0) in corners


@pytest.mark.parametrize("name", SETS)
def test_datetime_filter_and_subset_choose_features(
    tiles: Any, layers: Layers, rows: Any, name: str
) -> None:
    at = _at(layers, name, SETS[name] - 5, (105.8, 21.6))
    path = _path(at, "incident")
    box, turn = at.bounds(), pyproj.Transformer.from_crs(4326, at.tms.crs.srid, always_xy=True)

    def expected(fits: Any) -> set[int]:
        return {
            row["id"]
            for row in rows.incidents
            if fits(row)
            and shapely.box(*box).contains(shapely.Point(turn.transform(row["x"], row["y"])))
        }

    def counted(**query: str) -> int:
        found = _decoded(tiles.get(path, query_string=query).data or b"")
        features = found.get("incident", {"features": []})["features"]
        return sum(
            f["properties"]["point_count"]
            for f in features
            if all(0 <= edge < 4096 for edge in f["geometry"]["coordinates"])
        )

    day = "2026-02-10"
    early = expected(lambda row: f"{row['occurred_at']:%Y-%m-%d}" <= day)
    assert early
    assert counted(datetime=f"../{day}") == len(early)
    assert counted(subset=f'datetime(*:"{day}")') == len(early)
    thefts = expected(lambda row: row["category"] == "theft" and (row["severity"] or 0) > 2)
    assert counted(filter="category = 'theft' AND severity > 2") == len(thefts)
    node = '{"op":"=","args":[{"property":"category"},"theft"]}'
    wanted = expected(lambda row: row["category"] == "theft")
    assert counted(**{"filter": node, "filter-lang": "cql2-json"}) == len(wanted)


def test_several_collections_are_layers_of_one_tile(tiles: Any, layers: Layers) -> None:
    for name, level in SETS.items():
        at = _at(layers, name, level, (LON, LAT))
        found = {}
        for names in ("school,land_parcel", "land_parcel,school", "school"):
            answer = tiles.get(_path(at), query_string={"collections": names})
            assert (answer.status_code, answer.content_type) == (200, MVT)
            found[names] = _decoded(answer.data)
            assert [n for n in found[names] if "_" not in n or n == "land_parcel"] == names.split(
                ","
            )
        alone = _decoded(tiles.get(_path(at, "land_parcel")).data)
        assert found["school,land_parcel"]["land_parcel"] == alone["land_parcel"]
        assert set(_decoded(tiles.get(_path(at)).data)) >= {"school", "land_parcel"}


def test_a_choice_has_to_fit_every_collection(tiles: Any, layers: Layers) -> None:
    at = _at(layers, "WebMercatorQuad", 15, (LON, LAT))
    answer = tiles.get(
        _path(at), query_string={"collections": "school,camera", "filter": "pupils>1"}
    )
    assert answer.status_code == 400
    assert "camera" in answer.get_json()["detail"]
    fits = {"collections": "school", "filter": "pupils>1"}
    assert _ids(tiles.get(_path(at), query_string=fits), "school", "code") == {"S1"}
    # Rows without a time are of every time.
    timed = {"collections": "school,incident", "datetime": "2020-01-01"}
    assert _ids(tiles.get(_path(at), query_string=timed), "school", "code") == {"S1"}


@pytest.mark.parametrize(
    "path",
    [
        "tiles/WebMercatorQuad/17/99999999/0", "tiles/WebMercatorQuad/17/0/131072",
        "tiles/WebMercatorQuad/23/0/0", "tiles/WebMercatorQuad/a/0/0",
        "tiles/WebMercatorQuad/17/-1/0", "tiles/WebMercatorQuad/17/1.5/0",
        "tiles/WebMercatorQuad/17/2147483647/2147483647", "tiles/WorldCRS84Quad/0/1/0",
        "tiles/VN2000-9213/19/0/0", "tiles/VN2000-9214/0/0/0", "tiles/nowhere/0/0/0",
        "collections/school/tiles/VN2000-9213/14/16384/0",
        "collections/nowhere/tiles/WebMercatorQuad/0/0/0",
        "collections/school/tiles/WebMercatorQuad/9/224/406",
        "collections/school/tiles/WebMercatorQuad/17/0/0",
    ],
)  # fmt: skip
def test_what_is_outside_is_not_found(tiles: Any, path: str) -> None:
    answer = tiles.get(f"/ogc/{path}")
    assert (answer.status_code, answer.content_type) == (404, "application/problem+json")


@pytest.mark.parametrize("name", SETS)
def test_an_empty_tile_inside_the_limits_has_no_content(
    tiles: Any, layers: Layers, name: str
) -> None:
    at = _at(layers, name, SETS[name], (105.93, 21.53))
    for path in (_path(at, "school"), f"{_path(at)}?collections=school,hydrant"):
        answer = tiles.get(path)
        assert (answer.status_code, answer.data) == (204, b"")


@pytest.mark.parametrize(
    "query",
    [
        "x=1", "f=mvt&f=mvt", "datetime=x", "filter=nothing=1", "filter=level", "bbox=1,2,3,4",
        "subset=Lat(1:2)", "subset=datetime(2026)", 'subset=datetime("x")', "filter-lang=x",
        'datetime=2026-01-01&subset=datetime("2026-01-01")', "filter-crs=x", "collections=school",
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused(tiles: Any, layers: Layers, query: str) -> None:
    at = _at(layers, "VN2000-9213", 14, (LON, LAT))
    answer = tiles.get(f"{_path(at, 'school')}?{query}")
    assert (answer.status_code, answer.content_type) == (400, "application/problem+json")
    assert answer.get_json()["detail"]


@pytest.mark.parametrize(
    ("query", "accept", "status"),
    [
        ("", "*/*", 200), ("", MVT, 200), ("", "application/*", 200), ("?f=mvt", "image/png", 200),
        ("", "text/html,*/*;q=0.1", 200), ("", "image/png", 406), ("", "application/geo+json", 406),
        ("", f"{MVT};q=0", 406), ("?f=geojson", "*/*", 400), ("?f=html", MVT, 400),
    ],
)  # fmt: skip
def test_only_one_form_can_be_had(
    tiles: Any, layers: Layers, query: str, accept: str, status: int
) -> None:
    at = _at(layers, "WorldCRS84Quad", 16, (LON, LAT))
    answer = tiles.get(_path(at, "school") + query, headers={"Accept": accept})
    assert answer.status_code == status
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize("name", SETS)
def test_validators_and_encodings(tiles: Any, layers: Layers, name: str) -> None:
    at = _at(layers, name, SETS[name], (LON, LAT))
    for path in (_path(at, "land_parcel"), f"{_path(at)}?collections=school,land_parcel"):
        plain = tiles.get(path)
        packed = tiles.get(path, headers={"Accept-Encoding": "gzip"})
        assert gzip.decompress(packed.data) == plain.data
        small = tiles.get(path, headers={"Accept-Encoding": "br"})
        assert brotli.decompress(small.data) == plain.data
        tags = [answer.headers["ETag"] for answer in (plain, packed, small)]
        assert len(set(tags)) == 3
        assert not any(tag.startswith("W/") for tag in tags)
        again = tiles.get(path, headers={"If-None-Match": tags[0]})
        assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", tags[0])
        assert "Accept-Encoding" in again.headers["Vary"]


CHANGES = {
    "UPDATE layer.school SET name = 'Mới' WHERE code = 'S1'": {"Mới"},
    "UPDATE layer.school SET geom = ST_Translate(geom, 0.05, 0) WHERE code = 'S1'": set(),
    "DELETE FROM layer.school WHERE code = 'S1'": set(),
    "TRUNCATE layer.school": set(),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_is_in_the_next_tile_of_every_grid(
    filled: Connection, client: Any, layers: Layers, change: str
) -> None:
    paths = []
    for name, level in SETS.items():
        at = _at(layers, name, level, (LON, LAT))
        paths += [_path(at, "school"), f"{_path(at)}?collections=school,land_parcel"]
    before = {path: client.get(path) for path in paths}
    assert all(
        _ids(found, "school", "name") == {"Trường THCS Văn Lăng"} for found in before.values()
    )
    filled.execute(change.encode())
    client.application.extensions["gis"].changes.ask()
    for path, old in before.items():
        tag = {"If-None-Match": old.headers["ETag"]}
        assert client.get(path, headers=tag).status_code in (200, 204, 404), path
        found = client.get(path)
        assert found.status_code == 404 or _ids(found, "school", "name") == CHANGES[change], path


def test_what_moves_into_a_tile_is_seen_there(
    filled: Connection, client: Any, layers: Layers
) -> None:
    at = _at(layers, "VN2000-9213", 14, (105.95, 21.7))
    assert client.get(_path(at, "school")).status_code == 404
    filled.execute(
        "UPDATE layer.school SET geom = ST_SetSRID(ST_MakePoint(105.95, 21.7), 4326)"
        " WHERE code = 'S1'"
    )
    client.application.extensions["gis"].changes.ask()
    # Outside the limits that were counted a moment ago, and there all the same.
    assert _ids(client.get(_path(at, "school")), "school", "code") == {"S1"}


def test_a_tile_is_drawn_once_and_not_again_for_changes_elsewhere(
    filled: Connection, client: Any, layers: Layers
) -> None:
    at = _at(layers, "VN2000-9213", 14, (LON, LAT))
    tag = client.get(_path(at, "school")).headers["ETag"]
    filled.execute("UPDATE layer.school SET name = 'Mới' WHERE code = 'S2'")
    client.application.extensions["gis"].changes.ask()
    assert client.get(_path(at, "school"), headers={"If-None-Match": tag}).status_code == 304


GUIDE = (DOCS / "ogc.md").read_text("utf-8").split("## Tiles")[1]


COMMANDS = re.findall(r"^curl (?:.*\\\n)*.*", GUIDE, re.MULTILINE)


@pytest.mark.parametrize("line", [line for line in COMMANDS if "$T" in line])
def test_a_command_of_the_guide_is_answered(tiles: Any, line: str) -> None:
    words = shlex.split(line.replace("\\\n", " "))
    (address,) = [word for word in words if word.startswith("$T")]
    given = [after for word, after in pairwise(words) if word in ("-d", "--data-urlencode")]
    query = dict(part.split("=", 1) for part in given)
    answer = tiles.get(address.replace("$T", "/ogc"), query_string=query or None)
    # Tiles of the demonstration's land may be outside the limits of the rows of this module.
    assert answer.status_code in (200, 204) or "limits" in answer.get_json()["detail"]


def _gdal(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.deep
def test_gdal_reads_a_tile_and_a_tileset(
    filled: Connection, live: str, layers: Layers, tmp_path: Path
) -> None:
    at = _at(layers, "VN2000-9213", 14, (LON, LAT))
    place = tmp_path / "tile.mvt"
    with urllib.request.urlopen(f"{live}{_path(at)}?collections=school,land_parcel") as answer:
        place.write_bytes(answer.read())
    said = _gdal("ogrinfo", "-ro", "-al", f"MVT:{place}")
    assert "Layer name: school" in said
    assert "Layer name: land_parcel" in said
    assert "code (String) = S1" in said
    # GDAL 3.6 reads tile matrix sets of version 1 only, the one in pyogrio those of version 2; it
    # takes a collection's extent for metres where a set is in metres, and finds no tiles there.
    source = f"OGCAPI:{live}/ogc/collections/school"
    options = {"API": "TILES", "TILEMATRIXSET": "WorldCRS84Quad"}
    found = pyogrio.read_dataframe(source, layer="Zoom level 12", **options)
    assert set(found["code"]) == {"S1", "S2", "S3", "S/4", "s5"}
    at = found[found["code"] == "S1"].geometry.iloc[0]
    assert (at.x, at.y) == pytest.approx((LON, LAT), abs=0.0001)
