"""Figures that need a leader's eye."""
