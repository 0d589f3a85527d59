"""Runs cases in forked children with limits, and tells how each ended; a case is named by target and number."""

from __future__ import annotations

import json
import mmap
import os
import resource
import struct
import sys
import tempfile
import time
import traceback
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from sc_neurocore.spec.errors import SCError

SECONDS = 5.0
"""Processor time that one case may take; what waits is given ten times as much."""
MEMORY = 512 << 20
"""Bytes beyond those that the loaded libraries have."""
LONGEST = 2000
"""Characters of a message."""
_STATE = struct.Struct("qqqq")  # case that runs, refused, legal, unchanged
_CHUNK = 4000

Attempt = Callable[[Random, Path], bool]
"""Tries one spoiled input in a folder of its own; False: that is no change. Raises `Wrong`, or what it met."""


class Wrong(Exception):
    """A malformed input was taken, or something else that no exception shows."""


class Reached(BaseException):
    """A program was started, a connection made, or a file opened for writing elsewhere."""


class Target(NamedTuple):
    """What is attacked."""

    attempt: Attempt
    prepare: Callable[[Path], Any] = lambda folder: None
    """Makes the legal files; called once before children are forked."""
    share: int = 100
    """How many cases of each thousand or so go here."""
    processes: bool = False
    """Whether it may start programs."""
    begin: Callable[[], Any] = lambda: None
    """What a child does before it has limits: libraries that no fork carries over take their room here."""


class Finding(NamedTuple):
    """What must not be."""

    target: str
    case: int
    kind: str
    """crash, hang, memory, traceback, wrong, reach."""
    text: str


class Tally(NamedTuple):
    """How the cases of a target ended."""

    cases: int = 0
    refused: int = 0
    legal: int = 0
    unchanged: int = 0


def drawn(seed: int, target: str, case: int) -> Random:
    """The generator of one case."""
    return Random(f"{seed} {target} {case}")


def trials(
    name: str, target: Target, folder: Path, start: int, stop: int, seed: int
) -> Iterator[tuple[Tally, list[Finding]]]:
    """Run cases `start` to `stop` of a target; yields after each child what it did.

    Args:
        name: of the target.
        target: what is attacked.
        folder: where its legal files are; children write below it.
        start: first case.
        stop: one beyond the last.
        seed: of all.
    """
    while start < stop:
        until = min(start + _CHUNK, stop)
        tally, findings = _child(name, target, folder, start, until, seed)
        yield tally, findings
        start += tally.cases


def _child(name: str, target: Target, folder: Path, start: int, stop: int, seed: int) -> tuple[Tally, list[Finding]]:
    shared = mmap.mmap(-1, mmap.PAGESIZE)
    _STATE.pack_into(shared, 0, start, 0, 0, 0)
    told = folder / "findings"
    told.write_bytes(b"")
    child = os.fork()
    if child == 0:
        status = 1
        try:
            target.begin()
            _confine(target, folder)
            _run(name, target, folder, range(start, stop), seed, shared, told)
            status = 0
        finally:
            os._exit(status)
    status = _watched(child, shared)
    case, refused, legal, unchanged = _STATE.unpack_from(shared)
    findings = [Finding(name, *json.loads(line)) for line in told.read_text("utf-8").splitlines()]
    if status != 0:
        findings.append(Finding(name, case, "hang" if status is None else "crash", f"exit status {status}"))
        case += 1
    return Tally(case - start, refused, legal, unchanged), findings


def _watched(child: int, shared: mmap.mmap) -> int | None:
    """The exit status of a child; None if it was ended because one case took too long."""
    case, used, since = -1, 0.0, 0.0
    while True:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
        now = _STATE.unpack_from(shared)[0]
        if now != case:
            case, used, since = now, _processor_seconds(child), time.monotonic()
        elif _processor_seconds(child) - used > SECONDS or time.monotonic() - since > 10 * SECONDS:
            os.kill(child, 9)
            os.waitpid(child, 0)
            return None
        time.sleep(0.01)


def _processor_seconds(process: int) -> float:
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _confine(target: Target, folder: Path) -> None:
    """Limits of memory, no output, and an end to whatever reaches out of the folder."""
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    limit = pages * os.sysconf("SC_PAGE_SIZE") + MEMORY
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with open(os.devnull, "r+b") as nowhere:
        for handle in (0, 1, 2):
            os.dup2(nowhere.fileno(), handle)
    inside = (os.fsencode(folder.resolve()), b"/dev/", os.fsencode(tempfile.gettempdir()))
    programs = {"subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.fork", "pty.spawn"}

    def watch(event: str, arguments: tuple[Any, ...]) -> None:
        if event in programs and not target.processes:
            raise Reached(f"{event} {arguments!r:.100}")
        if event in ("socket.connect", "socket.bind"):
            raise Reached(event)
        if event == "open" and isinstance(arguments[0], str | bytes) and isinstance(arguments[2], int):
            writes = arguments[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
            path = os.fsencode(os.path.realpath(arguments[0])) if writes else b""
            if writes and not path.startswith(inside) and b"__pycache__" not in path:
                raise Reached(f"{arguments[0]!r} opened to write")

    sys.addaudithook(watch)


def _run(name: str, target: Target, folder: Path, cases: range, seed: int, shared: mmap.mmap, findings: Path) -> None:
    refused = legal = unchanged = 0
    with findings.open("a", encoding="utf-8") as told:
        for case in cases:
            _STATE.pack_into(shared, 0, case, refused, legal, unchanged)
            kind, text = _outcome(target, drawn(seed, name, case), folder)
            match kind:
                case "refused":
                    refused += 1
                case "legal":
                    legal += 1
                case "unchanged":
                    unchanged += 1
                case _:
                    told.write(json.dumps([case, kind, text]) + "\n")
                    told.flush()
        _STATE.pack_into(shared, 0, cases.stop, refused, legal, unchanged)


def _outcome(target: Target, rng: Random, folder: Path) -> tuple[str, str]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ("legal" if target.attempt(rng, folder) else "unchanged"), ""
    except SCError as error:
        text = str(error)
        fit = 0 < len(text) <= LONGEST and "\n" not in text
        return ("refused", "") if fit else ("wrong", f"message of {len(text)} characters: {text!r:.300}")
    except Wrong as error:
        return "wrong", str(error)[:500]
    except Reached as error:
        return "reach", str(error)[:500]
    except MemoryError:
        return "memory", _where()
    except BaseException as error:  # noqa: BLE001 -- whatever it is, it is a finding
        return "traceback", f"{type(error).__name__}: {str(error)[:200]} at {_where()}"


def _where() -> str:
    """The innermost line of ours that an exception came through, and the innermost of all."""
    frames = traceback.extract_tb(sys.exc_info()[2])
    ours = [frame for frame in frames if "sc_neurocore" in frame.filename] or frames
    return ", ".join(f"{'/'.join(each.filename.split('/')[-3:])}:{each.lineno}" for each in (ours[-1], frames[-1]))
