"""Runs are resumable: finished steps are kept exactly while nothing they depend on has changed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sc_neurocore.spec import OptionError
from sc_neurocore.workflows.pipeline import Step, run_steps


def _steps(out: Path, calls: list[str], *, first_option: int = 1, fail: bool = False) -> list[Step]:
    def first() -> str:
        calls.append("first")
        (out / "a.txt").write_text(f"a{first_option}")
        return "made a"

    def second() -> str:
        calls.append("second")
        if fail:
            raise RuntimeError("broken")
        (out / "b").mkdir(exist_ok=True)
        (out / "b" / "b.txt").write_text((out / "a.txt").read_text() + "b")
        return "made b"

    return [
        Step("first", "a.txt", first, {"option": first_option}),
        Step("second", "b", second, reads=("a.txt",)),
    ]


def _run(out: Path, **kwargs) -> tuple[list[str], list[str]]:
    calls, lines = [], []
    run_steps(out, _steps(out, calls, **kwargs), lines.append)
    return calls, lines


def test_a_second_run_keeps_everything(tmp_path):
    out = tmp_path / "run"
    assert _run(out)[0] == ["first", "second"]
    calls, lines = _run(out)
    assert calls == []
    assert lines == ["[1/2] first      made a (kept)", "[2/2] second     made b (kept)"]


def test_a_changed_option_runs_the_step_and_what_reads_it(tmp_path):
    out = tmp_path / "run"
    _run(out)
    assert _run(out, first_option=2)[0] == ["first", "second"]
    assert (out / "b" / "b.txt").read_text() == "a2b"


def test_a_changed_result_runs_its_step_again_and_repairs_it(tmp_path):
    out = tmp_path / "run"
    _run(out)
    (out / "b" / "b.txt").write_text("something else")
    assert _run(out)[0] == ["second"]
    assert (out / "b" / "b.txt").read_text() == "a1b"


def test_an_interrupted_run_goes_on_where_it_stopped(tmp_path):
    out = tmp_path / "run"
    with pytest.raises(RuntimeError, match="broken"):
        _run(out, fail=True)
    assert _run(out)[0] == ["second"]


def test_a_folder_that_is_no_run_is_left_alone(tmp_path):
    (tmp_path / "mine.txt").write_text("x")
    with pytest.raises(OptionError, match="holds other files"):
        _run(tmp_path)
    assert [each.name for each in tmp_path.iterdir()] == ["mine.txt"]


def test_an_out_that_is_a_file_is_refused(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(OptionError, match="must be a folder"):
        _run(tmp_path / "file")


@pytest.mark.parametrize("text", ["{", "[]", '{"steps": {"first": {}}}', json.dumps({"steps": {"first": 3}})])
def test_a_damaged_state_is_named(tmp_path, text):
    (tmp_path / "run.json").write_text(text)
    with pytest.raises(OptionError, match=r"run\.json is damaged"):
        _run(tmp_path)
