"""An archive in the making: complete or not there, taken up where a killed run left it."""

import errno
import random
from collections.abc import Callable
from pathlib import Path

import pytest
from pmtiles.reader import MmapSource, Reader, all_tiles
from pmtiles.tile import zxy_to_tileid

from layers.geo import BBox
from tiles.archive import ArchiveBusy, DiskFull, FolderMissing, Packed, Partial, Place

PLACE = Place(BBox(105.5, 21.5, 106.5, 22.25), 0, 8, 7)
Chunk = list[Packed]


def _chunks(count: int, size: int = 100) -> list[Chunk]:
    """Chunks of a zoom's first tiles; every tenth is the same as all the other tenths."""
    first = zxy_to_tileid(8, 0, 0)
    chance = random.Random(19)
    tiles = [
        Packed(first + n, b"sea" if n % 10 == 0 else f"{n} ".encode() * chance.randint(1, 9))
        for n in range(count)
    ]
    return [tiles[start : start + size] for start in range(0, count, size)]


def _write(out: Path, chunks: list[Chunk], identity: str = "one") -> None:
    with Partial(out) as partial:
        partial.begin(identity)
        for chunk in chunks[partial.chunks :]:
            partial.add(chunk)
        partial.finish(PLACE, {"name": "Thái Nguyên"})


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out.pmtiles"


def test_what_is_written_is_read(out: Path) -> None:
    chunks = _chunks(20_000)
    _write(out, chunks)
    with out.open("rb") as file:
        source = MmapSource(file)
        reader = Reader(source)
        header = reader.header()
        found = {zxy_to_tileid(*at): body for at, body in all_tiles(source)}
        assert reader.metadata() == {"name": "Thái Nguyên"}
    assert found == {tile.tile_id: tile.body for chunk in chunks for tile in chunk}
    assert header["clustered"]
    assert header["root_length"] + 127 <= 16_384
    assert header["leaf_directory_length"] > 0
    assert header["addressed_tiles_count"] == 20_000
    assert header["tile_contents_count"] == 18_001
    assert header["tile_data_length"] == sum(
        len(tile.body) for chunk in chunks for tile in chunk if tile.body != b"sea"
    ) + len(b"sea")
    assert (header["min_lon_e7"], header["max_lat_e7"]) == (1_055_000_000, 222_500_000)
    assert (header["center_lon_e7"], header["center_zoom"]) == (1_060_000_000, 7)
    assert [p.name for p in out.parent.iterdir()] == ["out.pmtiles"]


def test_equal_neighbours_are_one_entry(out: Path) -> None:
    first = zxy_to_tileid(8, 0, 0)
    _write(out, [[Packed(first + n, b"sea") for n in range(500)]])
    with out.open("rb") as file:
        header = Reader(MmapSource(file)).header()
    assert (header["tile_entries_count"], header["tile_data_length"]) == (1, 3)


def _break_off(out: Path, chunks: list[Chunk]) -> None:
    with Partial(out) as partial:
        partial.begin("one")
        for chunk in chunks:
            partial.add(chunk)
        partial._save()
    assert not out.exists()


@pytest.mark.parametrize(
    "harm",
    [
        lambda folder: None,
        lambda folder: (folder / "journal").open("ab").write(b'[[1,"ab'),
        lambda folder: (folder / "archive").open("ab").write(b"half a tile"),
    ],
)
def test_a_broken_off_run_goes_on_where_it_was(out: Path, harm: Callable[[Path], object]) -> None:
    chunks = _chunks(1_000)
    _write(out, chunks)
    whole = out.read_bytes()
    out.unlink()
    _break_off(out, chunks[:4])
    harm(out.with_name("out.pmtiles.partial"))
    with Partial(out) as partial:
        assert not partial.begin("one")
        assert (partial.chunks, partial.addressed) == (4, 400)
    _write(out, chunks)
    assert out.read_bytes() == whole


def test_a_journal_without_its_tiles_is_not_believed(out: Path) -> None:
    chunks = _chunks(1_000)
    _break_off(out, chunks[:4])
    archive = out.with_name("out.pmtiles.partial") / "archive"
    with archive.open("r+b") as file:
        file.truncate(archive.stat().st_size - 1)
    with Partial(out) as partial:
        partial.begin("one")
        assert partial.chunks == 3


def test_what_does_not_fit_any_more_is_dropped(out: Path) -> None:
    _break_off(out, _chunks(1_000)[:4])
    with Partial(out) as partial:
        assert partial.begin("two")
        assert (partial.chunks, partial.addressed) == (0, 0)


def test_two_do_not_write_the_same_archive(out: Path) -> None:
    with Partial(out), pytest.raises(ArchiveBusy), Partial(out):
        pass


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(FolderMissing, match="nowhere"), Partial(tmp_path / "nowhere" / "x"):
        pass


def test_a_full_disk_says_what_to_do_and_keeps_what_there_is(out: Path) -> None:
    with pytest.raises(DiskFull, match="goes on where it was"):
        _fill_the_disk(out)
    with Partial(out) as partial:
        partial.begin("one")
        assert partial.chunks == 1


def _fill_the_disk(out: Path) -> None:
    with Partial(out) as partial:
        partial.begin("one")
        partial.add(_chunks(100)[0])
        raise OSError(errno.ENOSPC, "No space left on device")
