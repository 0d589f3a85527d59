# amaranth: UnusedElaboratable=no
"""The serial core for every number of stream bits a clock: values, wrong frames, resets and the stated clocks."""

from __future__ import annotations

import random

import numpy as np
import pytest
from support.networks.default_pair import random_default_pair
from support.networks.descriptions import dense, network
from support.networks.random_networks import random_codes
from support.oracle import evaluate
from support.simulation.axis import Beat, beats, run_core
from support.simulation.serial_cores import SMALL, Case, check, frames, spec

from sc_neurocore.rtl import core_timing
from sc_neurocore.rtl.components.arithmetic.sequential_products import group_lead
from sc_neurocore.rtl.cores.serial.core import SerialCore
from sc_neurocore.rtl.plan.serial_plan import SerialPlan
from sc_neurocore.spec import OptionError


def cores(case: Case, least: int = 2) -> list[SerialCore]:
    """One for each number of bits from `least` up to half the longest stream, where products come in groups."""
    net = spec(*case)
    longest = max(layer.stream_length for layer in net.layers)
    places = range(least.bit_length() - 1, longest.bit_length() - 1)
    return [SerialCore(SerialPlan.of(net, bits_per_clock=2**j)) for j in places]


def clocks(case: Case, bits: int) -> int:
    """Clocks of all products of one frame, from the weights alone."""
    count = len(case[0]["layers"])
    sizes = [np.abs(case[1][f"layer{i}.weight"]) for i in range(count)]
    return int(sum((-(-size // bits)).sum() for size in sizes))


@pytest.mark.contract("core.frames", "generator.default_pair", "accumulator.width")
@pytest.mark.parametrize("seed", range(8))
def test_random_networks_back_to_back_and_their_stated_clocks(seed):
    case = random_default_pair(40 + seed)
    codes = random_codes(case[0], np.random.default_rng(seed), 6)
    features, found = codes.shape[1], {}
    for core in cores(case):
        seen, outputs = check(case, core, codes), core.network.output_neurons
        ends = [seen.sent[(i + 1) * outputs - 1] for i in range(len(codes))]
        timing = core_timing(core)
        assert ends[-1] - ends[-2] == timing.cycles_per_inference
        alone = check(case, core, codes[:1])
        assert alone.valid[0] - alone.accepted[features - 1] == timing.latency_cycles
        found[core.plan.bits_per_clock] = timing.cycles_per_inference - clocks(case, core.plan.bits_per_clock)
    assert found
    assert len(set(found.values())) == 1, "what is no product takes as long for any number of bits"


@pytest.mark.contract("generator.default_pair")
@pytest.mark.parametrize("n", [7, 8])
def test_many_bits_a_clock_with_products_of_several_stages(n):
    """With more than 32 bits a clock the sum of a part of a group takes several clocks, ahead of its turn."""
    case = random_default_pair(n, n=n)
    codes = random_codes(case[0], np.random.default_rng(n), 4)
    leads = set()
    for core in cores(case, 2 ** (n - 3)):
        check(case, core, codes)
        leads.add(group_lead(core.numbers.group_bits))
    assert leads == {0, 1}


@pytest.mark.contract("core.stall")
@pytest.mark.parametrize("seed", range(4))
def test_stalls_on_either_side_lose_repeat_and_reorder_nothing(seed):
    rng = random.Random(seed)
    often, seldom = (0.9, 0.15) if seed % 2 else (0.15, 0.9)
    case = random_default_pair(70 + seed, n=4)
    codes = random_codes(case[0], np.random.default_rng(seed), 5)
    for core in cores(case):
        check(case, core, codes, valid=lambda: rng.random() < often, ready=lambda: rng.random() < seldom)


def samples(count: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 8, (count, 3))


@pytest.mark.contract("core.frame_error", "core.frames")
@pytest.mark.parametrize("length", [1, 2, 4, 5, 9])
def test_a_frame_of_a_wrong_length_is_discarded_whole_and_told(length):
    codes, wrong = samples(3), beats(np.full(length, 7), 8)
    stimulus = [*beats(codes[0], 8), *wrong, *beats(codes[1], 8), *wrong, *wrong, *beats(codes[2], 8)]
    for core in cores(SMALL):
        seen = run_core(core, stimulus, frames=3, signed=True)
        assert seen.frames == evaluate(SMALL[0], codes, SMALL[1]).tolist()
        assert seen.frame_error.index(1) == seen.accepted[3 + min(length, 3) - 1] + 1


@pytest.mark.contract("core.reset")
@pytest.mark.parametrize("at", [1, 5, 8, 13, 16, 24, 31, 47])
def test_reset_drops_everything_wherever_it_falls(at):
    before, after = samples(2, seed=1), samples(2, seed=2)
    for core in cores(SMALL):
        waiting: list[Beat | None] = [*frames(core, before), *beats([1, 2, 3, 4], 8), *([None] * 300)]
        seen = run_core(core, waiting, frames=2, signed=True, reset_at=(at,), then=frames(core, after))
        assert seen.frames[-2:] == evaluate(SMALL[0], after, SMALL[1]).tolist()
        assert not any(seen.frame_error[at + 1 :])


def test_layers_of_shorter_streams_take_one_clock_a_product():
    """S = 8 is a whole stream of the layer of three bits, a quarter of the one of five."""
    case = (
        network(dense(2, 2, 3, 8, neuron={"kind": "relu", "output_bits": 5}), dense(2, 1, 5, 32)),
        {
            "layer0.weight": np.array([[7, -6], [5, 7]]),
            "layer0.bias": np.array([1, 2]),
            "layer1.weight": np.array([[31, -17]]),
            "layer1.bias": np.array([0]),
        },
    )
    core = SerialCore(SerialPlan.of(spec(*case), bits_per_clock=8))
    assert core_timing(core).cycles_per_inference - len(core.numbers.words) == (4 - 1) + (3 - 1)
    check(case, core, np.array([[a, b] for a in range(8) for b in range(0, 8, 3)]))


@pytest.mark.parametrize("bits", [0, 3, 6, 16, -2, True, 2.0, "4"])
def test_other_numbers_of_bits_are_refused(bits):
    rule = r"stream_bits_per_cycle of architecture 'serial' must be a power of two from 1 \(one bit a clock\) to 8 "
    with pytest.raises(OptionError, match=rule + r"\(the whole stream\); got "):
        SerialCore(SerialPlan.of(spec(*SMALL), bits_per_clock=bits))


def test_the_whole_stream_is_the_default():
    assert SerialCore(SerialPlan.of(spec(*SMALL))).plan.bits_per_clock == 8
