"""What a MapLibre expression reads and may give, without evaluating it."""

from collections.abc import Iterator
from typing import Any


def fields(value: Any) -> Iterator[str]:
    """Yield the names of the feature's fields that a value reads (``get`` and ``has``)."""
    match value:
        case ["get" | "has", str(name)]:
            yield name
        case list():
            for part in value:
                yield from fields(part)
        case dict():
            for part in value.values():
                yield from fields(part)


def outputs(value: Any) -> Iterator[str]:
    """Yield the texts that an expression may give, such as names of icons."""
    match value:
        case str():
            yield value
        case ["match", _, *branches]:
            yield from _each([*branches[1:-1:2], branches[-1]])
        case ["case", *branches]:
            yield from _each([*branches[1:-1:2], branches[-1]])
        case ["step", _, *branches]:
            yield from _each(branches[::2])
        case ["coalesce" | "image" | "to-string", *branches]:
            yield from _each(branches)


def _each(values: list[Any]) -> Iterator[str]:
    for value in values:
        yield from outputs(value)
