"""Errors of a change; each stands under one that gis_server.http.problems has a status for."""

from collections.abc import Sequence

from etl.check import Fault
from gis_server.http.errors import PreconditionFailed, PreconditionRequired, Unprocessable
from layers.errors import Busy, Conflict
from layers.model import Layer

_MOST_FAULTS = 50


class FeatureInvalid(Unprocessable):
    """A feature is not as the layer declares its features; names every fault."""

    def __init__(self, layer: Layer, faults: Sequence[Fault]) -> None:
        named = [
            f"{fault.field}: {fault.reason}" + (f" ({fault.value})" if fault.value else "")
            for fault in faults[:_MOST_FAULTS]
        ]
        more = len(faults) - len(named)
        said = "; ".join(named) + (f"; and {more} more" if more else "")
        super().__init__(f"Layer '{layer.id}' does not take this feature: {said}.")
        self.faults = tuple(faults)


class FeatureRefused(Unprocessable):
    """The database does not take this feature; a rule of its own stands against it."""


class FeatureExists(Conflict):
    """A new feature has the key of one that is there."""

    def __init__(self, layer: Layer, key: object) -> None:
        super().__init__(
            f"Layer '{layer.id}' has a feature '{str(key)[:100]}' already;"
            " change it with PUT or PATCH."
        )
        self.key = key


class FeatureChanged(PreconditionFailed):
    """Someone else changed this feature since it was read, or removed it; read it again."""


class FeatureBarred(PreconditionFailed):
    """The feature is as If-None-Match says that it must not be, or not as If-Match says."""


class IfMatchMissing(PreconditionRequired):
    """Send If-Match with the ETag of the feature as it was read, or * to change it in any case."""


class FeatureLocked(Busy):
    """Someone else is changing this at the moment; try again shortly."""
