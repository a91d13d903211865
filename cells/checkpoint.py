"""Cubes made in the background, from the table or from the cube before and what happened since."""

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


def is_due(conn: Connection, layer: Layer, kept: Generations) -> bool:
    """Tell whether a cube is to be made."""
    made = current(conn, layer, kept)
    if made is None:
        return True
    number, is_rebuilt = change_log.count_news(conn, layer, made.seal.snapshot)
    return is_rebuilt or number > MOST


def current(conn: Connection, layer: Layer, kept: Generations) -> Generation | None:
    """Return the cube of this database and declaration."""
    made = kept.current(layer.id)
    if made is None or made.seal.form != columns.form(layer):
        return None
    return made if made.seal.identity == change_log.identity(conn, layer) else None


def checkpoint(
    conn: Connection, layer: Layer, kept: Generations, *, anew: bool = False
) -> Generation:
    """Make the cube of a layer's events; those who read and write are not kept waiting.

    One process builds a layer's cube at a time. Another waits, and takes what was built meanwhile
    if nothing more is due.

    Args:
        conn: not in a transaction.
        layer: one whose events are aggregated.
        kept: where the cube goes.
        anew: read the table even where the cube before would do.
    """
    newest = kept.name(layer.id)
    with kept.building(layer.id):
        if not anew and kept.name(layer.id) != newest and not is_due(conn, layer, kept):
            built = current(conn, layer, kept)
            if built is not None:
                return built
        return _built(conn, layer, kept, anew=anew)


def _built(conn: Connection, layer: Layer, kept: Generations, *, anew: bool) -> Generation:
    before = None if anew else current(conn, layer, kept)
    if before is None:
        change_log.forget_foreign(conn, layer)
    with conn.transaction():
        conn.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        snapshot = change_log.snapshot(conn)
        events = None if before is None else _continued(conn, layer, before)
        events = change_log.events(conn, layer) if events is None else events
        manifest = CubeManifest(change_log.identity(conn, layer), columns.form(layer), snapshot)
    generation = kept.publish(layer.id, build(events), manifest)
    if before is not None:
        # What the cube before had counted no reader needs, even one that is still opening it.
        change_log.forget(conn, layer, before.seal.snapshot)
    return generation


def _continued(conn: Connection, layer: Layer, before: Generation) -> Events | None:
    """Return the events of a cube with what happened since; None where that is not enough."""
    news = change_log.news(conn, layer, before.seal.snapshot)
    if news.is_rebuilt:
        return None
    try:
        return changed(before.load().all_events(), news.changes)
    except EventUnknown as error:
        log.warning("the cube of layer %s is made from its table: %s", layer.id, error)
        return None
