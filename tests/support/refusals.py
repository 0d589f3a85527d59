"""What a refusal by the command line must look like, and damaged files to be refused."""

from __future__ import annotations

import hashlib
import io
import time
import warnings
import zipfile
from pathlib import Path

import numpy as np

from sc_neurocore import cli


def snapshot(folder: Path) -> dict[str, str]:
    """Everything below a folder, hashed; links and pipes by their kind."""
    found = {}
    for path in sorted(folder.rglob("*")):
        regular = path.is_file() and not path.is_symlink() and path.stat().st_size < 1 << 24
        content = hashlib.sha256(path.read_bytes()).hexdigest() if regular else str(path.lstat().st_mode)
        found[str(path.relative_to(folder))] = content
    return found


def refuse(tmp_path: Path, capsys, *arguments, words=()) -> str:
    """Run the verb in this process and check the manners of its refusal; the line it printed."""
    before, start = snapshot(tmp_path), time.process_time()
    capsys.readouterr()
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # a warning would be a second line on stderr
        status = cli.main([str(a) for a in arguments])
    took, (out, err) = time.process_time() - start, capsys.readouterr()
    assert status == 2, (status, out, err)
    assert took < 5  # seconds of this process: other work on the machine must not fail a test
    assert out == ""
    lines = err.splitlines()
    assert len(lines) == 1, err
    assert lines[0].startswith("sc-neurocore: error: ")
    assert lines[0].isprintable()
    assert len(lines[0]) < 1000
    assert all(word in lines[0] for word in words), lines[0]
    assert snapshot(tmp_path) == before, "something was written"
    return lines[0]


class Bomb:
    """Unpickling it would leave a file."""

    def __init__(self, path: Path) -> None:
        self.path = str(path)

    def __reduce__(self):
        return (open, (self.path, "w"))


def saved(array) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, np.asarray(array))
    return buffer.getvalue()


def header(shape: str, descr: str = "'<i8'", order: str = "False") -> bytes:
    text = f"{{'descr': {descr}, 'fortran_order': {order}, 'shape': {shape}, }}"
    text += " " * (-(len(text) + 11) % 64) + "\n"
    return b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text.encode()


def zipped() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("codes.npy", saved(np.zeros((4, 3), int)))
    return buffer.getvalue()
