"""The ports: frames of the wrong length, reset at any time, stalls, back to back, nothing left over from before."""

from __future__ import annotations

import random
from collections.abc import Sequence

import numpy as np
import pytest
from support.networks.descriptions import comparator, dense, network
from support.oracle import evaluate
from support.simulation.axis import Beat, Observed, beats, run_core

from sc_neurocore.rtl import NetworkCore
from sc_neurocore.rtl.plan.folded_plan import FoldedPlan
from sc_neurocore.spec import NetworkSpec

RNG = np.random.default_rng(7)
INPUTS = 3
LAYERS = [
    dense(INPUTS, 4, 3, 5, neuron={"kind": "relu", "shift": 1, "output_bits": 3}),
    dense(4, 3, 3, 9, weight_generator=comparator({"kind": "lfsr", "seed": 5})),
]
DESCRIPTION = network(*LAYERS)
TENSORS = {
    "layer0.weight": RNG.integers(-7, 8, (4, INPUTS)),
    "layer0.bias": RNG.integers(-3, 4, 4),
    "layer1.weight": RNG.integers(-7, 8, (3, 4)),
    "layer1.bias": RNG.integers(-3, 4, 3),
}
FOLDINGS = [(4, 3), (1, 1), (3, 2)]


def spec() -> NetworkSpec:
    tree = {key: DESCRIPTION[key] for key in ("name", "input", "output", "layers")}
    weights = [TENSORS["layer0.weight"], TENSORS["layer1.weight"]]
    biases = [TENSORS["layer0.bias"], TENSORS["layer1.bias"]]
    return NetworkSpec.model_validate(tree | {"weights": weights, "biases": biases}, strict=False)


def run(stimulus: Sequence[Beat | None], folding=(3, 2), **options) -> Observed:
    return run_core(NetworkCore(FoldedPlan.of(spec(), folding)), stimulus, signed=True, **options)


def expected(samples: np.ndarray) -> list[list[int]]:
    return evaluate(DESCRIPTION, samples, TENSORS).tolist()


def samples(count: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 8, (count, INPUTS))


def frames(codes: np.ndarray) -> list[Beat]:
    return [beat for row in codes for beat in beats(row, 8)]


@pytest.mark.contract("core.frames", "source.restart")
@pytest.mark.parametrize("folding", FOLDINGS)
def test_frames_back_to_back_give_each_samples_own_result(folding):
    codes = samples(6)
    seen = run(frames(codes), folding, frames=6)
    assert seen.frames == expected(codes)
    assert not any(seen.frame_error)


@pytest.mark.contract("core.stall")
@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("folding", FOLDINGS)
def test_stalls_on_either_side_lose_repeat_and_reorder_nothing(folding, seed):
    rng = random.Random(seed)
    often, seldom = (0.9, 0.15) if seed % 2 else (0.15, 0.9)
    codes = samples(8, seed)
    seen = run(
        frames(codes), folding, frames=8, valid=lambda: rng.random() < often, ready=lambda: rng.random() < seldom
    )
    assert seen.frames == expected(codes)


@pytest.mark.contract("core.stall")
def test_a_sink_that_waits_for_long_gets_everything():
    codes = samples(5)
    clock = iter(range(10**6))
    seen = run(frames(codes), frames=5, ready=lambda: next(clock) > 900)
    assert seen.frames == expected(codes)
    assert min(seen.sent) > 900


@pytest.mark.contract("core.frame_error", "core.frames")
@pytest.mark.parametrize("folding", FOLDINGS)
@pytest.mark.parametrize("length", [1, 2, 4, 5, 9])
def test_a_frame_of_a_wrong_length_is_discarded_whole_and_told(length, folding):
    codes = samples(3)
    wrong = beats(np.full(length, 7), 8)
    seen = run(
        [*beats(codes[0], 8), *wrong, *beats(codes[1], 8), *wrong, *wrong, *beats(codes[2], 8)], folding, frames=3
    )
    assert seen.frames == expected(codes)
    assert seen.frame_error[0] == 0
    first_high = seen.frame_error.index(1)
    # late: seen with the beat that should have been the last; early: with the last beat
    assert first_high == seen.accepted[INPUTS + min(length, INPUTS) - 1] + 1
    assert all(seen.frame_error[first_high:])


@pytest.mark.contract("core.frame_error", "core.frames")
def test_the_core_is_silent_on_wrong_frames_alone():
    wrong = [*beats([7, 7], 8), *beats([7, 7, 7, 7], 8)] * 2
    seen = run(wrong, frames=1, limit=400)
    assert seen.valid == []
    assert seen.frame_error[-1] == 1


@pytest.mark.contract("core.reset")
@pytest.mark.parametrize("at", [*range(1, 60, 7), 75, 90])
def test_reset_drops_everything_wherever_it_falls(at):
    """Reset in the middle of loading, of either layer, of sending; what comes after is as after power-up."""
    before, after = samples(2, seed=1), samples(2, seed=2)
    waiting: list[Beat | None] = [*frames(before), *beats([1, 2, 3, 4], 8), *([None] * 200)]
    seen = run(waiting, frames=2, reset_at=(at, at + 1), then=frames(after))
    assert seen.frames[-2:] == expected(after)
    assert seen.frames[:-2] == expected(before)[: len(seen.frames) - 2]
    assert not any(seen.frame_error[at + 1 :])


@pytest.mark.contract("core.reset")
def test_reset_lowers_frame_error_and_valid():
    codes = samples(1)
    stimulus: list[Beat | None] = [*beats([1], 8), *beats(codes[0], 8), *([None] * 300)]
    clocks = iter(range(10**6))
    seen = run_core(
        NetworkCore(FoldedPlan.of(spec(), (4, 3))),
        stimulus,
        frames=1,
        signed=True,
        reset_at=(150,),
        then=frames(codes),
        ready=lambda: next(clocks) > 200,
    )
    assert seen.frame_error[149] == 1
    assert seen.frame_error[151] == 0
    assert [edge for edge in seen.valid if 149 <= edge <= 151] == [149]
    assert seen.frames == expected(codes)


@pytest.mark.contract("source.restart", "core.frames")
def test_a_result_does_not_depend_on_what_came_before():
    probe = np.array([[3, 0, 7]])
    alone = run(frames(probe), frames=1).frames
    for seed in range(2):
        others = samples(3, seed)
        assert run(frames(np.vstack([others, probe])), frames=4).frames[-1:] == alone == expected(probe)


@pytest.mark.contract("core.widths")
def test_upper_input_bits_are_ignored():
    codes = samples(3)
    noisy = [(beat[0] | high << 3, beat[1]) for beat, high in zip(frames(codes), [31, 1, 16, 30, 7, 8, 2, 31, 5])]
    assert run(noisy, frames=3).frames == expected(codes)
