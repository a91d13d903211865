"""Kinds of errors that only HTTP knows, beside the neutral ones of layers.errors."""

from layers.errors import GisError, Missing


class Unauthenticated(GisError):
    """Nobody knows who asks (401)."""


class NotAcceptable(GisError):
    """What is asked for does not come in a format that the client takes (406)."""


class PreconditionFailed(GisError):
    """What is there is not what the client says that it knows (412)."""


class Unprocessable(GisError):
    """A body can be read, but what it says cannot be (422)."""


class PreconditionRequired(GisError):
    """A change has to say what it changes (428)."""


class MissingOfType(Missing):
    """There is nothing of this name, and a standard has a problem type for that (RFC 9457)."""

    problem_type: str
    """URI of the type."""
