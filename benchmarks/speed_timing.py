"""A process that times calls when told to: the other end of `speed.py`, in this environment or in another one.

Requests and replies are lines of JSON. `{"cell": {...}}` prepares the calls of a cell and answers, for each, how many
samples a call takes and what is worth saying of it, or why it is skipped. `{"time": name, "seconds": s}` repeats that
call for s seconds and answers the seconds of one call. So processes of several environments can be timed in turn.

Seconds are processor time of the whole process, all threads of it. On the one processor to which it is pinned that is
what the clock on the wall shows while nothing else runs, and it stays so while something does; `waited` is the clock's
time over it.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from typing import Any, NamedTuple

SLOW = 3.0  # seconds of a first call after which no second one is made to see how long it takes


class Candidate(NamedTuple):
    """A call to be timed, the share of the cell's work that it does, and notes for the result."""

    call: Callable[[], Any]
    share: float = 1.0
    notes: dict[str, Any] = {}


class Skip(Exception):
    """Why a candidate is not timed in this cell."""


def serve(prepare: Callable[[dict[str, Any]], dict[str, Callable[[], Candidate]]]) -> None:
    """Answer requests until the input ends; what libraries print goes to stderr."""
    replies = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    ready: dict[str, Candidate] = {}
    for line in sys.stdin:
        request = json.loads(line)
        if "cell" in request:
            ready.clear()
            reply: dict[str, Any] = {}
            for name, build in prepare(request["cell"]).items():
                try:
                    candidate = build()
                    first, _ = timed(candidate.call, 0)  # compiles, makes tables
                    second, _ = timed(candidate.call, 0) if first < SLOW else (first, 0)
                except Skip as reason:
                    reply[name] = {"skipped": str(reason)}
                    continue
                ready[name] = candidate
                reply[name] = {"share": candidate.share, "first": first, "second": second, **candidate.notes}
        else:
            seconds, waited = timed(ready[request["time"]].call, request["seconds"])
            reply = {"seconds": seconds, "waited": waited}
        replies.write(json.dumps(reply) + "\n")
        replies.flush()


def timed(call: Callable[[], Any], seconds: float) -> tuple[float, float]:
    """Mean seconds of a call over at least one call and so many seconds, and the wall clock's time over it."""
    repeats, start, wall = 0, time.process_time(), time.perf_counter()
    while True:
        call()
        repeats += 1
        passed = time.process_time() - start
        if passed >= seconds:
            return passed / repeats, (time.perf_counter() - wall) / max(passed, 1e-9)
