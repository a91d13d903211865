"""YAML and JSON parsers that refuse a mapping key written twice.

The parsers of the libraries keep the last value without a word, so that what a person wrote first
would count for nothing.
"""

import json
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import yaml

from layers.errors import LayerInvalid


class _DuplicateKey(Exception):
    """A mapping has a key twice."""

    def __init__(self, key: str, line: int | None = None) -> None:
        place = "" if line is None else f"line {line}: "
        super().__init__(f"{place}this key is written twice")
        self.key = key


class _Loader(yaml.CSafeLoader):
    """The parser of libyaml, several times as fast as the one in Python, with the check."""

    def __init__(self, stream: str) -> None:
        super().__init__(stream)
        self._checked: set[yaml.MappingNode] = set()

    def flatten_mapping(self, node: yaml.MappingNode) -> None:
        """Check the keys before merges (``<<``) add those of other mappings to them."""
        if node not in self._checked:
            self._checked.add(node)
            self._check(node)
        super().flatten_mapping(node)

    def _check(self, node: yaml.MappingNode) -> None:
        keys = set()
        for key_node, _ in node.value:
            if key_node.tag == "tag:yaml.org,2002:merge":
                continue
            key = self.construct_object(key_node, deep=True)
            if isinstance(key_node, yaml.ScalarNode) and key in keys:
                raise _DuplicateKey(str(key), key_node.start_mark.line + 1)
            if isinstance(key_node, yaml.ScalarNode):
                keys.add(key)


def read_yaml(file: Path | Traversable) -> dict[str, Any]:
    """Read a file that holds one mapping.

    Raises:
        LayerInvalid: naming the file, the key and the reason.
    """
    text = _text(file)
    try:
        declared = yaml.load(text, _Loader)  # noqa: S506 - a subclass of the safe loader
    except _DuplicateKey as error:
        raise LayerInvalid(file, error.key, str(error)) from error
    except yaml.YAMLError as error:
        raise LayerInvalid(file, "yaml", " ".join(str(error).split())) from error
    if not isinstance(declared, dict):
        raise LayerInvalid(file, "yaml", "a mapping of keys to values is needed")
    return declared


def read_json(file: Path | Traversable) -> Any:
    """Read a file of JSON.

    Raises:
        LayerInvalid: naming the file, the key and the reason.
    """
    text = _text(file)
    try:
        return json.loads(text, object_pairs_hook=_object)
    except _DuplicateKey as error:
        raise LayerInvalid(file, error.key, str(error)) from error
    except ValueError as error:
        raise LayerInvalid(file, "json", str(error)) from error


def _text(file: Path | Traversable) -> str:
    try:
        return file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise LayerInvalid(file, "file", f"cannot be read ({error})") from error


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    mapping: dict[str, Any] = {}
    for key, value in pairs:
        if key in mapping:
            raise _DuplicateKey(key)
        mapping[key] = value
    return mapping
