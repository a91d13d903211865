"""Memory and processor time of a server: of its process and of all that descend from it."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_GRAIN = 0.25
"""Seconds between two looks."""


def megabytes(pid: int) -> float:
    """Return resident memory; what processes share is counted once (sum of PSS)."""
    kilobytes = 0
    for process in _family(pid):
        with suppress(OSError):
            text = Path(f"/proc/{process}/smaps_rollup").read_text()
            kilobytes += sum(
                int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:")
            )
    return kilobytes / 1000


class Peak:
    """The most memory that was seen."""

    def __init__(self) -> None:
        self.megabytes = 0.0

    def look(self, pid: int) -> None:
        """Look again."""
        self.megabytes = max(self.megabytes, megabytes(pid))


@contextmanager
def watched(pid: int) -> Iterator[Peak]:
    """Look at a server's memory again and again while the context lasts."""
    peak, done = Peak(), threading.Event()

    def watch() -> None:
        while not done.wait(_GRAIN):
            peak.look(pid)

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield peak
    finally:
        done.set()
        thread.join()
        peak.look(pid)


def settles(pid: int, seconds: float) -> bool:
    """Wait until a server has nothing left to do; tell whether it had that within the time."""
    deadline, before = time.monotonic() + seconds, ticks(pid)
    while time.monotonic() < deadline:
        time.sleep(_GRAIN)
        now = ticks(pid)
        if now - before <= 2:
            return True
        before = now
    return False


def ticks(pid: int) -> int:
    """Return the processor time of all of a server, in ticks of the clock (SC_CLK_TCK a second)."""
    return sum(sum(map(int, _stat(process)[11:13])) for process in _family(pid))


def _family(pid: int) -> list[int]:
    parents = {
        int(place.name): int(fields[1])
        for place in Path("/proc").iterdir()
        if place.name.isdigit() and (fields := _stat(int(place.name)))
    }
    processes = [pid]
    for process in processes:
        processes.extend(child for child, parent in parents.items() if parent == process)
    return processes


def _stat(pid: int) -> list[str]:
    """Return the fields after the name, the first being the state; zeros when it is gone."""
    with suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return ["0"] * 20
