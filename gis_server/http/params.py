"""Request text to typed values; parsed here and nowhere else."""

import math
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, NamedTuple

from werkzeug.routing import IntegerConverter

from layers import local_time
from layers.build import interval as iso_interval
from layers.errors import Invalid, Missing
from layers.geo import BBox, TileId
from tiles import purge as places_of

LANGUAGES = ("vi", "en")

TILE = "<whole:z>/<whole:x>/<whole:y>"
"""A tile's address in a route."""


class Whole(IntegerConverter):
    """A whole number in a route, in ASCII digits; a negative one is told what is wrong with it."""

    regex = "-?[0-9]+"


class ParameterInvalid(Invalid):
    """A request parameter cannot be read."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"Parameter '{name}': {reason}.")
        self.name, self.reason = name, reason


class TileOutOfRange(Missing):
    """There is no tile at this address."""


class Interval(NamedTuple):
    """A closed interval of time; an open end is None. An instant has start == end."""

    start: datetime | None
    end: datetime | None

    def __str__(self) -> str:
        start, end = (_iso(value) if value else ".." for value in self)
        return start if start == end and start != ".." else f"{start}/{end}"


def _iso(value: datetime) -> str:
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


def bbox(text: str, name: str = "bbox", *, is_latitude_first: bool = False) -> BBox:
    """Read ``west,south,east,north`` in degrees, or six numbers with heights, which are dropped.

    ``west > east`` crosses the antimeridian. With latitude first, as the register has EPSG:4326,
    it is ``south,west,north,east``, and a latitude beyond a pole is none that anything has.

    Raises:
        ParameterInvalid: other than four or six finite numbers, south above north, beyond a pole.
    """
    order = "south,west,north,east" if is_latitude_first else "west,south,east,north"
    first = corners(text, name, order)
    if is_latitude_first:
        return _checked(BBox(first.south, first.west, first.north, first.east), name, order)
    if not (first.south >= -90 and first.north <= 90):
        raise ParameterInvalid(name, "latitudes go from -90 to 90; the order is longitude first")
    return _checked(first, name, order)


_NUMBER = re.compile(r"\s*[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?\s*", re.ASCII)


def number(text: str) -> float | None:
    """Read a finite decimal number; None when it is none.

    Python's own reading takes more: ``1_000``, ``nan`` and digits of other scripts.
    """
    if not _NUMBER.fullmatch(text):
        return None
    found = float(text)
    return found if math.isfinite(found) else None


def corners(text: str, name: str, order: str = "west,south,east,north") -> BBox:
    """Read four numbers, or six with heights, which are dropped, as two corners of any CRS.

    Raises:
        ParameterInvalid: other than four or six finite numbers; it says the order.
    """
    found = [number(part) for part in text.split(",")]
    if None in found:
        raise ParameterInvalid(name, f"'{text[:100]}' has something that is not a number")
    if len(found) not in (4, 6):
        raise ParameterInvalid(name, f"four or six numbers are needed: {order}")
    numbers = [each for each in found if each is not None]
    half = len(numbers) // 2
    return BBox(*numbers[:2], *numbers[half : half + 2])


def _checked(box: BBox, name: str, order: str) -> BBox:
    if box.south > box.north:
        raise ParameterInvalid(name, f"south is above north; the order is {order}")
    if not (-180 <= box.west <= 180 and -180 <= box.east <= 180):
        raise ParameterInvalid(name, f"longitudes go from -180 to 180; the order is {order}")
    return box


def interval(text: str, name: str = "datetime") -> Interval:
    """Read an RFC 3339 instant or ``start/end``; ``..`` or nothing is an open end.

    A date alone starts at 00:00 UTC and ends with the day; a time without zone is UTC.

    Raises:
        ParameterInvalid: not a date or time, or the end before the start.
    """
    parts = text.strip().split("/")
    if len(parts) > 2 or not text.strip():
        raise ParameterInvalid(name, f"'{text}' is not an instant or start/end")
    if all(part in ("", "..") for part in parts):
        if len(parts) == 1:
            raise ParameterInvalid(name, f"'{text}' is not an instant or start/end")
        return Interval(None, None)
    found = Interval(_instant(parts[0], name, end=False), _instant(parts[-1], name, end=True))
    if found.start and found.end and found.end < found.start:
        raise ParameterInvalid(name, "the end is before the start")
    return found


_TIME = re.compile(
    r"(\d{4}-\d{2}-\d{2})(?:[Tt ](\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)([Zz]|[+ -]\d{2}:?[0-5]\d)?)?",
    re.ASCII,
)
"""A date, or a time with or without a zone, as RFC 3339 writes them.

In a query string '+07:00' arrives with a blank where the plus stood.
"""


def moment(text: str) -> date | datetime | None:
    """Read a date, or a time as written (with a zone or without one); None when it is neither.

    Python's own reading takes more: weeks, days of the year, dates without hyphens.
    """
    found = _TIME.fullmatch(text)
    if found is None:
        return None
    day, clock, zone = found.groups()
    try:
        if clock is None:
            return date.fromisoformat(day)
        return datetime.fromisoformat(f"{day}T{clock}{(zone or '').replace(' ', '+').upper()}")
    except ValueError:
        return None


def _instant(text: str, name: str, *, end: bool) -> datetime | None:
    if text in ("", ".."):
        return None
    found = moment(text)
    if found is None:
        raise ParameterInvalid(name, f"'{text[:100]}' is not a date or a time (RFC 3339)")
    if isinstance(found, datetime):
        return _utc(found if found.tzinfo else found.replace(tzinfo=UTC))
    return datetime.combine(found, time.max if end else time.min, UTC)


def _utc(found: datetime) -> datetime:
    """Return a time in UTC; what a zone moves out of the calendar is its first or last."""
    try:
        return found.astimezone(UTC)
    except OverflowError:
        return local_time.BEGINNING if found.year == 1 else local_time.END


def tile(z: int, x: int, y: int) -> TileId:
    """Check a tile address.

    Raises:
        TileOutOfRange: beyond zoom 22 or the grid of its zoom.
    """
    found = TileId(z, x, y)
    if not found.exists():
        raise TileOutOfRange(
            f"There is no tile {z}/{x}/{y}: zooms are 0 to 22, rows and columns 0 to 2^z-1."
        )
    return found


def names(text: str) -> tuple[str, ...]:
    """Read a comma-separated list; blanks and repeats are dropped, the result is sorted.

    A name with a comma in it stands in double quotes, as in a CSV file: ``"a, b",c``.
    """
    return tuple(sorted(set(_listed(nfc(text))) - {""}))


def nfc(text: str) -> str:
    """Return text in Unicode Normalization Form C, as every text of a table is kept."""
    return unicodedata.normalize("NFC", text)


_PART = re.compile(r'\s*"((?:[^"]|"")*)"\s*(?:,|$)|([^,]*)(?:,|$)')


def _listed(text: str) -> Iterator[str]:
    """Split at commas; a part in double quotes may hold commas, and a quote as two (RFC 4180)."""
    for quoted, plain in _PART.findall(text):
        yield quoted.replace('""', '"') or plain.strip()


def listed(values: Iterable[str]) -> str:
    """Write a list as ``names`` reads it."""
    return ",".join(map(_quoted, values))


def _quoted(value: str) -> str:
    if value == value.strip() and "," not in value and not value.startswith('"'):
        return value
    return '"' + value.replace('"', '""') + '"'


_NUMBERS = frozenset(map(str, range(100)))


def numbers(text: str, name: str, *, low: int, high: int) -> tuple[int, ...]:
    """Read a comma-separated list of whole numbers and of ranges ``7-9``; sorted, each once.

    Raises:
        ParameterInvalid: not such a list, or a number outside of ``low`` to ``high``.
    """
    found: set[int] = set()
    for part in names(text):
        first, _, last = part.partition("-")
        ends = [int(end) for end in (first, last or first) if end in _NUMBERS]
        if len(ends) < 2 or not low <= ends[0] <= ends[1] <= high:
            raise ParameterInvalid(name, f"'{part[:40]}' is not a number or range in {low}-{high}")
        found.update(range(ends[0], ends[1] + 1))
    return tuple(sorted(found))


def only(name: str, text: str, *, low: int, high: int) -> int:
    """Read one whole number.

    Raises:
        ParameterInvalid: it is none, or outside of ``low`` to ``high``.
    """
    found = numbers(text, name, low=low, high=high)
    if len(found) != 1:
        raise ParameterInvalid(name, f"one whole number from {low} to {high} is needed")
    return found[0]


def duration(text: str, name: str) -> timedelta:
    """Read a length of time: ISO 8601 with days, hours, minutes and seconds, ``PT6H``.

    Raises:
        ParameterInvalid: it is none, or no time at all.
    """
    try:
        found = iso_interval(text)
    except (ValueError, OverflowError):
        found = timedelta()
    if not found:
        raise ParameterInvalid(name, f"'{text[:40]}' is not a length of time such as PT6H or P1D")
    return found


def whole(text: str, name: str, *, low: int, high: int) -> int:
    """Read a whole number; above ``high`` it is taken as ``high``.

    Raises:
        ParameterInvalid: not a whole number, or below ``low``.
    """
    # Beyond eighteen digits any number is above any limit, and Python would refuse to read it.
    digits = text.lstrip("0")[:18] or "0"
    if not text.isascii() or not text.isdigit() or int(digits) < low:
        raise ParameterInvalid(name, f"a whole number from {low} is needed, not '{text[:40]}'")
    return min(int(digits), high)


def language(text: str) -> str:
    """Return ``vi`` or ``en`` for a language tag.

    Raises:
        ParameterInvalid: another language.
    """
    tag = text.split("-", maxsplit=1)[0].lower()
    if tag not in LANGUAGES:
        raise ParameterInvalid("lang", "vi or en")
    return tag


class Purge(NamedTuple):
    """Tiles to draw anew: of which layers (none is all), and which places (None is all)."""

    layers: tuple[str, ...]
    cells: list[int] | None


def purge(body: Any) -> Purge:
    """Read what is to be drawn anew from JSON: ``layers``, ``bbox``, ``tiles``.

    Raises:
        ParameterInvalid: a name that is not known, or a value of another form.
        TileOutOfRange: there is no such tile.
    """
    if not isinstance(body, dict) or set(body) - {"layers", "bbox", "tiles"}:
        raise ParameterInvalid("body", "an object with layers, bbox and tiles is needed")
    layers, box, addresses = (body.get(name) for name in ("layers", "bbox", "tiles"))
    for name, value, kind in (("layers", layers, str), ("tiles", addresses, str)):
        if value is not None and not _is_list(value, kind):
            raise ParameterInvalid(name, "a list of texts is needed")
    if box is not None and not _is_list(box, (int, float)):
        raise ParameterInvalid("bbox", "a list of four numbers is needed")
    text = None if box is None else ",".join(map(str, box))
    return Purge(tuple(layers or ()), places(text, addresses or ()))


def _is_list(value: Any, kind: type | tuple[type, ...]) -> bool:
    return isinstance(value, list) and all(isinstance(part, kind) for part in value)


def places(box: str | None, addresses: Sequence[str]) -> list[int] | None:
    """Read the places of tiles from a box and from addresses ``z/x/y``; None when none are given.

    Raises:
        ParameterInvalid: the box or an address cannot be read.
        TileOutOfRange: there is no such tile.
    """
    if box is None and not addresses:
        return None
    found = [] if box is None else places_of.box(bbox(box))
    return found + places_of.tiles(_address(text) for text in addresses)


def _address(text: str) -> TileId:
    parts = text.strip().split("/")
    if len(parts) != 3 or not all(part.isascii() and part.isdigit() for part in parts):
        raise ParameterInvalid("tile", f"'{text[:40]}' is not z/x/y")
    return tile(*(int(part[:18]) for part in parts))
