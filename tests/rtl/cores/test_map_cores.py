# amaranth: UnusedElaboratable=no
"""Networks with convolutions and pools, in every architecture that takes maps, against the outside oracle: every
integer, and the clocks that the plan states."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest
from support.networks.map_cores import map_network_for_gates, random_options, without_large_biases
from support.networks.map_descriptions import avg_pool2d, conv2d, map_network, map_tensors, max_pool2d
from support.networks.random_networks import RandomNetwork, random_codes
from support.networks.specs import spec_of
from support.oracle import evaluate
from support.simulation.axis import Beat, Observed, beats, run_core

from sc_neurocore.rtl import build_core, core_timing, plan_core
from sc_neurocore.rtl.loading.load_words import load_bytes, load_words
from sc_neurocore.spec import OptionError


def frames_in(core: Any, codes: np.ndarray) -> list[Beat]:
    rows = codes.reshape(-1, codes.shape[-1]).tolist()
    return [beat for row in rows for beat in beats(row, len(core.s_axis_tdata))]


def expected(net: RandomNetwork, codes: np.ndarray) -> list[list[int]]:
    outputs = evaluate(net.description, codes, net.tensors)
    return outputs.reshape(-1, outputs.shape[-1]).tolist()


def stalls(seed: int) -> dict[str, Any]:
    rng = random.Random(seed)
    often, seldom = (0.9, 0.3) if seed % 2 else (0.3, 0.9)
    return {"valid": lambda: rng.random() < often, "ready": lambda: rng.random() < seldom}


def bad_frames(core: Any, rng: random.Random) -> list[Beat]:
    """A frame that is too short or too long, of any bits."""
    features = core.network.input.features
    length = rng.choice([features + 1, 2 * features, rng.randint(1, 2 * features + 1)])
    length += length == features
    return [(rng.getrandbits(len(core.s_axis_tdata)), i == length - 1) for i in range(length)]


MOST_CLOCKS = 60
"""Of an inference, so that a case takes a second; `make map-gates` compiles larger ones."""


def drawn(seed: int, *, loadable: bool = False) -> tuple[RandomNetwork, Any]:
    """The first network of a seed that is quick enough, and its core."""
    for attempt in range(1000 * seed, 1000 * seed + 100):
        net = map_network_for_gates(attempt)
        net = without_large_biases(net) if loadable else net
        options = random_options(net, attempt, loadable=loadable)
        spec = spec_of(net.description, net.tensors)
        if plan_core(spec, **options).timing().cycles_per_inference <= MOST_CLOCKS:
            return net, build_core(spec, **options)[0]
    raise AssertionError("a hundred networks that are all slow")


def check(seed: int, how: str) -> Observed:
    """One network; `how`: "steady", "stalled" (with bad frames), or "reset"."""
    (net, core), rng = drawn(seed), random.Random(seed)
    timing = core_timing(core)
    samples = 4 if how == "steady" else 2
    codes = random_codes(net.description, np.random.default_rng(seed), samples)
    wanted = expected(net, codes)
    stimulus = frames_in(core, codes)
    signed, most = core.network.output_signed, 20 * samples * timing.cycles_per_inference + 20_000
    if how == "steady":
        seen = run_core(core, stimulus, frames=len(wanted), signed=signed, limit=most)
        beats_out = len(seen.sent) // samples
        ends = seen.sent[beats_out - 1 :: beats_out]
        begun = [seen.accepted[i] for i in (len(stimulus) // samples - 1, core.network.input.features - 1)]
        each_step = len(core.network.output_shape(1)) == 3
        assert seen.valid[0] - begun[each_step] == timing.latency_cycles
        followed = core.plan.follow(samples)[1]
        assert [end - ends[0] for end in ends] == [end - followed[0][1] for _, end in followed]
        assert not any(seen.frame_error)
    elif how == "stalled":
        stimulus = [*bad_frames(core, rng), *stimulus, *bad_frames(core, rng), *stimulus]
        wanted = wanted * 2
        seen = run_core(core, stimulus, frames=len(wanted), signed=signed, limit=2 * most, **stalls(seed))
    else:
        at = rng.randint(1, core.network.input.features + timing.latency_cycles + 20)
        seen = run_core(
            core, stimulus, frames=len(wanted), signed=signed, limit=most + at, reset_at=[at], then=stimulus
        )
        assert seen.frames[-len(wanted) :] == wanted
        return seen
    assert seen.frames == wanted
    return seen


@pytest.mark.one_in(6)
@pytest.mark.contract("core.frames", "core.stall", "core.reset", "conv.window", "pool.max", "pool.avg")
@pytest.mark.parametrize("how", ["steady", "stalled", "reset"])
@pytest.mark.parametrize("seed", range(20))
def test_random_networks_on_maps(seed, how):
    check(seed, how)


def sharp_cases() -> dict[str, tuple[dict[str, Any], dict[str, Any]]]:
    """What drawn networks seldom have together: descriptions, and the options of their cores."""
    select = {"kind": "mux", "select": {"kind": "counter", "skip": 4}}  # the last inputs, which come last
    return {
        "a short last group in each group of channels": (
            map_network(conv2d([3, 3, 2], 6, (2, 2), n=3, groups=2)),
            {"architecture": "column", "neurons_in_parallel": 2},
        ),
        "streams shorter than the gathering of a window": (
            map_network(conv2d([3, 4, 2], 2, (2, 2), n=3, length=4, accumulator=select)),
            {"architecture": "column", "neurons_in_parallel": 2},
        ),
        "the largest and the average of windows that overlap": (
            map_network(
                max_pool2d([4, 4, 1], stride=[1, 1]), avg_pool2d([3, 3, 1], stride=[1, 1]), conv2d([2, 2, 1], 2, (1, 1))
            ),
            {"architecture": "row"},
        ),
    }


@pytest.mark.contract("conv.window", "pool.max", "pool.avg")
@pytest.mark.parametrize("name", sharp_cases())
def test_sharp_cases_of_maps(name):
    tree, options = sharp_cases()[name]
    rng = np.random.default_rng(0)
    shapes = {i: tensor.shape for i in range(3) if (tensor := map_tensors(tree).get(f"layer{i}.weight")) is not None}
    tensors = map_tensors(tree, weights={i: rng.integers(-7, 8, shape) for i, shape in shapes.items()})
    net = RandomNetwork(tree, tensors, rng)
    core, _ = build_core(spec_of(tree, tensors), **options)
    codes = random_codes(tree, rng, 3)
    wanted = expected(net, codes)
    assert len(np.unique(wanted, axis=0)) == 3
    seen = run_core(core, frames_in(core, codes), frames=3, signed=core.network.output_signed, limit=2_000)
    assert seen.frames == wanted


def load_frame(core: Any, net: RandomNetwork) -> list[Beat]:
    data = load_bytes(load_words(core.load_map.image(spec_of(net.description, net.tensors))))
    return [(byte, i == len(data) - 1, True) for i, byte in enumerate(data)]


def other_numbers(net: RandomNetwork) -> RandomNetwork:
    """The same description with the weights and biases of each layer in another order."""
    tensors = {
        key: array if key.startswith("input") else np.ascontiguousarray(array.reshape(-1)[::-1]).reshape(array.shape)
        for key, array in net.tensors.items()
    }
    return RandomNetwork(net.description, tensors, net.rng)


@pytest.mark.one_in(6)
@pytest.mark.contract("core.frames", "conv.window")
@pytest.mark.parametrize("seed", range(100, 112))
def test_weights_are_loaded_between_samples_on_maps(seed):
    net, core = drawn(seed, loadable=True)
    codes = random_codes(net.description, np.random.default_rng(seed), 3)
    stimulus: list[Beat] = []
    wanted: list[list[int]] = []
    for turn, each in enumerate([net, other_numbers(net), net]):
        stimulus += (load_frame(core, each) if turn else []) + frames_in(core, codes)
        wanted += expected(each, codes)
    stalled = stalls(seed) if seed % 3 == 1 else {}
    seen = run_core(core, stimulus, frames=len(wanted), signed=core.network.output_signed, limit=100_000, **stalled)
    assert seen.frames == wanted


def test_what_a_core_on_maps_cannot_do_is_refused_by_name():
    net = map_network_for_gates(0)
    spec = spec_of(net.description, net.tensors)
    at = next(i for i, layer in enumerate(spec.layers) if layer.kind in ("conv2d", "max_pool2d", "avg_pool2d"))
    there = rf"layers\[{at}\] is '{spec.layers[at].kind}'"
    closed = ({"product_table": True}, {"overlap": True}, {"overlap": True, "logic_weights": True})
    for options in ({"anytime": True}, *({"architecture": "column"} | each for each in closed)):
        with pytest.raises(OptionError, match=there):
            plan_core(spec, **options)
    with pytest.raises(OptionError, match=there):
        plan_core(spec, architecture="serial", weights="loadable", memory="spram")
