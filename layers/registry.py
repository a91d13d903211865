"""Registry of layers: every folder is read once and validated."""

import hashlib
import json
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import as_file, files
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import jsonschema
import jsonschema_rs

from layers import build
from layers.declaration_files import read_json, read_yaml
from layers.errors import LayerInvalid, LayerUnknown
from layers.model import CodeList, Layer, Text

_RESERVED = {"codelists", "__pycache__"}


@dataclass(frozen=True)
class Layers:
    """All declared layers, by id, in the order of groups and then of ids."""

    by_id: Mapping[str, Layer]
    groups: Mapping[str, Text]

    def get(self, layer_id: str) -> Layer:
        """Return a layer.

        Raises:
            LayerUnknown: no folder has this name.
        """
        try:
            return self.by_id[layer_id]
        except KeyError:
            raise LayerUnknown(layer_id, tuple(self.by_id)) from None

    def __iter__(self) -> Iterator[Layer]:
        return iter(self.by_id.values())

    def __len__(self) -> int:
        return len(self.by_id)

    @cached_property
    def digest(self) -> str:
        """What tells these declarations from any others."""
        declarations = repr((self.by_id, self.groups))
        return hashlib.blake2b(declarations.encode(), digest_size=8).hexdigest()

    @cached_property
    def heatmaps(self) -> tuple[Layer, ...]:
        """Layers that are aggregated to H3."""
        return tuple(layer for layer in self if layer.heatmap)


class Survey(NamedTuple):
    """The layers of all folders that say what can be true, and what is wrong with the others."""

    layers: Layers
    mistakes: tuple[LayerInvalid, ...]


class Readings:
    """Cache of readings by content: a folder whose files are what they were is not read again."""

    def __init__(self) -> None:
        self._common: tuple[Any, ...] = ()
        self._layers: dict[Path, tuple[list[bytes], Layer]] = {}

    def layer(
        self, folder: Path, codelists: Mapping[str, CodeList], groups: Mapping[str, Text]
    ) -> Layer:
        """Return the layer of a folder.

        Raises:
            LayerInvalid: naming the file, the key and the reason.
        """
        if self._common != (codelists, groups):
            self._common = codelists, groups
            self._layers.clear()
        files = (folder / "layer.yaml", folder / "style.json")
        content = [file.read_bytes() if file.is_file() else b"" for file in files]
        known = self._layers.get(folder)
        if known is None or known[0] != content:
            known = self._layers[folder] = (content, read(folder, codelists, groups))
        return known[1]


def load(*further: Path, readings: Readings | None = None) -> Layers:
    """Read the layers that come with the product, and those of further folders.

    Raises:
        LayerInvalid: naming the file, the key and the reason.
    """
    result = survey(*further, readings=readings)
    if result.mistakes:
        raise result.mistakes[0]
    return result.layers


def survey(
    *further: Path,
    former: Mapping[str, Layer] = MappingProxyType({}),
    readings: Readings | None = None,
) -> Survey:
    """Read them all the same when some cannot be read.

    Args:
        further: folders beside the product's.
        former: layers by id as they were; one whose folder has a mistake stays as it was.
        readings: what was read before.

    Raises:
        LayerInvalid: a mistake in what layers have in common, or a folder that is not there.
    """
    known = readings or Readings()
    with as_file(files("layers")) as own:
        folders = (own, *further)
        codelists = {name: by_id for folder in folders for name, by_id in _codelists(folder)}
        groups: dict[str, Text] = {}
        for folder in folders:
            groups |= read_yaml(folder / "groups.yaml") if (folder / "groups.yaml").exists() else {}
        by_id: dict[str, Layer] = {}
        mistakes = []
        for place in (place for folder in folders for place in _layer_folders(folder)):
            try:
                _check_name(place, by_id)
                by_id[place.name] = known.layer(place, codelists, groups)
            except LayerInvalid as error:
                mistakes.append(error)
                if place.name in former and former[place.name].group in groups:
                    by_id.setdefault(place.name, former[place.name])
    order = list(groups)
    ranked = sorted(by_id.values(), key=lambda layer: (order.index(layer.group), layer.id))
    return Survey(Layers({layer.id: layer for layer in ranked}, groups), tuple(mistakes))


def _check_name(place: Path, taken: Collection[str]) -> None:
    if place.name in taken:
        raise LayerInvalid(place / "layer.yaml", "id", "a layer of this name exists")


def read(folder: Path, codelists: Mapping[str, CodeList], groups: Mapping[str, Text]) -> Layer:
    """Read one layer folder.

    Raises:
        LayerInvalid: naming the file, the key and the reason.
    """
    file = folder / "layer.yaml"
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,47}", folder.name):
        raise LayerInvalid(file, "id", "a folder's name has small letters, digits and _ only")
    if not file.is_file():
        raise LayerInvalid(file, "file", "a layer folder needs this file")
    declared = read_yaml(file)
    _check_shape(file, declared)
    style = _read_style(folder / "style.json")
    layer = build.layer(folder, declared, style, codelists)
    for key, reason in build.contradictions(layer, declared, groups):
        raise LayerInvalid(file, key, reason)
    return layer


def _layer_folders(folder: Path) -> list[Path]:
    if not folder.is_dir():
        raise LayerInvalid(folder, "layers", "this folder does not exist")
    inside = sorted(place for place in folder.iterdir() if place.is_dir())
    return [place for place in inside if place.name not in _RESERVED]


def _codelists(folder: Path) -> Iterator[tuple[str, CodeList]]:
    for file in sorted((folder / "codelists").glob("*.yaml")):
        declared = read_yaml(file)
        for code in declared:
            if not isinstance(code, str):
                raise LayerInvalid(file, str(code), "write the code in quotes")
        yield file.stem, build.codelist(declared, is_open=False)


def _read_style(file: Path) -> dict[str, Any]:
    if not file.is_file():
        raise LayerInvalid(file, "file", "a layer folder needs this file")
    style = read_json(file)
    if not isinstance(style, dict) or not isinstance(style.get("layers"), list):
        raise LayerInvalid(file, "layers", "a list of style layers is needed")
    return style


def _check_shape(file: Path, declared: dict[str, Any]) -> None:
    """A quick validator tells whether all is well; the thorough one says what is not."""
    schema, quick = _schema()
    if quick.is_valid(declared):
        return
    validator = jsonschema.Draft202012Validator(schema)
    error = jsonschema.exceptions.best_match(validator.iter_errors(declared))
    if error is not None:
        key = ".".join(str(step) for step in error.absolute_path) or "layer.yaml"
        raise LayerInvalid(file, key, error.message)


@cache
def _schema() -> tuple[dict[str, Any], jsonschema_rs.Draft202012Validator]:
    schema = json.loads(files("layers").joinpath("layer.schema.json").read_text("utf-8"))
    return schema, jsonschema_rs.Draft202012Validator(schema)
