"""Statements by what they hang on, made once: to compose one takes as long as to ask it."""

from collections.abc import Callable, Hashable

from psycopg.sql import Composable

from layers.model import Layer

MOST = 500
"""Statements that are remembered; filters differ without end, so all are forgotten beyond it."""


class StatementCache:
    """Statements as bytes, each with the layer that it was made for."""

    def __init__(self) -> None:
        self._known: dict[Hashable, tuple[Layer, bytes]] = {}

    def __len__(self) -> int:
        return len(self._known)

    def get(self, layer: Layer, of: Hashable, make: Callable[[], Composable]) -> bytes:
        """Return the statement for a layer as it is declared now.

        Args:
            layer: what it asks of; the same id declared anew has statements of its own.
            of: everything else that the statement hangs on.
            make: composes it.
        """
        known = self._known.get((layer.id, of))
        if known is None or known[0] is not layer:
            if len(self._known) >= MOST:
                self._known.clear()
            known = self._known[layer.id, of] = (layer, make().as_bytes(None))
        return known[1]
