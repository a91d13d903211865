"""Cold analyses do not stop a worker: few are computed at once, and each question once."""

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

from cells import analysis, build
from cells.analysis import Hotspots
from cells.events import Changes
from cells.question import Filter, instant
from cells.view import View
from gis_server.events.analysis_cache import AnalysisCache, AnalysisQuestion
from gis_server.runtime.web_server import THREADS
from gis_testing.random_events import CELLS, START, Event, columns
from layers.audience import PUBLIC, Audience
from layers.errors import Busy

MANY = 8


@pytest.fixture
def view() -> View:
    """Give a few events, an hour apart."""
    first, hour = instant(START), 3_600_000_000
    events = [Event(first + hour * place, CELLS[0], "fire", 0, 0) for place in range(48)]
    none = Changes(columns([], has_weight=False), np.zeros(0, np.int8))
    return View(build.build(columns(events, has_weight=False)), none, is_mean=False)


class _SlowFind:
    """Finds hot spots when it is told to."""

    def __init__(self) -> None:
        self.has_begun, self.go_on = threading.Semaphore(0), threading.Event()
        self.error: Exception | None = None
        self.calls = 0

    def __call__(self, *args: Any) -> Hotspots:
        self.calls += 1
        self.has_begun.release()
        assert self.go_on.wait(10)
        if self.error:
            raise self.error
        return _find(*args)


_find = analysis.find


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> _SlowFind:
    slow = _SlowFind()
    monkeypatch.setattr("cells.analysis.find", slow)
    return slow


def _question(slices: int) -> AnalysisQuestion:
    return AnalysisQuestion(PUBLIC, Filter(), slices, 7)


def _asked(view: View, slices: list[int], slow: _SlowFind) -> list[Future[Hotspots]]:
    """Ask by the threads of a worker; meanwhile a cheap request has to be answered."""
    cache = AnalysisCache()

    def ask(number: int) -> Hotspots:
        return cache.hotspots(view, _question(number), (1,), list)

    with ThreadPoolExecutor(THREADS) as worker:
        asked = [worker.submit(ask, number) for number in slices]
        assert slow.has_begun.acquire(timeout=10)
        cheap = worker.submit(lambda: "cheap")
        try:
            assert cheap.result(timeout=2) == "cheap"
        finally:
            slow.go_on.set()
    return asked


def _kinds(asked: list[Future[Hotspots]], error: type[Exception]) -> tuple[int, int]:
    """Return how many were answered, and how many were refused with an error."""
    refused = [future.exception() for future in asked if future.exception()]
    assert all(isinstance(reason, error) for reason in refused)
    return len(asked) - len(refused), len(refused)


def _alike(ours: Hotspots, theirs: Hotspots) -> bool:
    columns: list[Callable[[Hotspots], Any]] = [lambda h: h.cells, lambda h: h.kinds, lambda h: h.z]
    return all(np.array_equal(column(ours), column(theirs)) for column in columns)


def test_different_cold_questions_leave_a_thread_for_a_cheap_request(
    view: View, slow: _SlowFind
) -> None:
    asked = _asked(view, list(range(3, 3 + MANY)), slow)
    assert _kinds(asked, Busy) == (2, MANY - 2)
    for slices, future in enumerate(asked, 3):
        if not future.exception():
            assert _alike(future.result(), _find(view, Filter(), slices, [], 7))


def test_one_cold_question_is_computed_once_and_leaves_a_thread_free(
    view: View, slow: _SlowFind
) -> None:
    asked = _asked(view, [12] * MANY, slow)
    answered = [future.result() for future in asked if not future.exception()]
    assert slow.calls == 1
    assert _kinds(asked, Busy) == (THREADS - 1, MANY - THREADS + 1)
    assert all(answer is answered[0] for answer in answered)
    assert _alike(answered[0], _find(view, Filter(), 12, [], 7))


def test_an_error_wakes_those_who_wait_and_is_not_kept(view: View, slow: _SlowFind) -> None:
    slow.error = ValueError("no area")
    cache = AnalysisCache()
    with ThreadPoolExecutor(2) as worker:
        asked = [worker.submit(cache.hotspots, view, _question(12), (), list) for _ in range(2)]
        assert slow.has_begun.acquire(timeout=10)
        slow.go_on.set()
        assert [type(future.exception(timeout=5)) for future in asked] == [ValueError] * 2
    slow.error = None
    assert cache.hotspots(view, _question(12), (), list).resolution == 7


def test_an_answer_for_one_audience_is_never_given_to_another(view: View, slow: _SlowFind) -> None:
    slow.go_on.set()
    cache, question = AnalysisCache(), _question(12)
    for audience in (PUBLIC, Audience("staff"), PUBLIC, Audience("staff")):
        cache.hotspots(view, question._replace(audience=audience), (1,), list)
    assert slow.calls == 2


def test_another_view_or_study_area_is_another_question(view: View, slow: _SlowFind) -> None:
    slow.go_on.set()
    cache = AnalysisCache()
    for areas in ((1,), (2,), (1,)):
        cache.hotspots(view, _question(12), areas, list)
    cache.hotspots(View(view.cube, view.changes, is_mean=False), _question(12), (1,), list)
    assert slow.calls == 3
