"""Metadata of an exported archive, and the report to whoever ran the export."""

from collections.abc import Iterator
from pathlib import Path

from gis_server.catalogue.summaries import VIET_NAM, LayerState, states, summarise
from sql.connection import Connection
from tiles.export import ExportMetadata, Plan, Written
from tiles.tilejson import About


def metadata(conn: Connection, planned: Plan, language: str) -> ExportMetadata:
    """Return names, boxes (degrees) and whom to name, in ``vi`` or ``en``."""
    loads = states(conn)
    layers = [part.layer for part in planned.parts]
    about = {
        layer.id: About(
            base_url="",
            language=language,
            bounds=summarise(conn, layer).bounds or VIET_NAM,
            is_demo=loads.get(layer.id, LayerState()).is_demo,
        )
        for layer in layers
    }
    return ExportMetadata(about, ", ".join(layer.title[language] for layer in layers))


def report(planned: Plan, written: Written, out: Path) -> Iterator[str]:
    """Yield the lines for a person at a terminal."""
    if written.dropped:
        yield "the data or what was asked for had changed: begun anew"
    if written.resumed:
        yield f"went on after {written.resumed} tiles of an earlier run"
    low, high = planned.zooms
    yield (
        f"{out}: {written.tiles} tiles of zoom {low} to {high}, {written.contents} of them"
        f" different, {written.length / 1e6:.1f} MB"
    )
    if planned.empty:
        yield f"not in it, as they have no rows: {', '.join(planned.empty)}"
    if written.changed:
        yield (
            f"while this ran, rows changed in {', '.join(written.changed)}: some may be in it,"
            " others not"
        )
