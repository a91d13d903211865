"""Processes that work for this one, and end with it."""

import os
import select
import signal
import threading
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from multiprocessing import get_context
from typing import Any


def pool(processes: int, begin: Callable[..., None], *said: Any) -> ProcessPoolExecutor:
    """Make a pool; each process first calls ``begin``, a function of a module, with ``said``."""
    return ProcessPoolExecutor(
        processes,
        # A clean process forks the workers: this one may have threads.
        mp_context=get_context("forkserver"),
        initializer=_begin,
        initargs=(os.getpid(), begin, *said),
    )


def _begin(first: int, begin: Callable[..., None], *said: Any) -> None:
    # Ctrl-C reaches every process of a terminal; the first one tells the others.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with, args=(first,), daemon=True).start()
    begin(*said)


def _end_with(first: int) -> None:
    """A process that is killed cannot end its workers, which would wait for it for ever."""
    with suppress(ProcessLookupError):
        select.select([os.pidfd_open(first)], [], [])
    os._exit(1)
