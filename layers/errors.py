"""Root of every error of the house, and the errors of a layer's declaration."""

from pathlib import Path


class GisError(Exception):
    """Something went wrong that a person can put right."""

    def __str__(self) -> str:
        """Return the message, or the class docstring when none was given."""
        return super().__str__() or (self.__doc__ or "").strip()


class LayerInvalid(GisError):
    """A layer folder says something that cannot be true."""

    def __init__(self, file: Path, key: str, reason: str) -> None:
        super().__init__(f"{file}: {key}: {reason}")
        self.file, self.key, self.reason = file, key, reason


class LayerUnknown(GisError):
    """No layer of this name is declared."""

    def __init__(self, layer_id: str, known: tuple[str, ...]) -> None:
        super().__init__(f"There is no layer '{layer_id}'. Layers: {', '.join(known)}.")
        self.layer_id, self.known = layer_id, known


class FieldUnknown(GisError):
    """A layer has no field of this name."""

    def __init__(self, layer_id: str, name: str, known: tuple[str, ...]) -> None:
        super().__init__(f"Layer '{layer_id}' has no field '{name}'. Fields: {', '.join(known)}.")
        self.layer_id, self.name, self.known = layer_id, name, known


class CrsUnknown(GisError):
    """A coordinate reference system is not known to PROJ."""
