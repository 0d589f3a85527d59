"""Results are written whole or not at all: to a temporary name beside the target, then renamed."""

from __future__ import annotations

import ctypes
import errno
import hashlib
import json
import os
import shutil
import stat
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from ..errors import OptionError
from .temporaries import MARK, named, names_in, remove, temporary

_HERE, _EXCHANGE = -100, 2  # AT_FDCWD and RENAME_EXCHANGE of Linux
_KEEPS = ContextVar("keeps other files", default=False)


@contextmanager
def keeping_others(keep: bool = True) -> Iterator[None]:
    """Write, in this thread, into folders that hold other files, too, which stay in them as they are.

    Without it a folder with a file that no verb wrote is refused. With it such a folder is written file by file, not in
    one step: cut short, it has no description (a file in JSON) of what is not there.

    Args:
        keep: False changes nothing.
    """
    token = _KEEPS.set(keep or _KEEPS.get())
    try:
        yield
    finally:
        _KEEPS.reset(token)


def keeps_others() -> bool:
    """Whether `keeping_others` is in force."""
    return _KEEPS.get()


def sha256_file(path: str | os.PathLike[str]) -> str:
    """Hex SHA-256 of a file's bytes."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def json_text(document: Mapping[str, Any]) -> str:
    """A document as all our files are written: sorted keys, two spaces a level, a final newline; NaN is refused."""
    return json.dumps(document, indent=2, sort_keys=True, allow_nan=False) + "\n"


def write_atomic(
    path: str | os.PathLike[str], content: bytes | str, is_ours: Callable[[bytes], bool] | None = None
) -> None:
    """Write one file whole or not at all, and have it on the disk before its name; text is UTF-8.

    Args:
        path: the file. What has this name already must be a regular file.
        content: its bytes or text.
        is_ours: tells from the first bytes of a file whether we may replace it; None: any.

    Raises:
        OptionError: the folder does not exist or cannot be written, or the name belongs to something else.
    """
    destination = Path(path)
    try:
        check_file(destination, is_ours)
        with temporary(destination) as (handle, unnamed):
            with open(handle, "wb", closefd=False) as file:
                file.write(content.encode() if isinstance(content, str) else content)
            if destination.exists():
                os.fchmod(handle, stat.S_IMODE(destination.stat().st_mode))
            os.fsync(handle)
            os.replace(unnamed, destination)
            sync_folder(destination.parent)
    except OSError as error:
        raise OptionError(f"cannot write {destination}: {error.strerror}") from None


def check_file(path: str | os.PathLike[str], is_ours: Callable[[bytes], bool] | None = None) -> None:
    """Refuse to replace what is no regular file, or no file of ours.

    Args:
        path: what is to be written.
        is_ours: as in `write_atomic`.

    Raises:
        OptionError: a folder, link, device or foreign file has this name.
        OSError: it cannot be read.
    """
    destination = Path(path)
    try:
        mode = os.lstat(destination).st_mode
    except FileNotFoundError:
        return
    if not stat.S_ISREG(mode):
        what = {stat.S_IFDIR: "a folder", stat.S_IFLNK: "a symbolic link"}.get(stat.S_IFMT(mode), "no regular file")
        raise OptionError(f"cannot write {destination}: this name is that of {what}; choose another")
    if is_ours is not None:
        with open(destination, "rb") as file:
            head = file.read(4096)
        if head and not is_ours(head):
            raise OptionError(
                f"cannot replace {destination}: it is no file that this command wrote; choose another name"
            )


@contextmanager
def written_folder(out: str | os.PathLike[str], replaces: Sequence[str] = ()) -> Iterator[Path]:
    """Fill a temporary folder beside `out` and give it the name `out` at the end; on any error nothing is left.

    An older `out` stays until the new one has its name: the two are exchanged in one step where the system can do so.
    All files are on the disk before that. What an interrupted process left beside `out` is removed.

    Args:
        out: the folder to write; its parent is made where missing.
        replaces: names an existing `out` may hold. A folder with anything else in it is not ours to replace, unless
            `keeping_others`.

    Raises:
        OptionError: `out` is a file, holds other files, or cannot be written.
    """
    destination = Path(out).absolute()
    with _readable_errors_of(out), _parents(destination):
        _recover(destination)
        check_target(destination, replaces)
        destination.parent.mkdir(parents=True, exist_ok=True)
        with temporary(destination, folder=True) as (_, unnamed):
            try:
                yield unnamed
            except OSError as error:
                raise _Inside(error) from error
            _sync_tree(unnamed)
            if _KEEPS.get() and _strangers(destination, replaces):
                _merge(unnamed, destination, replaces)
            else:
                _name(unnamed, destination, replaces)
            sync_folder(destination.parent)


class _Inside(Exception):
    """An error of those who fill the folder, which is told as it is."""

    def __init__(self, error: OSError) -> None:
        super().__init__(str(error))
        self.error = error


@contextmanager
def _readable_errors_of(out: str | os.PathLike[str]) -> Iterator[None]:
    """Tell errors of the system with the name of the folder that is written."""
    try:
        yield
    except _Inside as inside:
        raise named(inside.error, out) from None
    except OSError as error:
        raise OptionError(f"cannot write folder {out}: {error.strerror}") from None


@contextmanager
def _parents(destination: Path) -> Iterator[None]:
    """On an error remove the parents that were missing before, as far as they are empty."""
    parents = _missing_parents(destination.parent)
    try:
        yield
    except BaseException:
        for folder in parents:
            try:
                folder.rmdir()
            except OSError:
                break
        raise


def _strangers(destination: Path, replaces: Sequence[str]) -> list[str]:
    """Names that a folder holds and that are not ours."""
    if destination.is_symlink() or not destination.is_dir():
        return []
    return [name for name in names_in(destination) if name not in replaces]


def _merge(unnamed: Path, destination: Path, replaces: Sequence[str]) -> None:
    """Put new files among the others of a folder, which are not touched; each file of ours is the old or the new one.

    Descriptions, the files in JSON, go first and come last: one that is there speaks of the files beside it.
    """
    new = os.listdir(unnamed)
    if foreign := [name for name in new if name not in replaces and os.path.lexists(destination / name)]:
        raise OptionError(
            f"cannot write folder {destination}: {foreign[0]!r} is there and is no file of ours; choose another"
        )
    old = [name for name in replaces if os.path.lexists(destination / name)]
    described = [name for name in old if name.endswith(".json")]
    for name in [*described, *(name for name in old if name not in new and name not in described)]:
        _removed(destination / name)
    sync_folder(destination)
    for name in sorted(new, key=lambda name: (name.endswith(".json"), name)):
        if (unnamed / name).is_dir():
            _removed(destination / name)
        os.replace(unnamed / name, destination / name)
        sync_folder(destination)


def _removed(path: Path) -> None:
    """Remove what has a name, if anything has; unlike `remove`, an error of the system is one."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _name(unnamed: Path, destination: Path, replaces: Sequence[str]) -> None:
    """Give the new folder its name, in the place of an older one that is still ours to replace."""
    while True:
        if not destination.exists():
            try:
                os.rename(unnamed, destination)
            except OSError as error:
                if error.errno in (errno.ENOTEMPTY, errno.EEXIST):
                    continue  # another process was faster
                raise
            return
        shutil.copymode(destination, unnamed)
        _exchange(unnamed, destination)
        try:
            _check_replaceable(unnamed, replaces, destination)  # somebody may have put a file there meanwhile
        except OptionError:
            _exchange(unnamed, destination)
            raise
        return


def _exchange(new: Path, old: Path) -> None:
    """Let two folders exchange their names: at once, or in three steps where no call of the system does it at once."""
    call = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if call is not None and call(_HERE, os.fsencode(new), _HERE, os.fsencode(old), _EXCHANGE) == 0:
        return
    aside = _aside(old)
    os.rename(old, aside)
    try:
        os.rename(new, old)
    except BaseException:
        os.rename(aside, old)
        raise
    os.rename(aside, new)


def _aside(destination: Path) -> Path:
    """Where a folder stands for a moment while three steps exchange it."""
    return destination.with_name(f".{destination.name[:100]}.replaced.{MARK}")


def _recover(destination: Path) -> None:
    """Undo, or finish, three steps that were cut short."""
    aside = _aside(destination)
    if aside.is_dir() and not aside.is_symlink():
        if destination.exists():
            remove(aside)
        else:
            os.rename(aside, destination)


def sync_folder(folder: Path) -> None:
    """Have a folder's names on the disk, where folders can be asked for that."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _sync_tree(folder: Path) -> None:
    for here, _, names in os.walk(folder):
        for name in names:
            with open(os.path.join(here, name), "rb") as file:
                os.fsync(file.fileno())
        sync_folder(Path(here))


def _missing_parents(folder: Path) -> list[Path]:
    parents = []
    while not folder.exists():
        parents.append(folder)
        folder = folder.parent
    return parents


def check_target(out: str | os.PathLike[str], replaces: Sequence[str] = ()) -> None:
    """Refuse an `out` that `written_folder` would refuse to replace; for verbs that work long before they write.

    Raises:
        OptionError: `out` is a file, lies below one, or holds other files.
    """
    destination = Path(out).absolute()
    try:
        if destination.exists() or destination.is_symlink():
            _check_replaceable(
                destination, (*replaces, *(_strangers(destination, replaces) if _KEEPS.get() else ())), destination
            )
            return
        folder = next(each for each in destination.parents if each.exists())
        if not folder.is_dir():
            raise OptionError(f"cannot write folder {out}: {folder} is no folder")
    except OSError as error:
        raise OptionError(f"cannot write folder {out}: {error.strerror}") from None


def _check_replaceable(folder: Path, replaces: Sequence[str], destination: Path) -> None:
    if folder.is_symlink() or not folder.is_dir():
        raise OptionError(
            f"cannot write folder {destination}: something that is no folder has this name; choose another"
        )
    rest = [name for name in names_in(folder) if name not in replaces]
    if rest:
        raise OptionError(
            f"cannot replace folder {destination}: it holds {rest[0]!r}, which is no file of ours; choose another, or "
            "keep it there (--force)"
        )
