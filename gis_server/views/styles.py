"""Styles and sprites of the map."""

from flask import Blueprint, Response

from gis_server.answers import current, replies
from gis_server.answers.current import base_url
from gis_server.http import preconditions
from gis_server.http.language import language
from styles.compose import compose
from styles.errors import ThemeUnknown
from styles.sprites import RATIOS, Sheet, sheet
from styles.theme import names

MAX_AGE = 60
"""Seconds that a browser may keep a style or a sprite without asking."""

_RATIOS = {"" if ratio == 1 else f"@{ratio}x": ratio for ratio in RATIOS}


def blueprint() -> Blueprint:
    """Return the routes."""
    routes = Blueprint("styles", __name__)
    routes.get("/styles/<theme>.json")(style)
    routes.get("/sprites/<name>.json")(index)
    routes.get("/sprites/<name>.png")(picture)
    return routes


def style(theme: str) -> Response:
    """Answer with the map's style; ``lang`` chooses the language of its labels."""
    made = compose(theme, current.layers(), base_url(), language())
    return replies.document(made, max_age=MAX_AGE)


def index(name: str) -> Response:
    """Answer with the places of the icons in the sheet."""
    return replies.document(_sheet(name).index, max_age=MAX_AGE)


def picture(name: str) -> Response:
    """Answer with the sheet of icons."""
    answer = Response(_sheet(name).png, mimetype="image/png")
    answer.headers["Cache-Control"] = f"public, max-age={MAX_AGE}"
    answer.headers["Access-Control-Allow-Origin"] = "*"
    answer.add_etag()
    return preconditions.not_modified(answer)


def _sheet(name: str) -> Sheet:
    """Return the sheet that ``light`` or ``light@2x`` names."""
    theme, at, density = name.partition("@")
    if at + density not in _RATIOS:
        raise ThemeUnknown(name, names())
    return sheet(theme, _RATIOS[at + density])
