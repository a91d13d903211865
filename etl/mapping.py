"""Column mapping: which column of a source fills which field of a layer. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from etl.errors import ColumnMissing, MappingInvalid
from layers.fold import fold
from layers.headings import heading
from layers.local_time import UTC_OFFSET
from layers.model import Derive, Field, Layer, Type

LON, LAT, WKT = "lon", "lat", "wkt"
"""Names that a mapping may use for where coordinates are."""

_LON = (
    "lon",
    "long",
    "lng",
    "longitude",
    "kinh do",
    "x",
    "easting",
    "toa do x",
    "toa do dong",
    "point x",
)
_LAT = ("lat", "latitude", "vi do", "y", "northing", "toa do y", "toa do bac", "point y")
_WKT = ("wkt", "geometry", "geom", "the geom")


@dataclass(frozen=True, slots=True)
class Column:
    """A source column, and what brings its values to the field's.

    ``factor`` is that of its numbers to the field's unit, ``ahead`` how far the clocks of its times
    are ahead of UTC where they tell no zone.
    """

    name: str
    factor: float = 1.0
    ahead: timedelta = timedelta()


@dataclass(frozen=True, slots=True)
class Plan:
    """What is read from where.

    ``coordinates`` are the columns of longitude or easting and latitude or northing; ``wkt`` is a
    column of well-known text. Both are None when the source has a geometry column.
    """

    fields: Mapping[str, Column]
    coordinates: tuple[str, str] | None
    wkt: str | None
    unused: tuple[str, ...]


def parse(pairs: Sequence[str]) -> dict[str, str]:
    """Read ``from=to`` pairs into a mapping of target to source column.

    Raises:
        MappingInvalid: no equals sign, or a target named twice.
    """
    source_by_target: dict[str, str] = {}
    for pair in pairs:
        source, equals, target = pair.rpartition("=")
        if not equals or not source.strip() or not target.strip():
            raise MappingInvalid(
                f"--map {pair}: write COLUMN=FIELD, for example --map mdsd=land_code."
            )
        if target.strip() in source_by_target:
            raise MappingInvalid(f"--map {pair}: field '{target.strip()}' is mapped twice.")
        source_by_target[target.strip()] = source.strip()
    return source_by_target


def plan(
    layer: Layer, columns: Sequence[str], given: Mapping[str, str], *, has_geometry: bool
) -> Plan:
    """Match columns to fields: by the user's word, then by name, alias or title.

    Names are compared without case and accents.

    Raises:
        MappingInvalid: the user's word names a column or a field that does not exist.
        ColumnMissing: nothing fills a required field, or nothing says where the rows are.
    """
    _refuse_unknown(layer, columns, given)
    by_fold = {fold(name): name for name in reversed(columns)}
    fields = dict(_matches(layer, by_fold, given))
    coordinates = wkt = None
    if not has_geometry:
        wkt = given.get(WKT) or _first(by_fold, _WKT)
        coordinates = None if wkt else _coordinates(by_fold, given)
    _refuse_missing(layer, columns, fields, located=bool(has_geometry or coordinates or wkt))
    used = {column.name for column in fields.values()} | set(coordinates or ()) | {wkt}
    return Plan(fields, coordinates, wkt, tuple(name for name in columns if name not in used))


def _refuse_unknown(layer: Layer, columns: Sequence[str], given: Mapping[str, str]) -> None:
    for target, source in given.items():
        if source not in columns:
            raise MappingInvalid(f"--map {source}={target}: the file has {', '.join(columns)}.")
        if target not in layer.fields and target not in (LON, LAT, WKT):
            known = ", ".join((*layer.fields, LON, LAT, WKT))
            raise MappingInvalid(f"--map {source}={target}: layer '{layer.id}' has {known}.")


def _matches(
    layer: Layer, by_fold: Mapping[str, str], given: Mapping[str, str]
) -> Iterator[tuple[str, Column]]:
    taken = set(given.values())
    for name, field in layer.fields.items():
        if name in given:
            yield name, Column(given[name], _factor(field, given[name]))
        elif field.derive is Derive.SERIAL:
            # Numbers of a source are not ours: two communes both count from 1.
            continue
        else:
            column = _by_name(field, by_fold, taken)
            if column is not None:
                taken.add(column.name)
                yield name, column


def _by_name(field: Field, by_fold: Mapping[str, str], taken: set[str]) -> Column | None:
    candidates = [(field.name, 1.0), *((alias.name, alias.factor) for alias in field.aliases)]
    # A table that somebody exported from us has our titles for its head.
    candidates += [(title, 1.0) for title in field.title.values()]
    for name, factor in candidates:
        source = by_fold.get(fold(name))
        if source is not None and source not in taken:
            return Column(source, factor)
    return _by_heading(field, by_fold, taken)


def _by_heading(field: Field, by_fold: Mapping[str, str], taken: set[str]) -> Column | None:
    """Find the column of a workbook that somebody downloaded from us; its times are local."""
    for language in field.title:
        source = by_fold.get(fold(heading(field, language)))
        if source is not None and source not in taken:
            ahead = UTC_OFFSET if field.type is Type.DATETIME else timedelta()
            return Column(source, ahead=ahead)
    return None


def _factor(field: Field, column: str) -> float:
    known = {fold(alias.name): alias.factor for alias in field.aliases}
    return known.get(fold(column), 1.0)


def _first(by_fold: Mapping[str, str], names: Sequence[str]) -> str | None:
    return next((by_fold[name] for name in names if name in by_fold), None)


def _coordinates(by_fold: Mapping[str, str], given: Mapping[str, str]) -> tuple[str, str] | None:
    lon = given.get(LON) or _first(by_fold, _LON)
    lat = given.get(LAT) or _first(by_fold, _LAT)
    return (lon, lat) if lon and lat else None


def _refuse_missing(
    layer: Layer, columns: Sequence[str], fields: Mapping[str, Column], *, located: bool
) -> None:
    missing = [
        name for name, field in layer.fields.items() if field.required and name not in fields
    ]
    if not located:
        missing += [LON, LAT]
    if missing:
        raise ColumnMissing(layer.id, tuple(missing), tuple(columns))
