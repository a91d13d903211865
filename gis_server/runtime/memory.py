"""Memory that large answers leave behind goes back to the system.

glibc keeps what was freed between pieces that are still used: after some pages of 10,000 features a
process holds twice what it needs, for ever.
"""

import ctypes
import threading

EVERY = 2.0
"""Seconds between two looks; one takes microseconds."""


def watch(every: float = EVERY) -> None:
    """Give back what is free from now on, in a thread; does nothing where there is no glibc.

    Args:
        every: seconds between two looks.
    """
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        threading.Thread(target=_run, args=(trim, every), name="memory", daemon=True).start()


def _run(trim: "ctypes._NamedFuncPointer", every: float) -> None:
    pause = threading.Event()
    while not pause.wait(every):
        trim(0)
