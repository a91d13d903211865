"""Domain model of a layer: immutable objects, and the one table of field types."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from pathlib import Path
from typing import Any

from layers import keys
from layers.audience import PUBLIC, Audience
from layers.errors import FieldUnknown
from layers.geo import BBox, Crs

Text = Mapping[str, str]
"""A text in Vietnamese (``vi``) and English (``en``)."""


class Type(Enum):
    """Type of a field: its PostgreSQL name and its JSON Schema form."""

    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATE = "date"
    DATETIME = "datetime"

    @property
    def postgres(self) -> str:
        """PostgreSQL's name of the type."""
        return _POSTGRES[self]

    @property
    def json_schema(self) -> dict[str, str]:
        """JSON Schema ``type`` and ``format`` of a value."""
        return dict(_JSON_SCHEMA[self])


_POSTGRES = {
    Type.TEXT: "text",
    Type.INTEGER: "bigint",
    Type.NUMBER: "double precision",
    Type.BOOLEAN: "boolean",
    Type.DATE: "date",
    Type.DATETIME: "timestamp with time zone",
}

_JSON_SCHEMA = {
    Type.TEXT: {"type": "string"},
    Type.INTEGER: {"type": "integer"},
    Type.NUMBER: {"type": "number"},
    Type.BOOLEAN: {"type": "boolean"},
    Type.DATE: {"type": "string", "format": "date"},
    Type.DATETIME: {"type": "string", "format": "date-time"},
}


class Lifecycle(Enum):
    """How rows come and go."""

    REBUILT = "rebuilt"
    EDITED = "edited"
    APPENDED = "appended"


class Derive(Enum):
    """A value that the load computes; the source need not bring it."""

    SERIAL = "serial"
    """A number given by the database when the source has none."""
    AREA = "area"
    """Square metres of the geometry, two decimals, in the source's legal VN-2000 zone if any."""
    LENGTH = "length"
    """Metres of the geometry, measured the same way."""


class Access(Enum):
    """Who may see a field."""

    PUBLIC = "public"
    INTERNAL = "internal"
    RESTRICTED = "restricted"


@dataclass(frozen=True, slots=True)
class Code:
    """One entry of a code list.

    ``aliases`` are what sources write for it; they are compared without case and accents.
    """

    code: str
    title: Text
    color: str | None = None
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CodeList:
    """The values a text field may have. An open list keeps unknown values, with a warning."""

    codes: Mapping[str, Code]
    is_open: bool = False


LONGEST_TEXT = 10_000
"""Letters of a text where the layer says no other number."""


@dataclass(frozen=True, slots=True)
class Alias:
    """A column name that sources use for a field; the value times ``factor`` is in our unit."""

    name: str
    factor: float = 1.0


@dataclass(frozen=True, slots=True)
class Field:
    """One attribute of a layer's features."""

    name: str
    title: Text
    type: Type
    unit: str | None = None
    required: bool = False
    pattern: str | None = None
    minimum: float | None = None
    maximum: float | None = None
    max_length: int | None = None
    codes: CodeList | None = None
    access: Access = Access.PUBLIC
    derive: Derive | None = None
    aliases: tuple[Alias, ...] = ()
    is_key: bool = False

    @property
    def longest(self) -> int:
        """Letters that a text of the field has at most."""
        return self.max_length or (keys.LONGEST if self.is_key else LONGEST_TEXT)


@dataclass(frozen=True, slots=True)
class Geometry:
    """Geometry type (OGC name) and storage CRS."""

    type: str
    crs: Crs

    @property
    def dimension(self) -> int:
        """0 for points, 1 for lines, 2 for areas."""
        return {"Point": 0, "LineString": 1, "Polygon": 2}[self.type.removeprefix("Multi")]


@dataclass(frozen=True, slots=True)
class Tiles:
    """What a vector tile of the layer holds.

    ``fields`` go into the tile beside the key; ``rank`` is the field whose highest values are kept
    first when a tile would hold more than ``limit`` features. ``first`` names codes of fields that,
    in this order, stand for the points around them. From zoom ``labels`` on, a second tile layer
    has one point a feature, so that an area of many parts or tiles is named once.
    """

    minzoom: int
    maxzoom: int
    fields: tuple[str, ...]
    rank: str | None = None
    limit: int = 20_000
    labels: int | None = None
    first: tuple[tuple[str, tuple[str, ...]], ...] = ()


@dataclass(frozen=True, slots=True)
class Heatmap:
    """How events become H3 counts: the field to filter by, and what ``value`` is made from.

    ``by`` is what the weight is weighed by: a mean of speeds by the vehicles that drove them.
    ``worse`` is ``low`` where small values are the bad ones, as with speeds.
    """

    category: str | None
    weight: str | None
    aggregate: str
    worse: str
    by: str | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """Where rows come from."""

    title: Text
    licence: str
    url: str | None = None
    attribution: str | None = None


@dataclass(frozen=True, slots=True)
class Expect:
    """What a load must look like before it goes live."""

    min_rows: int = 0
    max_rows: int | None = None
    bbox: BBox | None = None


@dataclass(frozen=True, slots=True)
class Attention:
    """What of this layer needs a leader's eye: a title and conditions on fields.

    ``priority`` 1 is shown first; ``where`` maps a field to the values that count;
    ``before_now`` is a time field that must be in the past; ``rising`` compares the chosen time
    with the time before it.
    """

    title: Text
    priority: int
    where: Mapping[str, tuple[str, ...]]
    before_now: str | None = None
    rising: bool = False


@dataclass(frozen=True, slots=True)
class Layer:
    """A dataset: one folder, one table, one OGC collection, one tile layer, one style source.

    ``search`` are text fields that are found without accents; ``lookup`` are numbers written as
    text that together find a feature (map sheet and parcel number), where "01" equals "1".
    """

    id: str
    folder: Path
    title: Text
    description: Text
    group: str
    owner: Text
    licence: str
    lifecycle: Lifecycle
    freshness: timedelta | None
    geometry: Geometry
    key: str
    label: str
    time: str | None
    search: tuple[str, ...]
    lookup: tuple[str, ...]
    fields: Mapping[str, Field]
    tiles: Tiles
    heatmap: Heatmap | None
    sources: tuple[Source, ...]
    expect: Expect
    attention: Attention | None
    style: Mapping[str, Any]
    always_visible: bool
    visible: bool

    def field(self, name: str) -> Field:
        """Return a field by name.

        Raises:
            FieldUnknown: the layer does not have it.
        """
        try:
            return self.fields[name]
        except KeyError:
            raise FieldUnknown(self.id, name, tuple(self.fields)) from None

    @property
    def has_anchor(self) -> bool:
        """Tell whether the table has a point a feature where it is named."""
        return self.tiles.labels is not None

    @property
    def label_layer(self) -> str:
        """Name of the tile layer that labels are drawn from."""
        return f"{self.id}_label" if self.has_anchor else self.id

    def visible_to(self, audience: Audience) -> Mapping[str, Field]:
        """Field-level access control: the fields that an audience may see, in declared order."""
        levels = _VISIBLE.get(audience, _VISIBLE[PUBLIC])
        return {name: field for name, field in self.fields.items() if field.access in levels}

    @property
    def public(self) -> Mapping[str, Field]:
        """Fields that anyone may see, in declared order."""
        return self.visible_to(PUBLIC)


_VISIBLE: Mapping[Audience, frozenset[Access]] = {PUBLIC: frozenset({Access.PUBLIC})}
"""Access levels by audience; one that is not named here sees what everybody sees."""
