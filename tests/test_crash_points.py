"""Verbs cut short at some of their changes of the disk; `make crash` takes all of them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from disturbing.crash_points import VERBS, cuts

ALONE = ("save", "save circuit", "export", "infer", "generate", "generate circuit", "load image", "sweep", "report")
"""Verbs that start no simulator, no synthesis and no training; `make crash` has the others."""


@pytest.mark.one_in(12)
@pytest.mark.parametrize("fault", ["kill", "EIO", "ENOSPC", "interrupt"])
@pytest.mark.parametrize("verb", ALONE)
def test_a_cut_leaves_the_old_or_the_new_and_the_next_run_mends_it(verb, fault, tmp_path):
    every = list(cuts(verb, fault, tmp_path, share=3))
    assert every
    assert [cut for cut in every if not (cut.whole and cut.recovered)] == []


@pytest.mark.skipif(shutil.which("cc") is None, reason="for want of a C compiler")
def test_cuts_within_writes_leave_the_old_or_the_new(tmp_path):
    program = Path(__file__).with_name("disturbing") / "crash_points.py"
    command = [
        sys.executable,
        program,
        "--out",
        tmp_path / "crash.json",
        "--verbs",
        "save",
        "--share",
        "4",
        "--no-others",
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stdout + done.stderr
    rows = json.loads((tmp_path / "crash.json").read_text())["rows"]
    assert [row["fault"] for row in rows] == ["kill", "EIO", "ENOSPC", "short", "interrupt"]
    assert all(row["points"] >= 2 for row in rows)


def test_a_verb_that_tears_its_result_is_seen(tmp_path, monkeypatch):
    def tears(folder, seed):
        folder.mkdir(exist_ok=True)
        for name in ("a", "b"):
            (folder / name).write_text(f"{name} {seed}")

    monkeypatch.setitem(VERBS, "save", tears)
    assert not all(cut.whole for cut in cuts("save", "kill", tmp_path))


def test_a_verb_that_leaves_its_temporaries_is_seen(tmp_path, monkeypatch):
    def litters(folder, seed):
        temporary = folder / f"x.{len(os.listdir(folder))}"
        temporary.write_text(f"{seed}")
        os.replace(temporary, folder / "x")

    monkeypatch.setitem(VERBS, "save", litters)
    assert not all(cut.recovered for cut in cuts("save", "kill", tmp_path))
