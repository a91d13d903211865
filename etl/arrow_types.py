"""Arrow data types of fields, for whoever writes columns."""

import json
from collections.abc import Mapping

import pyarrow as pa

from layers.model import Field, Type

ARROW: Mapping[Type, pa.DataType] = {
    Type.TEXT: pa.string(),
    Type.INTEGER: pa.int64(),
    Type.NUMBER: pa.float64(),
    Type.BOOLEAN: pa.bool_(),
    Type.DATE: pa.date32(),
    Type.DATETIME: pa.timestamp("us", tz="UTC"),
}


def column(field: Field) -> pa.Field:
    """Return the column of a field, with its title and unit."""
    about = {"title": json.dumps(dict(field.title), ensure_ascii=False)}
    if field.unit:
        about["unit"] = field.unit
    return pa.field(field.name, ARROW[field.type], metadata=about)
