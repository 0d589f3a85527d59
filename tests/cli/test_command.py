"""The command's verbs, what its help costs, and the names of its options."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from sc_neurocore import __version__, cli
from sc_neurocore.cli.parser import VERBS, parser

NAMES = [
    "train",
    "export",
    "infer",
    "generate",
    "cosim",
    "verify",
    "synth",
    "deploy",
    "circuit",
    "sweep",
    "faults",
    "search",
    "report",
    "run",
    "doctor",
    "selftest",
]
REQUIRED = {
    "generate": ["generate", "net", "--out", "d"],
    "cosim": ["cosim", "net", "--out", "d"],
    "synth": ["synth", "net", "--out", "d", "--target", "up5k"],
    "deploy": ["deploy", "net", "--out", "d", "--board", "ulx3s"],
    "run": ["run", "--out", "d"],
}


def test_a_verb_is_a_file_of_its_name():
    assert [module.VERB.name for module in VERBS] == NAMES
    assert [Path(module.__file__).stem for module in VERBS] == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_every_verb_has_help(name, capsys):
    with pytest.raises(SystemExit) as end:
        cli.main([name, "--help"])
    assert end.value.code == 0
    assert capsys.readouterr().out.startswith(f"usage: sc-neurocore {name} ")


@pytest.mark.parametrize("verb", REQUIRED)
def test_lanes_is_a_hidden_name_of_neurons_in_parallel(verb, capsys):
    for text, value in (("4", 4), ("8,5", (8, 5))):
        for name in ("--neurons-in-parallel", "--lanes"):
            assert parser().parse_args([*REQUIRED[verb], name, text]).neurons_in_parallel == value
    with pytest.raises(SystemExit):
        cli.main([verb, "--help"])
    shown = capsys.readouterr().out
    assert "--neurons-in-parallel" in shown
    assert "--lanes" not in shown


def test_an_unknown_pair_of_generators_is_refused_in_one_line(capsys, tmp_path):
    assert cli.main(["train", "--out", str(tmp_path / "m"), "--generators", "dice"]) == 2
    line = capsys.readouterr().err
    assert line == "sc-neurocore: error: generators must be one of default, sobol, van_der_corput, lfsr; got 'dice'\n"


def test_the_help_loads_no_engine_no_gates_and_no_trainer():
    program = (
        "import sys; from sc_neurocore import cli\n"
        "try: cli.main(['--help'])\nexcept SystemExit: pass\n"
        "heavy = {'jax', 'torch', 'numba', 'amaranth', 'cocotb', 'matplotlib', 'rich', 'jinja2', 'scipy'}\n"
        "print(*sorted(heavy & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=120, check=True)
    assert done.stdout.startswith("usage: sc-neurocore ")
    assert done.stderr == "\n"


def test_the_package_runs_as_a_program():
    command = [sys.executable, "-m", "sc_neurocore.cli", "--version"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    assert done.stdout == f"sc-neurocore {__version__}\n"
