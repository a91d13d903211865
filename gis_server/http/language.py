"""Language negotiation: which of the two languages a request wants."""

from flask import request

from gis_server.http import params
from gis_server.http.params import LANGUAGES


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
    return request.accept_languages.best_match(LANGUAGES, default="vi") or "vi"
