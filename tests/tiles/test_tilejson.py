"""Descriptions of tiles."""

from layers.geo import BBox
from layers.registry import Layers
from tiles import tilejson
from tiles.tilejson import About

ABOUT = About("https://gis.example", "vi", BBox(105, 21, 106, 22), is_demo=False)


def test_a_layer_is_described_in_the_wanted_language(layers: Layers) -> None:
    camera = layers.get("camera")
    vietnamese, english = (
        tilejson.vector(camera, ABOUT._replace(language=language)) for language in ("vi", "en")
    )
    assert (vietnamese["name"], english["name"]) == ("Camera giám sát", "Cameras")
    assert vietnamese["tiles"] == ["https://gis.example/tiles/camera/{z}/{x}/{y}.mvt"]
    assert vietnamese["bounds"] == [105, 21, 106, 22]
    assert vietnamese["minzoom"] == camera.tiles.minzoom
    (described,) = vietnamese["vector_layers"]
    assert set(described["fields"]) == {"code", *camera.tiles.fields}
    assert described["fields"]["bearing"].startswith("Number: ")


def test_the_owner_and_the_licences_are_named(layers: Layers) -> None:
    camera = layers.get("camera")
    named = tilejson.attribution(camera, "en", is_demo=False)
    assert camera.owner["en"] in named
    assert all(source.licence in named or source.attribution in named for source in camera.sources)


def test_made_up_rows_credit_nobody(layers: Layers) -> None:
    assert tilejson.attribution(layers.get("fire_event"), "en", is_demo=True) == (
        "Demonstration data, made up"
    )


def test_hexagons_say_what_their_value_is(layers: Layers) -> None:
    document = tilejson.heatmap(layers.get("traffic"), ABOUT, "datetime=2026-01-01/..")
    assert document["value"] == {
        "field": "mean_speed",
        "aggregate": "mean",
        "unit": "km/h",
        "worse": "low",
    }
    assert document["tiles"][0].endswith("/{z}/{x}/{y}.mvt?datetime=2026-01-01/..")
    assert set(document["vector_layers"][0]["fields"]) == {"cell", "count", "value"}
    plain = tilejson.heatmap(layers.get("report"), ABOUT, "")
    assert plain["value"] is None
    assert set(plain["vector_layers"][0]["fields"]) == {"cell", "count"}
