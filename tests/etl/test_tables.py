"""Tables follow their declarations, and rows are written anew where what they keep differs."""

from dataclasses import replace
from typing import Any

import psycopg
import pytest

from etl import ddl, rewriting, stage, table_facts, tables
from etl.errors import LayerBusy
from etl.tables import TableDiffers
from layers.model import Layer, Type
from layers.registry import Layers

Connection = psycopg.Connection[Any]

CAMERA = (
    "INSERT INTO layer.camera (code, name, kind, status, geom)"
    " VALUES ('C1', 'Cổng', 'ptz', 'online', ST_SetSRID(ST_MakePoint(105.8, 21.6), 4326))"
)

PARCELS = """
INSERT INTO layer.land_parcel (commune_code, sheet, number, area_paper, land_code, geom)
SELECT '05518', '1', n::text, 100, 'ODT',
       ST_Multi(ST_MakeEnvelope(430000 + 12 * n, 2368000, 430010 + 12 * n, 2368010, 9213))
FROM generate_series(1, 300) AS n
"""


@pytest.fixture
def camera(conn: Connection, layers: Layers) -> Layer:
    conn.execute(CAMERA)
    return layers.get("camera")


def _prepare(conn: Connection, layer: Layer) -> list[str]:
    return tables.prepare(conn, Layers({layer.id: layer}, {}))


def _typed(layer: Layer, name: str, kind: Type) -> Layer:
    changed = replace(layer.fields[name], type=kind)
    return replace(layer, fields={**layer.fields, name: changed})


def _one(conn: Connection, statement: str) -> Any:
    row = conn.execute(statement).fetchone()  # type: ignore[arg-type]
    return row and row[0]


def _keeps_text(conn: Connection, layer: Layer) -> bool:
    facts = table_facts.of(conn, layer)
    return facts is not None and facts.keeps_text(layer)


def test_a_field_of_another_type_is_refused_while_there_are_rows(
    conn: Connection, camera: Layer
) -> None:
    with pytest.raises(TableDiffers, match=r"layer\.camera has rows but no bearing as"):
        _prepare(conn, _typed(camera, "bearing", Type.TEXT))
    assert table_facts.fitting(conn, [_typed(camera, "bearing", Type.TEXT)]) == set()
    assert table_facts.fitting(conn, [camera]) == {"camera"}


def test_an_empty_table_takes_a_field_of_another_type(conn: Connection, layers: Layers) -> None:
    changed = _typed(layers.get("camera"), "bearing", Type.TEXT)
    assert _prepare(conn, changed) == ["camera"]
    assert table_facts.fitting(conn, [changed]) == {"camera"}


def test_an_empty_table_that_is_being_filled_is_left_to_the_load(
    conn: Connection, layers: Layers
) -> None:
    camera = layers.get("camera")
    with psycopg.connect(conn.info.dsn) as loading:
        stage.lock(loading, camera)
        loading.execute(CAMERA)
        with pytest.raises(LayerBusy):
            _prepare(conn, _typed(camera, "bearing", Type.TEXT))
    assert _one(conn, "SELECT code FROM layer.camera") == "C1"


def test_a_geometry_in_another_crs_does_not_fit(conn: Connection, camera: Layer) -> None:
    other = replace(camera.geometry, crs=camera.geometry.crs._replace(srid=3405))
    with pytest.raises(TableDiffers, match="no geom as"):
        _prepare(conn, replace(camera, geometry=other))


def test_a_field_that_is_no_longer_named_may_be_empty(conn: Connection, camera: Layer) -> None:
    fewer = {name: field for name, field in camera.fields.items() if name != "name"}
    _prepare(conn, replace(camera, fields=fewer))
    conn.execute(CAMERA.replace("code, name", "code").replace("'C1', 'Cổng'", "'C2'"))
    assert _one(conn, "SELECT count(*) FROM layer.camera WHERE name IS NULL") == 1


def test_rows_are_written_anew_in_pieces(
    conn: Connection, layers: Layers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rewriting, "_PAGES", 2)
    conn.execute(PARCELS)
    parcel = layers.get("land_parcel")
    fewer = {name: field for name, field in parcel.fields.items() if name != "number"}
    lower = replace(parcel.tiles, minzoom=parcel.tiles.minzoom - 2)
    changed = replace(parcel, fields=fewer, tiles=lower)
    assert _prepare(conn, changed) == ["land_parcel"]
    with_number = "SELECT count(*) FROM layer.land_parcel WHERE geojson LIKE '%\"number\"%'"
    assert _one(conn, with_number) == 0
    assert _one(conn, "SELECT count(*) FROM layer.land_parcel WHERE tile_from IS NOT NULL") == 300
    assert _keeps_text(conn, changed)
    assert not rewriting.is_marked(conn, changed)
    assert _prepare(conn, changed) == []


def test_writing_that_was_cut_off_is_done_the_next_time(
    conn: Connection, layers: Layers, monkeypatch: pytest.MonkeyPatch
) -> None:
    conn.execute(PARCELS)
    parcel = layers.get("land_parcel")
    changed = replace(
        parcel, fields={name: f for name, f in parcel.fields.items() if name != "number"}
    )
    with monkeypatch.context() as broken:
        broken.setattr(rewriting, "_write", _cut_off)
        with pytest.raises(KeyboardInterrupt):
            _prepare(conn, changed)
    assert rewriting.is_marked(conn, changed)
    assert not _keeps_text(conn, changed)
    _prepare(conn, changed)
    assert _keeps_text(conn, changed)


def _cut_off(*_: object) -> None:
    raise KeyboardInterrupt


def test_indexes_of_places_are_not_made_twice(conn: Connection, layers: Layers) -> None:
    parcel = layers.get("land_parcel")
    count = "SELECT count(*) FROM pg_index WHERE indrelid = 'layer.land_parcel'::regclass"
    before = _one(conn, count)
    ddl.index_places(conn, parcel)
    assert _one(conn, count) == before
    lower = replace(parcel, tiles=replace(parcel.tiles, minzoom=3))
    ddl.index_places(conn, lower)
    after = _one(conn, count)
    assert after > before
    ddl.index_places(conn, lower)
    assert _one(conn, count) == after


def test_rows_that_are_written_anew_may_be_read_and_edited(
    conn: Connection, database_url: str, layers: Layers
) -> None:
    """No lock is left that keeps others from the table between two pieces."""
    conn.execute(PARCELS)
    parcel = layers.get("land_parcel")
    rewriting.mark(conn, parcel)
    with psycopg.connect(database_url) as held:
        held.execute("SELECT count(*) FROM layer.land_parcel")
        rewriting.run(conn, parcel)
    assert not rewriting.is_marked(conn, parcel)
