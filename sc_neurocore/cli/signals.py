"""Signals that ask the command to end: all of them go the way of Ctrl-C, on which children end and leftovers go."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType, TracebackType
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

    A library may lose that exception, and that of Ctrl-C: in a destructor or a callback Python swallows it, and C code
    that is being imported prints it and raises an ImportError instead. What was lost is not printed; its signal is sent
    once more, and an error that ends the command meanwhile is told as the signal.
    """
    times: list[float] = []
    raised: list[KeyboardInterrupt] = []
    timers: list[threading.Timer] = []

    def end(number: int, frame: FrameType | None) -> None:
        times.append(time.monotonic())
        if len(times) == 1 or times[-1] - times[0] > SECONDS_TO_CLEAN:
            raised.append(Terminated(number))
            raise raised[-1]

    def interrupt(number: int, frame: FrameType | None) -> None:
        raised.append(KeyboardInterrupt())
        raise raised[-1]

    def send_again(lost: KeyboardInterrupt) -> None:
        times.clear()
        number = lost.number if isinstance(lost, Terminated) else signal.SIGINT
        timers.append(threading.Timer(SECONDS_UNTIL_AGAIN, os.kill, (os.getpid(), number)))
        timers[-1].daemon = True
        timers[-1].start()

    def swallowed(unraisable: Any) -> None:
        if isinstance(unraisable.exc_value, KeyboardInterrupt):
            send_again(unraisable.exc_value)
        else:
            swallowing(unraisable)

    def printed(kind: type[BaseException], error: BaseException, where: TracebackType | None) -> None:
        if isinstance(error, KeyboardInterrupt):
            send_again(error)
        else:
            printing(kind, error, where)

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    swallowing, printing = sys.unraisablehook, sys.excepthook
    sys.unraisablehook, sys.excepthook = swallowed, printed
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
        for timer in timers:
            timer.cancel()
        sys.unraisablehook, sys.excepthook = swallowing, printing
        for each, handler in before.items():
            signal.signal(each, handler)
