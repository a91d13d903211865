"""Cadastral parcels."""
