"""One choice of a core for a device, whichever verb asks; and what a device cannot hold, before a tool runs."""

from __future__ import annotations

import hashlib
import time
from pathlib import Path

import numpy as np
import pytest
from support.cores.handmade_core import small_network

from sc_neurocore import rtl, synth
from sc_neurocore.circuits import Circuit, save_circuit
from sc_neurocore.cli import main
from sc_neurocore.cosim import core_under_test
from sc_neurocore.export import export_dense
from sc_neurocore.rtl.plan.estimates import DEVICES
from sc_neurocore.spec import DEFAULT_INPUT_GENERATOR, OptionError, save_network
from sc_neurocore.synth import artifact
from sc_neurocore.synth.targets import TARGETS

SMALL = small_network([[[3, -2], [5, 7], [-3, 6]], [[7, -7, 5], [-1, 4, 2]]], [[3, 1, 2], [2, 0]], length=8)
BUDGETS = {
    "none": {},
    "tables": {"max_luts": 700},
    "rate": {"min_rate": 2e5},
    "both": {"max_luts": 2_000, "min_rate": 1e5},
    "loadable": {"weights": "loadable"},
    "by hand": {"architecture": "row", "neurons_in_parallel": 1},
}


class Stop(Exception):
    """Ends `synth` where the tools would begin."""


@pytest.fixture
def mapped(monkeypatch):
    """Hashes of the Verilog that `synth` would map."""
    hashes = []

    def implement(sources, *_, **__):
        hashes.append(hashlib.sha256(Path(sources[0]).read_bytes()).hexdigest())
        raise Stop

    monkeypatch.setattr(artifact, "implement", implement)
    return hashes


def test_every_target_is_a_device_that_auto_chooses_for():
    assert list(DEVICES) == list(TARGETS)


@pytest.mark.one_in(12)
@pytest.mark.parametrize("budget", BUDGETS)
@pytest.mark.parametrize("target", TARGETS)
def test_generate_cosim_and_synth_take_the_same_core(target, budget, mapped, tmp_path):
    options = BUDGETS[budget]
    if "min_rate" in options and DEVICES[target].clock_mhz is None:
        with pytest.raises(OptionError, match=f"min_rate needs a device whose clocks are known.* {target}"):
            synth.run(SMALL, tmp_path / "synth", target=target, **options)
        return
    with pytest.raises(Stop):
        synth.run(SMALL, tmp_path / "synth", target=target, **options)
    request = options if budget == "by hand" else {"target": target, **options}
    manifest = rtl.generate(SMALL, tmp_path / "rtl", **request)
    assert mapped == [manifest["rtl_sha256"]]
    assert ("why" in manifest["parameters"]) == (budget != "by hand")
    if budget != "loadable":  # that core is co-simulated with another network in it first
        simulator = core_under_test.Simulator("icarus", "12")
        core = core_under_test.generated_core(SMALL, tmp_path / "cosim", simulator, request, lambda _: None)
        assert core.manifest["rtl_sha256"] == manifest["rtl_sha256"]


@pytest.mark.one_in(1)
@pytest.mark.parametrize("budget", BUDGETS)
@pytest.mark.parametrize("target", TARGETS)
def test_the_same_words_plan_the_same_core_for_every_target_and_budget(target, budget):
    """All combinations, without their Verilog, of which a share is compared above: 36, refusals among them."""
    options = BUDGETS[budget]
    if "min_rate" in options and DEVICES[target].clock_mhz is None:
        with pytest.raises(OptionError, match="min_rate needs a device whose clocks are known"):
            rtl.plan_core(SMALL, **rtl.options_for(target, **options))
        return
    plan = rtl.plan_core(SMALL, **rtl.options_for(target, **options))
    assert plan == rtl.plan_core(SMALL, **(options if budget == "by hand" else {"target": target, **options}))
    estimate = plan.estimate(DEVICES[target])
    assert estimate.tables <= options.get("max_luts", DEVICES[target].tables)
    assert (estimate.rate or 0) >= options.get("min_rate", 0)


@pytest.fixture(scope="module")
def large():
    """101,632 weights, whose constants are more than a small device holds."""
    rng = np.random.default_rng(0)
    return export_dense([rng.normal(0, 0.05, (128, 784)), rng.normal(0, 0.2, (10, 128))], stream_length=16)


def test_what_cannot_fit_is_refused_with_what_would(large, mapped, tmp_path):
    words = r"no architecture keeps within up5k.* It would fit: ecp5-25k, .* memory 'spram' would fit: column"
    begun = time.process_time()
    with pytest.raises(OptionError, match=words):
        synth.run(large, tmp_path / "synth", target="up5k")
    assert time.process_time() - begun < 5
    assert not mapped
    assert not (tmp_path / "synth").exists()


@pytest.mark.slow  # a large network; the refusal beside it stays
def test_a_core_asked_for_by_hand_is_refused_by_its_estimate(large, mapped, tmp_path):
    with pytest.raises(OptionError, match=r"up5k has 5,280 tables and 30 block memories, and the core does not fit: "):
        synth.run(large, tmp_path / "synth", target="up5k", architecture="serial")
    assert not mapped
    with pytest.raises(Stop):  # cells may be counted all the same
        synth.run(large, tmp_path / "synth", target="up5k", architecture="serial", place_and_route=False)


@pytest.mark.parametrize("command", [["synth"], ["circuit", "synth"]])
@pytest.mark.parametrize(("fits", "status"), [(True, 0), (False, 1), (None, 0)])
def test_a_core_that_does_not_fit_is_no_success(command, fits, status, monkeypatch, tmp_path, capsys):
    from sc_neurocore.cli import synth as verb

    figures = dict.fromkeys(verb.SHOWN) | {"fits": fits, "device": "a device", "note": "does not fit: 9 of 8 cells"}
    monkeypatch.setattr(synth, "run", lambda *_, **__: figures)
    save_network(SMALL, tmp_path / "synth")
    circuit = Circuit("count", stream_length=4, resolution_bits=2)
    x = circuit.input("x", encoding="unipolar", generator=DEFAULT_INPUT_GENERATOR)
    circuit.output("y", x)
    save_circuit(circuit, tmp_path / "circuit")
    folder = str(tmp_path / command[0])
    assert main([*command, folder, "--target", "up5k", "--out", str(tmp_path / "out")]) == status
    assert ("a device: does not fit: 9 of 8 cells" in capsys.readouterr().err) == (fits is False)


def test_more_neurons_at_a_time_than_any_layer_has_are_refused():
    with pytest.raises(OptionError, match="neurons_in_parallel must be at most the widest layer's neurons, 3; got 99"):
        rtl.plan_core(SMALL, neurons_in_parallel=99)
