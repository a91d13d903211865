"""Statements of tiles, composed once."""

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from psycopg.sql import SQL

from layers.registry import Layers
from tiles import statements
from tiles.statements import RowFilter


@pytest.fixture
def hurried_threads() -> Iterator[None]:
    """Let threads take turns all the time."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


@pytest.mark.usefixtures("hurried_threads")
def test_filters_without_end_are_forgotten_by_many_threads_at_once(layers: Layers) -> None:
    school = layers.get("school")

    def compose(thread: int) -> None:
        for number in range(2500):
            row_filter = RowFilter(SQL("true"), {}, (thread, number))
            assert b"true" in statements.thinned(school, row_filter)

    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(compose, range(8))) == [None] * 8
