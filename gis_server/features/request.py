"""What a client asks, read strictly: nothing is guessed, nothing unknown is passed over."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import Any

from werkzeug.datastructures import MultiDict

from gis_server.features import crs, keyset, shapes
from gis_server.features.cql import to_sql
from gis_server.features.errors import FilterInvalid, ParameterUnknown, PropertyUnknown
from gis_server.features.query import Condition, Query, Sort
from gis_server.http import params
from gis_server.http.params import ParameterInvalid
from layers.audience import Audience
from layers.fold import fold
from layers.model import Field, Layer, Type

Args = MultiDict[str, str]

DEFAULT_LIMIT, MAX_LIMIT = 100, 10_000
"""Features on a page: when the client does not say, and at most."""

EVERYWHERE = ("f", "lang")
"""Parameters of every address."""

OF_ITEM = (*EVERYWHERE, "crs")
OF_ITEMS = (
    *OF_ITEM, "limit", "offset", keyset.PARAMETER, "bbox", "bbox-crs", "datetime", "sortby",
    "properties", "skipGeometry", "resulttype", "q", "filter", "filter-lang", "filter-crs",
)  # fmt: skip
"""Parameters of a collection's items, beside one for every field that the audience sees."""

FILTER_LANGUAGES = ("cql2-text", "cql2-json")

_MOST_WORDS = 20
_BIGGEST = 2**63
_DIGITS = 18
"""A longer number is beyond every limit and every offset."""


def check(args: Args, known: Iterable[str]) -> None:
    """Refuse parameters that an address does not have, and those that are given twice.

    Raises:
        ParameterUnknown: naming what is known.
        ParameterInvalid: given twice, with a character that no text has, or a language that no
            answer comes in.
    """
    allowed = tuple(known)
    for name, values in args.lists():
        if name not in allowed:
            raise ParameterUnknown(name[:100], allowed)
        if len(values) > 1:
            raise ParameterInvalid(name, "it is given more than once")
        if "\0" in values[0]:
            raise ParameterInvalid(name, "it contains a null character")
    if "lang" in args:
        params.language(args["lang"])


def of_items(layer: Layer, audience: Audience) -> tuple[str, ...]:
    """Return the parameters of a layer's items."""
    return (*OF_ITEMS, *(n for n in layer.visible_to(audience) if n not in OF_ITEMS))


def query(
    layer: Layer,
    args: Args,
    audience: Audience,
    body: bytes | None = None,
    *,
    is_download: bool = False,
) -> Query:
    """Read the question about a layer's items.

    Args:
        layer: the collection.
        args: the parameters of the address, which ``check`` has let pass.
        audience: whose eyes the answer is for.
        body: a filter in CQL2 JSON that was posted, None for GET.
        is_download: whether all features are wanted when no limit is given.

    Raises:
        ParameterInvalid: naming the parameter and the reason.
        FieldUnknown: a property in a filter that the layer does not show.
    """
    made = Query(
        audience,
        limit=_limit(args, is_download=is_download),
        offset=_whole(args, "offset", 0, low=0, high=10**_DIGITS),
        crs=crs.choose(layer, "crs", args.get("crs")),
        area=_area(layer, args),
        interval=params.interval(args["datetime"]) if "datetime" in args else None,
        equals=_equals(layer, args, audience),
        words=_words(layer, args),
        condition=_condition(layer, args, audience, body),
        sort=_sort(layer, args, audience),
        properties=_properties(layer, args, audience),
        with_geometry=_choice(args, "skipGeometry", {"false": True, "true": False}),
        only_count=_choice(args, "resulttype", {"results": False, "hits": True}),
    )
    if keyset.PARAMETER not in args:
        return made
    return replace(made, after=keyset.decode_cursor(layer, made, args[keyset.PARAMETER]))


def choice(layer: Layer, args: Args, audience: Audience) -> Query:
    """Read which features are wanted, by time and by a filter.

    Raises:
        ParameterInvalid: naming the parameter and the reason.
        FieldUnknown: a property in a filter that the layer does not show.
    """
    return Query(
        audience,
        interval=params.interval(args["datetime"]) if "datetime" in args else None,
        condition=_condition(layer, args, audience, None),
    )


def key(layer: Layer, text: str) -> str | int | None:
    """Read a feature's id; None when no feature of the layer can have it."""
    if layer.field(layer.key).type is not Type.INTEGER:
        return None if "\0" in text else params.nfc(text)
    return _integer(text)


def _limit(args: Args, *, is_download: bool) -> int | None:
    if not is_download:
        return _whole(args, "limit", DEFAULT_LIMIT, low=1, high=MAX_LIMIT)
    return _whole(args, "limit", 0, low=1, high=10**_DIGITS) if "limit" in args else None


def _whole(args: Args, name: str, absent: int, *, low: int, high: int) -> int:
    return params.whole(args[name], name, low=low, high=high) if name in args else absent


def _choice(args: Args, name: str, meanings: Mapping[str, bool]) -> bool:
    text = args.get(name, next(iter(meanings)))
    if text not in meanings:
        raise ParameterInvalid(name, f"'{text}' is not one of {', '.join(meanings)}")
    return meanings[text]


def _area(layer: Layer, args: Args) -> Any:
    if "bbox" not in args:
        if "bbox-crs" in args:
            raise ParameterInvalid("bbox-crs", "it says nothing without bbox")
        return None
    found = crs.choose(layer, "bbox-crs", args.get("bbox-crs"))
    return shapes.box(args["bbox"], found, layer.geometry.crs)


def _equals(layer: Layer, args: Args, audience: Audience) -> dict[str, Any]:
    visible = layer.visible_to(audience)
    names = [name for name in visible if name in args and name not in OF_ITEMS]
    return {name: _value(layer.field(name), args[name]) for name in names}


def _value(of: Field, text: str) -> Any:
    """Read a value of a field's type; of a date or a time, a span."""
    found: Any = None
    match of.type:
        case Type.TEXT:
            found = params.nfc(text)
        case Type.INTEGER:
            found = _integer(text)
        case Type.NUMBER:
            found = params.number(text)
        case Type.BOOLEAN:
            found = {"true": True, "false": False}.get(text)
        case Type.DATE | Type.DATETIME:
            found = params.interval(text, of.name)
    if found is None:
        raise ParameterInvalid(of.name, f"'{text[:100]}' is not of the type {of.type.value}")
    return found


def _integer(text: str) -> int | None:
    if not re.fullmatch(r"-?[0-9]{1,19}", text):
        return None
    found = int(text)
    return found if -_BIGGEST <= found < _BIGGEST else None


def _words(layer: Layer, args: Args) -> tuple[str, ...]:
    text = args.get("q", "").strip()
    words = tuple(fold(text).split())
    if text and not layer.search:
        raise ParameterInvalid("q", f"layer '{layer.id}' has no text to search in")
    if text and not words:
        raise ParameterInvalid("q", "it has neither a letter nor a digit")
    if len(words) > _MOST_WORDS:
        raise ParameterInvalid("q", f"at most {_MOST_WORDS} words are searched")
    return words


def _condition(
    layer: Layer, args: Args, audience: Audience, body: bytes | None
) -> Condition | None:
    language = args.get("filter-lang", "cql2-text" if body is None else "cql2-json")
    if language not in FILTER_LANGUAGES or (body is not None and language == "cql2-text"):
        known = FILTER_LANGUAGES if body is None else FILTER_LANGUAGES[1:]
        raise ParameterInvalid(
            "filter-lang", f"'{language[:100]}' is not one of {', '.join(known)}"
        )
    found = crs.choose(layer, "filter-crs", args.get("filter-crs"))
    if body is not None and "filter" in args:
        raise FilterInvalid("it is either in the address or in the body")
    if body is None and "filter" not in args:
        return None
    text = args["filter"] if body is None else body
    if language == "cql2-text":
        return to_sql.from_text(str(args["filter"]), layer, found, audience)
    return to_sql.from_json(text, layer, found, audience)


def _sort(layer: Layer, args: Args, audience: Audience) -> tuple[Sort, ...]:
    if "sortby" not in args:
        return ()
    visible, sorts = layer.visible_to(audience), []
    for part in args["sortby"].split(","):
        # In a query string a plus arrives as a blank.
        name = part.strip().lstrip("+-")
        _check_visible(visible, name, "sortby")
        sorts.append(Sort(name, descending=part.strip().startswith("-")))
    return tuple(sorts)


def _properties(layer: Layer, args: Args, audience: Audience) -> tuple[str, ...] | None:
    if "properties" not in args:
        return None
    visible, names = layer.visible_to(audience), args["properties"].split(",")
    for name in names:
        _check_visible(visible, name, "properties")
    return tuple(name for name in visible if name in names)


def _check_visible(visible: Collection[str], name: str, parameter: str) -> None:
    if name not in visible:
        raise PropertyUnknown(parameter, name, tuple(visible))
