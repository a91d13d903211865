"""The province that all layers are drawn from, in the plane of EPSG:9213."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import shapely

from etl.demo import borders, built, lanes, network, plane, roads, settlements, water
from etl.demo.grid import Shapes
from etl.demo.ground import Ground
from etl.demo.lattice import Lattice, lattice
from etl.demo.network import Net
from etl.demo.noise import Floats, Ints
from etl.demo.roads import Road
from etl.demo.settlements import Hamlets
from etl.demo.units import Unit, units
from etl.demo.water import Water


@dataclass(frozen=True)
class World:
    """What is where. Arrays by commune are in the order of the communes' codes."""

    seed: int
    units: list[Unit]
    people: Ints
    communes: Shapes
    dry: Shapes
    """The land of each commune."""
    towns: Floats
    """Middle of the main settlement of each commune (n, 2)."""
    ground: Ground
    water: Water
    hamlets: Hamlets
    roads: list[Road]
    lattices: list[Lattice]
    cores: Shapes
    """The built-up land of each commune's town."""
    built: Shapes
    """All built-up land of each commune."""

    @property
    def wards(self) -> Ints:
        """1 for a ward, 0 for a commune."""
        return _wards(self.units)

    @cached_property
    def outlines(self) -> Shapes:
        """The communes in degrees."""
        return plane.shapes_to_degrees(self.communes)

    def index(self, code: str) -> int:
        """Return the place of a commune in the arrays by commune."""
        return next(n for n, unit in enumerate(self.units) if unit.code == code)


def build(seed: int) -> World:
    """Draw the province."""
    found = units()
    codes, wards = [unit.code for unit in found], _wards(found)
    centres = plane.to_plane(np.array([(unit.lon, unit.lat) for unit in found]))
    communes = borders.partition(centres, np.array([unit.area_km2 * 1e6 for unit in found]), seed)
    province = shapely.coverage_union_all(communes)
    wet = water.draw(codes, centres, province, seed)
    dry = shapely.difference(communes, shapely.union_all(wet.shapes))
    towns = settlements.towns(centres, communes, wet.lakes)
    net = network.join(codes, towns, province, wet.lakes)
    main, people = roads.main(net, seed), settlements.populations(found, seed)
    ground = Ground.of(tuple(shapely.bounds(province)), towns, wet.rivers, seed)
    hamlets = settlements.hamlets(found, towns, shapely.buffer(dry, -250), ground, seed)
    cores = built.cores(towns, settlements.reach(people, wards), main, dry, seed)
    ways = lanes.ways(main, hamlets, cores, communes, wet.lakes, seed)
    lattices = [
        lattice(town, angle, seed) for town, angle in zip(towns, _angles(net, towns), strict=True)
    ]
    streets = lanes.streets(lattices, cores, wards)
    whole = built.whole(cores, hamlets, ways, dry, seed)
    lines = [*main, *ways, *streets, roads.railway(codes, towns, seed)]
    return World(
        seed,
        found,
        people,
        communes,
        dry,
        towns,
        ground,
        wet,
        hamlets,
        lines,
        lattices,
        cores,
        whole,
    )


def _wards(found: list[Unit]) -> Ints:
    return np.array([unit.unit_type == "ward" for unit in found]).astype(np.int64)


def _angles(net: Net, towns: Floats) -> list[float]:
    """Return the direction of each town's greatest road, radians."""
    angles = [0.0] * len(towns)
    for edge in reversed(net.edges):
        east, north = net.nodes[edge.end] - net.nodes[edge.start]
        for node in (edge.start, edge.end):
            if node < len(towns):
                angles[node] = float(np.arctan2(north, east))
    return angles
