"""Input ports of several elements a beat: the same integers in fewer clocks, whole beats in a frame's length."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest
from support.networks.default_pair import random_default_pair
from support.networks.descriptions import dense, network
from support.networks.random_networks import random_codes, random_network
from support.networks.specs import spec_of as spec
from support.networks.spiking_networks import random_spiking
from support.oracle import evaluate
from support.simulation.axis import Beat, run_core

from sc_neurocore.cosim import run as cosim_run
from sc_neurocore.rtl import build_core, core_timing, generate, plan_core
from sc_neurocore.spec import OptionError

Case = tuple[dict[str, Any], dict[str, np.ndarray]]


def beats(core: Any, codes: np.ndarray, together: int, noise: random.Random) -> list[Beat]:
    """A frame; bits that the core ignores, and slots without an element, hold noise."""
    size = len(core.s_axis_tdata) // together
    width = core.plan.stages[0].element_bits
    words = [int(code) % 2**width | noise.getrandbits(size) >> width << width for code in codes]
    words += [noise.getrandbits(size) for _ in range(-len(words) % together)]
    groups = [words[i : i + together] for i in range(0, len(words), together)]
    packed = [sum(word << (i * size) for i, word in enumerate(group)) for group in groups]
    return [(word, i == len(packed) - 1) for i, word in enumerate(packed)]


def check(case: Case, together: int, seed: int, **stalls: Any) -> None:
    net = spec(*case)
    core = build_core(net, architecture="row", elements_per_beat=together)[0]
    codes = random_codes(case[0], np.random.default_rng(seed), 8)
    rows = codes.reshape(-1, net.input.features)
    noise = random.Random(seed)
    stimulus = [beat for row in rows for beat in beats(core, row, together, noise)]
    outputs = evaluate(case[0], codes, case[1])
    wanted = outputs.reshape(-1, outputs.shape[-1]).tolist()
    seen = run_core(core, stimulus, frames=len(wanted), signed=net.output_signed, **stalls)
    assert seen.frames == wanted
    assert not any(seen.frame_error)
    if stalls or net.time_steps > 1:
        return
    timing, outs, length = core_timing(core), net.output_neurons, -(-net.input.features // together)
    ends = [seen.sent[(i + 1) * outs - 1] for i in range(len(codes))]
    assert ends[-1] - ends[-2] == timing.cycles_per_inference
    assert seen.valid[0] - seen.accepted[length - 1] == timing.latency_cycles


@pytest.mark.one_in(4)
@pytest.mark.contract("core.frames", "core.stall")
@pytest.mark.parametrize("seed", range(24))
def test_random_networks(seed):
    """Closed forms, any streams, several time steps; every third with stalls on both sides."""
    maker = (random_default_pair, lambda s: random_network(s, gates=True, most_inputs=6)[:2], random_spiking)[seed % 3]
    case = maker(100 + seed)[:2]
    features = case[0]["input"]["features"]
    rng = random.Random(seed)
    together = rng.randint(min(2, features), features)
    stalls = {"valid": lambda: rng.random() < 0.6, "ready": lambda: rng.random() < 0.6} if seed % 2 else {}
    check(case, together, seed, **stalls)


CASE: Case = (
    network(dense(7, 4, 3, 8, neuron={"kind": "relu", "shift": 1, "output_bits": 3}), dense(4, 3, 3, 8)),
    {
        "layer0.weight": np.random.default_rng(0).integers(-7, 8, (4, 7)),
        "layer0.bias": np.array([3, 0, 2, -1]),
        "layer1.weight": np.random.default_rng(1).integers(-7, 8, (3, 4)),
        "layer1.bias": np.array([0, -9, 11]),
    },
)


@pytest.mark.contract("core.frame_error", "core.frames", "core.stall", "core.reset")
@pytest.mark.parametrize("together", [3, 7])
def test_the_certificate_with_stalls_resets_and_wrong_frames(together, tmp_path):
    options = {"architecture": "row", "elements_per_beat": together, "neurons_in_parallel": [4, 3]}
    result = cosim_run(
        spec(*CASE), tmp_path, simulator="amaranth", stall="random", samples=4, search_seconds=0.5, **options
    )
    assert result.passed, result.reason


def test_a_wider_port_is_faster_where_it_was_the_slowest():
    rng = np.random.default_rng(2)
    weights = {"layer0.weight": rng.integers(-7, 8, (3, 60)), "layer0.bias": np.zeros(3, dtype=int)}
    net = spec(network(dense(60, 3, 3, 8)), weights)
    options = {"architecture": "row", "stream_bits_per_cycle": 8, "neurons_in_parallel": 3}
    plans = [plan_core(net, elements_per_beat=together, **options) for together in (None, 1, 4, 60)]
    clocks = [plan.timing().cycles_per_inference for plan in plans]
    assert clocks[0] == clocks[1] > 60 > clocks[2] > clocks[3]


def test_one_element_a_beat_is_the_same_verilog(tmp_path):
    cases = [(e, {"architecture": "row", "elements_per_beat": e}) for e in (None, 1, 7)]
    manifests = [generate(spec(*CASE), tmp_path / str(e), **options) for e, options in cases]
    hashes = [manifest["rtl_sha256"] for manifest in manifests]
    assert hashes[0] == hashes[1] != hashes[2]
    assert "elements_per_beat" not in manifests[1]["input"]
    assert manifests[2]["input"]["elements_per_beat"] == manifests[2]["parameters"]["elements_per_beat"] == 7


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"elements_per_beat": 8}, "at most the features, 7; got 8"),
        ({"elements_per_beat": 0}, "elements_per_beat must be a positive integer"),
        ({"elements_per_beat": 2, "architecture": "column"}, "takes one input a clock"),
        ({"elements_per_beat": 2, "architecture": "serial"}, "takes one input a clock"),
        ({"elements_per_beat": 2, "architecture": "unrolled"}, "not with architecture 'unrolled'"),
        ({"elements_per_beat": 2, "weights": "loadable"}, "with a control port takes one element"),
        ({"elements_per_beat": 2, "control": "axi-lite"}, "with a control port takes one element"),
        ({"elements_per_beat": 2, "target": "up5k"}, "target: not together with"),
    ],
)
def test_what_cannot_be_is_refused(options, words):
    with pytest.raises(OptionError, match=words):
        plan_core(spec(*CASE), **options)
