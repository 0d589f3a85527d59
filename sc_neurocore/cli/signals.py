"""Signals that ask the command to end: all of them go the way of Ctrl-C, on which children end and leftovers go."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

ENDING = (signal.SIGTERM, signal.SIGHUP)
SECONDS_UNTIL_AGAIN = 0.05
"""After which a signal comes once more whose exception was swallowed."""
SECONDS_TO_CLEAN = 5.0
"""In which a further signal does not cut the cleaning short."""


class Terminated(KeyboardInterrupt):
    """A signal other than Ctrl-C asked the command to end.

    Args:
        number: of the signal.
    """

    def __init__(self, number: int) -> None:
        super().__init__(signal.Signals(number).name)
        self.number = number


@contextmanager
def ended_by_signals() -> Iterator[None]:
    """Raise `Terminated` in the main thread where one of these signals arrives and nobody has taken it.

    Python swallows and prints an exception that falls into a destructor or a callback of a library; that of a signal,
    of Ctrl-C too, is sent once more instead. A module in C whose import a signal cuts short calls it an ImportError;
    an error that ends the command after a signal is therefore told as the signal.
    """
    first: list[float] = []
    raised: list[KeyboardInterrupt] = []

    def end(number: int, frame: FrameType | None) -> None:
        first.append(time.monotonic())
        if len(first) == 1 or first[-1] - first[0] > SECONDS_TO_CLEAN:
            raised.append(Terminated(number))
            raise raised[-1]

    def interrupt(number: int, frame: FrameType | None) -> None:
        raised.append(KeyboardInterrupt())
        raise raised[-1]

    def swallowed(unraisable: Any) -> None:
        value = unraisable.exc_value
        if not isinstance(value, KeyboardInterrupt):
            hook(unraisable)
            return
        first.clear()
        raised.clear()
        number = value.number if isinstance(value, Terminated) else signal.SIGINT
        again = threading.Timer(SECONDS_UNTIL_AGAIN, os.kill, (os.getpid(), number))
        again.daemon = True
        again.start()

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    hook, sys.unraisablehook = sys.unraisablehook, swallowed
    before = {each: signal.getsignal(each) for each in (*ENDING, signal.SIGINT)}
    for each, handler in before.items():
        if handler is signal.SIG_DFL:  # nohup ignores SIGHUP: that stays
            signal.signal(each, end)
        elif handler is signal.default_int_handler:
            signal.signal(each, interrupt)
    try:
        yield
    except Exception as error:
        if raised:
            raise raised[-1] from error
        raise
    finally:
        sys.unraisablehook = hook
        for each, handler in before.items():
            signal.signal(each, handler)
