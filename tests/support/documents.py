"""Runs the code blocks of a Markdown document, in order, in one folder and one namespace.

* ```python: executed; with `>>>` prompts it is a doctest, its output compared.
* ```console: each line after `$ ` goes through bash, or, where it is a verb of ours alone, to the function behind the
  command; lines below it are the expected output, `...` matching anything.
  Of a `make` command only the target's existence is checked: the tests do not run themselves.
* ```json and ```toml: must parse.
* ```yaml: must parse; of the steps of a workflow those that are verbs of ours must be lines of a console block, too.
* Others (text, verilog, ...) show something and are not run.
"""

from __future__ import annotations

import doctest
import io
import json
import os
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

from sc_neurocore import cli

ROOT = Path(__file__).resolve().parents[2]
RUN_LANGUAGES = ("python", "console", "json", "toml", "yaml")
SHOWN_LANGUAGES = (
    "text",
    "verilog",
    "{contents}",
    "{toctree}",
    "{rule-table}",
    "{cli-reference}",
    "{literalinclude}",
    "{eval-rst}",
    "{figure}",
    "{image}",
)
_FENCE = re.compile(r"^(?P<fence>```+)(?P<language>[^\n`]*)\n(?P<body>.*?)^(?P=fence) *$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Block:
    """One fenced block and the line on which its text begins."""

    language: str
    text: str
    line: int


def blocks(document: Path) -> Iterator[Block]:
    """Fenced blocks of a document, in order."""
    text = document.read_text(encoding="utf-8")
    for match in _FENCE.finditer(text):
        words = match["language"].split()
        yield Block(words[0] if words else "", match["body"], text.count("\n", 0, match.start("body")))


def run(document: Path, folder: Path) -> int:
    """Run every block of a document inside `folder`; the number of blocks that ran."""
    namespace: dict[str, object] = {"__name__": "__main__"}
    ran = 0
    before = Path.cwd()
    os.chdir(folder)
    try:
        for block in blocks(document):
            if block.language in _RUNNERS:
                _RUNNERS[block.language](block, document, namespace)
                ran += 1
            else:
                assert block.language in SHOWN_LANGUAGES, (
                    f"{document.name}:{block.line}: a block must say what it is: "
                    f"one of {', '.join(RUN_LANGUAGES + SHOWN_LANGUAGES)}; got {block.language!r}"
                )
    finally:
        os.chdir(before)
    return ran


def _python(block: Block, document: Path, namespace: dict[str, object]) -> None:
    if ">>>" in block.text:
        test = doctest.DocTestParser().get_doctest(block.text, namespace, document.name, str(document), block.line)
        runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS)
        said: list[str] = []
        runner.run(test, out=said.append, clear_globs=False)
        assert runner.summarize(verbose=False).failed == 0, "".join(said)
        namespace |= test.globs
        return
    padded = "\n" * block.line + block.text  # a traceback then shows the document's own line
    exec(compile(padded, str(document), "exec"), namespace)


def _console(block: Block, document: Path, _: dict[str, object]) -> None:
    environment = dict(os.environ, PATH=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}", COLUMNS="120")
    for command, expected in _commands(block.text):
        where = f"{document.name}:{block.line}: {command}"
        if re.match(r"make( |$)", command):
            command = f"make --dry-run --directory {ROOT} {command[5:]}"
            expected = ""
        status, output, complaints = (_verb if _is_a_verb(command) else _shell)(command, environment)
        assert status == 0, f"{where}\nexit status {status}\n{output}{complaints}"
        if expected:
            matches = doctest.OutputChecker().check_output(expected, output, doctest.ELLIPSIS)
            assert matches, f"{where}\nexpected:\n{expected}\ngot:\n{output}"


def _is_a_verb(command: str) -> bool:
    """Whether a command is one call of ours, with nothing that only a shell understands."""
    return command.startswith("sc-neurocore ") and not set(command.replace("\\\n", " ")) & set("$|&;<>*?~`(){}")


def _verb(command: str, environment: dict[str, str]) -> tuple[int, str, str]:
    """Call it in this process, which has the libraries loaded already: loading them is most of what a command costs."""
    arguments = shlex.split(command.replace("\\\n", " "))[1:]
    output, complaints = io.StringIO(), io.StringIO()
    with redirect_stdout(output), redirect_stderr(complaints), mock.patch.dict(os.environ, environment):
        try:
            status = cli.main(arguments)
        except SystemExit as end:  # argparse's
            status = 0 if end.code is None else int(end.code)
    return status, output.getvalue(), complaints.getvalue()


def _shell(command: str, environment: dict[str, str]) -> tuple[int, str, str]:
    done = subprocess.run(
        ["bash", "-c", command], env=environment, capture_output=True, text=True, timeout=600, check=False
    )
    return done.returncode, done.stdout, done.stderr


def _commands(text: str) -> Iterator[tuple[str, str]]:
    """Commands and the output written below each; a command continues after a backslash."""
    for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
        lines = part.splitlines(keepends=True)
        taken = 1
        while lines[taken - 1].rstrip().endswith("\\"):
            taken += 1
        yield "".join(lines[:taken]).strip(), "".join(lines[taken:])


def _json(block: Block, document: Path, _: dict[str, object]) -> None:
    json.loads(block.text)


def _toml(block: Block, document: Path, _: dict[str, object]) -> None:
    tomllib.loads(block.text)


def _yaml(block: Block, document: Path, _: dict[str, object]) -> None:
    import yaml

    jobs = yaml.safe_load(block.text).get("jobs", {})
    steps = [step["run"] for job in jobs.values() for step in job["steps"] if "run" in step]
    shown = {command for each in blocks(document) if each.language == "console" for command, _ in _commands(each.text)}
    assert [step for step in steps if step.startswith("sc-neurocore ") and step not in shown] == []


_RUNNERS: dict[str, Callable[[Block, Path, dict[str, object]], None]] = {
    "python": _python,
    "console": _console,
    "json": _json,
    "toml": _toml,
    "yaml": _yaml,
}
