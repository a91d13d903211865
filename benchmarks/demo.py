"""How long the demonstration province takes to write, and how much memory.

python benchmarks/demo.py [parcels] [events]
"""

import resource
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from etl import demo


def main(parcels: int = 20_000, events: int = 60_000) -> None:
    """Write everything to a temporary folder; print seconds and megabytes of each layer."""
    began = last = time.perf_counter()
    until = datetime(2026, 6, 30, tzinfo=UTC)
    with tempfile.TemporaryDirectory() as folder:
        for part in demo.write(Path(folder), parcels=parcels, events=events, until=until):
            now, size = time.perf_counter(), part.file.stat().st_size / 1e6
            print(f"{part.layer_id:14} {now - last:6.1f} s {size:8.1f} MB")
            last = now
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{'all':14} {time.perf_counter() - began:6.1f} s, peak memory {peak:.0f} MB")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
