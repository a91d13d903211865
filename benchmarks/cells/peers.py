"""The alternatives: SQL over the rows, a rollup table by day, and DuckDB over Parquet."""

import json
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.cells import sample
from benchmarks.tiles.data import Database
from cells import index
from cells.events import Events
from cells.question import Filter, instant

_TIMES = 5

_RAW = """SELECT gis_h3_parent(h3, 9), count(*) FROM layer.many_event
WHERE occurred_at BETWEEN %s AND %s AND category = ANY(%s) GROUP BY 1"""
_ROLLUP = """SELECT cell, sum(events) FROM public.rollup
WHERE day BETWEEN %s AND %s AND category = ANY(%s) GROUP BY 1"""

_MAKE_ROLLUP = """CREATE TABLE IF NOT EXISTS public.rollup AS
SELECT occurred_at::date AS day, gis_h3_parent(h3, 9) AS cell, category, count(*)::integer AS events
FROM layer.many_event GROUP BY 1, 2, 3;
CREATE INDEX IF NOT EXISTS rollup_day ON public.rollup (day, category) INCLUDE (cell, events);
ANALYZE public.rollup"""


def sql(database: Database) -> dict[str, list[float]]:
    """Return seconds of questions to the rows, and to rows by day, cell and category."""
    with database.connect() as conn:
        conn.execute(_MAKE_ROLLUP)
        return {
            "SQL on rows": _timed(lambda *values: conn.execute(_RAW, values).fetchall()),
            "rollup by day": _timed(lambda *values: conn.execute(_ROLLUP, values).fetchall()),
        }


def _timed(ask: Callable[[datetime, datetime, list[str]], object]) -> list[float]:
    durations = []
    for question in sample.questions(_TIMES):
        begun = time.perf_counter()
        ask(*_plain(question))
        durations.append(time.perf_counter() - begun)
    return durations


def _plain(question: Filter) -> tuple[datetime, datetime, list[str]]:
    if question.start is None or question.end is None:
        raise ValueError("questions of the measurement have both ends")
    return question.start, question.end, list(question.categories or sample.NAMES)


def duckdb(events: Events, var: Path) -> list[float]:
    """Return seconds of the same questions to DuckDB, with two threads, over a table in memory."""
    file = var / "events.parquet"
    parents = index.parents(events.cell, 9).astype("i8")
    names = pa.DictionaryArray.from_arrays(pa.array(events.category), pa.array(sample.NAMES))
    pq.write_table(
        pa.table({"moment": events.at, "cell": parents, "category": names.cast(pa.string())}), file
    )
    queries = [
        (instant(start), instant(end), names)
        for start, end, names in map(_plain, sample.questions(_TIMES))
    ]
    done = subprocess.run(
        [str(_python(var)), "-c", _DUCKDB, str(file), json.dumps(queries)],
        check=True,
        stdout=subprocess.PIPE,
    )
    durations: list[float] = json.loads(done.stdout)
    return durations


_DUCKDB = textwrap.dedent(
    """
    import duckdb, json, sys, time
    conn = duckdb.connect(config={"threads": 2})
    statement = "CREATE TABLE event AS SELECT * FROM read_parquet(?) ORDER BY moment"
    conn.execute(statement, [sys.argv[1]])
    durations = []
    for start, end, names in json.loads(sys.argv[2]):
        begun = time.perf_counter()
        conn.execute(
            "SELECT cell, count(*) FROM event WHERE moment BETWEEN ? AND ?"
            " AND list_contains(?, category) GROUP BY 1", [start, end, names]
        ).fetchnumpy()
        durations.append(time.perf_counter() - begun)
    print(json.dumps(durations))
    """
)


def _python(var: Path) -> Path:
    """Install DuckDB apart from our own packages; return the Python that has it."""
    home = var / "duckdb"
    if not (home / "installed").exists():
        subprocess.run([sys.executable, "-m", "venv", str(home)], check=True)
        packages = ["duckdb==2.0.1", "numpy"]
        command = [str(home / "bin" / "python"), "-m", "pip", "install", "--quiet", *packages]
        subprocess.run(command, check=True)
        (home / "installed").touch()
    return home / "bin" / "python"
