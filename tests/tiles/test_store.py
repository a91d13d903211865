"""Tiles in files: whole or not at all, never older than what was there, thrown away when stale."""

import gzip
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from layers.audience import PUBLIC
from layers.geo import TileId
from tiles import store
from tiles.store import PyramidManifest, Store

AT = TileId(14, 13008, 7195)
NAME = store.name_of("road", AT, PUBLIC)


@pytest.fixture
def kept(tmp_path: Path) -> Store:
    made = Store(tmp_path / "tiles")
    made.claim("database one")
    return made


def test_a_tile_is_found_with_its_version(kept: Store) -> None:
    assert kept.find(NAME) is None
    put = kept.put(NAME, 7, store.pack(b"body"))
    found = kept.find(NAME)
    assert found == put
    assert found is not None
    assert found.version == 7
    assert gzip.decompress(Path(found.file).read_bytes()) == b"body"
    assert found.tag(PUBLIC) == f"7-{found.length:x}"
    assert list(kept.tiles("road")) == [AT]


def test_an_older_tile_does_not_take_the_place_of_a_newer(kept: Store) -> None:
    kept.put(NAME, 7, store.pack(b"new"))
    kept.put(NAME, 6, store.pack(b"old"))
    found = kept.find(NAME)
    assert found is not None
    assert found.version == 7


def test_only_what_is_older_is_thrown_away(kept: Store) -> None:
    kept.put(NAME, 7, store.pack(b"body"))
    assert not kept.drop_older(NAME, 7)
    assert kept.drop_older(NAME, 8)
    assert not kept.drop_older(NAME, 8)
    assert kept.find(NAME) is None


def test_another_database_does_not_see_these_tiles(kept: Store) -> None:
    kept.put(NAME, 7, store.pack(b"body"))
    kept.claim("database one")
    assert kept.find(NAME)
    kept.claim("database two")
    assert kept.find(NAME) is None


def test_a_layer_is_cleared_without_the_others(kept: Store) -> None:
    kept.put(NAME, 7, store.pack(b"body"))
    other = store.name_of("water", AT, PUBLIC)
    kept.put(other, 7, store.pack(b"body"))
    kept.clear("road")
    assert kept.find(NAME) is None
    assert kept.find(other)


def test_what_is_complete_is_remembered(kept: Store) -> None:
    assert kept.ready("road") is None
    ready = PyramidManifest(7, 5, 14, "digest")
    kept.set_ready("road", ready)
    assert kept.ready("road") == ready
    kept.set_ready("road", ready._replace(version=8))
    assert kept.ready("road") == ready._replace(version=8)
    (kept.folder / "road" / "ready.json").write_text("{broken")
    assert kept.ready("road") is None


def test_the_oldest_of_the_other_tiles_go_first(kept: Store) -> None:
    names = [store.name_of_more(PUBLIC, "road", n) for n in range(5)]
    for name in names:
        kept.put(name, 1, b"x" * 10_000)
        time.sleep(0.02)
    kept.put(NAME, 1, b"y" * 100_000)
    assert kept.sweep(25_000) == 30_000
    assert [kept.find(name) is not None for name in names] == [False] * 3 + [True] * 2
    assert kept.find(NAME), "what was drawn ahead stays"
    assert kept.sweep(25_000) == 0


def test_one_makes_a_tile_while_the_others_wait(kept: Store) -> None:
    made = []

    def make() -> None:
        with kept.alone(NAME):
            if kept.find(NAME) is None:
                time.sleep(0.05)
                made.append(1)
                kept.put(NAME, 1, store.pack(b"body"))

    threads = [threading.Thread(target=make) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 1


def test_packing_is_the_same_every_time() -> None:
    assert store.pack(b"body") == store.pack(b"body")
    assert store.unpack(store.pack(b"body")) == b"body"
    assert store.pack(b"") == store.unpack(b"") == b""


def test_a_tile_that_is_being_drawn_holds_up_no_announcement(
    kept: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "_LOCKS", 1)
    with ThreadPoolExecutor(1) as poller, kept.alone(NAME):
        poller.submit(kept.announce, "road", 7).result(5)
    assert kept.announced("road") == 7
