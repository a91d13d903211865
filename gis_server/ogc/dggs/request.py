"""What a client asks of zones, read strictly."""

from collections.abc import Iterable
from typing import NamedTuple

from shapely.geometry.base import BaseGeometry
from werkzeug.datastructures import MultiDict

from cells import index
from cells.question import Filter
from gis_server.answers import current, event_filter
from gis_server.features.request import EVERYWHERE, Args
from gis_server.http import params
from gis_server.http.params import Interval, ParameterInvalid
from gis_server.ogc.dggs import documents, place, zones
from gis_server.ogc.dggs.place import Axes
from gis_server.ogc.dggs.zones import ZoneInvalid
from layers.errors import Missing
from layers.model import Layer
from tiles import heatmap

DEFAULT_LIMIT, MAX_LIMIT = 1000, 10_000
"""Zones on a page: when the client does not say, and at most."""

DEFAULT_DEPTH = 0
"""The one depth that zones of every level have: below the finest there is nothing."""

DEEPEST_SHAPES = 2
"""Depth to which every sub-zone meets the shape of its zone; GeoJSON may not have others."""

FIELDS = ("count", "value")
"""Fields of zones; ``value`` in layers with a weight."""

REGION, CENTROID, NONE = "zone-region", "zone-centroid", "none"
"""How zones are shown in GeoJSON."""

OF_DATA_AND_LISTS = ("datetime", "subset", "category", "hour", "weekday", "geometry")
OF_LIST = (
    *EVERYWHERE, *OF_DATA_AND_LISTS, "zone-level", "compact-zones", "parent-zone", "bbox",
    "bbox-crs", "subset-crs", "limit", "after",
)  # fmt: skip
OF_DATA = (*EVERYWHERE, *OF_DATA_AND_LISTS, "zone-depth", "properties", "exclude-properties")


EVERYTHING = Filter()


class Listing(NamedTuple):
    """Which zones are wanted: with events that count, of a level, below a zone, in an area."""

    wanted: Filter
    level: int
    parent: int | None
    area: BaseGeometry | None
    is_compact: bool
    limit: int
    after: int
    geometry: str


class Retrieval(NamedTuple):
    """What is wanted of a zone: of which events, at which depths, which fields."""

    wanted: Filter
    depths: tuple[int, ...]
    fields: tuple[str, ...]
    geometry: str


def together(args: Args) -> Args:
    """Return parameters with several of ``subset`` as one, which means the same."""
    subsets = args.getlist("subset")
    if len(subsets) < 2:
        return args
    rest = [pair for pair in args.items(multi=True) if pair[0] != "subset"]
    return MultiDict([*rest, ("subset", ",".join(subsets))])


def layer(layer_id: str) -> Layer:
    """Return a layer whose events are counted by zones.

    Raises:
        LayerUnknown: there is no such layer.
        NotAggregated: its features are not counted.
    """
    found = current.layers().get(layer_id)
    heatmap.checked(found, (), current.layers().heatmaps)
    return found


def check_grid(dggrs_id: str) -> None:
    """Check the grid of an address.

    Raises:
        Missing: there is none of this id.
    """
    if dggrs_id != documents.ID:
        raise Missing(f"There is no grid '{dggrs_id[:100]}'; there is {documents.ID}.")


def zone(text: str) -> int:
    """Read the zone of an address.

    Raises:
        Missing: there is none.
    """
    try:
        return zones.read(text)
    except ZoneInvalid as error:
        raise Missing(f"There is no such zone: {error}.") from None


def listing(of: Layer, args: Args) -> Listing:
    """Read which zones are wanted.

    Raises:
        ParameterInvalid: naming the parameter and the reason.
        CategoryUnknown: a category is not in the layer's code list.
    """
    subset = place.axes(args)
    parent = _zone(args, "parent-zone")
    level = _level(args)
    if parent and index.resolution(parent) > level:
        raise ParameterInvalid("zone-level", "it is coarser than the zone of parent-zone")
    compact = args.get("compact-zones", "true")
    if compact not in ("true", "false"):
        raise ParameterInvalid("compact-zones", f"'{compact[:40]}' is neither true nor false")
    limit = args.get("limit", str(DEFAULT_LIMIT))
    return Listing(
        _filter(of, args, subset),
        level,
        parent,
        place.area(of, args, subset),
        compact == "true",
        params.whole(limit, "limit", low=1, high=MAX_LIMIT),
        _zone(args, "after") or 0,
        geometry(args),
    )


def retrieval(of: Layer, args: Args, wanted: int, media_format: str) -> Retrieval:
    """Read what is wanted of a zone, which depends on the format of the answer.

    Raises:
        ParameterInvalid: naming the parameter and the reason.
        CategoryUnknown: a category is not in the layer's code list.
    """
    subset = place.axes(args)
    if set(subset) - {"time"}:
        axis = next(iter(set(subset) - {"time"}))
        raise ParameterInvalid("subset", f"'{axis}' is an axis of the zone itself; there is time")
    shown = geometry(args)
    if shown == NONE:
        raise ParameterInvalid("geometry", f"it is {REGION} or {CENTROID}")
    depths = _depths(args, index.resolution(wanted))
    if media_format == "geojson" and depths[-1] > DEEPEST_SHAPES:
        raise ParameterInvalid(
            "zone-depth",
            f"in GeoJSON the deepest is {DEEPEST_SHAPES}: finer sub-zones can lie outside of the"
            " shape of the zone; DGGS-JSON (f=json) has them",
        )
    return Retrieval(_filter(of, args, subset), depths, _fields(of, args), shown)


def geometry(args: Args) -> str:
    """Read how zones are shown in GeoJSON.

    Raises:
        ParameterInvalid: they are not shown so.
    """
    text = args.get("geometry", REGION)
    if text == "vectorized":
        raise ParameterInvalid("geometry", "events themselves are at the items of the collection")
    if text not in (REGION, CENTROID, NONE):
        raise ParameterInvalid("geometry", f"'{text[:40]}' is not {REGION}, {CENTROID} or {NONE}")
    return text


def fields_of(of: Layer) -> tuple[str, ...]:
    """Return the fields that zones of a layer have."""
    return FIELDS if of.heatmap and of.heatmap.weight else FIELDS[:1]


def _zone(args: Args, name: str) -> int | None:
    if name not in args:
        return None
    try:
        return zones.read(args[name])
    except ZoneInvalid as error:
        raise ParameterInvalid(name, str(error)) from None


def _level(args: Args) -> int:
    text = args.get("zone-level", str(zones.FINEST))
    if text not in map(str, range(zones.FINEST + 1)):
        raise ParameterInvalid("zone-level", f"'{text[:40]}' is not a level from 0 to 10")
    return int(text)


def _depths(args: Args, level: int) -> tuple[int, ...]:
    text = args.get("zone-depth", str(DEFAULT_DEPTH))
    found = params.numbers(text, "zone-depth", low=0, high=99)
    deepest = min(zones.DEEPEST, zones.FINEST - level)
    if not found:
        raise ParameterInvalid("zone-depth", "it is one depth (2), a list (0,2) or a range (0-2)")
    if found[-1] > deepest:
        raise ParameterInvalid(
            "zone-depth",
            f"the deepest for a zone of level {level} is {deepest}: events are kept to level"
            f" {zones.FINEST}, and an answer goes {zones.DEEPEST} levels deep",
        )
    return found


def _fields(of: Layer, args: Args) -> tuple[str, ...]:
    """Read fields in the order that they are wanted in."""
    known = fields_of(of)
    if "properties" in args and "exclude-properties" in args:
        raise ParameterInvalid("exclude-properties", "it cannot be given beside properties")
    if "properties" in args:
        return tuple(dict.fromkeys(_known(args, "properties", known)))
    left_out = _known(args, "exclude-properties", known) if "exclude-properties" in args else ()
    left = tuple(field for field in known if field not in left_out)
    if not left:
        raise ParameterInvalid("exclude-properties", "nothing would be left")
    return left


def _known(args: Args, name: str, known: Iterable[str]) -> list[str]:
    found = [part.strip() for part in args[name].split(",")]
    for part in found:
        if part not in known:
            raise ParameterInvalid(name, f"'{part[:40]}' is not one of {', '.join(known)}")
    return found


def _filter(of: Layer, args: Args, subset: Axes) -> Filter:
    return event_filter.within(of, args, _time(args, subset))


def _time(args: Args, subset: Axes) -> Interval:
    if "time" not in subset:
        return params.interval(args["datetime"]) if "datetime" in args else Interval(None, None)
    if "datetime" in args:
        raise ParameterInvalid("subset", "time is in datetime already; give one of them")
    low, high = subset["time"]
    for end in (low, high):
        if end != "*" and not end.startswith('"'):
            raise ParameterInvalid("subset", 'times are in quotation marks: time("2026-01-31")')
    text = "/".join(end.strip('"').replace("*", "..") for end in (low, high))
    return params.interval(text, "subset")
