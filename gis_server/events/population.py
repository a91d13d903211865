"""People by cell, from the communes: made once for a version of these."""

from collections.abc import Callable
from contextlib import AbstractContextManager

from psycopg.sql import Identifier

import sql
from cells import people
from cells.people import People
from gis_server.events.single_flight import SingleFlight
from layers import units
from layers.errors import Invalid
from sql.connection import Connection
from sql.schemas import layer_table

Connect = Callable[[], AbstractContextManager[Connection]]


class NobodyCounted(Invalid):
    """No commune has a number of people, so there is no rate by people."""


class Population:
    """The people of the latest version; computed once, however many ask."""

    def __init__(self) -> None:
        self._people: SingleFlight[int, People] = SingleFlight(1)

    def at(self, version: int, connect: Connect) -> People:
        """Return the people by cell.

        Args:
            version: of the communes.
            connect: lends a connection to where they are, when these people are not known.

        Raises:
            ComputationsBusy: other answers are being computed.
            NobodyCounted: no commune has a number.
        """

        def compute() -> People:
            with connect() as conn:
                return _read(conn)

        return self._people.get(version, compute)


def _read(conn: Connection) -> People:
    statement = sql.query("study_people").format(
        table=layer_table(units.COMMUNE), people=Identifier(units.POPULATION)
    )
    rows = conn.execute(statement).fetchall()
    if not rows:
        raise NobodyCounted(str(NobodyCounted.__doc__))
    shapes, numbers = zip(*rows, strict=True)
    return people.shared_out([bytes(shape) for shape in shapes], numbers)
