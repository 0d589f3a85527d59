# amaranth: UnusedElaboratable=no
"""Loadable gates co-simulated: the load is what makes them right, on every simulator in the same cycles."""

from __future__ import annotations

import hashlib
import json
import re
import shutil

import numpy as np
import pytest
from support.cores.loadable_core import SumCore, sum_network
from support.marks import marked
from support.networks.descriptions import dense, network
from support.networks.specs import spec_of
from support.verilog.icarus import needs_icarus
from support.verilog.simulators import QUICK

from sc_neurocore import rtl
from sc_neurocore.cosim import run
from sc_neurocore.cosim.drivers.loads import loads_beside
from sc_neurocore.rtl.control.controlled_core import ControlledCore
from sc_neurocore.rtl.emit.verilog import verilog_text
from sc_neurocore.rtl.loading.load_words import load_words
from sc_neurocore.rtl.plan.timing import CoreTiming
from sc_neurocore.spec import OptionError

NETWORK = sum_network(((3, -5, 7, 1), (-2, 15, 1, -9), (0, 4, -4, 2)), (4, -9, 30))
OPTIONS = {"weights": "loadable", "samples": 4, "search_seconds": 2.0}


@pytest.fixture
def sums(monkeypatch):
    """`rtl` builds the small loadable core of these tests; the dictionary holds its faults."""
    faults = {}

    def build_core(network, *, weights="rom", control=None, **_):
        core = ControlledCore(SumCore(network, load=weights == "loadable", **faults), control)
        return core, {"architecture": "sums", "weights": weights, "control": control}

    def generate(network, out, **options):
        core, parameters = build_core(network, **options)
        out.mkdir()
        (out / "sums.v").write_text(verilog_text(core, "sums"))
        words = load_words(core.load_map.image(network)).tolist()
        (out / "sums.load.hex").write_text("".join(f"{word:08x}\n" for word in words))
        load = {"control": options["control"], "file": "sums.load.hex", "words": core.load_map.words}
        manifest = {"verilog": "sums.v", "network_sha256": network.sha256, "parameters": parameters, "load": load}
        (out / "manifest.json").write_text(json.dumps(manifest))
        return manifest

    def load_image(network, folder):
        control = json.loads((folder / "manifest.json").read_text())["load"]["control"]
        core, _ = build_core(network, weights="loadable", control=control)
        return load_words(core.load_map.image(network))

    features = NETWORK.input.features
    monkeypatch.setattr(rtl, "load_image", load_image)
    monkeypatch.setattr(rtl, "build_core", build_core)
    monkeypatch.setattr(rtl, "generate", generate)
    monkeypatch.setattr(rtl, "core_timing", lambda core: CoreTiming(features + 3, 3 * (features + 3) + features))
    return faults


@pytest.mark.slow  # builds of two simulators; other tests load in each
@pytest.mark.one_in(2)
@pytest.mark.parametrize("control", ["stream", "axi-lite"])
def test_simulators_load_in_the_same_cycles(control, sums, tmp_path):
    reports = []
    for simulator in ("amaranth", "verilator"):
        result = run(NETWORK, tmp_path / simulator, simulator=simulator, control=control, stall="random", **OPTIONS)
        assert result.passed, result.reason
        reports.append(result.report)
    same = ("samples", "cycles", "values_compared", "latency_cycles", "episodes", "load")
    assert [reports[0][key] for key in same] == [reports[1][key] for key in same]
    unloaded = verilog_text(ControlledCore(SumCore(NETWORK), control), "sums")
    assert reports[1]["rtl_sha256"] != hashlib.sha256(unloaded.encode()).hexdigest()  # configured as the other network
    load = reports[0]["load"]
    assert load["control"] == control
    assert load["samples_that_differ"] > 5
    assert load["other_network_sha256"] not in (None, NETWORK.sha256)
    assert load["load_words"] == 15 + 2 + (17 if control == "axi-lite" else 0)  # two rows and the hash need an address


@pytest.mark.slow  # two builds; every run has the same of Verilator's harness against Amaranth
@marked(needs_icarus)
@pytest.mark.parametrize("control", ["stream", "axi-lite"])
def test_the_cocotb_bench_loads_in_the_cycles_of_the_others(control, sums, tmp_path):
    cycles = []
    for simulator in ("amaranth", "icarus"):
        result = run(NETWORK, tmp_path / simulator, simulator=simulator, control=control, stall="none", **OPTIONS)
        assert result.passed, result.reason
        cycles.append(result.report["cycles"])
    assert cycles[0] == cycles[1]


@pytest.mark.one_in(2)
@pytest.mark.parametrize("control", ["stream", "axi-lite"])
@pytest.mark.parametrize(("fault", "words"), [("blind", "values differ"), ("early", "values differ")])
def test_a_core_that_is_not_really_loaded_fails(fault, words, control, sums, tmp_path):
    """One that keeps its first weights, and one that lets a load change the sample in work."""
    sums[fault] = True
    result = run(NETWORK, tmp_path / "out", simulator="amaranth", control=control, **OPTIONS)
    assert not result.passed
    assert re.search(words, result.report["reason"])
    if fault == "early":
        assert result.report["first_mismatch"]["segment"] == "loads between samples"
    else:
        assert result.report["first_mismatch"]["sample"] < 3


def folder_of(sums, tmp_path, control="stream"):
    rtl.generate(NETWORK, tmp_path / "rtl", weights="loadable", control=control)
    return tmp_path / "rtl"


def test_verilog_that_lies_there_is_loaded_by_its_manifest(sums, tmp_path):
    folder = folder_of(sums, tmp_path)
    result = run(NETWORK, tmp_path / "out", rtl=folder, simulator=QUICK, samples=4, search_seconds=2.0)
    assert result.passed, result.reason
    assert result.report["load"]["samples_that_differ"] > 5
    sums["blind"] = True
    shutil.rmtree(folder)
    folder_of(sums, tmp_path)
    result = run(NETWORK, tmp_path / "out", rtl=folder, simulator=QUICK, samples=4, search_seconds=2.0)
    assert not result.passed  # it holds the network itself, so only the other one shows that nothing is loaded
    assert result.report["first_mismatch"]["segment"] == "loads between samples"


@pytest.mark.slow  # three builds
def test_a_core_that_holds_no_other_network_before_proves_no_load(tmp_path):
    """The manifest does not say how the core is made: only the words beside it can be loaded."""
    rtl.generate(NETWORK, tmp_path / "rtl", weights="loadable", control="stream")
    manifest = json.loads((tmp_path / "rtl" / "manifest.json").read_text())
    del manifest["load"]["built_for"]
    (tmp_path / "rtl" / "manifest.json").write_text(json.dumps(manifest))
    others = [(sum_network(((1,) * 4,) * 3, (0, 0, 0)), 3)]
    loads = loads_beside(tmp_path / "rtl", manifest, NETWORK, others)
    words = [int(word, 16) for word in (tmp_path / "rtl" / "sums.load.hex").read_text().split()]
    assert (loads.words.tolist(), loads.other, loads.differing) == (words, None, None)
    result = run(NETWORK, tmp_path / "out", rtl=tmp_path / "rtl", simulator=QUICK, samples=4, search_seconds=2.0)
    assert not result.passed
    assert "the load is not proved (its manifest does not say how the core is made" in result.reason


def test_a_core_of_another_network_is_loaded_with_this_one(tmp_path):
    other = sum_network(((3, 5, 7, 1), (-2, 15, 1, 9), (1, 1, 1, 2)), (4, -9, 30))
    rtl.generate(other, tmp_path / "rtl", weights="loadable", control="stream", architecture="column")
    result = run(NETWORK, tmp_path / "out", rtl=tmp_path / "rtl", simulator=QUICK, samples=4, search_seconds=2.0)
    assert result.passed, result.reason
    assert result.report["load"]["samples_that_differ"] > 5


STUCK = (
    {"kind": "relu", "shift": 3, "output_bits": 3},
    {"kind": "lif", "leak_shift": None, "v_threshold": 9, "state_bits": 9},
)


@pytest.mark.one_in(2)
@pytest.mark.parametrize("neuron", STUCK, ids=["shift", "threshold"])
def test_a_shift_or_a_threshold_that_is_not_loaded_is_seen(neuron, tmp_path):
    description = network(dense(5, 4, 3, 8, neuron=neuron), steps=3 if neuron["kind"] == "lif" else 1, name="stuck")
    rng = np.random.default_rng(3)
    tensors = {"layer0.weight": rng.integers(-7, 8, (4, 5)), "layer0.bias": rng.integers(-3, 4, 4)}
    net = spec_of(description, tensors)
    rtl.generate(net, tmp_path / "rtl", weights="loadable", control="stream", architecture="column")
    core = tmp_path / "rtl" / "stuck.v"
    text = core.read_text()
    options = {"rtl": tmp_path / "rtl", "simulator": QUICK, "samples": 4, "search_seconds": 2.0}
    assert run(net, tmp_path / "sound", **options).passed
    damaged, count = re.subn(r"assign load_setting = .*?;", "assign load_setting = 1'h0;", text)
    assert count == 1
    core.write_text(damaged)
    assert not run(net, tmp_path / "damaged", **options).passed


@pytest.mark.parametrize(
    ("load", "message"),
    [
        ({"control": "spi"}, "load.control, one of stream, axi-lite"),
        ([], "load.control, one of stream, axi-lite"),
        ({"control": "stream", "file": "no.hex"}, "names no.hex, which must hold a load word in hex a line"),
        ({"control": "stream", "file": "sums.v"}, "names sums.v, which must hold a load word in hex a line"),
    ],
)
def test_a_manifest_that_cannot_be_followed_is_refused(load, message, tmp_path):
    folder = tmp_path / "rtl"
    rtl.generate(NETWORK, folder, weights="loadable", control="stream")
    manifest = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps(manifest | {"load": load}))
    with pytest.raises(OptionError, match=message):
        run(NETWORK, tmp_path / "out", rtl=folder, simulator=QUICK)


def test_a_load_that_no_sample_sees_is_no_proof_and_no_fault(tmp_path, monkeypatch):
    """A network may show the same whatever is loaded, as one whose outputs are always 0 does."""
    from sc_neurocore.cosim import core_under_test

    monkeypatch.setattr(core_under_test, "decoy_network", lambda network, codes, settings: (network, 0))
    result = run(NETWORK, tmp_path / "out", simulator="amaranth", control="stream", **OPTIONS)
    assert result.passed, result.reason
    assert result.report["features"]["loads"]["verdict"] == "UNVERIFIED"
    assert re.search(r"; UNVERIFIED: loads$", result.summary()), result.summary()
