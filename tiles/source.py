"""Read-through cache of tiles: from the store while they are fresh, else drawn once and stored."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager

import psycopg

from layers import pixels
from layers.audience import PUBLIC, Audience
from layers.geo import TileId
from layers.model import Layer
from sql.connection import Connection
from tiles import mvt, pyramid
from tiles.statements import RowFilter
from tiles.store import Store, StoredTile, name_of, name_of_more, pack
from tiles.versions import Versions

Connect = Callable[[], AbstractContextManager[Connection]]
Draw = Callable[[Connection], bytes]

_FAST = 1
"""Level of compression of a tile that somebody waits for."""


class Source:
    """Read-through cache of the tiles of all layers, by audience.

    A tile carries the version of its layer's data that was known before it was drawn. What is
    committed later gets a later version, so a tile whose places have a later version is stale.
    """

    def __init__(
        self,
        store: Store,
        versions: Versions,
        connect: Connect,
        renew: Callable[[], None] = lambda: None,
        is_served: Callable[[Layer], bool] = lambda _: True,
    ) -> None:
        """Take what tiles are made from.

        Args:
            store: where they are kept.
            versions: what is known of changes.
            connect: lends a connection, which need not have been tried out.
            renew: throws away connections that were lost.
            is_served: tells whether a layer is still declared as it was when a tile was asked for.
        """
        self.store = store
        self.versions = versions
        self._connect, self._renew = connect, renew
        self._is_served = is_served

    def tile(self, layer: Layer, audience: Audience, at: TileId) -> StoredTile | None:
        """Return a tile of all rows; None when it is empty."""
        seen = self.versions.seen
        needed = self.versions.tile(layer.id, at)
        name = name_of(layer.id, at, audience)
        tile = self.store.find(name)
        if tile and tile.version >= needed:
            return tile
        if self._is_known_empty(layer, audience, at, needed, seen):
            return None
        if audience != PUBLIC or at.z > layer.tiles.maxzoom:
            # Beyond the pyramid, and by audience, there are too many to keep for good.
            return self.other(layer, audience, at, (), lambda conn: mvt.tile(conn, layer, at))
        return self._made(layer, (at,), name, lambda conn: mvt.tile(conn, layer, at))

    def chosen(
        self, layer: Layer, audience: Audience, at: TileId, key: object, wanted: RowFilter
    ) -> StoredTile | None:
        """Return a tile of chosen rows; ``key`` says which, one spelling for one meaning."""
        seen = self.versions.seen
        needed = self.versions.tile(layer.id, at)
        if self._is_known_empty(layer, audience, at, needed, seen):
            return None
        return self.other(layer, audience, at, key, lambda conn: mvt.tile(conn, layer, at, wanted))

    def other(
        self, layer: Layer, audience: Audience, at: TileId, key: object, draw: Draw
    ) -> StoredTile | None:
        """Return a tile of another kind, drawn by ``draw`` and kept by what decides its content."""
        return self.over(layer, audience, (at,), (at, key), draw)

    def over(
        self,
        layer: Layer,
        audience: Audience,
        places: Sequence[TileId],
        key: object,
        draw: Draw,
    ) -> StoredTile | None:
        """Return a tile of another grid, which shows nothing that is not in some places.

        Args:
            layer: what the tile shows.
            audience: who may see it.
            places: tiles that, with their margins, cover it: what changes there makes it stale.
            key: all that decides what is in it, beside the layer and its data.
            draw: makes the tile.
        """
        needed = self._needed(layer, places)
        name = name_of_more(audience, layer.id, key, needed, pyramid.digest(layer, audience))
        tile = self.store.find(name) or self._made(layer, places, name, draw)
        return tile if tile and tile.length else None

    def kept(
        self, audience: Audience, key: object, version: int, make: Callable[[], bytes]
    ) -> StoredTile:
        """Return what is kept by what decides its content, made once."""
        name = name_of_more(audience, key)
        with self.store.alone(name):
            return self.store.find(name) or self.store.put(name, version, make())

    def _needed(self, layer: Layer, places: Sequence[TileId]) -> int:
        return max(self.versions.tile(layer.id, at) for at in places)

    def _made(
        self, layer: Layer, places: Sequence[TileId], name: str, draw: Draw
    ) -> StoredTile | None:
        with self.store.alone(name):
            needed = self._needed(layer, places)
            tile = self.store.find(name)
            if tile and tile.version >= needed:
                return tile
            # Known before the rows are read: what comes later is found out later.
            version = max(needed, self.versions.layer(layer.id))
            packed = pack(self._drawn(draw), _FAST)
            if name.startswith(".more"):
                return self.store.put(name, version, packed)
            if packed:
                return self._put(layer, places[0], version, packed)
            self.store.drop_older(name, version)
            return None

    def _drawn(self, draw: Draw) -> bytes:
        """Draw; once more on a new connection when the one at hand was lost meanwhile."""
        try:
            with self._connect() as conn:
                return draw(conn)
        except psycopg.errors.QueryCanceled:
            raise
        except psycopg.OperationalError:
            self._renew()
            with self._connect() as conn:
                return draw(conn)

    def _put(self, layer: Layer, at: TileId, version: int, packed: bytes) -> StoredTile:
        """Put a tile that everybody may see where a web server looks for it."""
        name = name_of(layer.id, at, PUBLIC)
        tile = self.store.put(name, version, packed)
        if self.versions.tile(layer.id, at) <= version and self._is_served(layer):
            return tile
        # A change was heard of while this was drawn, of the data or of how the layer is declared;
        # what it touches was thrown away before this was put. Whoever asked may have it; a web
        # server that asks nobody must not find it.
        self.store.drop_older(name, version + 1)
        return self.store.put(name_of_more(PUBLIC, name, version), version, packed)

    def _is_known_empty(
        self, layer: Layer, audience: Audience, at: TileId, needed: int, seen: int
    ) -> bool:
        """Tell without a question to the database that nothing is there.

        All tiles of the layer that everybody may see were drawn, and this one, or the one that it
        is a part of, was not kept; who sees more may see something there. A layer whose small
        features are thinned out can be empty above and not below.

        Args:
            layer: what the tile would show.
            audience: who asks.
            at: its address.
            needed: the version of the tile.
            seen: the version that this process had heard of before it looked up ``needed``.
        """
        if at.z < layer.tiles.minzoom:
            return True
        ready = self.store.ready(layer.id)
        if ready is None or ready.version < needed:
            return False
        if ready.digest != pyramid.digest(layer, audience):
            return False
        if at.z > ready.maxzoom and pixels.band(layer, ready.maxzoom) is not None:
            return False
        above = max(at.z - ready.maxzoom, 0)
        drawn = TileId(at.z - above, at.x >> above, at.y >> above)
        if self.store.find(name_of(layer.id, drawn, PUBLIC)) is not None:
            return False
        # After the file was missed: a process that heard of a change before us announces it and
        # throws the file away, in this order; one that clears a layer takes ready.json with it.
        return self.store.announced(layer.id) <= seen and self.store.ready(layer.id) == ready
