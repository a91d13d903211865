"""pygeoapi's configuration comes from the layers alone."""

from gis_server.ogc.config import Extent, config
from layers.geo import BBox
from layers.registry import Layers

URL = "https://gis.example.vn"


def test_the_configuration_depends_on_its_arguments_alone(layers: Layers) -> None:
    assert config(layers, URL, {}) == config(layers, URL, {})
    assert config(layers, URL, {})["server"]["url"] == f"{URL}/ogc"


def test_every_layer_is_a_collection_with_its_own_words(layers: Layers) -> None:
    made = config(layers, URL, {})["resources"]
    assert list(made) == [layer.id for layer in layers]
    for layer in layers:
        one = made[layer.id]
        assert one["title"] == layer.title
        assert one["description"] == layer.description
        assert one["keywords"]["vi"] == [layer.group, layer.owner["vi"]]
        assert one["providers"][0]["storage_crs"] == layer.geometry.crs.uri
        assert one["links"][0]["href"] == f"{URL}/tiles/{layer.id}.json"


def test_an_extent_is_the_rows_or_what_is_expected(layers: Layers) -> None:
    box = BBox(105.5, 21.3, 106.2, 22.0)
    times = ("2026-01-01T00:00:00+00:00", "2026-02-01T00:00:00+00:00")
    made = config(layers, URL, {"incident": Extent(box, times)})["resources"]
    assert made["incident"]["extents"]["spatial"]["bbox"] == list(box)
    assert made["incident"]["extents"]["temporal"]["begin"] == times[0]
    assert "temporal" not in made["school"]["extents"]
    expected = layers.get("commune").expect.bbox
    assert expected
    assert made["commune"]["extents"]["spatial"]["bbox"] == list(expected)
