"""Temporary names beside a target: locked while somebody fills them, collected when whoever made them is gone."""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
import re
import secrets
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

MARK = "sc-neurocore"
"""Ends the names that are ours to remove."""
_NAME = re.compile(rf"\.(?P<label>.+)\.[0-9a-f]{{8}}\.{MARK}")
_ATTEMPTS = 20
_MOST_LABEL = 200  # bytes; a name may have 255


def _label(destination: Path) -> str:
    """The target's name, or a hash of it where no room is left for what stands around it."""
    raw = os.fsencode(destination.name)
    return destination.name if len(raw) <= _MOST_LABEL else hashlib.sha256(raw).hexdigest()


def named(error: OSError, path: str | os.PathLike[str]) -> OSError:
    """The error with the name of what was written, where the system gave none: a full disk tells of no file."""
    if error.filename is None:
        error.filename = os.fspath(path)
    return error


def is_temporary(name: str) -> bool:
    """Whether a name is one that a process of ours gives to what it has not finished."""
    return _NAME.fullmatch(name) is not None


@contextmanager
def temporary(destination: Path, *, folder: bool = False, private: bool = False) -> Iterator[tuple[int, Path]]:
    """Make a file or folder beside a target, locked; whatever has the temporary name at the end is removed.

    Args:
        destination: what it will become; its parent exists.
        folder: a folder instead of a file.
        private: for this user alone; else with the rights that the system gives to new ones here.

    Yields:
        An open descriptor, of a folder for reading only, and the path.

    Raises:
        OSError: it cannot be made.
    """
    collect(destination.parent, destination)
    handle, path = _claim(destination, folder, private)
    try:
        yield handle, path
    finally:
        remove(path)
        os.close(handle)


@contextmanager
def scratch(label: str) -> Iterator[Path]:
    """An empty folder in the system's place for temporary files, for this user alone; it goes at the end.

    What a killed process left there under the same label goes at the beginning.

    Args:
        label: what it is for, a part of its name.

    Raises:
        OSError: it cannot be made.
    """
    with temporary(Path(tempfile.gettempdir(), label), folder=True, private=True) as (_, path):
        try:
            yield path
        except OSError as error:
            raise named(error, path) from None


def _claim(destination: Path, folder: bool, private: bool) -> tuple[int, Path]:
    """A new temporary, locked: another process may take it for a leftover before it is."""
    for attempts in reversed(range(_ATTEMPTS)):
        path = destination.with_name(f".{_label(destination)}.{secrets.token_hex(4)}.{MARK}")
        try:
            handle = _create(path, folder, 0o077 if private else 0)
        except (FileExistsError, FileNotFoundError):
            if not attempts:
                raise
            continue
        if lock(handle) is not False and is_at(handle, path):
            return handle, path
        os.close(handle)
    raise OSError(errno.EBUSY, "temporary files are taken away as soon as they are made")


def _create(path: Path, folder: bool, withheld: int) -> int:
    """A new file or folder, with the rights that the system gives to new ones here, but for those withheld."""
    if not folder:
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o666 & ~withheld)
    os.mkdir(path, 0o777 & ~withheld)
    return os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)


def names_in(folder: Path) -> list[str]:
    """Names of what a folder holds, sorted, without what is temporary.

    Raises:
        OSError: it cannot be read.
    """
    return sorted(name for name in os.listdir(folder) if not is_temporary(name))


def collect(folder: Path, destination: Path | None = None) -> None:
    """Remove what interrupted processes left in a folder of ours; what a living one holds stays.

    A file system without locks does not say who lives: nothing is removed there.

    Args:
        folder: where to look.
        destination: only temporaries of this name; None: all.
    """
    with suppress(OSError):
        for entry in os.scandir(folder):
            match = _NAME.fullmatch(entry.name)
            if match and (destination is None or match["label"] == _label(destination)):
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
        if lock(handle) and is_at(handle, path):
            remove(path)
    finally:
        os.close(handle)


def lock(handle: int) -> bool | None:
    """Take the lock of a file or folder: False if somebody else has it, None where the file system has no locks."""
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        return False if error.errno in (errno.EWOULDBLOCK, errno.EACCES) else None
    return True


def is_at(handle: int, path: Path) -> bool:
    """Whether a path still names what a descriptor has open."""
    try:
        return os.path.samestat(os.fstat(handle), os.lstat(path))
    except OSError:
        return False
