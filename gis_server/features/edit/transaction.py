"""Optimistic locking: transactions on single features, planned (pure) and run."""

import logging
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import psycopg
import shapely
from psycopg import sql as compose
from psycopg.sql import SQL, Composable, Composed, Identifier, Placeholder

import sql
from etl import ddl
from etl.check import Fault
from etl.geometry import cells
from gis_server.features.crs import Reference
from gis_server.features.edit import geometry as edit_geometry
from gis_server.features.edit import values as edit_values
from gis_server.features.edit.errors import (
    FeatureBarred,
    FeatureChanged,
    FeatureExists,
    FeatureInvalid,
    FeatureLocked,
    FeatureRefused,
)
from gis_server.features.edit.geometry import ShapeInvalid
from gis_server.features.errors import FeatureUnknown
from layers.audience import Audience
from layers.model import Derive, Field, Layer, Type
from sql.connection import Connection

log = logging.getLogger("gis")

Key = str | int
Rows = frozenset[str] | None
"""What the row may be as written last; None when anything will do."""

_PATIENCE = "5s"
"""How long a change waits for another one of the same feature."""


class Sent(NamedTuple):
    """A feature, or part of one, as its JSON says it; ``id`` None when it has none."""

    id: Any
    properties: Mapping[str, Any]
    has_geometry: bool
    geometry: Any
    crs: Reference


class Target(NamedTuple):
    """Optimistic locking: which feature is meant, what its row may be, and what it may not."""

    key: Key
    rows: Rows
    barred: Rows = frozenset()


class Plan(NamedTuple):
    """A statement with its values, and what the journal says of it."""

    layer: Layer
    action: str
    key: Key | None
    statement: Composed
    values: Mapping[str, Any]


class Written(NamedTuple):
    """The key of a feature that was changed, and what its row is now."""

    key: Key
    row: str


def create(layer: Layer, sent: Sent, audience: Audience) -> Plan:
    """Plan a new feature; a serial number is given by the database whatever the client says.

    Raises:
        FeatureInvalid: naming every fault.
    """
    faults: list[Fault] = []
    values: dict[str, Any] = {}
    if layer.field(layer.key).derive is not Derive.SERIAL:
        values[layer.key] = _new_key(layer, sent, faults)
    values |= _values(layer, sent, audience, faults, is_whole=True)
    if faults:
        raise FeatureInvalid(layer, faults)
    statement = sql.query("feature_insert").format(
        table=ddl.table(layer),
        key=Identifier(layer.key),
        columns=SQL(", ").join(map(Identifier, values)),
        values=SQL(", ").join(_expression(layer, name) for name in values),
    )
    return Plan(layer, "create", values.get(layer.key), statement, _bound(values))


def change(layer: Layer, target: Target, sent: Sent, audience: Audience, *, is_whole: bool) -> Plan:
    """Plan a feature's replacement, or with ``is_whole`` false a change of what is named.

    A replacement sets visible fields that are not named to null. Other fields stay as they are.

    Raises:
        FeatureInvalid: naming every fault.
    """
    faults = [*_other_keys(layer, target.key, sent)]
    values = _values(layer, sent, audience, faults, is_whole=is_whole)
    if faults:
        raise FeatureInvalid(layer, faults)
    changes = {name: _expression(layer, name) for name in values}
    # An empty change is one too: the row is written and has a new tag.
    changes = changes or {layer.key: Identifier("t", layer.key)}
    statement = sql.query("feature_update").format(
        table=ddl.table(layer),
        key=Identifier(layer.key),
        changes=SQL(", ").join(
            SQL("{} = {}").format(Identifier(name), made) for name, made in changes.items()
        ),
    )
    action = "replace" if is_whole else "update"
    return Plan(layer, action, target.key, statement, _bound(values) | _chosen(target))


def delete(layer: Layer, target: Target) -> Plan:
    """Plan a feature's removal."""
    statement = sql.query("feature_delete").format(
        table=ddl.table(layer), key=Identifier(layer.key)
    )
    return Plan(layer, "delete", target.key, statement, _chosen(target))


def run(conn: Connection, plan: Plan, who: str) -> Written:
    """Change the feature and write the journal, in one transaction.

    Raises:
        FeatureChanged: the row is another than the client knows.
        FeatureBarred: the row is one that the client excludes.
        FeatureUnknown: there is none.
        FeatureExists: a new one has the key of another.
        FeatureLocked: someone else is at it for longer than a client waits.
        FeatureRefused: the database has a rule against it.
    """
    try:
        with conn.transaction():
            conn.execute(SQL("SET LOCAL lock_timeout = {}").format(compose.Literal(_PATIENCE)))
            row = conn.execute(plan.statement, plan.values).fetchone()
            if row is None:
                raise _missed(conn, plan)
            conn.execute(
                sql.query("feature_edited"),
                {"layer": plan.layer.id, "key": str(row[0]), "action": plan.action, "who": who},
            )
    except psycopg.errors.UniqueViolation as error:
        raise FeatureExists(plan.layer, plan.key) from error
    except psycopg.errors.LockNotAvailable as error:
        raise FeatureLocked from error
    except (psycopg.IntegrityError, psycopg.DataError, psycopg.InternalError) as error:
        log.warning("layer %s refused a feature: %s", plan.layer.id, error)
        raise FeatureRefused from error
    return Written(*row)


def exists(conn: Connection, layer: Layer, key: Key) -> bool:
    """Tell whether a layer has a feature."""
    statement = sql.query("feature_exists").format(
        table=ddl.table(layer), key=Identifier(layer.key)
    )
    row = conn.execute(statement, {"key": key}).fetchone()
    return bool(row and row[0])


def _missed(conn: Connection, plan: Plan) -> Exception:
    """Part 4 wants 412 for the replacement of what is not there, as If-Match matches nothing."""
    if plan.values["barred"] != [] and exists(conn, plan.layer, plan.values["key"]):
        return FeatureBarred()
    if plan.action == "replace" or exists(conn, plan.layer, plan.values["key"]):
        return FeatureChanged()
    return FeatureUnknown(plan.layer.id, str(plan.key)[:100])


def _values(
    layer: Layer, sent: Sent, audience: Audience, faults: list[Fault], *, is_whole: bool
) -> dict[str, Any]:
    """Return the columns to write, by name; what is wrong is added to the faults."""
    visible = layer.visible_to(audience)
    known = {name: field for name, field in visible.items() if not _is_given(layer, field)}
    found: dict[str, Any] = {}
    for name, field in known.items():
        if is_whole or name in sent.properties:
            found[name], wrong = edit_values.value(field, sent.properties.get(name))
            faults += wrong
    # Whether a field is not there or not visible is nobody's business.
    unknown = [name for name in sent.properties if name not in visible]
    faults += [Fault(0, name[:100], "", "the layer has no such field") for name in unknown]
    if is_whole or sent.has_geometry:
        found |= _located(layer, sent, faults)
    return found


def _is_given(layer: Layer, field: Field) -> bool:
    """Tell whether a field's value is not the client's to say: passed over when it comes."""
    return field.name == layer.key or field.derive is not None


def _located(layer: Layer, sent: Sent, faults: list[Fault]) -> dict[str, Any]:
    try:
        placed = edit_geometry.place(layer, edit_geometry.read(sent.geometry, sent.crs), sent.crs)
    except ShapeInvalid as error:
        faults.append(edit_geometry.fault(error))
        return {}
    measures = (Derive.AREA, Derive.LENGTH)
    found: dict[str, Any] = {
        n: placed.measured for n, field in layer.fields.items() if field.derive in measures
    }
    found["geom"] = shapely.to_wkb(placed.shape)
    if layer.heatmap:
        found["h3"] = cells(np.array([placed.shape], dtype=object))[0].as_py()
    return found


def _new_key(layer: Layer, sent: Sent, faults: list[Fault]) -> Key | None:
    """Read the key of a new feature: the field of that name, or the feature's id."""
    field = layer.field(layer.key)
    given = sent.properties.get(layer.key, sent.id)
    if sent.id is not None and given != sent.id:
        faults.append(Fault(0, "id", edit_values.shown(sent.id), f"not that of '{layer.key}'"))
    found, wrong = edit_values.value(field, given)
    faults += wrong
    if found is None and not wrong:
        faults.append(Fault(0, layer.key, "", "missing"))
    key: Key | None = found
    return key


def _other_keys(layer: Layer, key: Key, sent: Sent) -> list[Fault]:
    """Return what names another feature than the address does."""
    named = {layer.key: sent.properties.get(layer.key, key)}
    if sent.id is not None:
        named["id"] = sent.id
    return [
        Fault(0, name, edit_values.shown(given), f"the address says {key}")
        for name, given in named.items()
        if not _is_key(layer, given, key)
    ]


def _is_key(layer: Layer, given: Any, key: Key) -> bool:
    """A client may have made a text of a number."""
    if layer.field(layer.key).type is Type.INTEGER and isinstance(given, str):
        return given == str(key)
    return bool(given == key) and not isinstance(given, bool)


def _expression(layer: Layer, name: str) -> Composable:
    placeholder = Placeholder(_named(name))
    if name != "geom":
        return placeholder
    return SQL("public.ST_GeomFromWKB({}, {})").format(placeholder, layer.geometry.crs.srid)


def _bound(values: Mapping[str, Any]) -> dict[str, Any]:
    return {_named(name): value for name, value in values.items()}


def _chosen(target: Target) -> dict[str, Any]:
    rows = {"rows": target.rows, "barred": target.barred}
    return {"key": target.key, **{n: None if r is None else sorted(r) for n, r in rows.items()}}


def _named(name: str) -> str:
    return f"of_{name}"
