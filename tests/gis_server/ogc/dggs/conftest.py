"""Incidents and measurements at known places, asked through the cube and from the rows."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import h3.api.basic_int as h3
import psycopg
import pytest
from werkzeug.test import TestResponse

from cells import checkpoint
from cells.generations import Generations
from gis_server.settings import Settings
from gis_testing.applications import create_app
from gis_testing.databases import cloned
from gis_testing.zones import EVENTS, Event
from layers.audience import PUBLIC
from layers.registry import Layers

_INCIDENT = """
INSERT INTO layer.incident (category, severity, occurred_at, h3, geom)
VALUES (%s, %s, %s, %s, ST_SetSRID(ST_MakePoint(%s, %s), 4326))
"""
_MEASUREMENT = """
INSERT INTO layer.traffic (detector, mean_speed, vehicles, observed_at, h3, geom)
VALUES ('D', %s, %s, %s, %s, ST_SetSRID(ST_MakePoint(%s, %s), 4326))
"""


@pytest.fixture(scope="session")
def dggs_database(admin_url: str, template: str) -> Iterator[str]:
    """Address of a database with the events."""
    with cloned(admin_url, template) as url:
        with psycopg.connect(url, autocommit=True) as filled, filled.cursor() as cursor:
            cursor.executemany(
                _INCIDENT,
                [(e.category, e.total, e.at, e.cell, *at) for at, e in EVENTS["incident"]],
            )
            cursor.executemany(
                _MEASUREMENT, [(e.total, e.by, e.at, e.cell, *at) for at, e in EVENTS["traffic"]]
            )
        yield url


@dataclass(frozen=True)
class Grid:
    """The zones of a collection as a client sees them."""

    client: Any
    layer: str = "incident"

    def of(self, layer: str) -> "Grid":
        """The zones of another collection."""
        return Grid(self.client, layer)

    def get(self, path: str = "/zones", *, accept: str = "*/*", **query: Any) -> TestResponse:
        """Ask for a path below the grid; two underscores in a name stand for a dash."""
        asked = [
            (name.replace("__", "-"), str(each))
            for name, value in query.items()
            for each in (value if isinstance(value, list) else [value])
        ]
        found: TestResponse = self.client.get(
            f"/ogc/collections/{self.layer}/dggs/H3{path}",
            query_string=asked,
            headers={"Accept": accept},
        )
        return found

    def json(self, path: str = "/zones", **query: Any) -> Any:
        """Ask for a document; fail on any status but 200."""
        answer = self.get(path, **query)
        assert answer.status_code == 200, answer.text
        return answer.get_json(force=True)

    def zones(self, **query: Any) -> list[int]:
        """Return the zones of a list that fits on a page."""
        found = self.json(**{"limit": 10_000, **query})
        assert not [link for link in found["links"] if link["rel"] == "next"]
        return [int(name, 16) for name in found["zones"]]

    def data(self, zone: int, **query: Any) -> Any:
        """Return what is counted below a zone, by field and depth."""
        found = self.json(f"/zones/{zone:x}/data", **query)
        return {
            field: {part["depth"]: part["data"] for part in parts}
            for field, parts in found["values"].items()
        }

    def refusal(self, path: str = "/zones", *, status: int = 400, **query: Any) -> str:
        """Ask for what cannot be answered; give the sentence that says why."""
        answer = self.get(path, **query)
        assert answer.status_code == status, answer.text
        assert answer.content_type == "application/problem+json"
        detail: str = answer.get_json(force=True)["detail"]
        return detail


@pytest.fixture(scope="session", params=["cube", "rows"])
def grid(
    request: pytest.FixtureRequest,
    dggs_database: str,
    layers: Layers,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Grid]:
    """The interface with a cube of the events, and without."""
    settings = Settings(var=tmp_path_factory.mktemp("var"))
    if request.param == "cube":
        with psycopg.connect(dggs_database, autocommit=True) as conn:
            for name in EVENTS:
                checkpoint.checkpoint(conn, layers.get(name), Generations(settings.var / "cells"))
    app = create_app(settings, dggs_database)
    view = app.extensions["gis"].cubes.view(layers.get("incident"), 0, PUBLIC)
    assert (view is not None) == (request.param == "cube")
    yield Grid(app.test_client())
    app.extensions["gis"].close()


Counted = dict[int, tuple[int, float | None]]


@pytest.fixture(scope="session")
def counted() -> Callable[..., Counted]:
    """A function that counts one by one: events and value by zone of a level."""

    def count(layer: str, level: int, counts: Callable[[Event], bool] = lambda _: True) -> Counted:
        found: dict[int, list[Event]] = defaultdict(list)
        for _, event in EVENTS[layer]:
            if counts(event):
                found[h3.cell_to_parent(event.cell, level)].append(event)
        return {zone: (len(events), _value(layer, events)) for zone, events in found.items()}

    return count


def _value(layer: str, events: list[Event]) -> float | None:
    known = [event for event in events if event.total is not None]
    base = sum(event.by for event in known)
    if not base:
        return None
    total = sum((event.total or 0) * event.by for event in known)
    return total / base if layer == "traffic" else total
