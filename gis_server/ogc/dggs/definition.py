"""H3 as a discrete global grid reference system, by the schema of Annex B of 21-038r1; pure.

No authority has registered it, so it has an identifier of ours: the address of this definition.
"""

from gis_server.features.crs import CRS84
from gis_server.ogc.dggs import zones
from gis_server.ogc.dggs.documents import ID
from gis_server.ogc.documents import Document

_DESCRIPTION = (
    "H3, a hierarchy of hexagons with twelve pentagons at every level, each zone with seven "
    f"children (a pentagon with six). Levels 0 to {zones.FINEST} of H3's 0 to 15 are used here. "
    "Longitudes and latitudes of WGS 84 are taken as those of a sphere. The sub-zones of a zone "
    "are its children by index, and theirs; not all zones that lie partly within it. Children "
    "reach over the edge of their parent, and from a relative depth of 3 on some sub-zones lie "
    "wholly outside of the hexagon that the parent is drawn as. Every zone has one parent, so "
    "sums over sub-zones are those of the zone."
)


def definition(root: str) -> Document:
    """Return the definition.

    Args:
        root: address of the API, without a slash at its end.
    """
    return {
        "title": ID,
        "description": _DESCRIPTION,
        "uri": f"{root}/dggrs/{ID}",
        "links": [
            {"rel": "describedby", "type": "text/html", "title": "H3", "href": "https://h3geo.org"}
        ],
        "dggh": {"definition": _HIERARCHY, "parameters": _PARAMETERS},
        "zirs": {"textZIRS": {"description": _TEXT}, "uint64ZIRS": {"description": _NUMBER}},
        "subZoneOrder": {"description": _ORDER},
    }


_HIERARCHY = {
    "spatialDimensions": 2,
    "temporalDimensions": 0,
    "crs": CRS84.uri,
    "basePolyhedron": "icosahedron",
    "refinementRatio": 7,
    "refinementStrategy": ["centredChildCell"],
    "constraints": {
        "cellAxisAligned": False,
        "cellConformal": False,
        "cellEquiAngular": False,
        "cellEquiDistant": False,
        "cellEqualSized": False,
    },
    "zoneTypes": ["hexagon", "pentagon"],
}

_PARAMETERS = {
    "ellipsoid": "[EPSG:7030]",
    "orientation": {
        "latitude": 64.70000012793487,
        "longitude": 10.536199075467685,
        "azimuth": -18.312349106453702,
        "description": "As in Fuller's Dymaxion map: all vertices of the icosahedron are in the"
        " sea. Each face is projected gnomonically.",
    },
}

_TEXT = "The 64-bit index in 15 hexadecimal digits, in small letters: 85415c3bfffffff."

_NUMBER = (
    "The index of H3. From the highest bit: 0; four bits of the mode, 1 for a zone; three bits, 0;"
    " four bits of the level; seven bits of the base cell, 0 to 121; fifteen digits of three bits,"
    " 0 to 6 for the child at each level, the coarsest first, 7 at levels finer than the zone's."
)

_ORDER = (
    "Sub-zones are the children by index of a zone, at every depth. They are in ascending order of"
    " their 64-bit indexes, which is that of their textual identifiers as well; the sub-zones of"
    " each sub-zone follow each other."
)
