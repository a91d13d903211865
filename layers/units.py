"""Administrative units: the layers of areas that divide the province, and the fields they share.

Searches, rates by people and study areas depend on these layers by name; what others must know of
them stands here. An installation may have none of them.
"""

PROVINCE, COMMUNE = "province", "commune"

LAYERS = (PROVINCE, COMMUNE)
"""Ids of the layers, the largest units first."""

CODE = "code"
"""Field of the official code, the key."""

NAME = "full_name"
"""Field of the name as people write it, with the type of unit."""

POPULATION = "population"
"""Field of the number of people; empty where nobody has counted."""
