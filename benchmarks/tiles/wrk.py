"""wrk for rates that a client in Python could not reach: the same tiles again and again."""

import re
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

_SCRIPT = """
local paths, tags = {}, {}
for line in io.lines(os.getenv("PATHS")) do
  local path, tag = line:match("^(%S+)%s*(%S*)$")
  paths[#paths + 1] = path
  tags[#tags + 1] = tag
end
local i = 0
request = function()
  i = i % #paths + 1
  local headers = { ["Accept-Encoding"] = os.getenv("ENCODING") }
  if tags[i] ~= "" then headers["If-None-Match"] = tags[i] end
  return wrk.format("GET", paths[i], headers)
end
done = function(summary, latency)
  io.write(string.format("RATE %.1f P50 %.3f P95 %.3f P99 %.3f BAD %d\\n",
    summary.requests / summary.duration * 1e6, latency:percentile(50) / 1000,
    latency:percentile(95) / 1000, latency:percentile(99) / 1000, summary.errors.status))
end
"""


class Rate(NamedTuple):
    """Answers a second, milliseconds at three shares, and how many were errors."""

    rate: float
    p50: float
    p95: float
    p99: float
    errors: int


def present() -> bool:
    """Tell whether wrk is installed."""
    return shutil.which("wrk") is not None


def ask(  # noqa: PLR0913 - all but two are named
    port: int,
    paths: Sequence[str],
    *,
    clients: int,
    seconds: int,
    tags: Sequence[str] = (),
    encoding: str = "gzip",
) -> Rate:
    """Ask for the paths again and again; with ``tags``, whether each is still the same."""
    with tempfile.TemporaryDirectory() as folder:
        script, listed = Path(folder) / "wrk.lua", Path(folder) / "paths"
        script.write_text(_SCRIPT)
        pairs = zip(paths, tags or [""] * len(paths), strict=True)
        listed.write_text("\n".join(f"{path} {tag}".strip() for path, tag in pairs))
        done = subprocess.run(
            [
                "wrk", "-t1", f"-c{clients}", f"-d{seconds}s", "-s", str(script),
                f"http://127.0.0.1:{port}",
            ],
            env={"PATHS": str(listed), "ENCODING": encoding, "PATH": "/usr/bin:/bin"},
            check=True, capture_output=True, text=True,
        )  # fmt: skip
    summary = re.search(r"RATE (\S+) P50 (\S+) P95 (\S+) P99 (\S+) BAD (\d+)", done.stdout)
    if summary is None:
        raise RuntimeError(f"wrk said: {done.stdout}")
    rate, p50, p95, p99 = (float(summary[n]) for n in (1, 2, 3, 4))
    return Rate(rate, p50, p95, p99, int(summary[5]))
