"""Smooth random fields over the plane, and warps made of them that never fold."""

from collections.abc import Callable
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
"""Any array of numbers; points have shape (n, 2): easting, northing."""

Ints = npt.NDArray[np.int64]
"""Any array of whole numbers."""

Mask = npt.NDArray[np.bool_]
"""Any array of yes and no."""

Words = npt.NDArray[np.str_]
"""Any array of texts."""

_CHUNK: Final = 32_768
"""Points worked on at once: many arrays of so many numbers fit into the cache."""

_LATTICE: Final = 64
_FADING: Final = 0.6


def generator(seed: int, *purpose: str) -> np.random.Generator:
    """Return the random numbers of one purpose, which no other purpose disturbs."""
    return np.random.default_rng([seed, *("/".join(purpose)).encode()])


class Field(NamedTuple):
    """Smooth random functions of the plane, each about -1 to 1, repeating after 64 wavelengths."""

    lattice: Floats
    """Values at the corners of 64 by 64 cells (n, k), row by row; the last repeats the first."""
    wavelength: float

    @classmethod
    def of(cls, random: np.random.Generator, wavelength: float, functions: int = 1) -> "Field":
        """Draw functions whose hills are about ``wavelength`` metres wide."""
        values = random.uniform(-1, 1, (_LATTICE, _LATTICE, functions))
        corners = np.pad(values, ((0, 1), (0, 1), (0, 0)), mode="wrap")
        return cls(corners.reshape(-1, functions), wavelength)

    def at(self, points: Floats) -> Floats:
        """Return the values (n, k) at points (n, 2), metres."""
        place = points / self.wavelength
        cell = np.floor(place)
        part = place - cell
        part *= part * part * (part * (part * 6 - 15) + 10)
        x, y = part[:, :1], part[:, 1:]
        column, row = (cell.astype(np.int64) & (_LATTICE - 1)).T
        corner = row * (_LATTICE + 1) + column
        south = self._between(corner, x)
        south += y * (self._between(corner + _LATTICE + 1, x) - south)
        return south

    def _between(self, corner: Ints, x: Floats) -> Floats:
        west = self.lattice.take(corner, axis=0)
        west += x * (self.lattice.take(corner + 1, axis=0) - west)
        return west


class Terrain(NamedTuple):
    """Fields of halving wavelength, each weaker than the one before, added."""

    fields: tuple[Field, ...]

    @classmethod
    def of(cls, random: np.random.Generator, wavelength: float, octaves: int) -> "Terrain":
        """Draw a terrain whose largest hills are about ``wavelength`` metres wide."""
        return cls(tuple(Field.of(random, wavelength / 2**n) for n in range(octaves)))

    def at(self, points: Floats) -> Floats:
        """Return the height at points (..., 2), about -1 to 1."""
        return _in_chunks(self._at, points)

    def _at(self, points: Floats) -> Floats:
        weights = _FADING ** np.arange(len(self.fields))
        height = np.zeros(len(points))
        for field, weight in zip(self.fields, weights / weights.sum(), strict=True):
            height += field.at(points)[:, 0] * weight
        return height


class Warp(NamedTuple):
    """A bending of the plane that moves neighbours together, so what did not cross does not cross.

    Each step shifts points by less than its wavelength allows (the slope of the shift stays below
    one), so it is one to one, and so are several steps after each other.
    """

    steps: tuple[tuple[Field, float], ...]

    @classmethod
    def of(cls, random: np.random.Generator, *steps: tuple[float, float]) -> "Warp":
        """Draw a warp from (wavelength, greatest shift) in metres, the widest first."""
        return cls(tuple((Field.of(random, length, 2), shift) for length, shift in steps))

    def apply(self, points: Floats) -> Floats:
        """Return points (..., 2) after the warp, metres."""
        return _in_chunks(self._apply, points)

    def _apply(self, points: Floats) -> Floats:
        for field, shift in self.steps:
            points = points + shift * field.at(points)
        return points


def _in_chunks(function: Callable[[Floats], Floats], points: Floats) -> Floats:
    """Apply a function of points (n, 2) to points (..., 2), a few at a time."""
    flat = points.reshape(-1, 2)
    parts = [function(flat[n : n + _CHUNK]) for n in range(0, max(len(flat), 1), _CHUNK)]
    joined = np.concatenate(parts)
    return joined.reshape(*points.shape[:-1], *joined.shape[1:])
