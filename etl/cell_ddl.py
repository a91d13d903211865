"""Change data capture: triggers write which events came and went, for the cubes of H3 cells."""

from psycopg import sql as compose

import sql
from cells import columns
from layers.model import Layer
from sql.connection import Connection

MOST = 50_000
"""Events that a statement may change; of more nothing is written but that they did."""

ROWS = {
    "INSERT": compose.SQL(" REFERENCING NEW TABLE AS new_rows"),
    "UPDATE": compose.SQL(" REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows"),
    "DELETE": compose.SQL(" REFERENCING OLD TABLE AS old_rows"),
    "TRUNCATE": compose.SQL(""),
}
"""What a trigger after a kind of statement can see, by kind."""


def watch(conn: Connection, layer: Layer, table: compose.Identifier) -> None:
    """Give a table the triggers; the function is the layer's own, so that it is planned once."""
    function = compose.Identifier("ops", f"note_cells_{layer.id}")
    body = sql.query("cell_note").format(
        layer=compose.Literal(layer.id),
        most=compose.Literal(MOST),
        columns=columns.listed(columns.expressions(layer, "t")),
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
                compose.Identifier(f"cells_{event.lower()}"),
                compose.SQL(event),
                table,
                rows,
                function,
                compose.Literal(columns.digest(layer)),
            )
        )


def unwatch(conn: Connection, table: compose.Identifier) -> None:
    """Take the triggers from a table whose events are no longer counted."""
    for event in ROWS:
        trigger = compose.Identifier(f"cells_{event.lower()}")
        conn.execute(compose.SQL("DROP TRIGGER IF EXISTS {} ON {}").format(trigger, table))


def mark(conn: Connection, layer: Layer) -> None:
    """Write that the events of a layer are to be read anew."""
    conn.execute(sql.query("cell_mark"), {"layer": layer.id})
