"""Temporary names beside a target: locked while somebody fills them, collected when whoever made them is gone."""

from __future__ import annotations

import errno
import fcntl
import os
import re
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_NAME = re.compile(r"\.(?P<target>.+)\.[a-z0-9_]{8}\.tmp")


def is_temporary(name: str) -> bool:
    """Whether a name is one that a process of ours gives to what it has not finished."""
    return _NAME.fullmatch(name) is not None


@contextmanager
def temporary(target: Path, *, folder: bool = False) -> Iterator[tuple[int, Path]]:
    """Make a file or folder beside a target, locked; whatever has the temporary name at the end is removed.

    Args:
        target: what it will become; its parent exists.
        folder: a folder instead of a file.

    Yields:
        An open descriptor, of a folder for reading only, and the path.

    Raises:
        OSError: it cannot be made.
    """
    collect(target.parent, target.name)
    while True:
        if folder:
            path = Path(tempfile.mkdtemp(prefix=f".{target.name}.", suffix=".tmp", dir=target.parent))
            handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
        else:
            handle, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".tmp", dir=target.parent)
            path = Path(name)
        if _lock(handle) is not False and _is_at(handle, path):
            break
        os.close(handle)  # another process took it for a leftover before it was locked
    try:
        yield handle, path
    finally:
        remove(path)
        os.close(handle)


def names_in(folder: Path) -> list[str]:
    """Names of what a folder holds, sorted, without what is temporary; leftovers of interrupted processes are removed.

    Raises:
        OSError: it cannot be read.
    """
    collect(folder)
    return sorted(name for name in os.listdir(folder) if not is_temporary(name))


def collect(folder: Path, target: str | None = None) -> None:
    """Remove what interrupted processes left in a folder; what a living one holds stays.

    Args:
        folder: where to look.
        target: only temporaries of this name; None: all of ours.
    """
    with suppress(OSError):
        for entry in os.scandir(folder):
            match = _NAME.fullmatch(entry.name)
            if match and target in (None, match["target"]):
                _collect(Path(entry.path))


def remove(path: Path) -> None:
    """Remove a file or a folder as far as the system lets us; a symbolic link goes, what it names stays."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        with suppress(OSError):
            path.unlink()


def _collect(path: Path) -> None:
    try:
        status = os.lstat(path)
        if not (stat.S_ISREG(status.st_mode) or stat.S_ISDIR(status.st_mode)):
            return  # nothing that we make
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return
    try:
        if _lock(handle) and _is_at(handle, path):
            remove(path)
    finally:
        os.close(handle)


def _lock(handle: int) -> bool | None:
    """Take the lock of a file or folder: False if another process has it, None where the file system has no locks."""
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        return False if error.errno in (errno.EWOULDBLOCK, errno.EACCES) else None
    return True


def _is_at(handle: int, path: Path) -> bool:
    """Whether a path still names what a descriptor has open."""
    try:
        return os.path.samestat(os.fstat(handle), os.lstat(path))
    except OSError:
        return False
