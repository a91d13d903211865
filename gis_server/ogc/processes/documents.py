"""Documents of OGC API Processes: which processes there are, and what they take; pure."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from cells import analysis
from gis_server.answers import hotspots, usual
from gis_server.ogc.documents import GEOJSON, JSON, Document, Link
from layers.model import Layer, Text

OUTPUT = "result"
"""Name of the one output that a process has."""

_EXECUTE = "http://www.opengis.net/def/rel/ogc/1.0/execute"

_VERSION = "1.0.0"
_TEXT: Document = {"type": "string"}


class Input(NamedTuple):
    """What a process takes; the schema of ``layer`` gets the layers that there are."""

    title: Text
    schema: Document
    is_required: bool = False


class Process(NamedTuple):
    """A question that can be posted; ``inputs`` are by name."""

    id: str
    title: Text
    description: Text
    result: Text
    inputs: Mapping[str, Input]


def _whole(low: int, high: int, **more: Any) -> Document:
    return {"type": "integer", "minimum": low, "maximum": high, **more}


def _texts_or(one: Document) -> Document:
    """Return the schema of a list, which may be written as one text with commas as well."""
    other = [one] if one["type"] != "string" else []
    return {"oneOf": [_TEXT, *other, {"type": "array", "items": one}]}


_LAYER = Input({"vi": "Lớp sự kiện", "en": "Layer of events"}, _TEXT, is_required=True)
_TIME = Input(
    {
        "vi": "Thời gian: START/END theo RFC 3339, .. cho đầu mở",
        "en": "Time: START/END by RFC 3339, .. for an open end",
    },
    _TEXT,
)
_EVENTS = {
    "category": Input(
        {"vi": "Chỉ các loại này", "en": "Only events of these categories"}, _texts_or(_TEXT)
    ),
    "hour": Input(
        {
            "vi": "Chỉ các giờ này trong ngày: 7, [7, 8] hoặc '7-9,17'",
            "en": "Only these hours of the day: 7, [7, 8] or '7-9,17'",
        },
        _texts_or(_whole(0, 23)),
    ),
    "weekday": Input(
        {
            "vi": "Chỉ các ngày này trong tuần, 1 là thứ Hai: 1, [6, 7] hoặc '1-5'",
            "en": "Only these days of the week, 1 is Monday: 1, [6, 7] or '1-5'",
        },
        _texts_or(_whole(1, 7)),
    ),
}

_HOTSPOTS = Process(
    "hotspots",
    {"vi": "Điểm nóng", "en": "Hot spots"},
    {
        "vi": "Tìm nơi sự kiện tập trung, từ khi nào, và nơi nhiều hơn thường lệ"
        " (Gi*, Mann-Kendall).",
        "en": "Finds where events gather, since when, and where there are more than expected"
        " (Gi*, Mann-Kendall).",
    },
    {"vi": "Các ô có điều đáng nói", "en": "Cells of which there is something to say"},
    {
        "layer": _LAYER,
        "datetime": _TIME,
        **_EVENTS,
        "slices": Input(
            {"vi": "Số lát thời gian", "en": "Slices that the time is cut into"},
            _whole(hotspots.FEWEST, hotspots.MOST, default=int(hotspots.SLICES)),
        ),
        "resolution": Input(
            {
                "vi": "Cấp ô H3; không nêu thì cấp mịn nhất còn đủ sự kiện",
                "en": "Resolution of H3; else the finest for which there are enough events",
            },
            _whole(analysis.COARSEST, analysis.FINEST),
        ),
    },
)

_USUAL = Process(
    "usual",
    {"vi": "So với thường lệ", "en": "Against what is usual"},
    {
        "vi": "So một khoảng thời gian với thường lệ vào cùng giờ và thứ: nơi xe đứng yên,"
        " và hơn nữa.",
        "en": "Compares a time with what is usual at its hours and weekdays: where traffic stands"
        " still, and more.",
    },
    {"vi": "Các ô có sự kiện", "en": "Cells in which anything was counted"},
    {
        "layer": _LAYER,
        "datetime": _TIME._replace(is_required=True),
        **_EVENTS,
        "resolution": Input(
            {"vi": "Cấp ô H3", "en": "Resolution of H3"},
            _whole(usual.COARSEST, usual.FINEST, default=usual.FINEST),
        ),
    },
)

ALL: Mapping[str, Process] = {process.id: process for process in (_HOTSPOTS, _USUAL)}
"""Processes by their ids."""

_TITLES: Mapping[str, Text] = {
    "self": {"vi": "Mô tả", "en": "Description"},
    "execute": {"vi": "Chạy (POST)", "en": "Execute (POST)"},
    "next": {"vi": "Trang sau", "en": "Next page"},
}


def following(href: str, lang: str) -> Link:
    """Return the link to the next part of the list."""
    return _link("next", href, "next", lang)


def listed(found: Iterable[Process], root: str, lang: str) -> Document:
    """List processes."""
    return {"processes": [summary(process, root, lang) for process in found], "links": []}


def summary(process: Process, root: str, lang: str) -> Document:
    """Return what the list says of a process."""
    at = _address(process, root)
    return {**_summary(process, lang), "links": [_link("self", f"{at}?f=json", "self", lang)]}


def described(process: Process, layers: Iterable[Layer], root: str, lang: str) -> Document:
    """Describe a process.

    Args:
        process: the process.
        layers: whose events are counted by cell.
        root: address of the API, without a slash at its end.
        lang: of titles, ``vi`` or ``en``.
    """
    known = schemas(process, layers)
    inputs = {
        name: {
            "title": each.title[lang],
            "description": each.title[lang],
            "minOccurs": int(each.is_required),
            "maxOccurs": 1,
            "schema": known[name],
        }
        for name, each in process.inputs.items()
    }
    output = {
        "title": process.result[lang],
        "description": process.result[lang],
        "schema": {"type": "object", "contentMediaType": GEOJSON},
    }
    run = _link(_EXECUTE, f"{_address(process, root)}/execution", "execute", lang)
    return {
        **_summary(process, lang),
        "inputs": inputs,
        "outputs": {OUTPUT: output},
        "links": [run],
    }


def schemas(process: Process, layers: Iterable[Layer]) -> dict[str, Document]:
    """Return the schemas of the inputs of a process."""
    names = [layer.id for layer in layers]
    return {
        name: {**each.schema, "enum": names} if name == "layer" else each.schema
        for name, each in process.inputs.items()
    }


def _summary(process: Process, lang: str) -> Document:
    return {
        "id": process.id,
        "version": _VERSION,
        "title": process.title[lang],
        "description": process.description[lang],
        "jobControlOptions": ["sync-execute"],
        "outputTransmission": ["value"],
    }


def _address(process: Process, root: str) -> str:
    return f"{root}/processes/{process.id}"


def _link(rel: str, href: str, title: str, lang: str) -> Link:
    return {"rel": rel, "type": JSON, "title": _TITLES[title][lang], "href": href}
