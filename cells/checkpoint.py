"""Checkpoints: cubes made in the background, from the table or the cube before and its delta."""

import logging

from cells import change_log, columns
from cells.build import build
from cells.events import Events, EventUnknown, changed
from cells.generations import CubeManifest, Generation, Generations
from layers.model import Layer
from sql.connection import Connection

log = logging.getLogger("gis")


MOST = 50_000
"""Changes since a cube after which the next is made: reading them takes a request a millisecond."""


def is_due(conn: Connection, layer: Layer, generations: Generations) -> bool:
    """Tell whether a cube is to be made."""
    generation = current(conn, layer, generations)
    if generation is None:
        return True
    number, is_rebuilt = change_log.delta_size(conn, layer, generation.manifest.snapshot)
    return is_rebuilt or number > MOST


def current(conn: Connection, layer: Layer, generations: Generations) -> Generation | None:
    """Return the cube of this database and declaration."""
    generation = generations.current(layer.id)
    if generation is None or generation.manifest.digest != columns.digest(layer):
        return None
    return generation if generation.manifest.identity == change_log.identity(conn, layer) else None


def checkpoint(
    conn: Connection, layer: Layer, generations: Generations, *, anew: bool = False
) -> Generation:
    """Make a checkpoint, the cube of a layer's events; nobody who reads or writes is kept waiting.

    One process builds a layer's cube at a time. Another waits, and takes what was built meanwhile
    if nothing more is due.

    Args:
        conn: not in a transaction.
        layer: one whose events are aggregated.
        generations: where the cube goes.
        anew: read the table even where the cube before would do.
    """
    newest = generations.name(layer.id)
    with generations.building(layer.id):
        is_replaced = generations.name(layer.id) != newest
        if is_replaced and not anew and not is_due(conn, layer, generations):
            built = current(conn, layer, generations)
            if built is not None:
                return built
        return _built(conn, layer, generations, anew=anew)


def _built(conn: Connection, layer: Layer, generations: Generations, *, anew: bool) -> Generation:
    before = None if anew else current(conn, layer, generations)
    if before is None:
        change_log.forget_foreign(conn, layer)
    with conn.transaction():
        conn.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        snapshot = change_log.snapshot(conn)
        events = None if before is None else _continued(conn, layer, before)
        events = change_log.events(conn, layer) if events is None else events
        manifest = CubeManifest(change_log.identity(conn, layer), columns.digest(layer), snapshot)
    generation = generations.publish(layer.id, build(events), manifest)
    if before is not None:
        # What the cube before had counted no reader needs, even one that is still opening it.
        change_log.forget(conn, layer, before.manifest.snapshot)
    return generation


def _continued(conn: Connection, layer: Layer, before: Generation) -> Events | None:
    """Return the events of a cube with what happened since; None where that is not enough."""
    delta = change_log.delta(conn, layer, before.manifest.snapshot)
    if delta.is_rebuilt:
        return None
    try:
        return changed(before.load().all_events(), delta.changes)
    except EventUnknown as error:
        log.warning("the cube of layer %s is made from its table: %s", layer.id, error)
        return None
