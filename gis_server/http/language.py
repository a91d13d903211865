"""Language negotiation: which of the two languages a request wants."""

from flask import request

from gis_server.http import params
from gis_server.http.params import LANGUAGES

TAGS = {"vi": "vi-VN", "en": "en-US"}
"""Language tags (BCP 47) of Content-Language."""


def language() -> str:
    """Return ``vi`` or ``en``: by ``lang``, else Vietnamese.

    Raises:
        ParameterInvalid: another language.
    """
    return params.language(request.args.get("lang", LANGUAGES[0]))


def preferred() -> str:
    """Return ``vi`` or ``en``: by ``lang``, else by what the browser prefers, else Vietnamese.

    Never fails, as errors have a language too; ``params.language`` refuses what is none of them.
    """
    named = request.args.get("lang", "").split("-")[0].lower()
    if named in LANGUAGES:
        return named
    if "Accept-Language" not in request.headers:
        return LANGUAGES[0]
    return max(LANGUAGES, key=_liked)


def _liked(tag: str) -> float:
    """Return the quality of a language; ``*`` stands for what is not named, also as refused."""
    ranges = [(text.split("-")[0].lower(), quality) for text, quality in request.accept_languages]
    named = [quality for text, quality in ranges if text == tag]
    return max(named or [quality for text, quality in ranges if text == "*"] or [0])
