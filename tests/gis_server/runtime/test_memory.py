"""Memory that was freed between pieces which are still used goes back to the system."""

import subprocess
import sys

PROGRAM = """
import sys, time
from pathlib import Path
from gis_server.runtime import memory

def megabytes():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 // 1_000_000

large = [bytes(2_000) for _ in range(100_000)]
kept = large[::1_000]
del large
freed = megabytes()
if "watched" in sys.argv:
    memory.watch(0.05)
time.sleep(1)
print(freed, megabytes())
"""


def _measured(*more: str) -> tuple[int, int]:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *more], check=True, capture_output=True, text=True
    )
    freed, later = map(int, done.stdout.split())
    return freed, later


def test_what_is_free_goes_back_soon() -> None:
    freed, later = _measured("watched")
    assert freed > 200
    assert later < 60


def test_without_it_a_process_keeps_what_it_once_needed() -> None:
    freed, later = _measured()
    assert later > 0.9 * freed
