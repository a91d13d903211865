"""Version map of tiles: which places of a layer changed last, and when. Pure."""

from collections import defaultdict
from collections.abc import Iterable

from layers import pixels
from layers.geo import TileId
from layers.pixels import WHOLE
from tiles.changes import Change


class Places:
    """The dirty places of one layer.

    A tile is touched by places in it, which are written down for it when they come, and by larger
    places that it is in, which are looked up.
    """

    def __init__(self) -> None:
        self.whole = 0
        self.latest = 0
        self._own: dict[int, dict[TileId, int]] = defaultdict(dict)
        self._below: dict[TileId, int] = {}

    def apply(self, cell: int, version: int) -> None:
        """Write that something changed inside a tile."""
        self.latest = max(self.latest, version)
        if cell == WHOLE:
            self.whole = version
            self._own.clear()
            self._below.clear()
            return
        at = pixels.decode(cell)
        self._own[at.z][at] = version
        for touched in pixels.touching(at, at.z):
            self._below[touched] = version

    def version(self, at: TileId) -> int:
        """Return the last version in which the tile or its margin changed."""
        latest = max(self.whole, self._below.get(at, 0))
        for zoom, places in list(self._own.items()):
            if zoom < at.z:
                latest = max(latest, *(places.get(p, 0) for p in pixels.around(at, zoom)))
        return latest


class Versions:
    """Versions of all layers as this process knows them, from what came after ``seen``."""

    def __init__(self, seen: int = 0) -> None:
        self.seen = seen
        self._layers: dict[str, Places] = defaultdict(Places)

    def apply(self, changes: Iterable[Change]) -> None:
        """Apply changes, oldest first."""
        seen = self.seen
        for change in changes:
            self._layers[change.layer].apply(change.cell, change.version)
            seen = max(seen, change.version)
        # In the end: a thread that reads meanwhile must not count as heard what is not yet written.
        self.seen = seen

    def tile(self, layer_id: str, at: TileId) -> int:
        """Return the last version in which a tile of a layer changed; 0 when never."""
        places = self._layers.get(layer_id)
        return places.version(at) if places else 0

    def whole(self, layer_id: str) -> int:
        """Return the version in which all of a layer changed last; 0 when never."""
        places = self._layers.get(layer_id)
        return places.whole if places else 0

    def layer(self, layer_id: str) -> int:
        """Return the last version in which anything of a layer changed; 0 when never."""
        places = self._layers.get(layer_id)
        return places.latest if places else 0
