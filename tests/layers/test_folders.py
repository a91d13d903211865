"""Every layer folder of the product: complete, consistent, and fit for files as they come."""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pyogrio
import pytest

from etl import mapping
from layers import registry
from layers.fold import fold
from layers.model import Code, Layer, Lifecycle

LAYERS = tuple(registry.load())
EACH = pytest.mark.parametrize("layer", LAYERS, ids=lambda layer: layer.id)

REAL = [
    ("admin_2025/vn2025_provinces.gpkg", "province"),
    ("admin_2025/vn2025_communes_19.geojson", "commune"),
    ("admin_2025/vn2025_communes_simplified.fgb", "commune"),
    ("pois/vn_national_roads.geojson", "road"),
    ("pois/bache_BacheRoad.geojson", "road"),
    ("pois/vn_hospitals_osm.geojson", "clinic"),
    ("pois/hcm_traffic_cameras_2017.geojson", "camera"),
    ("parcels_duynghia/duynghia_quangnam_parcels.gpkg", "land_parcel"),
    ("parcels_duynghia/duynghia_vn2000_tm3_10745_TCVN3.shp", "land_parcel"),
    ("incidents/modis_vietnam.parquet", "fire_event"),
    ("incidents/modis_vietnam_20k.csv", "fire_event"),
    ("incidents/houston_crime_2010.parquet", "incident"),
    ("incidents/nyc311_sample.csv", "report"),
    ("traffic/metr_la_week_speed.parquet", "traffic"),
]


def _codes(layer: Layer) -> Iterator[tuple[str, tuple[Code, ...]]]:
    for name, field in layer.fields.items():
        if field.codes:
            yield name, tuple(field.codes.codes.values())


@EACH
def test_an_editor_knows_the_schema_of_the_declaration(layer: Layer) -> None:
    first = (layer.folder / "layer.yaml").read_text("utf-8").splitlines()[0]
    assert first == "# yaml-language-server: $schema=../layer.schema.json"


@EACH
def test_the_readme_says_what_it_is_and_what_is_odd(layer: Layer) -> None:
    text = (layer.folder / "README.md").read_text("utf-8")
    assert text.startswith("# ")
    assert "\nOddities\n- " in text


@EACH
def test_vietnamese_titles_are_not_english_ones(layer: Layer) -> None:
    texts = [layer.title, layer.description, layer.owner]
    texts += [field.title for field in layer.fields.values()]
    assert [text for text in texts if text["vi"] == text["en"]] == []


@EACH
def test_the_name_of_a_feature_is_in_its_tiles(layer: Layer) -> None:
    assert layer.label in {layer.key, *layer.tiles.fields}


@EACH
def test_a_column_of_a_source_means_one_field(layer: Layer) -> None:
    names = Counter(
        name
        for field in layer.fields.values()
        for name in {fold(n) for n in (field.name, *(alias.name for alias in field.aliases))}
    )
    assert [name for name, count in names.items() if count > 1] == []


@EACH
def test_a_word_of_a_source_means_one_code(layer: Layer) -> None:
    for field, codes in _codes(layer):
        words = Counter(fold(word) for code in codes for word in (code.code, *code.aliases))
        assert [word for word, count in words.items() if count > 1] == [], field


@EACH
def test_an_alias_is_not_what_the_code_or_its_title_says_already(layer: Layer) -> None:
    for field, codes in _codes(layer):
        for code in codes:
            said = {fold(code.code), *(fold(title) for title in code.title.values())}
            assert said.isdisjoint(fold(alias) for alias in code.aliases), field


def test_what_the_law_asks_for_is_always_on_the_map() -> None:
    assert [layer.id for layer in LAYERS if layer.always_visible] == ["islands"]


def test_the_map_opens_with_what_a_leader_needs() -> None:
    shown = {layer.id for layer in LAYERS if layer.visible}
    base = {"province", "commune", "islands", "road", "water"}
    assert shown == base | {"camera", "fire_alarm", "report"}


def test_only_time_stamped_points_are_counted_in_cells() -> None:
    counted = {layer.id for layer in LAYERS if layer.heatmap}
    assert counted == {"report", "fire_event", "incident", "traffic"}
    assert all(layer.time for layer in LAYERS if layer.heatmap)


def test_every_appended_layer_promises_how_fresh_it_is() -> None:
    appended = [layer for layer in LAYERS if layer.lifecycle is Lifecycle.APPENDED]
    assert all(layer.freshness for layer in appended)


def test_every_land_code_has_a_colour_and_the_three_layers_share_the_list() -> None:
    lists = [layer.fields["land_code"].codes for layer in LAYERS if "land_code" in layer.fields]
    assert len(lists) == 3
    for found in lists:
        assert found is not None
        assert found.is_open
        assert len(found.codes) >= 90
        for code in found.codes.values():
            assert re.fullmatch(r"#[0-9a-f]{6}", code.color or ""), code.code
            assert re.fullmatch(r"[A-Z]{3}", code.code)


@pytest.mark.parametrize(
    ("code", "color"),
    [
        ("LUC", "#fffc8c"), ("CLN", "#ffd2a0"), ("RPH", "#beff1e"), ("ONT", "#ffd0ff"),
        ("ODT", "#ffa0ff"), ("CQP", "#ff6450"), ("DGT", "#ffaa32"), ("NTD", "#d2d2d2"),
        ("LMU", "#fffffe"), ("SCT", "#ffa0aa"),
    ],
)  # fmt: skip
def test_land_colours_are_the_agreed_palette(code: str, color: str) -> None:
    codes = registry.load().get("land_parcel").fields["land_code"].codes
    assert codes is not None
    assert codes.codes[code].color == color


@pytest.mark.deep
@pytest.mark.parametrize(("file", "layer_id"), REAL, ids=[f"{f} as {i}" for f, i in REAL])
def test_a_real_file_needs_no_mapping(file: str, layer_id: str, real_data: Path) -> None:
    layer = registry.load().get(layer_id)
    columns = _columns(real_data / file)
    has_geometry = not file.endswith((".csv", ".parquet"))
    plan = mapping.plan(layer, columns, {}, has_geometry=has_geometry)
    required = {name for name, field in layer.fields.items() if field.required}
    assert required <= set(plan.fields)


def _columns(file: Path) -> list[str]:
    if file.suffix == ".parquet":
        return list(pq.read_schema(file).names)
    return list(pyogrio.read_info(file)["fields"])


@pytest.mark.deep
def test_columns_of_real_files_go_where_they_belong(real_data: Path) -> None:
    layers = registry.load()

    def matched(file: str, layer_id: str) -> dict[str, str]:
        columns = _columns(real_data / file)
        plan = mapping.plan(layers.get(layer_id), columns, {}, has_geometry=True)
        return {name: column.name for name, column in plan.fields.items()}

    camera = matched("pois/hcm_traffic_cameras_2017.geojson", "camera")
    assert camera == {
        "code": "code", "name": "displayName", "bearing": "angle", "manager": "managementUnit",
    }  # fmt: skip
    clinic = matched("pois/vn_hospitals_osm.geojson", "clinic")
    assert clinic["ownership"] == "type"
    assert clinic["commune_name"] == "newWard"
    assert "kind" not in clinic
    road = matched("pois/vn_national_roads.geojson", "road")
    assert (road["class"], road["mode"], road["name"]) == ("cap_duong", "loai_duong", "ten")
    assert "ref" not in road
    parcel = matched("parcels_duynghia/duynghia_quangnam_parcels.gpkg", "land_parcel")
    assert (parcel["sheet"], parcel["number"]) == ("shbando", "shthua")
    assert (parcel["area_paper"], parcel["land_code"]) == ("dientich", "mdsd")
