"""What needs a leader's eye: conditions on layers, and where events rose most."""

import json
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from psycopg import sql as compose

import sql
from gis_server.http.params import Interval
from layers import local_time, units
from layers.model import Attention, Field, Layer, Text, Type
from layers.registry import Layers
from sql.connection import Connection
from sql.schemas import layer_table

MOST_PLACES = 500
MOST_RISING = 10
DEFAULT_SPAN = timedelta(days=7)


class Period(NamedTuple):
    """The chosen time, closed, both ends known."""

    start: datetime
    end: datetime

    @property
    def before(self) -> "Period":
        """The time of the same length that ends where this one starts."""
        length = self.end - self.start
        return Period(
            local_time.earlier(self.start, length),
            local_time.earlier(self.start, timedelta(microseconds=1)),
        )


@dataclass(frozen=True, slots=True)
class Item:
    """One line of the panel: how many of how many, and in the time before where it compares."""

    layer: str
    kind: str
    priority: int
    title: Text
    count: int
    total: int
    previous: int | None


def period(wanted: Interval, now: datetime) -> Period:
    """Close an interval: an open end is now, or a start to come; an open start is a week before."""
    end = wanted.end or max(now, wanted.start or now)
    return Period(wanted.start or local_time.earlier(end, DEFAULT_SPAN), end)


def items(conn: Connection, layers: Layers, chosen: Period) -> list[Item]:
    """Return what needs attention, most urgent first; layers where all is well are left out."""
    watched = [(layer, layer.attention) for layer in layers if layer.attention]
    watched.sort(key=lambda pair: pair[1].priority)
    found = [
        _rising(conn, layer, rule, chosen) if rule.rising else _condition(conn, layer, rule, chosen)
        for layer, rule in watched
    ]
    return [item for item in found if item.count]


def _condition(conn: Connection, layer: Layer, rule: Attention, chosen: Period) -> Item:
    statement = sql.query("attention_count").format(
        table=layer_table(layer.id),
        where=_where(rule),
        among=_among(rule),
        time=_in_time(layer, rule),
    )
    count, total = conn.execute(statement, _values(rule, chosen)).fetchone() or (0, 0)
    return Item(layer.id, "condition", rule.priority, rule.title, count, total, None)


def _rising(conn: Connection, layer: Layer, rule: Attention, chosen: Period) -> Item:
    statement = sql.query("attention_rising_count").format(
        table=layer_table(layer.id), time=compose.Identifier(layer.time or layer.key)
    )
    now, before, comparable = conn.execute(statement, _both(chosen)).fetchone() or (0, 0, False)
    if not comparable:
        # Without records of the time before, everything would seem to rise.
        now = 0
    return Item(layer.id, "rising", rule.priority, rule.title, now, now, before)


def places(conn: Connection, layer: Layer, chosen: Period) -> list[dict[str, Any]]:
    """Return GeoJSON features (degrees) behind a figure, worst first; none without a rule."""
    rule = layer.attention
    if rule is None:
        return []
    if rule.rising:
        return _rising_places(conn, layer, chosen)
    order = rule.before_now or layer.time or layer.key
    statement = sql.query("attention_places").format(
        key=compose.Identifier(layer.key),
        label=compose.Identifier(layer.label),
        fields=compose.SQL(", ").join(map(compose.Identifier, _told(rule) or (layer.key,))),
        table=layer_table(layer.id),
        where=_where(rule),
        time=_in_time(layer, rule),
        order=compose.Identifier(order),
    )
    rows = conn.execute(statement, {**_values(rule, chosen), "limit": MOST_PLACES})
    return [_place(layer, rule, row) for row in rows]


def _rising_places(conn: Connection, layer: Layer, chosen: Period) -> list[dict[str, Any]]:
    statement = sql.query("attention_rising_places").format(
        table=layer_table(layer.id),
        time=compose.Identifier(layer.time or layer.key),
        communes=layer_table(units.COMMUNE),
        code=compose.Identifier(units.CODE),
        name=compose.Identifier(units.NAME),
    )
    rows = conn.execute(statement, {**_both(chosen), "limit": MOST_RISING})
    return [
        _feature(
            (units.COMMUNE, code),
            {"vi": name, "en": name},
            geometry,
            {"vi": f"{count} (kỳ trước {before})", "en": f"{count} (before: {before})"},
            count=count,
            previous=before,
        )
        for code, name, geometry, count, before in rows
    ]


def _where(rule: Attention) -> compose.Composed:
    parts: list[compose.Composable] = [
        compose.SQL("{} = ANY({})").format(compose.Identifier(n), compose.Placeholder(f"in_{n}"))
        for n in rule.where
    ]
    if rule.before_now:
        parts.append(compose.SQL("{} < %(end)s").format(compose.Identifier(rule.before_now)))
    return compose.SQL(" AND ").join(parts or [compose.SQL("true")])


def _among(rule: Attention) -> compose.Composable:
    """What a figure is a part of: overdue is a part of what is open."""
    if rule.before_now is None:
        return compose.SQL("true")
    return _where(replace(rule, before_now=None))


def _in_time(layer: Layer, rule: Attention) -> compose.Composable:
    """Events count in the chosen time; things without a time are as they are now.

    What waits for an answer counts however long ago it came: the oldest is the worst.
    """
    if layer.time is None:
        return compose.SQL("true")
    if rule.before_now:
        return compose.SQL("{} <= %(end)s").format(compose.Identifier(layer.time))
    return compose.SQL("{0} >= %(start)s AND {0} <= %(end)s").format(compose.Identifier(layer.time))


def _values(rule: Attention, chosen: Period) -> dict[str, Any]:
    named = {f"in_{name}": list(values) for name, values in rule.where.items()}
    return {**named, **chosen._asdict()}


def _both(chosen: Period) -> dict[str, Any]:
    before = chosen.before
    return {**chosen._asdict(), "before_start": before.start, "before_end": before.end}


def _told(rule: Attention) -> tuple[str, ...]:
    return (*rule.where, *((rule.before_now,) if rule.before_now else ()))


def _place(layer: Layer, rule: Attention, row: tuple[Any, ...]) -> dict[str, Any]:
    key, label, geometry, told = row
    parts = [_said(layer.fields[name], told.get(name)) for name in _told(rule)]
    detail = {lang: " · ".join(part[lang] for part in parts if part) for lang in ("vi", "en")}
    return _feature((layer.id, key), _named(layer, key, label or key), geometry, detail)


def _named(layer: Layer, key: str, label: str) -> Text:
    """Return a feature's name; where the label is a code, the code's title and the key."""
    codes = layer.fields[layer.label].codes
    if codes and label in codes.codes:
        return {lang: f"{text} · {key}" for lang, text in codes.codes[label].title.items()}
    return {"vi": label, "en": label}


def _said(field: Field, value: Any) -> Text | None:
    """Put a value into words; a code by its title, a time in the province's clock."""
    if value is None:
        return None
    if field.codes and value in field.codes.codes:
        return field.codes.codes[value].title
    shown = str(value)
    if field.type is Type.DATETIME:
        local = local_time.of(datetime.fromisoformat(shown))
        shown = f"{local:%d/%m/%Y %H:%M}"
    return {lang: f"{field.title[lang]}: {shown}" for lang in ("vi", "en")}


def _feature(
    place: tuple[str, str], title: Text, geometry: str, detail: Text, **more: int
) -> dict[str, Any]:
    """Make a GeoJSON feature of (layer, key), words and geometry text."""
    layer, key = place
    return {
        "type": "Feature",
        "id": key,
        "geometry": json.loads(geometry),
        "properties": {"layer": layer, "id": key, "title": title, "detail": detail, **more},
    }
