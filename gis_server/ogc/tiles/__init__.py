"""OGC API Tiles: routes, documents."""
