"""The net of main roads between towns, as a graph: which towns are joined, and by what road."""

import heapq
from itertools import pairwise
from typing import Final, NamedTuple

import numpy as np
import shapely

from etl.demo.grid import Shape, Shapes
from etl.demo.noise import Floats

_NATIONAL: Final = (
    ("QL3", "Quốc lộ 3", "SN",
     "05899 05860 05518 05500 05443 05482 05611 02086 02107 01843 01969 01936 01954 01942"),
    ("CT07", "Cao tốc Hà Nội - Thái Nguyên", "", "05890 05941 05528 05467"),
    ("QL37", "Quốc lộ 37", "SN", "05953 05908 05467 05443 05482 05809 05830 05773"),
    ("QL1B", "Quốc lộ 1B", "N", "05443 05710 05740 05716 05755"),
    ("QL17", "Quốc lộ 17", "", "05908 05662 05707 05740"),
    ("QL3C", "Quốc lộ 3C", "", "05611 05569 02071 02020"),
    ("QL3B", "Quốc lộ 3B", "N", "02020 01843 02185 02155"),
    ("QL279", "Quốc lộ 279", "S", "01906 01912 01936 01960 02143 02152"),
)  # fmt: skip
"""Number, name, which ends (Start, eNd) lead out of the province, and towns on the way."""

_PROVINCIAL: Final = tuple(range(254, 275))

_LONGEST_CHAIN: Final = 3


class Edge(NamedTuple):
    """A road between two nodes; ``rank`` is its class in the layer of roads."""

    start: int
    end: int
    ref: str
    name: str
    rank: str


class Net(NamedTuple):
    """Nodes: the towns in the order of the communes, then the ways out of the province."""

    nodes: Floats
    edges: list[Edge]


def join(codes: list[str], towns: Floats, inside: Shape, lakes: Shapes) -> Net:
    """Join the towns by national, provincial and district roads that do not cross lakes."""
    nodes, routes = _routes(codes, towns, inside)
    near = _neighbours(nodes, lakes)
    taken: dict[tuple[int, int], Edge] = {}
    for ref, name, towns_passed in routes:
        for start, end in pairwise(towns_passed):
            for step in pairwise(_shortest(near, start, end)):
                taken.setdefault(_key(*step), Edge(*step, ref, name, "national"))
    others = [
        pair
        for pair, found in near.items()
        if found.relative and pair not in taken and max(pair) < len(towns)
    ]
    return Net(nodes, [*taken.values(), *_chains(others)])


def _routes(
    codes: list[str], towns: Floats, inside: Shape
) -> tuple[Floats, list[tuple[str, str, list[int]]]]:
    """Return the nodes, with a way out on the border for each open end, and the national roads."""
    place, nodes, routes = {code: n for n, code in enumerate(codes)}, list(towns), []
    for ref, name, ends, passed in _NATIONAL:
        numbers = [place[code] for code in passed.split()]
        for mark, position, last in (("S", 0, numbers[0]), ("N", len(numbers) + 1, numbers[-1])):
            if mark in ends:
                line = shapely.shortest_line(inside.boundary, shapely.Point(towns[last]))
                numbers.insert(position, len(nodes))
                nodes.append(shapely.get_coordinates(line)[0])
        routes.append((ref, name, numbers))
    return np.array(nodes), routes


class _Pair(NamedTuple):
    length: float
    relative: bool
    """No third node is nearer to both: the pairs that the net needs to hang together."""


def _neighbours(nodes: Floats, lakes: Shapes) -> dict[tuple[int, int], _Pair]:
    """Return the pairs with no third node in the circle between them; their lines never cross."""
    apart = np.hypot(*np.moveaxis(nodes[:, None] - nodes, -1, 0))
    starts, ends = np.triu_indices(len(nodes), 1)
    lines = shapely.linestrings(np.stack([nodes[starts], nodes[ends]], axis=1))
    dry = ~shapely.intersects(lines, shapely.union_all(lakes))
    pairs = {}
    for start, end in zip(starts[dry].tolist(), ends[dry].tolist(), strict=True):
        length = float(apart[start, end])
        others = np.delete(np.arange(len(nodes)), [start, end])
        legs = apart[start, others], apart[end, others]
        if (np.hypot(*legs) > length).all():
            pairs[start, end] = _Pair(length, bool((np.maximum(*legs) > length).all()))
    return pairs


def _shortest(pairs: dict[tuple[int, int], _Pair], start: int, end: int) -> list[int]:
    """Return the nodes of the shortest way (Dijkstra)."""
    ways: dict[int, list[tuple[int, float]]] = {}
    for (one, other), pair in pairs.items():
        ways.setdefault(one, []).append((other, pair.length))
        ways.setdefault(other, []).append((one, pair.length))
    queue, before = [(0.0, start, start)], dict[int, int]()
    while queue and end not in before:
        gone, node, previous = heapq.heappop(queue)
        if node not in before:
            before[node] = previous
            for other, length in ways[node]:
                heapq.heappush(queue, (gone + length, other, node))
    way = [end]
    while way[-1] != start:
        way.append(before[way[-1]])
    return way[::-1]


def _chains(pairs: list[tuple[int, int]]) -> list[Edge]:
    """Number the remaining roads: chains of a few are provincial, what is left over district."""
    left, edges, refs = dict.fromkeys(sorted(pairs)), list[Edge](), list(_PROVINCIAL)
    while left:
        start, end = next(iter(left))
        chain = [(start, end)]
        del left[start, end]
        while len(chain) < _LONGEST_CHAIN:
            further = [pair for pair in left if end in pair]
            if not further:
                break
            del left[further[0]]
            chain.append((end, sum(further[0]) - end))
            end = chain[-1][1]
        edges += _named(chain, refs, len(edges))
    return edges


def _named(chain: list[tuple[int, int]], refs: list[int], number: int) -> list[Edge]:
    if len(chain) > 1 and refs:
        route = refs.pop(0)
        return [Edge(*pair, f"ĐT{route}", f"Đường tỉnh {route}", "provincial") for pair in chain]
    ref = f"ĐH{number + 1:02d}"
    return [Edge(*pair, ref, f"Đường huyện {number + 1:02d}", "district") for pair in chain]


def _key(start: int, end: int) -> tuple[int, int]:
    return min(start, end), max(start, end)
