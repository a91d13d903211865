"""Errors of archived events; their message is all they have, as they come from other machines."""

from layers.errors import GisError


class ArchiveEmpty(GisError):
    """There are no archived events where they are looked for."""


class ArchiveUnreadable(GisError):
    """A file of archived events is damaged, or is none."""
