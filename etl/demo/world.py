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
class Land:
    """Ground, water and borders. Arrays by commune are in the order of the communes' codes."""

    seed: int
    units: list[Unit]
    people: Ints
    communes: Shapes
    water: Water
    dry: Shapes
    """The land of each commune."""
    towns: Floats
    """Middle of the main settlement of each commune (n, 2)."""
    ground: Ground

    @property
    def wards(self) -> Ints:
        """1 for a ward, 0 for a commune."""
        return np.array([unit.unit_type == "ward" for unit in self.units]).astype(np.int64)

    @property
    def codes(self) -> list[str]:
        """The official codes."""
        return [unit.code for unit in self.units]

    @cached_property
    def outlines(self) -> Shapes:
        """The communes in degrees."""
        return plane.shapes_to_degrees(self.communes)

    def index(self, code: str) -> int:
        """Return the place of a commune in the arrays by commune."""
        return self.codes.index(code)


@dataclass(frozen=True)
class World(Land):
    """The land with what people made of it."""

    hamlets: Hamlets
    roads: list[Road]
    lattices: list[Lattice]
    cores: Shapes
    """The built-up land of each commune's town."""
    built: Shapes
    """All built-up land of each commune."""


def build(seed: int) -> World:
    """Draw the province."""
    land = _land(seed)
    towns, lakes, dry = land.towns, land.water.lakes, land.dry
    net = network.join(land.codes, towns, shapely.coverage_union_all(land.communes), lakes)
    main = roads.main(net, seed)
    hamlets = settlements.hamlets(land.units, towns, shapely.buffer(dry, -250), land.ground, seed)
    cores = built.cores(towns, settlements.reach(land.people, land.wards), main, dry, seed)
    ways = lanes.ways(main, settlements.outlying(hamlets, cores), land.communes, lakes, seed)
    lattices = [lattice(*laid, seed) for laid in zip(towns, _angles(net, towns), strict=True)]
    streets = lanes.streets(lattices, cores, land.wards)
    return World(
        **vars(land),
        hamlets=hamlets,
        roads=[*main, *ways, *streets, roads.railway(land.codes, towns, seed)],
        lattices=lattices,
        cores=cores,
        built=built.whole(cores, hamlets, ways, dry, seed),
    )


def _land(seed: int) -> Land:
    found = units()
    centres = plane.to_plane(np.array([(unit.lon, unit.lat) for unit in found]))
    communes = borders.partition(centres, np.array([unit.area_km2 * 1e6 for unit in found]), seed)
    province = shapely.coverage_union_all(communes)
    wet = water.draw([unit.code for unit in found], centres, province, seed)
    towns = settlements.towns(centres, communes, wet.lakes)
    return Land(
        seed=seed,
        units=found,
        people=settlements.populations(found, seed),
        communes=communes,
        water=wet,
        dry=shapely.difference(communes, shapely.union_all(wet.shapes)),
        towns=towns,
        ground=Ground.of(tuple(shapely.bounds(province)), towns, wet.rivers, seed),
    )


def _angles(net: Net, towns: Floats) -> list[float]:
    """Return the direction of each town's greatest road, radians."""
    angles = [0.0] * len(towns)
    for edge in reversed(net.edges):
        east, north = net.nodes[edge.end] - net.nodes[edge.start]
        for node in (edge.start, edge.end):
            if node < len(towns):
                angles[node] = float(np.arctan2(north, east))
    return angles
