"""CQL2 (OGC 21-065r2), text and JSON, to conditions in SQL."""
