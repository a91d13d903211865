"""Is the server there, and does its database answer?"""

from flask import Blueprint, Response

from gis_server import __version__
from gis_server.answers import current, replies
from gis_server.answers.current import services


def blueprint() -> Blueprint:
    """Return the routes."""
    routes = Blueprint("health", __name__)
    routes.get("/health")(health)
    return routes


def health() -> Response:
    """Answer 200 when the database answers; the error table says 503 when it does not."""
    with services().pool.connection() as conn:
        conn.execute("SELECT 1")
    body = {
        "service": "gis-server",
        "status": "ok",
        "version": __version__,
        "layers": len(current.layers()),
        "layers_problem": services().live.problem,
        "layers_waiting": list(services().live.waiting),
    }
    answer = replies.document(body, max_age=0)
    answer.headers["Cache-Control"] = "no-store"
    return answer
