"""The same commands everywhere: what `make lint` runs, what is run before a commit, and what CONTRIBUTING.md says."""

from __future__ import annotations

import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

yaml = pytest.importorskip("yaml", reason="the docs extra is not installed")

ROOT = Path(__file__).parents[1]


def makefile_lint() -> list[str]:
    """Commands of the recipe, without the environment's folder."""
    recipe = re.search(r"^lint:.*\n((?:\t.*\n)+)", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    assert recipe
    return [line.strip().removeprefix("$(BIN)/") for line in recipe[1].splitlines()]


def hooks() -> list[dict]:
    repositories = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text("utf-8"))["repos"]
    return [hook for repository in repositories for hook in repository["hooks"]]


def contributing() -> list[str]:
    """Lines of the block after the words `make lint` runs."""
    text = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    block = re.search(r"`make lint` runs[^\n]*\n+```text\n(.*?)```", text, re.DOTALL)
    assert block
    return block[1].splitlines()


def test_lint_holds_style_form_types_and_laws():
    assert [command.split()[0] for command in makefile_lint()] == ["ruff", "ruff", "pyright", "lint-imports"]


def test_the_hooks_run_what_make_lint_runs():
    assert [hook["entry"].removeprefix(".venv/bin/") for hook in hooks()] == makefile_lint()
    assert all(hook["language"] == "system" and hook["pass_filenames"] is False for hook in hooks())


def test_contributing_says_what_make_lint_runs():
    assert [command.removeprefix(".venv/bin/") for command in contributing()] == makefile_lint()


def test_ci_runs_the_lint():
    assert re.search(r"^make lint\b", (ROOT / ".ci" / "run").read_text("utf-8"), re.MULTILINE)


def test_of_dear_cases_a_share_is_in_every_run(tmp_path):
    """At least one, the same in every process, and of an unmarked test some forty."""
    (tmp_path / "conftest.py").write_text((ROOT / "conftest.py").read_text("utf-8"))
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers =\n  slow\n  one_in(n)\n  optional\n  contract(*ids)\n")
    (tmp_path / "test_cases.py").write_text(
        "import pytest\n\n\n"
        "@pytest.mark.one_in(4)\n@pytest.mark.parametrize('i', range(10))\ndef test_dear(i): ...\n\n\n"
        "@pytest.mark.one_in(100)\n@pytest.mark.parametrize('i', range(2))\ndef test_one(i): ...\n\n\n"
        "@pytest.mark.parametrize('i', range(5))\ndef test_cheap(i): ...\n\n\n"
        "@pytest.mark.parametrize('i', range(120))\ndef test_many(i): ...\n\n\n"
        "@pytest.mark.one_in(1)\n@pytest.mark.parametrize('i', range(90))\ndef test_all(i): ...\n"
    )
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "--collect-only",
        "-m",
        "not slow",
        "-p",
        "no:cacheprovider",
        tmp_path,
    ]
    lines = [subprocess.run(command, cwd=tmp_path, capture_output=True, text=True).stdout.splitlines() for _ in "ab"]
    names = [[line.partition("::")[2].partition("[")[0] for line in run if "::" in line] for run in lines]
    assert Counter(names[0]) == {"test_dear": 3, "test_one": 1, "test_cheap": 5, "test_many": 40, "test_all": 90}
    assert lines[0][:139] == lines[1][:139]


def test_no_committed_result_names_a_place_of_a_machine():
    results = [*(ROOT / "benchmarks" / "results").rglob("*.json"), *(ROOT / "hdl").rglob("*.json")]
    assert len(results) > 20
    placed = re.compile(r"(?<![\w./-])/(?:work|tmp|root|home|dev/shm)/")
    assert placed.search('"--out /work/x.json"')
    assert [str(path) for path in results if placed.search(path.read_text("utf-8"))] == []
