"""Folders are read again when their files change and stand still; a mistake changes nothing."""

import os
import shutil
import time
from pathlib import Path

import pytest

from layers import declared, registry
from layers.declared import Declared
from layers.errors import LayerInvalid

SCHOOL = Path(str(registry.__file__)).parent / "school"


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(declared, "_STILL", 0)


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A folder of the province's own, with no layer in it."""
    place = tmp_path / "own"
    place.mkdir()
    return place


def _copy(own: Path, name: str) -> Path:
    shutil.copytree(SCHOOL, own / name)
    return own / name / "layer.yaml"


def _change(file: Path, was: str, now: str) -> None:
    text = file.read_text("utf-8")
    assert was in text
    file.write_text(text.replace(was, now), "utf-8")


def test_a_folder_that_comes_is_read(own: Path) -> None:
    found = Declared(own)
    before = found.layers
    assert not found.look()
    _copy(own, "market")
    assert found.look()
    assert set(found.layers.by_id) == {*before.by_id, "market"}
    assert not found.look()


def test_what_did_not_change_stays_the_same_object(own: Path) -> None:
    _copy(own, "market")
    found = Declared(own)
    before = found.layers
    _change(own / "market" / "layer.yaml", "maxzoom: ", "maxzoom:  ")
    assert not found.look()
    assert found.layers is before
    _change(own / "market" / "layer.yaml", "rank: pupils", "")
    assert found.look()
    assert found.layers.get("market") is not before.get("market")
    assert found.layers.get("school") is before.get("school")


def test_a_folder_that_goes_is_taken_out(own: Path) -> None:
    _copy(own, "market")
    found = Declared(own)
    shutil.rmtree(own / "market")
    assert found.look()
    assert "market" not in found.layers.by_id


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("title: [", "market/layer.yaml: yaml: "),
        ("title: 5\n", "market/layer.yaml: "),
        ("", "market/layer.yaml: yaml: a mapping"),
    ],
)
def test_a_mistake_changes_nothing_and_is_told(own: Path, text: str, problem: str) -> None:
    file = _copy(own, "market")
    found = Declared(own)
    before, right = found.layers, file.read_text("utf-8")
    file.write_text(text, "utf-8")
    assert not found.look()
    assert found.layers is before
    assert found.problem
    assert problem in found.problem
    file.write_text(right, "utf-8")
    assert not found.look()
    assert found.problem is None


def test_a_mistake_in_one_folder_holds_up_no_other(own: Path) -> None:
    file = _copy(own, "market")
    found = Declared(own)
    before, right = found.layers, file.read_text("utf-8")
    file.write_text("title: [", "utf-8")
    _copy(own, "mill").write_text("title: {", "utf-8")
    _copy(own, "mine")
    assert found.look()
    assert found.layers.get("market") is before.get("market")
    assert set(found.layers.by_id) == {*before.by_id, "mine"}
    assert found.problem
    assert "market/layer.yaml: yaml: " in found.problem
    assert "mill/layer.yaml: yaml: " in found.problem
    file.write_text(right, "utf-8")
    shutil.rmtree(own / "mill")
    assert not found.look()
    assert found.problem is None


def test_a_name_that_there_is_already_changes_nothing(own: Path) -> None:
    found = Declared(own)
    school = found.layers.get("school")
    _copy(own, "school")
    assert not found.look()
    assert found.layers.get("school") is school
    assert found.problem
    assert "school/layer.yaml: id: a layer of this name exists" in found.problem


def test_a_mistake_in_what_layers_share_changes_nothing(own: Path) -> None:
    found = Declared(own)
    _copy(own, "market")
    (own / "groups.yaml").write_text("[", "utf-8")
    assert not found.look()
    assert "market" not in found.layers.by_id
    assert found.problem
    assert "groups.yaml: yaml: " in found.problem
    (own / "groups.yaml").unlink()
    assert found.look()


def test_a_folder_that_is_away_changes_nothing(own: Path) -> None:
    """As a disk of the network that is gone for a while."""
    _copy(own, "market")
    found = Declared(own)
    own.rename(own.with_name("away"))
    assert not found.look()
    assert "market" in found.layers.by_id
    assert found.problem
    assert "does not exist" in found.problem
    own.with_name("away").rename(own)
    found.look()
    assert found.problem is None


def test_a_reader_that_breaks_changes_nothing(own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = Declared(own)

    def broken(*_: Path, former: object, readings: object) -> None:
        raise TypeError("unexpected keyword")

    monkeypatch.setattr(registry, "survey", broken)
    _copy(own, "market")
    assert not found.look()
    assert found.problem == "the layers cannot be read (TypeError: unexpected keyword)"


def test_files_that_are_being_written_are_left_alone(
    own: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(declared, "_STILL", 0.4)
    found = Declared(own)
    file = _copy(own, "market")
    # A copy that keeps times looks old; when it was written does not.
    os.utime(file, (1, 1))
    assert not found.look()
    time.sleep(0.5)
    assert found.look()


def test_a_wrong_folder_is_refused_at_the_start(own: Path) -> None:
    _copy(own, "market").write_text("title: [", "utf-8")
    with pytest.raises(LayerInvalid):
        Declared(own)
