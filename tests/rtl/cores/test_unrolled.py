"""The unrolled core against the outside oracle: a sample a beat, an inference a clock, stalls, resets, wrong frames."""

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
from support.simulation.axis import Beat, Observed, run_core

from sc_neurocore.rtl import build_core, core_timing, plan_core
from sc_neurocore.rtl.cores.unrolled import UnrolledCore
from sc_neurocore.spec import OptionError, SpecError

UNROLLED = {"architecture": "unrolled"}
Case = tuple[dict[str, Any], dict[str, np.ndarray]]


def build(case: Case) -> UnrolledCore:
    core = build_core(spec(*case), **UNROLLED)[0]
    assert isinstance(core, UnrolledCore)
    return core


def slot(width: int) -> int:
    return -(-width // 8) * 8


def beat(core: UnrolledCore, codes: np.ndarray, *, last: bool = True, noise: random.Random | None = None) -> Beat:
    """A sample as one beat; `noise` fills the bits that the core ignores."""
    size = len(core.s_axis_tdata) // core.network.input.features
    width = core.plan.numbers[0].element_bits
    word = 0
    for i, code in enumerate(codes):
        above = noise.getrandbits(size) >> width << width if noise else int(code) % 2**size >> width << width
        word |= (int(code) % 2**width | above) << (i * size)
    return word, last


def numbers(core: UnrolledCore, seen: Observed) -> list[list[int]]:
    """The results of all frames, each of one beat."""
    neurons, found = core.network.output_neurons, []
    size = len(core.m_axis_tdata) // neurons
    assert size == slot(core.network.output_width)
    for frame in seen.frames:
        assert len(frame) == 1
        row = [frame[0] >> (i * size) & (2**size - 1) for i in range(neurons)]
        if core.network.output_signed:
            row = [value - (value >> (size - 1) << size) for value in row]
        found.append(row)
    return found


def run(case: Case, codes: np.ndarray, **more: Any) -> tuple[UnrolledCore, Observed]:
    core = build(case)
    seen = run_core(core, [beat(core, row) for row in codes], frames=len(codes), signed=False, **more)
    assert numbers(core, seen) == evaluate(case[0], codes, case[1]).tolist()
    assert not any(seen.frame_error)
    return core, seen


@pytest.mark.one_in(6)
@pytest.mark.contract("core.frames", "core.widths", "neuron.border", "generator.default_pair", "accumulator.width")
@pytest.mark.parametrize("seed", range(60))
def test_random_networks_take_a_sample_a_clock(seed):
    case = random_default_pair(seed)
    codes = random_codes(case[0], np.random.default_rng(seed), 9)
    core, seen = run(case, codes)
    timing = core_timing(core)
    assert timing.cycles_per_inference == 1
    assert seen.accepted == list(range(seen.accepted[0], seen.accepted[0] + len(codes)))
    assert seen.sent == [clock + timing.latency_cycles for clock in seen.accepted]


@pytest.mark.one_in(3)
@pytest.mark.contract("core.stall")
@pytest.mark.parametrize("seed", range(12))
def test_stalls_on_either_side_lose_repeat_and_reorder_nothing(seed):
    rng = random.Random(seed)
    often, seldom = (0.9, 0.2) if seed % 2 else (0.2, 0.9)
    case = random_default_pair(70 + seed)
    codes = random_codes(case[0], np.random.default_rng(seed), 40)
    run(case, codes, valid=lambda: rng.random() < often, ready=lambda: rng.random() < seldom)


SMALL: Case = (
    network(dense(3, 4, 3, 8, neuron={"kind": "relu", "shift": 1, "output_bits": 3}), dense(4, 3, 3, 8)),
    {
        "layer0.weight": np.array([[7, -3, 0], [1, 1, -7], [0, 0, 0], [-5, 6, 2]]),
        "layer0.bias": np.array([3, 0, 2, -1]),
        "layer1.weight": np.array([[1, -2, 3, -4], [7, 7, 7, 7], [-7, -7, 0, -7]]),
        "layer1.bias": np.array([0, -9, 11]),
    },
)


@pytest.mark.contract("core.frame_error", "core.frames")
def test_beats_without_tlast_are_frames_of_a_wrong_length():
    core, rng = build(SMALL), random.Random(0)
    codes = np.random.default_rng(0).integers(0, 8, (4, 3))
    junk = [beat(core, np.full(3, 7), last=last, noise=rng) for last in (False, True, False, False, True)]
    good = [beat(core, row, noise=rng) for row in codes]
    stimulus = [good[0], *junk[:2], good[1], *junk[2:], *junk[:2], good[2], good[3]]
    seen = run_core(core, stimulus, frames=4, signed=False)
    assert numbers(core, seen) == evaluate(SMALL[0], codes, SMALL[1]).tolist()
    assert seen.frame_error.index(1) == seen.accepted[1] + 1
    assert all(seen.frame_error[seen.accepted[1] + 1 :])


@pytest.mark.contract("core.reset")
@pytest.mark.parametrize("clock", range(1, 14, 3))
def test_a_reset_drops_what_is_in_the_pipeline(clock):
    core = build(SMALL)
    codes = np.random.default_rng(1).integers(0, 8, (7, 3))
    first = [beat(core, row) for row in codes[:4]] + [beat(core, codes[0], last=False)]
    then = [beat(core, row) for row in codes[4:]]
    seen = run_core(core, first, frames=3, signed=False, reset_at=(clock,), then=then)
    assert numbers(core, seen)[-3:] == evaluate(SMALL[0], codes[4:], SMALL[1]).tolist()
    assert len(seen.frames) <= 7
    assert not seen.frame_error[-1]


@pytest.mark.parametrize(
    ("case", "words"),
    [
        (lambda: random_spiking(412)[:2], r"architecture 'unrolled': input\.time_steps must be 1"),
        (lambda: (network(dense(2, 2, 3, 8, accumulator={"kind": "or"})), None), r"'or' has no closed form"),
        (lambda: (network(dense(2, 2, 3, 4)), None), r"stream_length must be 2\^resolution_bits = 8, got 4"),
    ],
    ids=["steps", "or", "length"],
)
def test_what_it_does_not_compute_is_refused_by_name(case, words):
    tree, tensors = case()
    tensors = tensors or {"layer0.weight": np.ones((2, 2), dtype=int), "layer0.bias": np.zeros(2, dtype=int)}
    with pytest.raises(SpecError, match=words):
        plan_core(spec(tree, tensors), **UNROLLED)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"weights": "loadable"}, "makes gates of constant weights"),
        ({"neurons_in_parallel": 2}, "neurons_in_parallel: not with architecture 'unrolled'"),
        ({"stream_bits_per_cycle": 1}, "stream_bits_per_cycle: not with"),
        ({"anytime": True}, "anytime: not with"),
        ({"control": "axi-lite"}, "control: not with"),
        ({"overlap": True}, "overlap belongs to architecture 'column', not to 'unrolled'"),
        ({"architecture": ("unrolled", "row")}, "'unrolled' is one for all layers"),
    ],
)
def test_options_of_other_architectures_are_refused(options, words):
    with pytest.raises(OptionError, match=words):
        plan_core(spec(*SMALL), **(UNROLLED | options))


def test_a_budget_takes_it_where_one_element_a_beat_is_too_slow():
    """100 MHz over three elements are 33 M a second; what is asked beyond that no such port can bring."""
    slow = plan_core(spec(*SMALL), target="ecp5-25k", min_rate=1e6)
    fast = plan_core(spec(*SMALL), target="ecp5-25k", min_rate=60e6)
    assert slow.choice["architecture"] != "unrolled"
    assert fast.choice == {"architecture": "unrolled"}
    assert "the smallest that is fast enough" in str(fast.why)
    with pytest.raises(OptionError, match="no architecture keeps within"):
        plan_core(spec(*SMALL), target="ecp5-25k", min_rate=5e9)


def test_other_streams_are_refused():
    refused = 0
    for seed in range(12):
        tree, tensors = random_network(seed, gates=True, most_inputs=3, most_neurons=3)[:2]
        try:
            plan_core(spec(tree, tensors), **UNROLLED)
        except SpecError as error:
            refused += "architecture 'unrolled'" in str(error)
    assert refused > 6
