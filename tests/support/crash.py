"""Cut a call short at each thing that it asks of the file system, in a forked child: by its death, or by an error.

Python tells of every opening, renaming, making and removing (audit events) before it is done; that is where a child
ends itself, or where the call fails as on a full or broken disk. Under `disk_faults.c`, which `preloaded` puts before
the C library of a fresh interpreter, writes, flushes and exchanges of names count, too, and are cut in their middle.
"""

from __future__ import annotations

import ctypes
import errno
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal

Fault = Literal["kill", "EIO", "ENOSPC", "short", "interrupt"]
FAULTS: tuple[Fault, ...] = ("kill", "EIO", "ENOSPC", "interrupt")
WRITES: tuple[Fault, ...] = ("kill", "EIO", "ENOSPC", "short", "interrupt")
"""Faults under `disk_faults.c`, in the order of its numbers from 1; a write that ends short is no harm by itself."""
_CHANGES = {"os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.truncate", "os.chmod", "os.link", "tempfile.mkstemp"}
_KILLED = 99
_SECONDS = 300
"""After which a child that waits for something is ended."""
_LIBRARY = "SC_DISK_FAULTS"


def preloaded(folder: Path) -> None:
    """Start this program again with `disk_faults.c` before the C library, unless that has been done.

    Args:
        folder: where the library is built.
    """
    if _LIBRARY in os.environ:
        return
    folder.mkdir(parents=True, exist_ok=True)
    library = folder / "disk_faults.so"
    source = Path(__file__).with_suffix("").with_name("disk_faults.c")
    subprocess.run(["cc", "-O1", "-shared", "-fPIC", "-o", library, source, "-ldl"], check=True)
    os.environ |= {_LIBRARY: str(library), "LD_PRELOAD": str(library)}
    os.execv(sys.executable, [sys.executable, *sys.argv])


def _faults_of_writes() -> Any:
    """The library, if this program was started with it."""
    return ctypes.CDLL(os.environ[_LIBRARY]) if _LIBRARY in os.environ else None


def slowly(folder: Path, milliseconds: int) -> None:
    """Let every write and flush below a folder take its time, in this process and its forked children."""
    library = _faults_of_writes()
    if library is not None and milliseconds:
        library.disk_faults_arm(os.fsencode(folder.absolute()), 0, 0)
        library.disk_faults_slow(milliseconds)


def _changes(event: str, arguments: tuple[Any, ...], below: bytes) -> bool:
    if event == "open":
        path, _, flags = arguments
        if not isinstance(path, str | bytes | os.PathLike) or not isinstance(flags, int):
            return False
        writes = flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
        return bool(writes) and os.path.abspath(os.fsencode(path)).startswith(below)
    return event in _CHANGES


def in_child(call: Callable[[], Any]) -> int:
    """Exit status of a forked child that makes a call: 0, 1 where it raised, less than 0 by a signal."""
    child = os.fork()
    if child == 0:
        _run(call)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _run(call: Callable[[], Any], at_end: Callable[[], Any] = lambda: None) -> None:
    """Make the call, silently, and end the process."""
    status = 1
    try:
        signal.alarm(_SECONDS)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        with open(os.devnull, "w") as nowhere:
            os.dup2(nowhere.fileno(), 1)
            if not os.environ.get("SC_CRASH_TELLS"):
                os.dup2(nowhere.fileno(), 2)
        call()
        status = 0
    except BaseException:  # noqa: BLE001 -- a child of a fork must end here, whatever happened
        status = 1
        if os.environ.get("SC_CRASH_TELLS"):
            import traceback

            traceback.print_exc()
    finally:
        at_end()
        os._exit(status)


def _cut(call: Callable[[], Any], folder: Path, at: int, fault: Fault) -> tuple[int, int]:
    """Exit status of a child that runs the call with a fault at change number `at`, and how many changes it saw."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        library, seen = _faults_of_writes(), 0
        below = os.fsencode(folder.absolute())

        def hook(event: str, arguments: tuple[Any, ...]) -> None:
            nonlocal seen
            if not _changes(event, arguments, below):
                return
            seen = seen + 1 if library is None else library.disk_faults_next()
            if seen != at:
                return
            match fault:
                case "kill":
                    os._exit(_KILLED)
                case "interrupt":
                    raise KeyboardInterrupt
                case "short":
                    return  # of a write alone
                case "EIO" | "ENOSPC":
                    raise OSError(getattr(errno, fault), os.strerror(getattr(errno, fault)))

        def counted() -> None:
            total = seen if library is None else library.disk_faults_seen()
            os.write(writer, total.to_bytes(4, "little"))

        if library is not None:
            library.disk_faults_arm(below, 1 + WRITES.index(fault), at)
        sys.addaudithook(hook)
        _run(call, counted)
    os.close(writer)
    seen_bytes = os.read(reader, 4)
    os.close(reader)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return status, int.from_bytes(seen_bytes, "little")


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, by its relative name."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def cut_short(call: Callable[[], Any], folder: Path, fault: Fault, share: int = 1) -> Iterator[tuple[int, int]]:
    """Run a call again and again in children, cut short one change later each time, until it is not reached.

    Args:
        call: what writes below the folder.
        folder: where it writes.
        fault: how it is cut short.
        share: every how many changes.

    Yields:
        After each child that met the fault: the number of the change, and the child's exit status.
    """
    status, changes = _cut(call, folder, 0, fault)
    assert status == 0, "the call fails without any fault"
    assert changes > 0, "the call changes nothing"
    for at in range(1, changes + 1, share):
        yield at, _cut(call, folder, at, fault)[0]
