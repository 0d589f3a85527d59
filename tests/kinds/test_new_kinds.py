"""A new kind costs few files and is then right everywhere; one that is half there is refused by name everywhere.

`halton3.patch` adds a source that has words more than once a period: to a copy of the package, which is then run in a
process of its own (`proof.py`). `docs/how-to/add-a-source.md` explains the patch.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[1]
PACKAGE = TESTS.parent / "sc_neurocore"
PATCH = Path(__file__).with_name("halton3.patch")


@pytest.fixture
def copied(tmp_path) -> Path:
    """A folder with a copy of the package."""
    shutil.copytree(PACKAGE, tmp_path / "sc_neurocore", ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


def apply(folder: Path, *options: str) -> None:
    environment = {**os.environ, "GIT_CEILING_DIRECTORIES": str(folder.parent)}  # a folder of its own, in no repository
    done = subprocess.run(
        ["git", "apply", *options, str(PATCH)], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def run(folder: Path, program: str, *arguments: str) -> str:
    """Output of a program of this folder on the copy of the package."""
    path = os.pathsep.join([str(folder), str(TESTS)])
    environment = {**os.environ, "PYTHONPATH": path, "JAX_PLATFORMS": "cpu", "NUMBA_CACHE_DIR": str(folder / "numba")}
    command = [sys.executable, str(Path(__file__).with_name(program)), *arguments]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.splitlines()[-1]


def test_the_patch_is_small():
    files = re.findall(r"^\+\+\+ b/(.+)$", PATCH.read_text("utf-8"), re.MULTILINE)
    assert 1 <= len(files) <= 6
    assert all(file.startswith("sc_neurocore/") for file in files)


def test_a_source_with_repeated_words_runs_everywhere(copied):
    apply(copied)
    said = json.loads(run(copied, "proof.py"))
    assert min(said["compared"].values()) > 100, said
    assert said["refusals"] > 50


HALF_ADDED = {
    "generator": (
        "class ThirdGenerator(Description):\n    kind: Literal['third'] = 'third'\n    source: Source\n\n\n",
        ("generator.py", "Generator = Annotated[Comparator", "Generator = Annotated[ThirdGenerator | Comparator"),
        {"kind": "third", "source": {"kind": "counter"}},
    ),
    "accumulator": (
        "class Majority(Description):\n    kind: Literal['majority'] = 'majority'\n\n\n",
        ("layer.py", "Accumulator = Annotated[ParallelCounter", "Accumulator = Annotated[ParallelCounter | Majority"),
        {"kind": "majority"},
    ),
    "neuron": (
        "class Fifth(_Requantizing):\n    kind: Literal['fifth'] = 'fifth'\n\n"
        "    @property\n    def encoding(self):\n        return 'unipolar'\n\n\n",
        ("layer.py", "Neuron = Annotated[Linear", "Neuron = Annotated[Fifth | Linear"),
        {"kind": "fifth", "output_bits": 4},
    ),
}


def test_kinds_in_the_description_alone_are_refused_by_name(copied):
    """The description knows one kind more of everything, in all that it says of kinds; no other room does."""
    apply(copied, "--include=sc_neurocore/spec/*")
    spec = copied / "sc_neurocore" / "spec"
    for text, (file, before, after), _ in HALF_ADDED.values():
        replace(spec / file, f"\n{before}", f"\n{text}{after}")
    replace(spec / "layer.py", "case ParallelCounter()", "case Majority() | ParallelCounter()")
    replace(spec / "values.py", "case ParallelCounter()", "case Majority() | ParallelCounter()")
    replace(spec / "values.py", "import Mux,", "import Majority, Mux,")
    kinds = {"source": {"kind": "halton3"}, **{place: kind for place, (_, _, kind) in HALF_ADDED.items()}}
    refusals = json.loads(run(copied, "half_added.py", json.dumps(kinds)))
    assert set(refusals) == set(kinds)
    assert all(count >= 10 for count in refusals.values()), refusals


def replace(path: Path, before: str, after: str) -> None:
    source = path.read_text("utf-8")
    assert before in source, (path, before)
    path.write_text(source.replace(before, after), "utf-8")


@pytest.mark.parametrize("room", ["code_range", "element_width", "is_signed", "is_spike", "zero_code"])
def test_an_encoding_in_the_list_alone_is_refused_by_name(copied, room):
    path = copied / "sc_neurocore" / "spec" / "encoding.py"
    source = path.read_text("utf-8")
    assert source.count('"spike"]\n') == 1
    path.write_text(source.replace('"spike"]\n', '"spike", "ternary"]\n'), "utf-8")
    arguments = "'ternary'" + ("" if room.startswith("is_") else ", 4")
    code = f"from sc_neurocore.spec.encoding import {room}; {room}({arguments})"
    environment = {**os.environ, "PYTHONPATH": str(copied)}
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.stderr.splitlines()[-1].startswith("sc_neurocore.spec.errors.OptionError")
    assert "ternary" in done.stderr.splitlines()[-1]
