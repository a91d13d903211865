"""pygeoapi's provider of features: it describes a layer's fields, and gives no rows.

Rows do not pass through pygeoapi (ogc/features/routes.py): it would parse them, page by OFFSET,
transform only the corners of a box, and rank AND like OR.
"""

from typing import Any

from pygeoapi.provider.base import BaseProvider

from gis_server.answers import current
from layers.model import Field, Layer


class LayerProvider(BaseProvider):  # type: ignore[misc]
    """One layer for pygeoapi."""

    def __init__(self, provider_def: dict[str, Any]) -> None:
        super().__init__(provider_def)
        self._layer: Layer = current.layers().get(provider_def["data"])
        self._fields = self.get_fields()

    def get_fields(self) -> dict[str, dict[str, Any]]:
        """Return fresh descriptions of the visible fields; pygeoapi writes into them."""
        visible = self._layer.visible_to(current.audience())
        return {name: described(field) for name, field in visible.items()}


def described(field: Field) -> dict[str, Any]:
    """Return a field as JSON Schema; titles, units and codes are added by documents.py."""
    return dict(field.type.json_schema)
