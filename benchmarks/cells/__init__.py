"""Hexagons: measured beside other ways to do the same."""
