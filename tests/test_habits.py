"""The same commands everywhere: what `make lint` runs, what is run before a commit, and what CONTRIBUTING.md says."""

from __future__ import annotations

import re
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
