"""Administrative units are as other rooms depend on them."""

import pytest

from layers import units
from layers.registry import Layers


@pytest.mark.parametrize("layer_id", units.LAYERS)
def test_every_layer_of_units_has_the_fields_that_others_name(
    layers: Layers, layer_id: str
) -> None:
    layer = layers.get(layer_id)
    assert layer.geometry.type == "MultiPolygon"
    assert (layer.key, layer.label) == (units.CODE, units.NAME)
    assert {units.CODE, units.NAME, units.POPULATION} <= layer.public.keys()
