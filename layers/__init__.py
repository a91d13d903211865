"""Datasets: one folder each, and the objects that a folder becomes."""
