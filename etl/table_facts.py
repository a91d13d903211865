"""Schema introspection: what the tables of layers are like, read for all of them at once.

One statement tells of every table, so that to find nothing to do costs the same for ten layers and
for hundreds. A table is ours when a trigger of it is (its mark); of others nothing is told.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import sql
from cells import columns
from etl import cell_ddl, ddl, geojson, search_ddl
from layers.model import Layer
from sql.connection import Connection

_CHANGE_TRIGGERS = 5
"""The one that keeps the columns for tiles, and four that write down changes."""


@dataclass(frozen=True, slots=True)
class TableFacts:
    """What a layer's table is like, and what that means for a declaration.

    Attributes:
        types: of the columns, by name.
        filled: columns that may not be empty.
        changes: triggers that keep columns for tiles and write down changes.
        tiles: arguments of the former.
        events: triggers that write down events.
        event_form: the form of events that they were made for.
        text_form: the form of the GeoJSON text that a trigger keeps.
        searches: triggers that keep documents for the search box.
        search_form: the form of these.
        is_rewriting: whether rows are still to be written anew.
        is_counted: whether the number of rows is known.
    """

    types: Mapping[str, str]
    filled: tuple[str, ...]
    changes: int
    tiles: str | None
    events: int
    event_form: str | None
    text_form: str | None
    searches: int
    search_form: str | None
    is_rewriting: bool
    is_counted: bool

    def difference(self, layer: Layer) -> list[str]:
        """Name the columns that the table and the declaration do not share; empty when they agree.

        A column whose values are of another type is not shared either.
        """
        declared = ddl.types(layer)
        other = {name for name, kind in declared.items() if self.types.get(name, kind) != kind}
        return sorted((self.types.keys() ^ ddl.names(layer)) | other)

    def lacking(self, layer: Layer) -> set[str]:
        """Name the columns that are declared and not there."""
        return set(self.difference(layer)) & ddl.names(layer)

    def relaxable(self, layer: Layer) -> list[str]:
        """Name the columns that need not be filled any more, or are not declared any more."""
        required = {name for name, field in layer.fields.items() if field.required}
        return sorted({*self.filled} - required - {layer.key, "geom", "h3"})

    def is_watched(self, layer: Layer) -> bool:
        """Tell whether it has its triggers, and its columns for tiles as declared."""
        form = f"{layer.tiles.minzoom},{str(layer.has_anchor).lower()}"
        return (self.changes, self.tiles) == (_CHANGE_TRIGGERS, form)

    def keeps_text(self, layer: Layer) -> bool:
        """Tell whether all rows keep the text that the declaration gives."""
        is_kept = geojson.is_kept(layer) and self.text_form == geojson.form(layer)
        return is_kept and not self.is_rewriting

    def counts_events(self, layer: Layer) -> bool:
        """Tell whether what happens to events is written down as the declaration gives them."""
        if layer.heatmap is None:
            return self.events == 0
        return (self.events, self.event_form) == (len(cell_ddl.ROWS), columns.digest(layer))

    def is_searched(self, layer: Layer) -> bool:
        """Tell whether documents for the search box are kept as the declaration gives them."""
        if not layer.search:
            return self.searches == 0
        return (self.searches, self.search_form) == (len(cell_ddl.ROWS), search_ddl.form(layer))

    def is_settled(self, layer: Layer) -> bool:
        """Tell whether the table is what is declared."""
        return (
            self.is_counted
            and not self.difference(layer)
            and not self.relaxable(layer)
            and self.is_watched(layer)
            and (self.keeps_text(layer) or not geojson.is_kept(layer))
            and self.counts_events(layer)
            and self.is_searched(layer)
        )


def read(conn: Connection, layers: Iterable[Layer]) -> Mapping[str, TableFacts]:
    """Return what is known of the tables that are there and ours, by layer."""
    names = [layer.id for layer in layers]
    rows = conn.execute(sql.query("table_facts"), {"layers": names})
    return {layer_id: TableFacts(*facts) for layer_id, *facts in rows}


def of(conn: Connection, layer: Layer) -> TableFacts | None:
    """Return what is known of one layer's table; None when it has none."""
    return read(conn, [layer]).get(layer.id)


def fitting(conn: Connection, layers: Iterable[Layer]) -> set[str]:
    """Name the layers that can be served: every column is there, in its type."""
    known = [*layers]
    facts = read(conn, known)
    return {layer.id for layer in known if layer.id in facts and not facts[layer.id].lacking(layer)}
