"""The search box."""

from flask import Blueprint, Response, request

from gis_server.answers import current, replies
from gis_server.answers.current import services
from gis_server.catalogue import search
from gis_server.http import params
from gis_server.http.language import language

LONGEST = 200
"""Characters of a question."""


def blueprint() -> Blueprint:
    """Return the routes."""
    routes = Blueprint("search", __name__)
    routes.get("/search")(show)
    return routes


def show() -> Response:
    """Answer with communes, places or parcels that ``q`` names."""
    text = request.args.get("q", "").strip()
    if not text or len(text) > LONGEST:
        raise params.ParameterInvalid("q", f"a text of 1 to {LONGEST} characters is needed")
    limit = params.whole(request.args.get("limit", "8"), "limit", low=1, high=50)
    with services().pool.connection() as conn:
        found = search.search(conn, current.layers(), text, limit, language())
    body = {"results": [hit._asdict() for hit in found.hits], "message": found.message}
    return replies.document(body, max_age=0)
