"""Bytes from layers: vector tiles, heatmaps, their descriptions."""
