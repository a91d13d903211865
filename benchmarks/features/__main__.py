"""Requests of items a second, side by side; run with ``python -m benchmarks.features``."""

import argparse
import os
import sys
import time
from contextlib import ExitStack, nullcontext
from pathlib import Path

from benchmarks.features import bare, data, downloads, goals, memory, questions, servers, table
from benchmarks.features.data import PARCELS, POINTS
from benchmarks.features.questions import Places, Question
from benchmarks.features.servers import Items
from benchmarks.features.table import Seen
from benchmarks.tiles import wrk
from benchmarks.tiles.data import Database

_SETTLING = 2.0
"""Seconds in which a server has to be through with what wrk left; then it is started anew."""

_REST = 10.0
"""Seconds of rest before memory is looked at: what a server keeps, not what it has at hand."""


def main() -> None:
    """Measure each server alone, then compare."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--var", type=Path, default=Path("var/bench"))
    parser.add_argument("--clients", type=int, nargs="+", default=[1, 8, 64])
    parser.add_argument("--seconds", type=int, default=2, help="of a cell")
    parser.add_argument("--only", nargs="+", choices=servers.NAMES, default=list(servers.NAMES))
    parser.add_argument("--fresh", action="store_true", help="load the data again")
    chosen = parser.parse_args()
    database = data.ready(chosen.var, fresh=chosen.fresh)
    with data.single(database):
        where = questions.places(database)
    seen = Seen()
    seen.expect([question.name for question in questions.questions(where)], chosen.clients)
    with data.single(database):
        _statements(database, where, seen, chosen.seconds)
    for name in chosen.only:
        _tell(f"{name} ...")
        reason = servers.absent(name)
        if reason:
            seen.excuse("all", name, reason)
            continue
        # We as we come; the peers as they would be set up by someone who knows.
        with nullcontext() if name == "ours" else data.single(database):
            _Measurement(database, name, seen, chosen.seconds).run(where, chosen.clients)
    print(f"{os.cpu_count()} cores, shared by clients and servers; {chosen.seconds} s a cell")
    table.show(seen, goals.goals())


def _statements(database: Database, where: Places, seen: Seen, seconds: int) -> None:
    """The answers of ``written`` and ``kept`` stand beside the same question to servers."""
    for layer in (PARCELS, POINTS):
        boxes = where.boxes[layer, 1000]
        for who, make in zip(table.BARE, (bare.written, bare.kept), strict=True):
            statements = [text for box in boxes if (text := make(layer, 1000, box))]
            if not statements:
                continue
            rate = bare.rate(database, statements, seconds)
            _tell(f"  {who}, 1,000 of {layer}: {rate:.1f}/s")
            seen.put((questions.in_boxes(layer, 1000, "identity"), goals.CLIENTS), who, rate)


class _Measurement:
    """One server, measured alone."""

    def __init__(self, database: Database, name: str, seen: Seen, seconds: int) -> None:
        self._database, self._name, self._seen = database, name, seen
        self._seconds = seconds
        self._running = ExitStack()

    def run(self, where: Places, clients: list[int]) -> None:
        """Ask all questions, then for everything."""
        with self._running:
            server = self._start()
            requests = [
                (question, question.word(server)) for question in questions.questions(where)
            ]
            fit = [pair for pair in requests if self._is_right(server, *pair)]
            self._note(goals.MEMORY_BEFORE, memory.megabytes(server.pid))
            for question, paths in fit:
                for count in clients:
                    server = self._ask(server, question, paths, count)
            time.sleep(_REST)
            self._note(goals.MEMORY_AFTER, memory.megabytes(server.pid))
            for layer in (PARCELS, POINTS):
                self._download(server, layer)

    def _start(self) -> Items:
        server: Items = self._running.enter_context(getattr(servers, self._name)(self._database))
        return server

    def _is_right(self, server: Items, question: Question, paths: list[str]) -> bool:
        reason = questions.fault(server, paths, question.features)
        if reason:
            _tell(f"  {question.name}: {reason}")
            self._seen.excuse(question.name, self._name, reason)
        return reason is None

    def _ask(self, server: Items, question: Question, paths: list[str], clients: int) -> Items:
        seen = wrk.ask(
            server.port, paths, clients=clients, seconds=self._seconds, encoding=question.encoding
        )
        rate = max(seen.rate - seen.errors / self._seconds, 0.0)
        what = f"{question.name}, {clients} clients"
        if rate:
            self._seen.put((question.name, clients), self._name, rate)
        else:
            self._seen.excuse(what, self._name, f"none finished in {self._seconds} s")
        if seen.errors:
            self._seen.excuse(what, self._name, f"{seen.errors} errors, not counted as answers")
        _tell(
            f"  {what}: {rate:.1f}/s, p50 {seen.p50:.1f} ms, p95 {seen.p95:.1f} ms,"
            f" {seen.errors} errors"
        )
        if memory.settles(server.pid, _SETTLING) and questions.answers(server):
            return server
        _tell("  started anew")
        self._running.close()
        data.end_statements(self._database)
        return self._start()

    def _download(self, server: Items, layer: str) -> None:
        what = "parcels" if layer == PARCELS else "points"
        if self._name != "ours":
            try:
                got = downloads.paged(server, layer)
            except (OSError, downloads.Refused) as error:
                self._seen.excuse(f"s for all {what}", self._name, str(error))
                return
            self._downloaded(f"s for all {what}", what, got, got.whole)
            if got.features < data.COUNT:
                reason = f"worked out from {got.features:,} in {got.seconds:.0f} s"
                self._seen.excuse(f"s for all {what}", self._name, reason)
            return
        for form in downloads.FORMS:
            got = downloads.whole(server, layer, form)
            name = f"s for all {what}" + (f" as {form}" if form != downloads.FORMS[0] else "")
            self._downloaded(name, what, got, got.seconds)

    def _downloaded(self, name: str, what: str, got: downloads.Download, seconds: float) -> None:
        self._note(name, seconds)
        known = self._seen.figures.get((_peak(what), 0), {}).get(self._name, 0.0)
        self._note(_peak(what), max(known, got.peak))
        _tell(f"  {name}: {seconds:.1f} s, {got.megabytes:.0f} MB, peak {got.peak:.0f} MB")

    def _note(self, name: str, figure: float) -> None:
        self._seen.put((name, 0), self._name, figure, is_cost=True)


def _peak(what: str) -> str:
    return f"MB at most in the download of {what}"


def _tell(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
