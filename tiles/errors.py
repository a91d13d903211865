"""Errors of tiles."""

from layers.errors import Invalid, Missing, Undeclared


class NotAggregated(Missing, Undeclared):
    """This layer is not aggregated to H3 cells."""

    def __init__(self, layer_id: str, known: tuple[str, ...]) -> None:
        super().__init__(f"Layer '{layer_id}' has no heatmap. With one: {', '.join(known)}.")
        self.layer_id, self.known = layer_id, known


class CategoryUnknown(Invalid, Undeclared):
    """A category is not in the layer's code list."""

    def __init__(self, layer_id: str, unknown: tuple[str, ...], known: tuple[str, ...]) -> None:
        allowed = f"known: {', '.join(known)}" if known else "this layer has no categories"
        named = "', '".join(unknown)
        super().__init__(f"Layer '{layer_id}': no category '{named}' ({allowed}).")
        self.layer_id, self.unknown, self.known = layer_id, unknown, known
