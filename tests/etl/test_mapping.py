"""Columns find their fields."""

import pytest

from etl import mapping
from etl.errors import ColumnMissing, MappingInvalid
from etl.mapping import Column
from layers.registry import Layers


def test_names_and_aliases_are_matched_without_case_and_accents(layers: Layers) -> None:
    columns = ["SHBANDO", "shthua", "Dien Tich", "mdsd", "giadat"]
    plan = mapping.plan(layers.get("land_parcel"), columns, {}, has_geometry=True)
    assert plan.fields["sheet"] == Column("SHBANDO")
    assert plan.fields["number"] == Column("shthua")
    assert plan.fields["area_paper"] == Column("Dien Tich")
    assert plan.unused == ("giadat",)


def test_the_users_word_wins(layers: Layers) -> None:
    given = mapping.parse(["so_hieu=sheet", "a=b=number"])
    assert given == {"sheet": "so_hieu", "number": "a=b"}
    columns = ["so_hieu", "a=b", "sheet", "mdsd"]
    plan = mapping.plan(layers.get("land_parcel"), columns, given, has_geometry=True)
    assert plan.fields["sheet"] == Column("so_hieu")


def test_a_known_foreign_unit_brings_its_factor(layers: Layers) -> None:
    columns = ["ts", "sensor_id", "speed_mph", "latitude", "longitude"]
    plan = mapping.plan(layers.get("traffic"), columns, {}, has_geometry=False)
    assert plan.fields["mean_speed"] == Column("speed_mph", 1.609344)
    assert plan.coordinates == ("longitude", "latitude")
    given = {"mean_speed": "speed_mph"}
    again = mapping.plan(layers.get("traffic"), columns, given, has_geometry=False)
    assert again.fields["mean_speed"] == Column("speed_mph", 1.609344)


def test_numbers_of_the_source_are_not_our_numbers(layers: Layers) -> None:
    columns = ["id", "shbando", "shthua", "mdsd"]
    parcel = layers.get("land_parcel")
    assert "id" not in mapping.plan(parcel, columns, {}, has_geometry=True).fields
    kept = mapping.plan(parcel, columns, {"id": "id"}, has_geometry=True)
    assert kept.fields["id"] == Column("id")


@pytest.mark.parametrize(
    ("columns", "coordinates", "wkt"),
    [
        (["Kinh độ", "Vĩ độ"], ("Kinh độ", "Vĩ độ"), None),
        (["X", "Y"], ("X", "Y"), None),
        (["WKT", "x"], None, "WKT"),
    ],
)
def test_places_are_found_in_columns(
    layers: Layers, columns: list[str], coordinates: tuple[str, str] | None, wkt: str | None
) -> None:
    needed = ["code", "name"]
    plan = mapping.plan(layers.get("camera"), needed + columns, {}, has_geometry=False)
    assert (plan.coordinates, plan.wkt) == (coordinates, wkt)


def test_a_missing_required_column_is_named_with_what_to_do(layers: Layers) -> None:
    with pytest.raises(ColumnMissing, match=r"needs code, name, lon, lat.*the file has ten.*--map"):
        mapping.plan(layers.get("camera"), ["ten_gi_do"], {}, has_geometry=False)


@pytest.mark.parametrize("pair", ["sheet", "=sheet", "a="])
def test_a_mapping_without_both_sides_is_refused(pair: str) -> None:
    with pytest.raises(MappingInvalid, match="write COLUMN=FIELD"):
        mapping.parse([pair])


def test_a_field_mapped_twice_is_refused() -> None:
    with pytest.raises(MappingInvalid, match="mapped twice"):
        mapping.parse(["a=sheet", "b=sheet"])


def test_unknown_names_in_a_mapping_are_refused(layers: Layers) -> None:
    parcel = layers.get("land_parcel")
    with pytest.raises(MappingInvalid, match="the file has a, b"):
        mapping.plan(parcel, ["a", "b"], {"sheet": "c"}, has_geometry=True)
    with pytest.raises(MappingInvalid, match="layer 'land_parcel' has"):
        mapping.plan(parcel, ["a", "b"], {"sheat": "a"}, has_geometry=True)


def test_titles_are_names_too(layers: Layers) -> None:
    parcel = layers.get("land_parcel")
    columns = [parcel.fields[name].title["vi"] for name in ("sheet", "number", "land_code")]
    plan = mapping.plan(parcel, columns, {}, has_geometry=True)
    assert {name: column.name for name, column in plan.fields.items()} == dict(
        zip(("sheet", "number", "land_code"), columns, strict=True)
    )
