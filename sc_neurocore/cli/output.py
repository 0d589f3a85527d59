"""What the verbs say while they work: on stderr, so that stdout holds results alone."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Voice:
    """How much progress is shown."""

    def __init__(self) -> None:
        self.quiet = self.verbose = False

    def set(self, *, quiet: bool = False, verbose: bool = False) -> None:
        """Show none, or each line with the time of day."""
        self.quiet, self.verbose = quiet, verbose


VOICE = Voice()
"""That of this process."""


def say(line: str) -> None:
    """One line of progress."""
    if not VOICE.quiet:
        clock = f"{time.strftime('%H:%M:%S')} " if VOICE.verbose else ""
        print(f"{clock}{line}", file=sys.stderr, flush=True)


@contextmanager
def progress(text: str) -> Iterator[Callable[[int, int], None]]:
    """A bar on a terminal; elsewhere a line every ten seconds, so that short runs say nothing."""
    if VOICE.quiet:
        yield lambda count, total: None
        return
    if not sys.stderr.isatty():
        reported = time.monotonic()

        def line(count: int, total: int) -> None:
            nonlocal reported
            if time.monotonic() - reported > 10:
                say(f"{text}: {count} of {total} samples")
                reported = time.monotonic()

        yield line
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = TextColumn(text), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    with Progress(*columns, console=Console(stderr=True), transient=True) as display:
        bar = display.add_task(text, total=None)
        yield lambda count, total: display.update(bar, completed=count, total=total)
