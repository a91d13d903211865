"""Schema synchronisation: every declared layer has its table, in the declared form."""

from psycopg import sql

from etl import cell_ddl, ddl, geojson, rewriting, stage
from etl.errors import LoadError
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
    """
    with conn.transaction():
        touched = [layer.id for layer in layers if shape(conn, layer)]
    rewrite(conn, layers)
    return touched


def rewrite(conn: Connection, layers: Layers) -> None:
    """Write the rows anew that keep something else than what is declared now."""
    for layer in layers:
        if rewriting.is_marked(conn, layer):
            rewriting.run(conn, layer)


def shape(conn: Connection, layer: Layer) -> bool:
    """Give a layer its table, or its table the columns and triggers that are declared.

    Quick, however many rows there are: these are marked to be written anew (rewriting.py).

    Raises:
        TableDiffers: rows are there and a required column cannot be filled.
        LayerBusy: an empty table is to be made anew, and a load is filling it.
    """
    return _shape(conn, layer) | _count(conn, layer)


def is_fitting(conn: Connection, layer: Layer) -> bool:
    """Tell whether a layer can be served from its table: every column is there, in its type."""
    return not ddl.missing(conn, layer) and not _lacking(conn, layer)


def _count(conn: Connection, layer: Layer) -> bool:
    if ddl.is_counted(conn, layer):
        return False
    ddl.count(conn, layer)
    return True


def _shape(conn: Connection, layer: Layer) -> bool:
    if ddl.missing(conn, layer):
        ddl.create(conn, layer)
        ddl.comment(conn, layer)
        return True
    if ddl.difference(conn, layer) and is_empty(conn, layer) and _is_replaced(conn, layer):
        return True
    added = _add_columns(conn, layer)
    ddl.relax(conn, layer)
    kept = _keep_geojson(conn, layer) | _keep_tile_columns(conn, layer) | _keep_events(conn, layer)
    return kept | added


def _is_replaced(conn: Connection, layer: Layer) -> bool:
    """Make an empty table anew; false where a load or an edit has filled it meanwhile."""
    stage.lock(conn, layer)
    conn.execute(sql.SQL("LOCK TABLE {} IN ACCESS EXCLUSIVE MODE").format(ddl.table(layer)))
    if not is_empty(conn, layer):
        return False
    ddl.create(conn, layer, schema=STAGE)
    take_over(conn, layer)
    return True


def _lacking(conn: Connection, layer: Layer) -> set[str]:
    """Name the columns that are declared and not there."""
    return set(ddl.difference(conn, layer)) & ddl.names(layer)


def is_empty(conn: Connection, layer: Layer) -> bool:
    """Tell whether a layer's table has no rows."""
    statement = sql.SQL("SELECT NOT EXISTS (SELECT FROM {})").format(ddl.table(layer))
    row = conn.execute(statement).fetchone()
    return bool(row and row[0])


def _add_columns(conn: Connection, layer: Layer) -> bool:
    lacking = _lacking(conn, layer) - {*ddl.TILE_COLUMNS, *ddl.kept_columns(layer)}
    wrong = sorted(name for name in lacking if not _is_addable(conn, layer, name))
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


def _is_addable(conn: Connection, layer: Layer, name: str) -> bool:
    """Tell whether rows can be without a column; one that is there has another type."""
    field = layer.fields.get(name)
    if field is None or field.required or name == layer.key:
        return False
    return not ddl.has_column(conn, layer, name)


def _keep_geojson(conn: Connection, layer: Layer) -> bool:
    if not geojson.is_kept(layer) or ddl.keeps_geojson(conn, layer):
        return False
    ddl.renew_geojson(conn, layer)
    rewriting.mark(conn, layer)
    return True


def _keep_events(conn: Connection, layer: Layer) -> bool:
    """Let what happens to events be written down as the declaration now gives them."""
    if layer.heatmap is None:
        return cell_ddl.unwatch(conn, layer, ddl.table(layer))
    if cell_ddl.is_watched(conn, layer):
        return False
    cell_ddl.watch(conn, layer, ddl.table(layer))
    cell_ddl.mark(conn, layer)
    return True


def _keep_tile_columns(conn: Connection, layer: Layer) -> bool:
    """Give a table its columns for tiles and its triggers."""
    lacks = _lacking(conn, layer) & set(ddl.TILE_COLUMNS)
    if not lacks and ddl.is_watched(conn, layer):
        return False
    if lacks:
        ddl.renew_tile_columns(conn, layer)
    ddl.watch(conn, layer)
    rewriting.mark(conn, layer)
    return True
