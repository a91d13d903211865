"""The GIS server of one province."""

__version__ = "0.1.0"
