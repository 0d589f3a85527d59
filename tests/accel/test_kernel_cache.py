"""A damaged cache of compiled kernels costs a compilation: the same integers, and no crash."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = """
import sys
from sc_neurocore.accel.jit import kernel
from sc_neurocore.accel.kernel_cache import KernelCache

sys.path.insert(0, sys.argv[1])
import numpy as np
from summing import add_up

hits = []
load = KernelCache.load_overload
KernelCache.load_overload = lambda self, *given: hits.append(load(self, *given)) or hits[-1]
total = kernel(add_up)(np.arange(10))
print(total, "loaded" if hits[-1] is not None else "compiled")
"""
KERNEL = "def add_up(x):\n    total = 0\n    for each in x:\n        total += each * each\n    return total\n"


def run(folder: Path) -> str:
    environment = os.environ | {"NUMBA_CACHE_DIR": str(folder / "cache")}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, folder], env=environment, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.fixture(scope="module")
def warm(tmp_path_factory) -> tuple[Path, dict[Path, bytes]]:
    """A folder with a compiled kernel, and the files of its cache: an index and the code."""
    folder = tmp_path_factory.mktemp("kernel")
    (folder / "summing.py").write_text(KERNEL)
    assert run(folder) == "285 compiled"
    assert run(folder) == "285 loaded"
    files = {path: path.read_bytes() for path in (folder / "cache").rglob("*") if path.is_file()}
    assert sorted(path.suffix for path in files) == [".nbc", ".nbi"]
    return folder, files


def damaged(content: bytes, draw: random.Random) -> bytes:
    """The content with a bit flipped, cut, emptied, lengthened, or all zero."""
    at, kind = draw.randrange(len(content)), draw.choice(["bit", "bit", "cut", "empty", "longer", "zeros"])
    if kind == "bit":
        return content[:at] + bytes([content[at] ^ 1 << draw.randrange(8)]) + content[at + 1 :]
    if kind == "longer":
        return content + bytes(draw.randrange(1, 100))
    return {"cut": content[:at], "empty": b"", "zeros": bytes(len(content))}[kind]


@pytest.mark.one_in(100)
@pytest.mark.parametrize("seed", range(100))
def test_a_damaged_cache_costs_a_compilation(seed, warm):
    folder, files = warm
    draw = random.Random(seed)
    for path, content in files.items():
        path.write_bytes(content)
    path = draw.choice(sorted(files))
    path.write_bytes(damaged(files[path], draw))
    assert run(folder) == "285 compiled"


def test_a_kernel_that_could_not_be_written_is_not_taken_for_the_one_before(warm):
    """Numba writes its index first and gives names of files again."""
    folder, files = warm
    for path, content in files.items():
        path.write_bytes(content)
    (code,) = (path for path in files if path.suffix == ".nbc")
    (folder / "summing.py").write_text(KERNEL.replace("each * each", "each"))
    assert run(folder) == "45 compiled"
    code.write_bytes(files[code])  # as if the new code had not reached the disk
    assert run(folder) == "45 compiled"
    (folder / "summing.py").write_text(KERNEL)
