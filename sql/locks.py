"""Registry of advisory locks: numbers that sessions of one database agree on.

PostgreSQL knows such a lock by its number alone, so all numbers stand here, where two that are
the same would be seen.
"""

MIGRATION = 4711_2025
"""Keeps two migrations apart."""

LOAD = 4712
"""With a layer: keeps two loads of it apart."""

FOLDING = 4713
"""Keeps two foldings of changes apart, so that versions are committed in order."""

REWRITE = 4714
"""With a layer: keeps two processes from writing the same rows anew."""

ARCHIVE = 4715
"""With a layer: keeps two archivings or restorings of its events apart."""
