"""What a request asks of a layer's events, and what answers it."""

from collections.abc import Mapping
from urllib.parse import urlencode

from flask import request

from cells.question import Filter
from cells.view import View
from gis_server.answers import current
from gis_server.answers.current import services
from gis_server.http import params
from layers.audience import Audience
from layers.errors import Busy
from layers.model import Layer
from tiles import heatmap

KNOWN = frozenset({"datetime", "category", "hour", "weekday", "lang"})
"""Parameters of every question about events."""


def parse_filter(layer: Layer, known: frozenset[str] = KNOWN) -> Filter:
    """Read which events the request wants; ``known`` are all parameters that may be there.

    Raises:
        ParameterInvalid: a parameter that is not known, or cannot be read.
        NotAggregated: the layer's events are not counted by cell.
        CategoryUnknown: a category is not in its code list.
    """
    return read(layer, request.args, known)


def read(layer: Layer, args: Mapping[str, str], known: frozenset[str]) -> Filter:
    """Read which events are wanted.

    Args:
        layer: whose events.
        args: parameters by name.
        known: all parameters that may be there.

    Raises:
        ParameterInvalid: a parameter that is not known, or cannot be read.
        NotAggregated: the layer's events are not counted by cell.
        CategoryUnknown: a category is not in its code list.
    """
    unknown = sorted(set(args) - known)
    if unknown:
        raise params.ParameterInvalid(
            unknown[0], f"not known here; known: {', '.join(sorted(known))}"
        )
    start, end = params.interval(args["datetime"]) if "datetime" in args else (None, None)
    return within(layer, args, params.Interval(start, end))


def within(layer: Layer, args: Mapping[str, str], time: params.Interval) -> Filter:
    """Read which events of a time are wanted: ``category``, ``hour`` and ``weekday``.

    Raises:
        ParameterInvalid: an hour or a weekday cannot be read.
        NotAggregated: the layer's events are not counted by cell.
        CategoryUnknown: a category is not in its code list.
    """
    categories = params.names(args.get("category", ""))
    heatmap.checked(layer, categories, current.layers().heatmaps)
    hours = params.numbers(args.get("hour", ""), "hour", low=0, high=23)
    weekdays = params.numbers(args.get("weekday", ""), "weekday", low=1, high=7)
    return Filter(time.start, time.end, categories, hours, weekdays)


def query(asked: Filter) -> dict[str, str]:
    """Return a filter as parameters, one spelling for one meaning."""
    pairs = {}
    if asked.start or asked.end:
        pairs["datetime"] = str(params.Interval(asked.start, asked.end))
    if asked.categories:
        pairs["category"] = params.listed(asked.categories)
    for name, numbers in (("hour", asked.hours), ("weekday", asked.weekdays)):
        if numbers:
            pairs[name] = ",".join(map(str, numbers))
    return pairs


def written(pairs: dict[str, str]) -> str:
    """Return parameters as a query string."""
    return urlencode(pairs, safe=":/,")


def version(layer: Layer) -> int:
    """Return the version of a layer's events.

    Cells count events beyond the margin of tiles, so it is that of the layer.
    """
    services().changes.ensure()
    return services().changes.versions.layer(layer.id)


def view(layer: Layer, at_least: int, audience: Audience) -> View:
    """Return what an audience can ask of a layer's events.

    Raises:
        Busy: they are being counted.
    """
    current_view = services().cubes.view(layer, at_least, audience)
    if current_view is None:
        raise Busy(f"The events of layer '{layer.id}' are being counted; ask again in a moment.")
    return current_view
