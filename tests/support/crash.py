"""Cut a call short at each thing that it asks of the file system, in a forked child: by its death, or by an error.

Python tells of every opening, renaming, making and removing (audit events) before it is done; that is where a child
ends itself, or where the call fails as on a full or broken disk.
"""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal

Fault = Literal["kill", "EIO", "ENOSPC", "interrupt"]
FAULTS: tuple[Fault, ...] = ("kill", "EIO", "ENOSPC", "interrupt")
_CHANGES = {"os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.truncate", "os.chmod", "os.link", "tempfile.mkstemp"}
_KILLED = 99


def _changes(event: str, arguments: tuple[Any, ...], below: bytes) -> bool:
    if event == "open":
        path, _, flags = arguments
        if not isinstance(path, str | bytes | os.PathLike) or not isinstance(flags, int):
            return False
        writes = flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
        return bool(writes) and os.path.abspath(os.fsencode(path)).startswith(below)
    return event in _CHANGES


def _in_child(call: Callable[[], Any], folder: Path, at: int, fault: Fault) -> tuple[int, int]:
    """Exit status of a child that runs the call with a fault at change number `at`, and how many changes it saw."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        status, seen = 1, 0
        try:
            os.close(reader)
            below = os.fsencode(folder.absolute())

            def hook(event: str, arguments: tuple[Any, ...]) -> None:
                nonlocal seen
                if not _changes(event, arguments, below):
                    return
                seen += 1
                if seen != at:
                    return
                if fault == "kill":
                    os._exit(_KILLED)
                if fault == "interrupt":
                    raise KeyboardInterrupt
                raise OSError(getattr(errno, fault), os.strerror(getattr(errno, fault)))

            with open(os.devnull, "w") as nowhere:
                os.dup2(nowhere.fileno(), 1)
                os.dup2(nowhere.fileno(), 2)
            sys.addaudithook(hook)
            call()
            status = 0
        except BaseException:  # noqa: BLE001 -- a child of a fork must end here, whatever happened
            status = 1
        finally:
            os.write(writer, seen.to_bytes(4, "little"))
            os._exit(status)
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
    status, changes = _in_child(call, folder, 0, fault)
    assert status == 0, "the call fails without any fault"
    assert changes > 0, "the call changes nothing"
    for at in range(1, changes + 1, share):
        yield at, _in_child(call, folder, at, fault)[0]
