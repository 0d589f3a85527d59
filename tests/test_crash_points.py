"""Verbs cut short at some of their changes of the disk; `make crash` takes all of them."""

from __future__ import annotations

import os

import pytest
from crash_points import VERBS, cuts


@pytest.mark.one_in(12)
@pytest.mark.parametrize("fault", ["kill", "EIO", "ENOSPC", "interrupt"])
@pytest.mark.parametrize("verb", VERBS)
def test_a_cut_leaves_the_old_or_the_new_and_the_next_run_mends_it(verb, fault, tmp_path):
    every = list(cuts(verb, fault, tmp_path, share=3))
    assert every
    assert [cut for cut in every if not (cut.whole and cut.recovered)] == []


def test_a_verb_that_tears_its_result_is_seen(tmp_path, monkeypatch):
    def tears(folder, seed):
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
