"""The same commands everywhere: what `make lint` runs, what is run before a commit, and what CONTRIBUTING.md says.

And names: variables, arguments and fields of the package are called by nouns, by what a thing is, not by what was done
to it. `first`, `last`, `left`, `other` and `read` are not looked for: they are places, sides, operands, and a verb.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

yaml = pytest.importorskip("yaml", reason="the docs extra is not installed")

ROOT = Path(__file__).parents[1]
ADJECTIVES = frozenset(
    re.findall(
        r"\w+",
        "added asked best chosen done drawn fewest found free given heard held kept known largest least looked_at made "
        "most named needed others picked placed said same seen smallest spent taken told tried used wanted whole worst "
        "written",
    )
)
EXCEPTIONS = {
    "circuits/measures.py": ({"wanted", "most"}, "arguments of public functions"),
    "circuits/pictures.py": ({"wanted"}, "an argument of public functions"),
    "explore/searching.py": ({"best"}, "an argument of a public function and an option of the command line"),
    "workflows/selftest.py": ({"wanted"}, "a key of `selftest --json`"),
    "cosim/core_under_test.py": ({"made"}, "results are kept by the hash of this file"),
    "cosim/gate_mutants/equivalence.py": ({"looked_at"}, "results are kept by the hash of this file"),
    "cosim/simulators/tools.py": ({"found"}, "a field of the public rows of `doctor`, true or false"),
}
"""By file of the package: adjectives that stay, and why."""
CEILINGS = {"rtl": 85, "synth": 16, "cosim/drivers": 10, "cosim/testplan": 12}
"""Rooms in which adjectives are left: how many places at most; the figures only fall."""


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


def names_in(source: str) -> Iterator[str]:
    """Names of variables, arguments and fields, once for each place that gives them a value."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Name(ctx=ast.Store()):
                yield node.id
            case ast.Attribute(ctx=ast.Store()):
                yield node.attr
            case ast.arg():
                yield node.arg


def adjectives_in(source: str) -> Counter[str]:
    return Counter(name for name in names_in(source) if name.strip("_") in ADJECTIVES)


def room_of(file: str) -> str:
    return next((room for room in CEILINGS if file.startswith(f"{room}/")), "")


@pytest.fixture(scope="module")
def adjectives() -> dict[str, Counter[str]]:
    package = ROOT / "sc_neurocore"
    files = {path.relative_to(package).as_posix(): path.read_text("utf-8") for path in package.rglob("*.py")}
    assert len(files) > 500
    return {file: found for file, text in files.items() if (found := adjectives_in(text))}


def test_names_are_looked_at_wherever_they_get_a_value():
    source = "held: int = 1\ndef f(found, *, _kept=1):\n    self.taken = [used for used in most]\n"
    assert adjectives_in(source) == Counter(["held", "found", "_kept", "taken", "used"])
    assert not adjectives_in("def found(first, left):\n    return most(other.kept, last=read)\n")


def test_names_are_nouns(adjectives):
    names = {file: set(found) for file, found in adjectives.items() if not room_of(file)}
    assert names == {file: stay for file, (stay, _) in EXCEPTIONS.items()}


@pytest.mark.parametrize("room", CEILINGS)
def test_adjectives_that_are_left_only_fall(adjectives, room):
    assert sum(found.total() for file, found in adjectives.items() if room_of(file) == room) <= CEILINGS[room]
