"""Cubes with checkpoints among few events."""

import pytest


@pytest.fixture
def few_events_a_checkpoint(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let even a few events have checkpoints between them."""
    monkeypatch.setattr("cells.build.LEAST", 7)
