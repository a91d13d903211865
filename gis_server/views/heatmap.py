"""H3 heatmaps: tiles of hexagons and their TileJSON, by time and category."""

from flask import Blueprint, Response, request

from cells import frames, index
from gis_server.answers import current, event_filter, named, replies
from gis_server.answers.current import services
from gis_server.answers.tile_metadata import about
from gis_server.http import etags, params
from layers import units
from tiles import heatmap, tilejson

FRAMES = "application/octet-stream"

MOST_FRAMES = 400
"""Frames that can be asked for at once."""

AREA, PEOPLE = "area", "people"
"""Rates: events by square kilometre, and by 10,000 people."""

_RATED = event_filter.KNOWN | {"rate"}
_LENGTHS = ("step", "window")
_PLAYED = event_filter.KNOWN | {"resolution", *_LENGTHS}

MAX_AGE = 30
"""Seconds that a browser may keep a description without asking."""


def blueprint() -> Blueprint:
    """Return the routes."""
    routes = Blueprint("heatmap", __name__, url_prefix="/heatmap")
    routes.get("/<layer_id>.json")(describe)
    routes.get("/<layer_id>.frames")(play)
    routes.get(f"/<layer_id>/{params.TILE}.mvt")(tile)
    routes.before_request(named.check_counted)
    return routes


def describe(layer_id: str) -> Response:
    """Answer with the heatmap's TileJSON; its tile addresses repeat the filter."""
    layer = current.layers().get(layer_id)
    pairs = event_filter.query(event_filter.parse_filter(layer, _RATED))
    rate = _rate()
    query = event_filter.written({**pairs, "rate": rate} if rate else pairs)
    return replies.document(tilejson.heatmap(layer, about(layer), query, rate), max_age=MAX_AGE)


def tile(layer_id: str, z: int, x: int, y: int) -> Response:
    """Answer with a tile of hexagons; 204 when no event is there, 404 outside the grid."""
    layer = current.layers().get(layer_id)
    at = params.tile(z, x, y)
    wanted, rate = event_filter.parse_filter(layer, _RATED), _rate()
    version = event_filter.version(layer)
    audience = current.audience()
    view = services().cubes.view(layer, version, audience)

    def draw() -> bytes:
        per = _per(rate) if rate else None
        if view:
            return heatmap.tile(view, at, wanted, per)
        with services().pool.connection() as conn:
            return heatmap.tile_of_rows(conn, layer, at, wanted, per)

    communes = services().changes.versions.layer(units.COMMUNE) if rate == PEOPLE else 0
    tag = etags.hexagons(version, audience, layer.heatmap, wanted, rate, communes)
    return replies.hexagons(tag, draw)


def _rate() -> str:
    """Read what events are divided by; empty for nothing.

    Raises:
        ParameterInvalid: it is not known.
    """
    rate = request.args.get("rate", "")
    if rate not in ("", AREA, PEOPLE):
        raise params.ParameterInvalid("rate", f"'{rate[:40]}' is not {AREA} or {PEOPLE}")
    return rate


def _per(rate: str) -> heatmap.Per:
    """Return what events are divided by: square kilometres, or ten thousands of people."""
    if rate == AREA:
        return index.areas
    version = services().changes.versions.layer(units.COMMUNE)
    people = services().population.at(version, services().pool.connection)
    return lambda cells: people.by_cell(cells) / 10_000


def play(layer_id: str) -> Response:
    """Answer with the numbers of windows that slide over a time: frames for a page to play.

    Raises:
        ParameterInvalid: there is no end to the time, or there would be no frame or too many.
        Busy: the events are being counted.
    """
    layer = current.layers().get(layer_id)
    wanted = event_filter.parse_filter(layer, _PLAYED)
    start, end = wanted.start, wanted.end
    if start is None or end is None:
        raise params.ParameterInvalid("datetime", "a start and an end are needed")
    resolution = params.only("resolution", request.args.get("resolution", "8"), low=1, high=9)
    step, window = (params.duration(request.args.get(name, ""), name) for name in _LENGTHS)
    number = (end - start - window) // step + 1
    if not 1 <= number <= MOST_FRAMES:
        said = f"gives {number} frames; 1 to {MOST_FRAMES} can be asked for"
        raise params.ParameterInvalid("step", said)
    version, audience = event_filter.version(layer), current.audience()

    def draw() -> bytes:
        view = event_filter.view(layer, version, audience)
        ends = frames.ends(start, end, step, window)
        return b"".join(frames.packed(frames.frames(view, wanted, resolution, window, ends)))

    tag = etags.hexagons(
        version, audience, "frames", layer.heatmap, wanted, resolution, step, window
    )
    return replies.hexagons(tag, draw, FRAMES)
