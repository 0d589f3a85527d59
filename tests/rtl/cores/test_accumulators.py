"""Cores of `mux` and `or` accumulators in Amaranth's simulator against the outside oracle, and their stated clocks."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest
from support.networks.descriptions import comparator, dense, network, weighted_binary
from support.networks.random_networks import random_codes
from support.networks.specs import spec_of as spec
from support.networks.spiking_networks import random_spiking
from support.oracle import evaluate
from support.simulation.axis import Observed, beats, run_core

from sc_neurocore.rtl import build_core, core_timing

Case = tuple[dict[str, Any], dict[str, np.ndarray]]


def run(case: Case, codes: np.ndarray, lanes: int | None = None, **more: Any) -> tuple[Any, Observed]:
    core: Any = build_core(spec(*case), neurons_in_parallel=lanes)[0]
    rows = codes.reshape(-1, core.network.input.features).tolist()
    stimulus = [beat for row in rows for beat in beats(row, len(core.s_axis_tdata))]
    outputs = evaluate(case[0], codes, case[1])
    wanted = outputs.reshape(-1, outputs.shape[-1]).tolist()
    seen = run_core(core, stimulus, frames=len(wanted), signed=core.network.output_signed, **more)
    assert seen.frames == wanted
    assert not any(seen.frame_error)
    return core, seen


@pytest.mark.one_in(3)
@pytest.mark.contract("accumulator.mux", "accumulator.or", "source.lane_skip")
@pytest.mark.parametrize("kind", ["mux", "or"])
@pytest.mark.parametrize("seed", range(200, 216))
def test_random_networks_and_their_stated_timing(kind, seed):
    case = random_spiking(seed, (kind,))
    codes = random_codes(case[0], np.random.default_rng(seed), 5)
    core, seen = run(case, codes, [None, 1, 2][seed % 3])
    beats_out = len(seen.sent) // len(codes)
    ends = seen.sent[beats_out - 1 :: beats_out]
    assert ends[-1] - ends[-2] == core_timing(core).cycles_per_inference
    _, alone = run(case, codes[:1], [None, 1, 2][seed % 3])
    needed = len(alone.accepted) if core.plan.sums_steps else core.network.input.features
    assert alone.valid[0] - alone.accepted[needed - 1] == core_timing(core).latency_cycles


@pytest.mark.contract("core.stall")
@pytest.mark.parametrize("kind", ["mux", "or"])
@pytest.mark.parametrize("seed", range(300, 303))
def test_stalls_on_either_side_change_nothing(kind, seed):
    rng = random.Random(seed)
    often, seldom = (0.9, 0.2) if seed % 2 else (0.2, 0.9)
    case = random_spiking(seed, (kind, "parallel_counter"))
    codes = random_codes(case[0], np.random.default_rng(seed), 4)
    run(case, codes, valid=lambda: rng.random() < often, ready=lambda: rng.random() < seldom)


PAIRS = [("unipolar", "unipolar"), ("unipolar", "sign_magnitude"), ("sign_magnitude", "sign_magnitude")]
PAIRS += [("bipolar", "bipolar"), ("spike", "sign_magnitude")]
LANED = {
    "input_generator": weighted_binary({"kind": "sobol", "dimension": 2, "lane_skip": 3}),
    "weight_generator": comparator({"kind": "lfsr", "seed": 3, "skip": 2, "lane_skip": 5}),
}


def one(kind: str, pair: tuple[str, str], inputs: int, length: int, **changes: Any) -> Case:
    """One layer of three neurons, the first two at both ends of the weights' range."""
    accumulator = {"kind": kind, "select": {"kind": "van_der_corput", "skip": 1}} if kind == "mux" else {"kind": kind}
    low = -7 if pair[1] == "sign_magnitude" else 0
    weight = np.random.default_rng(inputs).integers(low, 8, (3, inputs))
    weight[0], weight[1] = 7, low
    layer = dense(
        *(inputs, 3, 3, length),
        **{"input_encoding": pair[0], "weight_encoding": pair[1], "accumulator": accumulator, **changes},
    )
    return network(layer), {"layer0.weight": weight, "layer0.bias": np.array([1, -2, 2**30 - 1])}


@pytest.mark.one_in(2)
@pytest.mark.contract("accumulator.mux", "accumulator.width", "product.signs")
@pytest.mark.parametrize("inputs", [1, 3, 8, 9])
@pytest.mark.parametrize("pair", PAIRS, ids="x".join)
def test_mux_takes_every_encoding_and_names_no_input_that_is_not_there(pair, inputs):
    """Select words of 2, 2, 3 and 4 bits; with 9 inputs 7 words of 16 name none."""
    case = one("mux", pair, inputs, 19)
    run(case, random_codes(case[0], np.random.default_rng(inputs), 5), 2)


@pytest.mark.contract("accumulator.or", "accumulator.width", "source.lane_skip", "product.signs")
@pytest.mark.parametrize("changes", [{}, LANED], ids=["one phase", "a phase a lane"])
@pytest.mark.parametrize("pair", [pair for pair in PAIRS if "bipolar" not in pair], ids="x".join)
def test_or_takes_every_encoding_and_each_lane_its_own_phase(pair, changes):
    case = one("or", pair, 5, 19, **changes)
    run(case, random_codes(case[0], np.random.default_rng(1), 5), 2)


@pytest.mark.contract("core.reset", "core.frame_error")
@pytest.mark.parametrize("kind", ["mux", "or"])
@pytest.mark.parametrize("at", [3, 17, 31, 52])
def test_wrong_frames_and_resets_leave_nothing_behind(kind, at):
    case = one(kind, PAIRS[2], 4, 9, **(LANED if kind == "or" else {}))
    codes = random_codes(case[0], np.random.default_rng(at), 3)
    core: Any = build_core(spec(*case), neurons_in_parallel=2)[0]
    good = [beats(row, 8) for row in codes.tolist()]
    wrong = beats([7] * 5, 8)
    stimulus = [*good[0], *wrong, *good[1], *wrong[:2], (1, True), *good[2]]
    wanted = evaluate(case[0], codes, case[1]).tolist()
    waiting = [*stimulus, *[None] * 100]
    seen = run_core(core, waiting, frames=3, signed=True, reset_at=(at,), then=stimulus)
    assert seen.frames[-3:] == wanted
    assert seen.frame_error[-1]
