"""Transactions on single features (OGC API Features Part 4)."""
