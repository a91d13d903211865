"""A wrong folder is refused with the file, the key and the reason."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from layers import declaration_files, registry
from layers.errors import FieldUnknown, LayerInvalid, LayerUnknown
from layers.registry import Layers

GOOD: dict[str, Any] = {
    "title": {"vi": "Chợ", "en": "Markets"},
    "description": {"vi": "Chợ", "en": "Markets"},
    "group": "service",
    "owner": {"vi": "Sở Công Thương", "en": "Department of Industry and Trade"},
    "licence": "CC0-1.0",
    "lifecycle": "edited",
    "geometry": {"type": "Point", "crs": "EPSG:4326"},
    "key": "code",
    "label": "name",
    "fields": {
        "code": {"title": {"vi": "Mã", "en": "Code"}, "type": "text", "required": True},
        "name": {"title": {"vi": "Tên", "en": "Name"}, "type": "text"},
        "stalls": {"title": {"vi": "Số sạp", "en": "Stalls"}, "type": "integer"},
        "secret": {"title": {"vi": "x", "en": "x"}, "type": "text", "access": "restricted"},
    },
    "tiles": {"minzoom": 8, "maxzoom": 14, "fields": ["name"]},
    "sources": [{"title": {"vi": "x", "en": "x"}, "licence": "CC0-1.0"}],
}

Change = Callable[[dict[str, Any]], object]


def _folder(place: Path, declared: dict[str, Any], name: str = "market") -> Path:
    folder = place / name
    folder.mkdir(parents=True)
    (folder / "layer.yaml").write_text(yaml.safe_dump(declared, allow_unicode=True), "utf-8")
    (folder / "style.json").write_text(json.dumps({"layers": []}), "utf-8")
    return place


def test_every_layer_of_the_product_is_read(layers: Layers) -> None:
    wanted = {
        "province", "commune", "camera", "report", "land_parcel", "land_use", "land_plan",
        "school", "clinic", "tourism_site", "fire_alarm", "fire_event", "fire_station",
        "hydrant", "incident", "traffic", "road", "islands",
    }  # fmt: skip
    assert wanted <= set(layers.by_id)
    assert {layer.id for layer in layers.heatmaps} == {
        "incident",
        "report",
        "fire_event",
        "traffic",
    }
    assert layers.get("islands").always_visible


def test_a_further_folder_adds_its_layers(tmp_path: Path, layers: Layers) -> None:
    more = registry.load(_folder(tmp_path, GOOD))
    assert set(more.by_id) == {*layers.by_id, "market"}
    assert list(more.get("market").public) == ["code", "name", "stalls"]


def _set(path: str, value: object) -> Change:
    def change(declared: dict[str, Any]) -> None:
        *steps, last = path.split(".")
        for step in steps:
            declared = declared[step]
        declared[last] = value

    return change


@pytest.mark.parametrize(
    ("change", "key", "reason"),
    [
        (_set("key", "cod"), "key", "unknown field 'cod'"),
        (_set("label", "secret"), "label", "not everyone may see"),
        (_set("group", "market"), "group", "no group 'market'"),
        (_set("lifecycle", "frozen"), "lifecycle", "'frozen' is not one of"),
        (_set("colour", "red"), "layer.yaml", "'colour' was unexpected"),
        (_set("geometry.crs", "EPSG:999999"), "geometry.crs", "not a coordinate reference"),
        (_set("geometry.type", "Circle"), "geometry.type", "'Circle' is not one of"),
        (_set("fields.name.type", "varchar"), "fields.name.type", "'varchar' is not one of"),
        (_set("fields.name.codes", "nowhere"), "fields.name.codes", "no code list 'nowhere'"),
        (_set("fields.stalls.max_length", 9), "fields.stalls.max_length", "only text has a length"),
        (_set("fields.code.max_length", 256), "fields.code.max_length", "a key has at most 255"),
        (_set("fields.stalls.pattern", "x"), "fields.stalls.pattern", "only text has a pattern"),
        (_set("fields.name.derive", "serial"), "fields.name.derive", "serial is for"),
        (_set("fields.stalls.derive", "area"), "fields.stalls.derive", "only areas have an area"),
        (_set("fields.geom", {"title": GOOD["title"], "type": "text"}), "fields.geom", "used by"),
        (_set("tiles.fields", ["nome"]), "tiles.fields", "unknown field 'nome'"),
        (_set("tiles.minzoom", 20), "tiles.minzoom", "above tiles.maxzoom"),
        (_set("lifecycle", "appended"), "time", "needs a time field"),
        (_set("time", "stalls"), "time", "is integer, not date or datetime"),
        (_set("heatmap", {"weight": "name"}), "heatmap.weight", "not integer or number"),
        (_set("search", ["stalls"]), "fields.stalls", "only text can be searched"),
        (_set("freshness", "1 day"), "freshness", "does not match"),
    ],
)
def test_what_cannot_be_true_is_refused(
    tmp_path: Path, change: Change, key: str, reason: str
) -> None:
    declared = json.loads(json.dumps(GOOD))
    change(declared)
    with pytest.raises(LayerInvalid) as refused:
        registry.load(_folder(tmp_path, declared))
    assert refused.value.file == tmp_path / "market" / "layer.yaml"
    assert refused.value.key == key
    assert reason in refused.value.reason
    assert str(refused.value.file) in str(refused.value)


def test_a_missing_key_is_named(tmp_path: Path) -> None:
    declared = {name: value for name, value in GOOD.items() if name != "owner"}
    with pytest.raises(LayerInvalid, match="'owner' is a required property"):
        registry.load(_folder(tmp_path, declared))


def test_broken_yaml_is_refused_with_its_line(tmp_path: Path) -> None:
    _folder(tmp_path, GOOD)
    (tmp_path / "market" / "layer.yaml").write_text("title: {vi: [\n", "utf-8")
    with pytest.raises(LayerInvalid, match=r"market/layer.yaml: yaml: .*line"):
        registry.load(tmp_path)


@pytest.mark.parametrize(
    ("added", "key", "line"),
    [
        ("label: code\n", "label", 2),
        ("extra: {a: {b: 1, b: 2}}\n", "b", 1),
        ("extra:\n- a: 1\n  c: 2\n  a: 3\n", "a", 4),
        ("extra: {1: x, 0x1: y}\n", "1", 1),
        ("extra: {a: &one {b: 1, b: 2}}\nmore: {<<: *one}\n", "b", 1),
    ],
)
def test_a_key_that_is_written_twice_is_refused_with_its_line(
    tmp_path: Path, added: str, key: str, line: int
) -> None:
    _folder(tmp_path, GOOD)
    file = tmp_path / "market" / "layer.yaml"
    file.write_text("label: name\n" * (key == "label") + added + "group: service\n", "utf-8")
    with pytest.raises(LayerInvalid) as refused:
        registry.load(tmp_path)
    assert (refused.value.file, refused.value.key) == (file, key)
    assert f"line {line}: this key is written twice" in refused.value.reason


@pytest.mark.parametrize("name", ["groups.yaml", "codelists/kind.yaml"])
def test_a_key_is_not_written_twice_in_what_layers_share(tmp_path: Path, name: str) -> None:
    file = _folder(tmp_path, GOOD) / name
    file.parent.mkdir(exist_ok=True)
    file.write_text('"A": {vi: a, en: b}\n"A": {vi: c, en: d}\n', "utf-8")
    with pytest.raises(LayerInvalid, match=f"{name}: A: line 2: this key is written twice"):
        registry.load(tmp_path)


def test_a_key_is_not_written_twice_in_a_style_file(tmp_path: Path) -> None:
    _folder(tmp_path, GOOD)
    text = '{"layers": [{"id": "a", "id": "b"}]}'
    (tmp_path / "market" / "style.json").write_text(text, "utf-8")
    with pytest.raises(LayerInvalid, match="style.json: id: this key is written twice"):
        registry.load(tmp_path)


def test_a_key_may_stand_beside_a_merged_one(tmp_path: Path) -> None:
    """A YAML merge (<<) gives what is not said beside it; nothing there is written twice."""
    file = tmp_path / "shared.yaml"
    text = "first: [{b: &b {<<: &a {x: 1, y: 1}, x: 2}}]\nthen: {<<: *b, y: 3}\n"
    file.write_text(text, "utf-8")
    assert declaration_files.read_yaml(file)["then"] == {"x": 2, "y": 3}


def test_a_folder_without_its_files_is_refused(tmp_path: Path) -> None:
    (tmp_path / "market").mkdir()
    with pytest.raises(LayerInvalid, match="layer.yaml: file: a layer folder needs this file"):
        registry.load(tmp_path)
    _folder(tmp_path / "two", GOOD)
    (tmp_path / "two" / "market" / "style.json").unlink()
    with pytest.raises(LayerInvalid, match="style.json: file"):
        registry.load(tmp_path / "two")


def test_a_broken_style_file_is_refused(tmp_path: Path) -> None:
    _folder(tmp_path, GOOD)
    (tmp_path / "market" / "style.json").write_text("{", "utf-8")
    with pytest.raises(LayerInvalid, match="style.json: json"):
        registry.load(tmp_path)


def test_a_name_that_is_taken_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LayerInvalid, match="a layer of this name exists"):
        registry.load(_folder(tmp_path, GOOD, "commune"))


def test_a_folder_name_that_cannot_be_a_table_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LayerInvalid, match="small letters"):
        registry.load(_folder(tmp_path, GOOD, "Market-Hall"))


def test_a_folder_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LayerInvalid, match="does not exist"):
        registry.load(tmp_path / "nowhere")


def test_a_code_list_is_written_in_quotes(tmp_path: Path) -> None:
    (tmp_path / "codelists").mkdir()
    (tmp_path / "codelists" / "kind.yaml").write_text("no: {vi: a, en: b}\n", "utf-8")
    with pytest.raises(LayerInvalid, match="write the code in quotes"):
        registry.load(tmp_path)


def test_an_unknown_layer_or_field_is_named_with_the_known_ones(layers: Layers) -> None:
    with pytest.raises(LayerUnknown, match="no layer 'camara'.*camera"):
        layers.get("camara")
    with pytest.raises(FieldUnknown, match="no field 'nome'.*full_name"):
        layers.get("commune").field("nome")
