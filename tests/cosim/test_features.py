"""What a core has beside the contract's ports is proved by name, or said to be UNVERIFIED."""

from __future__ import annotations

import numpy as np
import pytest
from support import oracle
from support.networks.descriptions import dense, network
from support.networks.specs import spec_of

from sc_neurocore.cosim import run
from sc_neurocore.cosim.core_under_test import CoreUnderTest
from sc_neurocore.cosim.testplan.halved import halved_outputs
from sc_neurocore.cosim.testplan.script import Record, SegmentRecord
from sc_neurocore.cosim.verdict.features import core_features, unverified
from sc_neurocore.inference.engines import infer

RELU = {"kind": "relu", "shift": 4, "output_bits": 3}


def early_network(name="early"):
    rng = np.random.default_rng(4)
    tensors = {
        "layer0.weight": rng.integers(-7, 8, (3, 4)),
        "layer0.bias": rng.integers(-20, 21, 3),
        "layer1.weight": rng.integers(-7, 8, (2, 3)),
        "layer1.bias": np.array([5, -3]),
    }
    description = network(dense(4, 3, 3, 8, neuron=RELU), dense(3, 2, 3, 8), name=name)
    return description, tensors


def test_halved_outputs_are_those_of_shorter_streams():
    """Decision 10: 2^k·A + b, rounded by a shift s, is A + (b >> k) rounded by s - k; a linear output is 2^k·A + b."""
    description, tensors = early_network()
    net = spec_of(description, tensors)
    codes = np.random.default_rng(0).integers(0, 8, (20, 4))
    assert np.array_equal(halved_outputs(net, codes, 0), infer(net, codes))
    for k in (1, 2, 3):
        layers = [{**layer, "stream_length": layer["stream_length"] >> k} for layer in description["layers"]]
        layers[0]["neuron"] = {**layers[0]["neuron"], "shift": 4 - k}
        shorter = {**tensors, "layer0.bias": tensors["layer0.bias"] >> k, "layer1.bias": np.zeros(2, dtype=int)}
        wanted = oracle.evaluate({**description, "layers": layers}, codes, shorter) * 2**k + tensors["layer1.bias"]
        assert np.array_equal(halved_outputs(net, codes, k), wanted)
        assert not np.array_equal(halved_outputs(net, codes, k), infer(net, codes))


@pytest.mark.one_in(2)
@pytest.mark.parametrize("simulator", ["amaranth", "verilator"])
def test_every_number_of_halvings_is_driven_and_compared(simulator, tmp_path):
    net = spec_of(*early_network())
    result = run(net, tmp_path, simulator=simulator, samples=2, search_seconds=0.5, architecture="row", anytime=True)
    assert result.passed, result.reason
    checks = [f"streams halved {k} times" for k in (1, 2, 3)]
    assert result.report["features"] == {"halvings": {"checks": checks, "verdict": "PASS"}}
    assert "UNVERIFIED" not in result.summary()


def test_registers_that_no_check_reads_are_unverified(tmp_path):
    net = spec_of(*early_network())
    options = {"architecture": "column", "control": "axi-lite", "simulator": "amaranth"}
    result = run(net, tmp_path, samples=1, search_seconds=0, **options)
    assert result.passed, result.reason
    feature = "AXI4-Lite registers and counters"
    assert result.report["features"] == {feature: {"checks": [], "verdict": "UNVERIFIED"}}
    assert result.summary().endswith(f"; UNVERIFIED: {feature}")
    assert f"{feature}: UNVERIFIED" in (tmp_path / "certificate.md").read_text()


def test_a_port_or_a_check_that_nobody_knows_is_unverified():
    ports = [{"name": name} for name in ("clk", "rst", "s_axis_tdata", "frame_error", "halvings", "debug")]
    core = CoreUnderTest((), None, {"ports": ports, "anytime": [{}, {}]})
    record = Record(segments=[SegmentRecord("streams halved 1 times", finished=False)])
    features = core_features(core, record, passed=True)
    assert unverified(features) == ["halvings", "port debug"]
    record.segments[0].finished = True
    features = core_features(core, record, passed=False)
    assert (unverified(features), features["halvings"]["verdict"]) == (["port debug"], "FAIL")
    assert core_features(CoreUnderTest((), None, {}), Record(), passed=True) == {}
