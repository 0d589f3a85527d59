"""The command's verbs, what its help costs, and the names of its options."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from support.cores.handmade_core import small_network
from support.verilog.simulators import QUICK

from sc_neurocore import __version__, cli, save_network
from sc_neurocore.cli.command.completion import completion
from sc_neurocore.cli.command.verbs import VERBS
from sc_neurocore.cli.parser import module_of, parser

NAMES = list(VERBS)
REQUIRED = {
    "generate": ["generate", "net", "--out", "d"],
    "cosim": ["cosim", "net", "--out", "d"],
    "synth": ["synth", "net", "--out", "d", "--target", "up5k"],
    "deploy": ["deploy", "net", "--out", "d", "--board", "ulx3s"],
    "run": ["run", "--out", "d"],
}


@pytest.mark.parametrize("name", NAMES)
def test_a_verb_is_a_file_of_its_name_and_says_the_same_of_itself(name):
    module = module_of(VERBS[name])
    assert Path(module.__file__).stem == name == module.VERB.name
    assert module.VERB.help == VERBS[name].help


def test_the_verbs_are_those_of_the_files():
    folder = Path(cli.__file__).parent
    files = {path.stem for path in folder.rglob("*.py") if "VERB = Verb" in path.read_text("utf-8")}
    assert files == set(NAMES) - {"options"}


@pytest.mark.parametrize("name", NAMES)
def test_the_example_of_a_verb_is_a_command_of_it(name):
    program, *words = VERBS[name].example.split()
    assert (program, words[0]) == ("sc-neurocore", name)
    assert callable(parser(name).parse_args(words).verb)


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


@pytest.mark.parametrize("option", ["--help", "--version"])
def test_the_help_loads_no_library(option):
    program = (
        "import sys; from sc_neurocore import cli\n"
        f"try: cli.main(['{option}'])\nexcept SystemExit: pass\n"
        "heavy = {'numpy', 'pydantic', 'jax', 'torch', 'numba', 'amaranth', 'cocotb', 'matplotlib', 'rich', 'jinja2', "
        "'scipy'}\n"
        "print(*sorted(heavy & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=120, check=True)
    assert done.stdout.startswith(("usage: sc-neurocore ", f"sc-neurocore {__version__}"))
    assert done.stderr == "\n"


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        (["genrate", "net"], "generate"),
        (["generate", "net", "--out", "d", "--tarrget", "up5k"], "--target"),
        (["generate", "net", "--out", "d", "--target", "up5q"], "up5k"),
    ],
)
def test_a_mistyped_word_brings_the_one_that_was_meant(words, meant, capsys):
    with pytest.raises(SystemExit) as end:
        cli.main(words)
    assert end.value.code == 2
    assert capsys.readouterr().err.rstrip().endswith(f"; did you mean {meant!r}?")


def test_the_help_says_defaults(capsys):
    with pytest.raises(SystemExit):
        cli.main(["run", "--help"])
    words = " ".join(capsys.readouterr().out.split())
    assert "the core is chosen for the first; default: up5k" in words
    assert "default: 256,32,16,8" in words
    assert "example: sc-neurocore run" in words


class TestVoice:
    @pytest.fixture
    def folder(self, tmp_path):
        save_network(small_network([[[2, -3, 7], [-1, 4, 5]]], [[1, 0]]), tmp_path / "network")
        return tmp_path

    def command(self, folder, *more):
        words = ["cosim", str(folder / "network"), "--simulator", "amaranth", "--samples", "2"]
        return [*words, "--out", str(folder / "out"), *more]

    def test_results_as_json(self, folder, capsys):
        assert cli.main(self.command(folder, "--json")) == 0
        document = json.loads(capsys.readouterr().out)
        assert (document["verb"], document["status"], document["report"]["verdict"]) == ("cosim", 0, "PASS")
        assert document["output"][0].startswith("PASS: ")

    def test_quiet_and_verbose(self, folder, capsys):
        assert cli.main(self.command(folder, "-q")) == 0
        said = capsys.readouterr()
        assert said.err == ""
        assert said.out.startswith("PASS: ")
        assert cli.main(self.command(folder, "-v")) == 0
        assert re.match(r"\d\d:\d\d:\d\d cosim: ", capsys.readouterr().err)
        assert cli.main(self.command(folder)) == 0
        assert capsys.readouterr().err.startswith("cosim: ")  # the next call speaks as ever

    def test_every_verb_can_say_its_results_as_json(self):
        found = [each.choices for each in parser()._actions if "cosim" in (each.choices or ())]
        assert [name for name, each in found[0].items() if name != "circuit" and "--json" not in each.options()] == []


class TestForce:
    """A folder that holds what no verb wrote is refused; with `--force` that stays in it."""

    @pytest.fixture
    def folder(self, tmp_path):
        save_network(small_network([[[2, -3, 7], [-1, 4, 5]]], [[1, 0]]), tmp_path / "network")
        (tmp_path / "rtl" / "vivado").mkdir(parents=True)
        (tmp_path / "rtl" / "vivado" / "top.xpr").write_text("a project")
        return tmp_path

    def test_a_core_beside_other_files(self, folder, capsys):
        words = ["generate", str(folder / "network"), "--out", str(folder / "rtl"), "-q"]
        assert cli.main(words) == 2
        said = capsys.readouterr().err
        assert "it holds 'vivado', which is no file of ours; choose another, or keep it there (--force)" in said
        assert os.listdir(folder / "rtl") == ["vivado"]
        for _ in range(2):
            assert cli.main([*words, "--force"]) == 0
            assert sorted(os.listdir(folder / "rtl")) == ["hand.v", "manifest.json", "vivado"]
            assert (folder / "rtl" / "vivado" / "top.xpr").read_text() == "a project"
        assert cli.main(words) == 2, "the next call refuses as ever"

    def test_steps_beside_other_files(self, folder, capsys):
        words = ["deploy", str(folder / "network"), "--board", "icebreaker", "--out", str(folder / "rtl"), "-q"]
        words += ["--skip-pins", "--skip-bitstream", "--simulator", QUICK]
        assert cli.main(words) == 2
        assert (
            "holds other files and no run.json; choose another, or keep them there (--force)" in capsys.readouterr().err
        )
        assert cli.main([*words, "--force"]) == 0
        assert (folder / "rtl" / "vivado" / "top.xpr").read_text() == "a project"
        assert (folder / "rtl" / "deploy.json").is_file()
        assert cli.main(words) == 0, "by its run.json it is a folder of ours"

    def test_verbs_that_refuse_a_folder_have_it(self):
        found = next(each.choices for each in parser()._actions if "cosim" in (each.choices or ()))
        with_it = {name for name, each in found.items() if name != "circuit" and "--force" in each.options()}
        assert with_it == {"train", "export", "generate", "synth", "deploy", "run"}
        circuit = next(each.choices for each in found["circuit"]._actions if each.choices)
        assert {name for name, each in circuit.items() if "--force" in each.options()} == {"run", "generate", "synth"}


def test_a_shell_completes_verbs_and_options():
    script = completion("bash", parser())
    asked = """
COMP_WORDS=(sc-neurocore {words}); COMP_CWORD={at}; _sc_neurocore; echo "${{COMPREPLY[@]}}"
"""
    said = []
    for words, at in (("gen", 1), ("generate --tar", 2), ("cosim --wa", 2)):
        command = script + asked.format(words=words, at=at)
        said.append(subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=True).stdout.strip())
    assert said == ["generate", "--target", "--waves"]
    assert completion("zsh", parser()).splitlines()[1].startswith("autoload")


def test_doctor_shows_extras_with_their_brackets(monkeypatch, capsys):
    from sc_neurocore.workflows import doctor

    rows = (doctor.DoctorRow("jax", False, None, "pip install 'sc-neurocore-cosim[jax]'"),)
    monkeypatch.setattr(doctor, "rows", lambda: rows)
    monkeypatch.setenv("COLUMNS", "120")
    assert cli.main(["doctor"]) == 0
    assert "pip install 'sc-neurocore-cosim[jax]'" in capsys.readouterr().out


def test_the_package_runs_as_a_program():
    command = [sys.executable, "-m", "sc_neurocore.cli", "--version"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    assert done.stdout == f"sc-neurocore {__version__}\n"
