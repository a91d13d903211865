"""Which of the two languages a request wants."""

from flask import request

from gis_server.params import ParameterInvalid

LANGUAGES = ("vi", "en")


def read(text: str) -> str:
    """Return ``vi`` or ``en`` for a language tag.

    Raises:
        ParameterInvalid: another language.
    """
    wanted = text.split("-", maxsplit=1)[0].lower()
    if wanted not in LANGUAGES:
        raise ParameterInvalid("lang", "vi or en")
    return wanted


def language() -> str:
    """Return ``vi`` or ``en``: by ``lang``, else Vietnamese.

    Raises:
        ParameterInvalid: another language.
    """
    return read(request.args.get("lang", "vi"))


def preferred() -> str:
    """Return ``vi`` or ``en``: by ``lang``, else by what the browser prefers, else Vietnamese.

    Never fails, as errors have a language too; ``read`` refuses what is not one of them.
    """
    named = request.args.get("lang", "").split("-")[0].lower()
    if named in LANGUAGES:
        return named
    if "Accept-Language" not in request.headers:
        return LANGUAGES[0]
    return request.accept_languages.best_match(LANGUAGES, default="vi") or "vi"
