"""What requests of an application use: a plain container, made by gis_server/app.py."""

from dataclasses import dataclass, field

from cells.cube_views import CubeViews
from gis_server.catalogue.summaries import Summaries
from gis_server.db.client_disconnects import ClientDisconnects
from gis_server.db.pools import Pool
from gis_server.events.analysis_cache import AnalysisCache
from gis_server.events.population import Population
from gis_server.features.table_state import TableStates
from gis_server.live.changes import ChangePoller
from gis_server.live.layers import LiveLayers
from gis_server.settings import Settings
from tiles.source import Source


@dataclass(frozen=True, slots=True)
class Services:
    """Settings, layers, connections, tiles, cubes, and what is remembered of the data."""

    settings: Settings
    live: LiveLayers
    pool: Pool
    tile_pool: Pool
    tiles: Source
    changes: ChangePoller
    cubes: CubeViews
    population: Population = field(default_factory=Population)
    analyses: AnalysisCache = field(default_factory=AnalysisCache)
    summaries: Summaries = field(default_factory=Summaries)
    tables: TableStates = field(default_factory=TableStates)
    disconnects: ClientDisconnects = field(default_factory=ClientDisconnects)

    def close(self) -> None:
        """Give the connections back and end the threads."""
        self.live.stop()
        self.disconnects.stop()
        self.changes.stop()
        self.pool.close()
        self.tile_pool.close()
