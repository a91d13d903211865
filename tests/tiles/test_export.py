"""Tiles of layers in one archive: each layer in each tile, in the order of the archive."""

import gzip
import itertools
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import mapbox_vector_tile
import psycopg
import pytest
from pmtiles.reader import MmapSource, Reader, all_tiles
from pmtiles.tile import tileid_to_zxy

from layers.geo import BBox, TileId
from layers.registry import Layers
from tiles import export, mvt, pyramid
from tiles.export import ArchiveExists, ExportContext, ExportMetadata, NothingToExport, Part, Plan
from tiles.store import Store
from tiles.tilejson import About

Connection = psycopg.Connection[Any]

PLACE = (105.84, 21.59)
BOX = BBox(105.8, 21.5, 105.9, 21.6)


@pytest.fixture
def kept(tmp_path: Path) -> Store:
    return Store(tmp_path / "tiles")


@pytest.fixture
def means(kept: Store, database_url: str) -> ExportContext:
    return ExportContext(kept, partial(psycopg.connect, database_url, autocommit=True), 2)


@pytest.fixture
def rows(conn: Connection) -> Connection:
    """Two cameras and a commune."""
    conn.execute(
        "INSERT INTO layer.camera (code, name, geom)"
        " SELECT 'C' || n, 'x', ST_SetSRID(ST_MakePoint(105.84 + n * 0.02, 21.59), 4326)"
        " FROM generate_series(0, 1) AS n"
    )
    conn.execute(
        "INSERT INTO layer.commune (code, name, full_name, unit_type, province_code, geom) VALUES"
        " ('05518', 'Sông Công', 'Phường Sông Công', 'ward', '19',"
        "  ST_Multi(ST_MakeEnvelope(105.80, 21.50, 105.90, 21.60, 4326)))"
    )
    return conn


def _told(planned: Plan) -> ExportMetadata:
    about = About("", "vi", BOX, is_demo=False)
    return ExportMetadata({part.layer.id: about for part in planned.parts}, "Thử")


def _nobody(_done: int, _total: int | None) -> None:
    pass


def _run(planned: Plan, out: Path, means: ExportContext) -> export.Written:
    return export.run(planned, out, _told(planned), means, _nobody)


@pytest.fixture
def reader(
    rows: Connection, layers: Layers, means: ExportContext, tmp_path: Path
) -> Iterator[Reader]:
    """An archive of the rows."""
    out = tmp_path / "out.pmtiles"
    wanted = [layers.get("camera"), layers.get("commune"), layers.get("road")]
    planned = export.survey(rows, wanted, None)
    assert planned.empty == ("road",)
    written = _run(planned, out, means)
    assert written.tiles > 0
    assert written.changed == ()
    with out.open("rb") as file:
        yield Reader(MmapSource(file))


def test_every_tile_has_all_layers_of_its_zoom(
    reader: Reader, rows: Connection, layers: Layers
) -> None:
    seen = set()
    for at, packed in all_tiles(reader.get_bytes):
        parts = [
            mvt.tile(rows, layer, TileId(*at))
            for layer in (layers.get("camera"), layers.get("commune"))
            if layer.tiles.minzoom <= at[0] <= layer.tiles.maxzoom
        ]
        assert gzip.decompress(packed) == b"".join(map(bytes, parts))
        seen |= set(mapbox_vector_tile.decode(gzip.decompress(packed)))
    assert {"camera", "commune", "commune_label"} <= seen
    assert reader.get(*TileId.at(*PLACE, 14))
    assert reader.get(14, 0, 0) is None


def test_the_metadata_describe_the_layers(reader: Reader, layers: Layers) -> None:
    said = reader.metadata()
    named = {layer["id"]: layer for layer in said["vector_layers"]}
    assert set(named) == {"camera", "commune", "commune_label"}
    assert named["camera"]["maxzoom"] == layers.get("camera").tiles.maxzoom
    assert layers.get("camera").owner["vi"] in said["attribution"]
    assert said["name"] == "Thử"
    header = reader.header()
    assert header["max_zoom"] == 14
    assert header["min_lon_e7"] == round(BOX.west * 1e7)
    assert header["center_lat_e7"] == round((BOX.south + BOX.north) / 2 * 1e7)
    assert header["min_zoom"] <= header["center_zoom"] <= header["max_zoom"]


def test_ready_tiles_are_taken_from_the_store(
    rows: Connection,
    layers: Layers,
    means: ExportContext,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    camera = layers.get("camera")
    (database,) = rows.execute("SELECT id::text FROM ops.database").fetchone() or ("",)
    means.store.claim(database)
    pyramid.build(camera, means.store, means.connect, _nobody, processes=1)
    planned = export.survey(rows, [camera], None)
    with monkeypatch.context() as nobody:
        nobody.setattr(export.mvt, "tile", lambda *_: b"")
        written = _run(planned, tmp_path / "ready.pmtiles", means)
    assert written.tiles == len(list(means.store.tiles("camera")))
    rows.execute("UPDATE layer.camera SET name = 'y'")
    again = export.survey(rows, [camera], None)
    assert again.identity != planned.identity
    before = list(means.store.tiles("camera"))
    _run(again, tmp_path / "later.pmtiles", means)
    assert list(means.store.tiles("camera")) == before
    with (tmp_path / "later.pmtiles").open("rb") as file:
        body = Reader(MmapSource(file)).get(*TileId.at(*PLACE, 14))
    features = mapbox_vector_tile.decode(gzip.decompress(body))["camera"]["features"]
    assert {feature["properties"]["name"] for feature in features} == {"y"}


def test_a_change_meanwhile_is_told(
    rows: Connection, layers: Layers, means: ExportContext, tmp_path: Path
) -> None:
    planned = export.survey(rows, [layers.get("camera")], None)
    rows.execute("UPDATE layer.camera SET name = 'y'")
    assert _run(planned, tmp_path / "x.pmtiles", means).changed == ("camera",)


def test_another_last_zoom_may_be_wanted(rows: Connection, layers: Layers) -> None:
    wanted = [layers.get("camera"), layers.get("commune")]
    assert export.survey(rows, wanted, 9).zooms[1] == 9
    assert export.survey(rows, wanted, 16).zooms[1] == 16


def test_tiles_are_in_the_order_of_the_curve(layers: Layers) -> None:
    camera = layers.get("camera")
    tiles = [TileId(z, x, y) for z in (3, 2) for x in range(4) for y in range(4)]
    planned = export.plan([Part(camera, 3, 7)], {"camera": tiles})
    ats = [tileid_to_zxy(tile_id) for tile_id in planned.tile_ids]
    assert sorted(ats) == sorted(map(tuple, tiles))
    assert planned.zooms == (2, 3)
    for one, two in itertools.pairwise(ats[:16]):
        assert abs(one[1] - two[1]) + abs(one[2] - two[2]) == 1


def test_nothing_is_not_exported(conn: Connection, layers: Layers) -> None:
    with pytest.raises(NothingToExport, match="no rows in camera, road"):
        export.survey(conn, [layers.get("camera"), layers.get("road")], None)


def test_what_is_there_is_not_written_over_by_chance(tmp_path: Path) -> None:
    export.refuse(tmp_path / "new", force=False)
    there = tmp_path / "there"
    there.touch()
    with pytest.raises(ArchiveExists, match="--force"):
        export.refuse(there, force=False)
    export.refuse(there, force=True)
    with pytest.raises(ArchiveExists):
        export.refuse(tmp_path, force=True)
