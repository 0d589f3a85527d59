"""Work on slices of an axis by a few threads: kernels release the GIL, and no slice reads what another writes."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from functools import lru_cache
from threading import current_thread

from ..spec.errors import OptionError


def check_thread_count() -> None:
    """Refuse a NUMBA_NUM_THREADS that names no number of threads.

    Raises:
        OptionError: it is set, and no positive integer.
    """
    setting = os.environ.get("NUMBA_NUM_THREADS", "")
    if setting and not (setting.isdigit() and int(setting) > 0):
        raise OptionError(f"NUMBA_NUM_THREADS must be a positive integer, got {setting!r}; unset it for all processors")


def thread_count() -> int:
    """Threads to use: NUMBA_NUM_THREADS where it is set, else the processors this process may run on."""
    setting = os.environ.get("NUMBA_NUM_THREADS", "")
    return max(1, int(setting)) if setting.isdigit() else len(os.sched_getaffinity(0))


def for_slices(work: Callable[[int, int], None], total: int, step: int) -> None:
    """Call `work(start, stop)` for consecutive slices of at most `step`; the order of the calls is not defined.

    The result is the same for any number of threads as long as each call writes its own slice only.

    Args:
        work: called with the start and the stop of a slice.
        total: length of the axis.
        step: of a slice, at most.
    """
    if 0 < total <= step:
        work(0, total)
        return
    starts = range(0, total, step)
    within = current_thread().name.startswith(
        _NAME
    )  # a thread of the pool that waited for others might wait for itself
    if within or min(thread_count(), len(starts)) <= 1:
        for start in starts:
            work(start, min(start + step, total))
        return
    pool = _pool(thread_count(), os.getpid())
    futures = [pool.submit(work, start, min(start + step, total)) for start in starts]
    try:
        for future in futures:
            future.result()
    finally:  # nothing goes on that the caller does not wait for
        for future in futures:
            future.cancel()
        wait(futures)


_NAME = "sc-neurocore slices"


@lru_cache(maxsize=1)
def _pool(threads: int, process: int) -> ThreadPoolExecutor:
    """Threads that wait for work: starting them costs more than a small layer. A forked process has none of them."""
    return ThreadPoolExecutor(threads, _NAME)


def slices(total: int, step: int) -> Iterator[slice]:
    """Consecutive slices of at most `step` that cover `range(total)`."""
    return (slice(start, min(start + step, total)) for start in range(0, total, step))
