"""Search index maintenance: triggers keep one document a row, of all layers in one table.

Its words are folded when a row is written, so that a search is one look into one index, however
many layers there are.
"""

import hashlib

from psycopg import sql as compose

import sql
from etl.cell_ddl import ROWS
from layers.model import Layer
from sql.connection import Connection


def watch(conn: Connection, layer: Layer, table: compose.Identifier) -> None:
    """Give a table the triggers; the function is the layer's own, so that it is planned once."""
    function = compose.Identifier("ops", f"note_words_{layer.id}")
    names = dict.fromkeys((layer.key, layer.label, *layer.search))
    body = sql.query("search_note").format(
        layer=compose.Literal(layer.id),
        key=compose.Identifier("t", layer.key),
        fields=compose.SQL(", ").join(compose.Identifier("t", name) for name in names),
        document=_document(layer),
    )
    conn.execute(
        compose.SQL(
            "CREATE OR REPLACE FUNCTION {}() RETURNS trigger LANGUAGE plpgsql"
            " SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS {}"
        ).format(function, compose.Literal(body.as_string(conn)))
    )
    for event, rows in ROWS.items():
        conn.execute(
            compose.SQL(
                "CREATE OR REPLACE TRIGGER {} AFTER {} ON {}{} FOR EACH STATEMENT"
                " EXECUTE FUNCTION {}({})"
            ).format(
                _trigger(event),
                compose.SQL(event),
                table,
                rows,
                function,
                compose.Literal(form(layer)),
            )
        )


def unwatch(conn: Connection, layer: Layer, table: compose.Identifier) -> None:
    """Take the triggers and the documents from a layer that is not searched any more."""
    for event in ROWS:
        statement = compose.SQL("DROP TRIGGER IF EXISTS {} ON {}")
        conn.execute(statement.format(_trigger(event), table))
    conn.execute("DELETE FROM ops.search_document WHERE layer = %s", (layer.id,))


def fill(conn: Connection, layer: Layer, table: compose.Identifier) -> None:
    """Bring the documents to the rows of a table that nobody else writes to at the moment."""
    statement = sql.query("search_fill").format(document=_document(layer), table=table)
    conn.execute(statement, {"layer": layer.id})


def form(layer: Layer) -> str:
    """Return what tells documents of this declaration from those of another."""
    text = "\0".join((layer.key, layer.label, *layer.search))
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def _document(layer: Layer) -> compose.Composed:
    """Return key, title and words of a row ``t``. No fold has the sign that is between two."""
    folds = [
        compose.SQL("public.gis_fold({})").format(compose.Identifier("t", name))
        for name in layer.search
    ]
    return compose.SQL(
        "{key}::text, coalesce({title}::text, {key}::text), concat_ws('|', {folds})"
    ).format(
        key=compose.Identifier("t", layer.key),
        title=compose.Identifier("t", layer.label),
        folds=compose.SQL(", ").join(folds),
    )


def _trigger(event: str) -> compose.Identifier:
    return compose.Identifier(f"search_{event.lower()}")
