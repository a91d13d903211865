"""What a filter compares: values with a kind, so that unlike things are refused before SQL runs."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from typing import Any

from psycopg.sql import SQL, Composable

from gis_server.features.errors import FilterInvalid
from gis_server.http import params
from layers.model import Type


class Kind(Enum):
    """Kinds of values that can be compared with one another."""

    TEXT = "text"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATE = "date"
    DATETIME = "timestamp with time zone"

    @classmethod
    def of(cls, value: Any) -> "Kind | None":
        """Return the kind of a Python value; None when it has none."""
        return next((kind for kind, types in _PYTHON.items() if isinstance(value, types)), None)


TYPES = {
    Kind.TEXT: SQL("text"),
    Kind.NUMBER: SQL("double precision"),
    Kind.BOOLEAN: SQL("boolean"),
    Kind.DATE: SQL("date"),
    Kind.DATETIME: SQL("timestamp with time zone"),
}
"""PostgreSQL's names of the kinds."""

# A datetime is a date too, and a bool an int: the narrower comes first.
_PYTHON: dict[Kind, tuple[type, ...]] = {
    Kind.BOOLEAN: (bool,),
    Kind.NUMBER: (int, float),
    Kind.DATETIME: (datetime,),
    Kind.DATE: (date,),
    Kind.TEXT: (str,),
}
KINDS = {
    Type.TEXT: Kind.TEXT,
    Type.INTEGER: Kind.NUMBER,
    Type.NUMBER: Kind.NUMBER,
    Type.BOOLEAN: Kind.BOOLEAN,
    Type.DATE: Kind.DATE,
    Type.DATETIME: Kind.DATETIME,
}
"""Kind of a field's values."""


@dataclass(frozen=True, slots=True)
class Term:
    """An expression in SQL, its kind, and how a message names it."""

    sql: Composable
    kind: Kind
    name: str

    def __str__(self) -> str:
        return f"{self.name} ({self.kind.name.lower()})"


def instant(text: Any, form: str | None = None) -> date | datetime:
    """Read a date, or a time with its zone.

    Args:
        text: as it stands in the filter.
        form: ``date`` or ``timestamp`` when only that will do.

    Raises:
        FilterInvalid: neither, or a time without a zone.
    """
    found = params.moment(text) if isinstance(text, str) else None
    if isinstance(found, datetime):
        fits = found.tzinfo is not None and form != "date"
    else:
        fits = form != "timestamp"
    if found is not None and fits:
        return found
    wanted = {"date": "2025-12-31", "timestamp": "2025-12-31T12:00:00Z"}
    example = wanted.get(form or "", " or ".join(wanted.values()))
    raise FilterInvalid(f"'{str(text)[:50]}' is not of the form {example}")
