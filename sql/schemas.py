"""Schemas of the database, and the qualified names of tables in them."""

from psycopg.sql import Identifier

LAYER = "layer"
"""Tables that are served, one a layer."""

STAGE = "stage"
"""Staging tables: those that are being made."""


REPLACED = "replaced"
"""Tables that another one took the place of, until their views have let go of them."""


def layer_table(layer_id: str) -> Identifier:
    """Return the qualified name of a layer's table."""
    return Identifier(LAYER, layer_id)
