"""Schema synchronisation: every declared layer has its table, in the declared form."""

from collections.abc import Iterable

from psycopg import sql

from etl import cell_ddl, ddl, geojson, provenance, rewriting, search_ddl, stage, table_facts
from etl.errors import LoadError
from etl.table_facts import TableFacts
from etl.takeover import take_over
from layers.model import Layer
from layers.registry import Layers
from sql.connection import Connection
from sql.schemas import STAGE


class TableDiffers(LoadError):
    """A table with rows lacks what its declaration requires, or has it in another type."""

    def __init__(self, layer_id: str, columns: list[str]) -> None:
        super().__init__(
            f"Table layer.{layer_id} has rows but no {', '.join(columns)} as layer.yaml"
            f" requires. Load it again with 'gis load {layer_id} FILE --mode replace',"
            " or declare the field as it was, or make it optional."
        )
        self.layer_id, self.columns = layer_id, columns


def prepare(conn: Connection, layers: Layers) -> list[str]:
    """Create missing tables and bring the others to their declarations; return what was touched.

    All tables get their columns in one transaction. Rows that keep something else than what is
    declared now are written anew after that, in pieces.

    Raises:
        TableDiffers: rows are there and a required column cannot be filled.
        TableForeign: what has a layer's name is not ours.
    """
    with conn.transaction():
        provenance.check(conn, layers)
        touched = [layer.id for layer in unsettled(conn, layers) if shape(conn, layer)]
    rewrite(conn, layers)
    return touched


def unsettled(conn: Connection, layers: Iterable[Layer]) -> list[Layer]:
    """Return the layers whose tables are not there, not ours, or not what is declared."""
    known = [*layers]
    facts = table_facts.read(conn, known)
    return [
        layer for layer in known if layer.id not in facts or not facts[layer.id].is_settled(layer)
    ]


def rewrite(conn: Connection, layers: Layers) -> None:
    """Write the rows anew that keep something else than what is declared now."""
    for layer_id in rewriting.marked(conn):
        if layer_id in layers.by_id:
            rewriting.run(conn, layers.get(layer_id))


def shape(conn: Connection, layer: Layer) -> bool:
    """Give a layer its table, or its table the columns and triggers that are declared.

    Quick, however many rows there are: these are marked to be written anew (rewriting.py).

    Raises:
        TableDiffers: rows are there and a required column cannot be filled.
        TableForeign: what has the layer's name is not ours.
        LayerBusy: an empty table is to be made anew, and a load is filling it.
    """
    provenance.check(conn, [layer])
    facts = table_facts.of(conn, layer)
    return _shape(conn, layer, facts) | _count(conn, layer, facts)


def _count(conn: Connection, layer: Layer, facts: TableFacts | None) -> bool:
    if facts and facts.is_counted:
        return False
    ddl.count(conn, layer)
    return True


def _shape(conn: Connection, layer: Layer, facts: TableFacts | None) -> bool:
    if facts is None:
        ddl.create(conn, layer)
        ddl.comment(conn, layer)
        return True
    if facts.difference(layer) and is_empty(conn, layer) and _is_replaced(conn, layer):
        return True
    added = _add_columns(conn, layer, facts)
    ddl.relax(conn, layer, facts.relaxable(layer))
    kept = [keep(conn, layer, facts) for keep in _KEPT]
    return added or any(kept)


def _is_replaced(conn: Connection, layer: Layer) -> bool:
    """Make an empty table anew; false where a load or an edit has filled it meanwhile."""
    stage.lock(conn, layer)
    conn.execute(sql.SQL("LOCK TABLE {} IN ACCESS EXCLUSIVE MODE").format(ddl.table(layer)))
    if not is_empty(conn, layer):
        return False
    ddl.create(conn, layer, schema=STAGE)
    take_over(conn, layer)
    return True


def is_empty(conn: Connection, layer: Layer) -> bool:
    """Tell whether a layer's table has no rows."""
    statement = sql.SQL("SELECT NOT EXISTS (SELECT FROM {})").format(ddl.table(layer))
    row = conn.execute(statement).fetchone()
    return bool(row and row[0])


def _add_columns(conn: Connection, layer: Layer, facts: TableFacts) -> bool:
    lacking = facts.lacking(layer) - {*ddl.TILE_COLUMNS, *ddl.kept_columns(layer)}
    wrong = sorted(name for name in lacking if not _is_addable(layer, facts, name))
    if wrong:
        raise TableDiffers(layer.id, wrong)
    for name in lacking:
        kind = sql.SQL(layer.fields[name].type.postgres)
        conn.execute(
            sql.SQL("ALTER TABLE {} ADD COLUMN {} {}").format(
                ddl.table(layer), sql.Identifier(name), kind
            )
        )
    return bool(lacking)


def _is_addable(layer: Layer, facts: TableFacts, name: str) -> bool:
    """Tell whether rows can be without a column; one that is there has another type."""
    field = layer.fields.get(name)
    if field is None or field.required or name == layer.key:
        return False
    return name not in facts.types


def _keep_geojson(conn: Connection, layer: Layer, facts: TableFacts) -> bool:
    if not geojson.is_kept(layer) or facts.keeps_text(layer):
        return False
    ddl.renew_geojson(conn, layer, lacks_column=geojson.COLUMN in facts.difference(layer))
    rewriting.mark(conn, layer)
    return True


def _keep_events(conn: Connection, layer: Layer, facts: TableFacts) -> bool:
    """Let what happens to events be written down as the declaration now gives them."""
    if facts.counts_events(layer):
        return False
    if layer.heatmap is None:
        cell_ddl.unwatch(conn, ddl.table(layer))
        return True
    cell_ddl.watch(conn, layer, ddl.table(layer))
    cell_ddl.mark(conn, layer)
    return True


def _keep_tile_columns(conn: Connection, layer: Layer, facts: TableFacts) -> bool:
    """Give a table its columns for tiles and its triggers."""
    lacks = facts.lacking(layer) & set(ddl.TILE_COLUMNS)
    if not lacks and facts.is_watched(layer):
        return False
    if lacks:
        ddl.renew_tile_columns(conn, layer)
    ddl.watch(conn, layer)
    rewriting.mark(conn, layer)
    return True


def _keep_search(conn: Connection, layer: Layer, facts: TableFacts) -> bool:
    """Let the search box find what the declaration now gives."""
    if facts.is_searched(layer):
        return False
    table = ddl.table(layer)
    conn.execute(sql.SQL("LOCK TABLE {} IN SHARE ROW EXCLUSIVE MODE").format(table))
    if not layer.search:
        search_ddl.unwatch(conn, layer, table)
        return True
    search_ddl.watch(conn, layer, table)
    search_ddl.fill(conn, layer, table)
    return True


_KEPT = (_keep_geojson, _keep_tile_columns, _keep_events, _keep_search)
"""What brings to the declaration that which triggers keep of rows; each tells if it had to."""
