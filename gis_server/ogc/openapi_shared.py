"""Structural sharing in the OpenAPI definition: what is alike in many operations stands once; pure.

Every collection has paths of its own, with the parameters and bodies that it takes. Most of what
they consist of is the same for all, and would make the most of the definition.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator

from gis_server.ogc.openapi_parts import Part

_NOT_WORTH_IT = 80
"""Letters of a response below which a reference to it is no shorter."""


def responses(paths: dict[str, Part]) -> dict[str, Part]:
    """Put references into paths where responses are alike; return these responses by name."""
    names: dict[str, str] = {}
    named: dict[str, Part] = {}
    for stem, status, operation in _responses(paths):
        response = operation["responses"][status]
        text = repr(response)
        if len(text) < _NOT_WORTH_IT:
            continue
        if text not in names:
            names[text] = _free(f"{stem}.{status}", named)
            named[names[text]] = response
        operation["responses"][status] = {"$ref": f"#/components/responses/{names[text]}"}
    return named


def parameters(paths: dict[str, Part], taken: Iterable[str]) -> dict[str, Part]:
    """Put references into paths where parameters are alike; return these parameters by name.

    Args:
        paths: with references, too, to what is named by ``taken``.
        taken: names of parameters that are referred to already.
    """
    lists = [made["parameters"] for path in paths.values() for made in path.values()]
    count = Counter(repr(one) for some in lists for one in some)
    names: dict[str, str] = {}
    named: dict[str, Part] = {}
    for some in lists:
        for place, one in enumerate(some):
            text = repr(one)
            if "$ref" in one or count[text] < _MANY:
                continue
            if text not in names:
                names[text] = _free(one["name"], {*taken, *named})
                named[names[text]] = one
            some[place] = {"$ref": f"#/components/parameters/{names[text]}"}
    return named


_MANY = 3
"""Places from which a parameter is shared: a field stands in the two ways to ask for features."""


def _responses(paths: dict[str, Part]) -> Iterator[tuple[str, str, Part]]:
    """Yield the name of an operation without its collection's, a status, and the operation."""
    for path in paths.values():
        for operation in path.values():
            name = operation["operationId"]
            for tag in operation.get("tags", ()):
                name = name.replace(tag, "").strip("._")
            for status in operation["responses"]:
                yield name, status, operation


def _free(name: str, taken: Collection[str]) -> str:
    number, found = 1, name
    while found in taken:
        number += 1
        found = f"{name}-{number}"
    return found
