"""Exception hierarchy: the root, the neutral kinds, and the errors of a declaration.

The kinds are neutral: whoever answers (HTTP, the command line) maps a kind, not each error. An
error of a room is a subclass of the kind that it is of.
"""

from importlib.resources.abc import Traversable
from pathlib import Path


class GisError(Exception):
    """Something went wrong that a person can put right."""

    def __str__(self) -> str:
        """Return the message, or the class docstring when none was given."""
        return super().__str__() or (self.__doc__ or "").strip()


class Missing(GisError):
    """There is nothing of this name."""


class Invalid(GisError):
    """What is asked for, or given, cannot be."""


class Conflict(GisError):
    """What is asked for stands against what is there."""


class Busy(GisError):
    """There is no room for this at the moment; try again shortly."""


class Forbidden(GisError):
    """Whoever asks may not do this."""


class Undeclared(GisError):
    """A request names what no layer declares: another process may know a newer declaration."""


class LayerInvalid(GisError):
    """A file of declarations says something that cannot be true."""

    def __init__(self, file: Path | Traversable, key: str, reason: str) -> None:
        super().__init__(f"{file}: {key}: {reason}")
        self.file, self.key, self.reason = file, key, reason


class LayerUnknown(Missing, Undeclared):
    """No layer of this name is declared."""

    def __init__(self, layer_id: str, known: tuple[str, ...]) -> None:
        super().__init__(f"There is no layer '{layer_id}'. Layers: {', '.join(known)}.")
        self.layer_id, self.known = layer_id, known


class FieldUnknown(Invalid, Undeclared):
    """A layer has no field of this name."""

    def __init__(self, layer_id: str, name: str, known: tuple[str, ...]) -> None:
        super().__init__(f"Layer '{layer_id}' has no field '{name}'. Fields: {', '.join(known)}.")
        self.layer_id, self.name, self.known = layer_id, name, known


class CrsUnknown(Invalid):
    """A coordinate reference system is not known to PROJ."""
