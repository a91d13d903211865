"""Headings of columns in tables for people: title, with the unit or the time zone."""

from layers.model import Field, Type

_CLOCK = {"vi": "giờ Việt Nam, UTC+7", "en": "Viet Nam time, UTC+7"}
"""How times are told in such tables: by the clocks of the province (layers.local_time)."""


def heading(field: Field, language: str) -> str:
    """Return the heading of a field's column in ``vi`` or ``en``."""
    note = _CLOCK[language] if field.type is Type.DATETIME else field.unit
    return f"{field.title[language]} ({note})" if note else field.title[language]
