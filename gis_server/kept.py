"""Which tables keep the text of their rows as the layer is declared now."""

from etl import ddl
from gis_server.db import Pool
from layers.model import Layer


class Kept:
    """What was found of each table, asked anew when the layer's data or declaration changes.

    A table that was made for another declaration may show what must not be shown any more, so its
    text is not read.
    """

    def __init__(self) -> None:
        self._found: dict[str, tuple[Layer, int, bool]] = {}

    def keeps(self, pool: Pool, layer: Layer, version: int) -> bool:
        """Tell whether the text of a layer's rows can be read, for a version of its data."""
        known = self._found.get(layer.id)
        if known and known[0] is layer and known[1] == version:
            return known[2]
        with pool.connection() as conn:
            found = ddl.keeps_geojson(conn, layer)
        self._found[layer.id] = (layer, version, found)
        return found
