"""What is asked of the database does not grow with layers that nobody has changed."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from etl import seed, table_facts, tables
from gis_server.catalogue import search
from gis_server.runtime import table_sync
from layers import registry
from layers.declared import Declared
from layers.registry import Layers

Ask = Callable[["Counting", Layers, Path], object]


class Counting(psycopg.Connection[Any]):
    """A connection that counts the statements."""

    statements = 0

    def execute(self, *args: Any, **options: Any) -> Any:
        self.statements += 1
        return super().execute(*args, **options)


@pytest.fixture
def counting(database_url: str) -> Iterator[Counting]:
    with Counting.connect(database_url, autocommit=True) as conn:
        yield conn


ASKED: dict[str, Ask] = {
    "a start": lambda conn, layers, _: tables.prepare(conn, layers),
    "a look at folders": table_sync.prepare,
    "what can be served": lambda conn, layers, _: table_facts.fitting(conn, layers),
    "a search": lambda conn, layers, _: search.search(conn, layers, "khong thay", 8, "vi"),
}


@pytest.mark.parametrize("what", ASKED)
def test_more_layers_take_no_more_statements(
    counting: Counting,
    layers: Layers,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    what: str,
) -> None:
    monkeypatch.setattr(table_sync, "_TAKEN_OVER", 0)
    # Rows that come with the product are looked for in the tables of layers that have such rows.
    bare = {layer.id: layer for layer in layers if not (layer.folder / seed.FILE).exists()}
    few = dict(list(bare.items())[:4])
    taken = []
    for some in (few, bare):
        before = counting.statements
        ASKED[what](counting, Layers(some, layers.groups), tmp_path)
        taken.append(counting.statements - before)
    assert taken[0] == taken[1] > 0


def test_only_the_folder_that_changed_is_read(
    tmp_path: Path, layers: Layers, monkeypatch: pytest.MonkeyPatch
) -> None:
    found, read = Declared(tmp_path), []
    reading = registry.read

    def noted(folder: Path, *common: Any) -> Any:
        read.append(folder.name)
        return reading(folder, *common)

    monkeypatch.setattr(registry, "read", noted)
    monkeypatch.setattr("layers.declared._STILL", 0)
    shutil.copytree(layers.get("school").folder, tmp_path / "market")
    assert found.look()
    assert read == ["market"]
