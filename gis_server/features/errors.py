"""Errors of queries for features."""

from gis_server.http.params import ParameterInvalid
from layers.errors import Missing, Undeclared


class ParameterUnknown(ParameterInvalid, Undeclared):
    """A request names a parameter that this address does not have."""

    def __init__(self, name: str, known: tuple[str, ...]) -> None:
        super().__init__(name, f"it is not known here; known are {', '.join(known)}")
        self.known = known


class PropertyUnknown(ParameterInvalid, Undeclared):
    """A parameter names a property that the layer does not show."""

    def __init__(self, parameter: str, name: str, known: tuple[str, ...]) -> None:
        reason = f"'{name[:100]}' is not a property; these are: {', '.join(known)}"
        super().__init__(parameter, reason)
        self.known = known


class FilterInvalid(ParameterInvalid):
    """A filter is not CQL2, or compares what cannot be compared."""

    def __init__(self, reason: str) -> None:
        super().__init__("filter", reason)


class FeatureUnknown(Missing):
    """A layer has no feature with this id."""

    def __init__(self, layer_id: str, key: str) -> None:
        super().__init__(f"Layer '{layer_id}' has no feature '{key}'.")
        self.layer_id, self.key = layer_id, key
