"""Statement cache: SQL composed once, as composing it takes as long as asking it."""

import threading
from collections.abc import Callable, Hashable

from cachetools import FIFOCache
from psycopg.sql import Composable

from layers.model import Layer

MOST = 500
"""Statements that are remembered, the latest; filters differ without end."""


class StatementCache:
    """Statements as bytes, each with the layer that it was made for; safe from many threads."""

    def __init__(self) -> None:
        self._statements: FIFOCache[Hashable, tuple[Layer, bytes]] = FIFOCache(MOST)
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._statements)

    def get(self, layer: Layer, depends_on: Hashable, make: Callable[[], Composable]) -> bytes:
        """Return the statement for a layer as it is declared now.

        Args:
            layer: what it asks of; the same id declared anew has statements of its own.
            depends_on: everything else that decides what the statement is.
            make: composes it.
        """
        key = layer.id, depends_on
        try:
            # To read a FIFO cache does not change it, so it takes no lock.
            declared, statement = self._statements[key]
        except KeyError:
            declared = None
        if declared is layer:
            return statement
        statement = make().as_bytes(None)
        with self._lock:
            self._statements[key] = (layer, statement)
        return statement
