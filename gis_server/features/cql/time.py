"""Temporal functions of CQL2: how two spans of time lie to one another."""

from dataclasses import dataclass

from psycopg.sql import SQL, Composable

from gis_server.features.cql.terms import TYPES, Kind, Term
from gis_server.features.errors import FilterInvalid

_FIRST = SQL("({}::timestamp AT TIME ZONE 'UTC')")
_LAST = SQL("(({} + 1)::timestamp AT TIME ZONE 'UTC' - interval '1 microsecond')")
"""First and last moment of a date."""

RELATIONS = {
    "t_after": SQL("{s1} > {e2}"),
    "t_before": SQL("{e1} < {s2}"),
    "t_contains": SQL("{s1} < {s2} AND {e1} > {e2}"),
    "t_disjoint": SQL("({e1} < {s2} OR {s1} > {e2})"),
    "t_during": SQL("{s1} > {s2} AND {e1} < {e2}"),
    "t_equals": SQL("{s1} = {s2} AND {e1} = {e2}"),
    "t_finishedBy": SQL("{s1} < {s2} AND {e1} = {e2}"),
    "t_finishes": SQL("{s1} > {s2} AND {e1} = {e2}"),
    "t_intersects": SQL("{s1} <= {e2} AND {e1} >= {s2}"),
    "t_meets": SQL("{e1} = {s2}"),
    "t_metBy": SQL("{s1} = {e2}"),
    "t_overlappedBy": SQL("{s1} > {s2} AND {s1} < {e2} AND {e1} > {e2}"),
    "t_overlaps": SQL("{s1} < {s2} AND {e1} > {s2} AND {e1} < {e2}"),
    "t_startedBy": SQL("{s1} = {s2} AND {e1} > {e2}"),
    "t_starts": SQL("{s1} = {s2} AND {e1} < {e2}"),
}
"""By start and end of the first and of the second span (W3C OWL-Time)."""


@dataclass(frozen=True, slots=True)
class Period:
    """A span of time; an open side is None. An instant starts and ends in the same term."""

    start: Term | None
    end: Term | None

    def __post_init__(self) -> None:
        for term in (self.start, self.end):
            if term is not None and term.kind not in (Kind.DATE, Kind.DATETIME):
                raise FilterInvalid(f"{term} is not a date or a time")

    def bounds(self, kind: Kind) -> tuple[Composable, Composable]:
        """Return start and end as this kind; of a date beside times, its first and last moment."""
        start = SQL("'-infinity'") if self.start is None else _as(self.start, kind, _FIRST)
        end = SQL("'infinity'") if self.end is None else _as(self.end, kind, _LAST)
        return SQL("{}::{}").format(start, TYPES[kind]), SQL("{}::{}").format(end, TYPES[kind])

    @property
    def kinds(self) -> set[Kind]:
        """What its bounds are."""
        return {term.kind for term in (self.start, self.end) if term is not None}


def relation(op: str, first: Period, second: Period) -> Composable:
    """Return the condition that two spans lie so to one another."""
    kind = Kind.DATE if first.kinds | second.kinds == {Kind.DATE} else Kind.DATETIME
    (s1, e1), (s2, e2) = first.bounds(kind), second.bounds(kind)
    return RELATIONS[op].format(s1=s1, e1=e1, s2=s2, e2=e2)


def _as(term: Term, kind: Kind, moment: SQL) -> Composable:
    return term.sql if term.kind is kind else moment.format(term.sql)
