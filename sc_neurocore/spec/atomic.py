"""Results are written whole or not at all: to a temporary name beside the target, then renamed."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from .errors import OptionError


def sha256_file(path: str | os.PathLike[str]) -> str:
    """Hex SHA-256 of a file's bytes."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def json_text(document: Mapping[str, Any]) -> str:
    """A document as all our files are written: sorted keys, two spaces a level, a final newline; NaN is refused."""
    return json.dumps(document, indent=2, sort_keys=True, allow_nan=False) + "\n"


def write_atomic(path: str | os.PathLike[str], content: bytes | str) -> None:
    """Write one file whole or not at all; text is UTF-8.

    Raises:
        OptionError: the folder does not exist or cannot be written.
    """
    target = Path(path)
    data = content.encode() if isinstance(content, str) else content
    try:
        if target.is_dir():
            raise IsADirectoryError(21, "is a folder")
        handle, temporary = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    except OSError as error:
        raise OptionError(f"cannot write {target}: {error.strerror}") from None
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        os.chmod(temporary, 0o666 & ~_umask())
        os.replace(temporary, target)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


@contextmanager
def written_folder(out: str | os.PathLike[str], replaces: Sequence[str] = ()) -> Iterator[Path]:
    """Fill a temporary folder beside `out` and give it the name `out` at the end; on any error nothing is left.

    Args:
        out: the folder to write; its parent is made where missing.
        replaces: names an existing `out` may hold. A folder with anything else in it is not ours to replace.

    Raises:
        OptionError: `out` is a file, holds other files, or cannot be written.
    """
    target = Path(out).absolute()
    made = _missing_parents(target.parent)
    try:
        check_target(target, replaces)
        target.parent.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
    except OSError as error:
        raise OptionError(f"cannot write folder {out}: {error.strerror}") from None
    try:
        yield temporary
        os.chmod(temporary, 0o777 & ~_umask())
        if target.exists():
            old = Path(tempfile.mkdtemp(prefix=f".{target.name}.old.", dir=target.parent))
            os.rename(target, old / "old")
            os.rename(temporary, target)
            shutil.rmtree(old, ignore_errors=True)
        else:
            os.rename(temporary, target)
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        for folder in made:  # only folders that we made, and only while they are empty
            try:
                folder.rmdir()
            except OSError:
                break
        raise


def _missing_parents(folder: Path) -> list[Path]:
    missing = []
    while not folder.exists():
        missing.append(folder)
        folder = folder.parent
    return missing


def check_target(out: str | os.PathLike[str], replaces: Sequence[str] = ()) -> None:
    """Refuse an `out` that `written_folder` would refuse to replace; for verbs that work long before they write.

    Raises:
        OptionError: `out` is a file, lies below one, or holds other files.
    """
    target = Path(out).absolute()
    try:
        if target.exists() or target.is_symlink():
            _check_replaceable(target, replaces)
            return
        folder = next(each for each in target.parents if each.exists())
        if not folder.is_dir():
            raise OptionError(f"cannot write folder {out}: {folder} is no folder")
    except OSError as error:
        raise OptionError(f"cannot write folder {out}: {error.strerror}") from None


def _check_replaceable(target: Path, replaces: Sequence[str]) -> None:
    if target.is_symlink() or not target.is_dir():
        raise OptionError(f"cannot write folder {target}: something that is no folder has this name; choose another")
    other = sorted(entry.name for entry in target.iterdir() if entry.name not in replaces)
    if other:
        raise OptionError(
            f"cannot replace folder {target}: it holds {other[0]!r}, which is no file of ours; choose another"
        )


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
