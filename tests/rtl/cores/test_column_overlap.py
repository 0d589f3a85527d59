# amaranth: UnusedElaboratable=no
"""The column core whose layers overlap their vectors, against the outside oracle, and its stated clocks."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest
from support.networks.default_pair import random_default_pair
from support.networks.descriptions import dense, network
from support.networks.random_networks import random_codes
from support.oracle import evaluate
from support.simulation.amaranth_runs import trace
from support.simulation.axis import Beat, Observed, beats, run_core

from sc_neurocore.rtl import ColumnCore, core_timing
from sc_neurocore.rtl.cores.overlap_column import OverlapSequencer
from sc_neurocore.rtl.plan.column_plan import ColumnPlan
from sc_neurocore.spec import NetworkSpec, OptionError

Case = tuple[dict[str, Any], dict[str, np.ndarray]]
WAYS: dict[str, dict[str, bool]] = {
    "weights in block memory": {},
    "weights in logic": {"logic_weights": True},
    "table": {"product_table": True},
}
way = pytest.mark.parametrize("options", WAYS.values(), ids=WAYS.keys())


def spec(description: dict[str, Any], tensors: dict[str, np.ndarray]) -> NetworkSpec:
    tree = {key: description[key] for key in ("name", "input", "output", "layers")}
    count = len(description["layers"])
    arrays = {
        "weights": [tensors[f"layer{i}.weight"] for i in range(count)],
        "biases": [tensors[f"layer{i}.bias"] for i in range(count)],
    }
    return NetworkSpec.model_validate(tree | arrays, strict=False)


def build(case: Case, options: dict[str, bool]) -> ColumnCore:
    """The core; of a network with signed codes that no table holds, the one of computed products."""
    net = spec(*case)
    signed = any(layer.input_encoding != "unipolar" for layer in net.layers)
    return ColumnCore(ColumnPlan.of(net, overlap=True, **({} if signed and "product_table" in options else options)))


def frames(core: Any, codes: np.ndarray) -> list[Beat | None]:
    return [beat for row in codes for beat in beats(row, len(core.s_axis_tdata))]


def run(case: Case, options: dict[str, bool], codes: np.ndarray, **more: Any) -> tuple[ColumnCore, Observed]:
    core = build(case, options)
    seen = run_core(core, frames(core, codes), frames=len(codes), signed=core.network.output_signed, **more)
    assert seen.frames == evaluate(case[0], codes, case[1]).tolist()
    assert not any(seen.frame_error)
    return core, seen


def ends_of(seen: Observed, outputs: int) -> list[int]:
    return seen.sent[outputs - 1 :: outputs]


@pytest.mark.one_in(3)
@pytest.mark.contract("core.frames", "core.widths", "neuron.border", "generator.default_pair", "accumulator.width")
@way
@pytest.mark.parametrize("seed", range(100, 109))
def test_random_networks_back_to_back_and_their_stated_clocks(options, seed):
    case = random_default_pair(seed)
    codes = random_codes(case[0], np.random.default_rng(seed), 7)
    core, seen = run(case, options, codes)
    outputs, timing = core.network.output_neurons, core_timing(core)
    ends, start = ends_of(seen, outputs), seen.accepted[0]
    loaded, sent = core.plan.follow(len(codes))
    assert [edge - start for edge in seen.accepted[codes.shape[1] - 1 :: codes.shape[1]]] == loaded
    assert [(a - start, b - start + 1) for a, b in zip(seen.sent[::outputs], ends, strict=True)] == sent
    # 7 vectors may be too few for the steady rate of three layers: the last two distances are
    assert ends[-1] - ends[-2] == ends[-2] - ends[-3] == timing.cycles_per_inference
    alone = run(case, options, codes[:1])[1]
    assert alone.valid[0] - alone.accepted[codes.shape[1] - 1] == timing.latency_cycles


def one_layer(inputs: int, neurons: int, seed: int = 0) -> Case:
    rng = np.random.default_rng([inputs, neurons, seed])
    tensors = {"layer0.weight": rng.integers(-7, 8, (neurons, inputs)), "layer0.bias": rng.integers(-9, 9, neurons)}
    return network(dense(inputs, neurons, 3, 8)), tensors


@pytest.mark.parametrize("neurons", [1, 2, 12])
@pytest.mark.parametrize("inputs", [1, 9, 20])
def test_a_vector_takes_its_elements_or_its_neurons_and_a_few_clocks_never_their_sum(inputs, neurons):
    case = one_layer(inputs, neurons)
    codes = np.random.default_rng(1).integers(0, 8, (6, inputs))
    core, seen = run(case, {}, codes)
    few = core.layers[0].depth + 1
    period = max(inputs, neurons + few)
    assert np.diff(ends_of(seen, neurons)).tolist() == [period] * 5
    assert core_timing(core).cycles_per_inference == period


def test_a_hidden_layer_gives_its_chain_up_early():
    first, last = dense(9, 12, 3, 8, neuron={"kind": "relu", "shift": 2, "output_bits": 3}), dense(12, 2, 3, 8)
    rng = np.random.default_rng(5)
    tensors = {"layer0.weight": rng.integers(-7, 8, (12, 9)), "layer0.bias": np.zeros(12, int)}
    tensors |= {"layer1.weight": rng.integers(-7, 8, (2, 12)), "layer1.bias": np.zeros(2, int)}
    core, seen = run((network(first, last), tensors), {}, rng.integers(0, 8, (8, 9)))
    period = 12 + 2 + core.layers[0].numbers.output_stage.latency
    assert core_timing(core).cycles_per_inference == period
    assert set(np.diff(ends_of(seen, 2)).tolist()[2:]) == {period}


@pytest.mark.one_in(3)
@pytest.mark.contract("core.stall")
@way
@pytest.mark.parametrize("seed", range(8))
def test_stalls_on_either_side_lose_repeat_and_reorder_nothing(options, seed):
    rng = random.Random(seed)
    often, seldom = (0.9, 0.15) if seed % 2 else (0.15, 0.9)
    case = random_default_pair(40 + seed)
    codes = random_codes(case[0], np.random.default_rng(seed), 6)
    run(case, options, codes, valid=lambda: rng.random() < often, ready=lambda: rng.random() < seldom)


SMALL = (
    network(dense(3, 4, 3, 8, neuron={"kind": "relu", "shift": 1, "output_bits": 3}), dense(4, 3, 3, 8)),
    {
        "layer0.weight": np.array([[7, -3, 0], [1, 1, -7], [0, 0, 0], [-5, 6, 2]]),
        "layer0.bias": np.array([3, 0, 2, -1]),
        "layer1.weight": np.array([[1, -2, 3, -4], [7, 7, 7, 7], [-7, -7, 0, -7]]),
        "layer1.bias": np.array([0, -9, 11]),
    },
)


def samples(count: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 8, (count, 3))


@pytest.mark.contract("core.stall")
@pytest.mark.parametrize("seed", range(6))
def test_wrong_frames_between_good_ones_under_random_stalls_leave_nothing_behind(seed):
    rng = random.Random(seed)
    core = build(SMALL, {})
    codes, stimulus = samples(8, seed), []
    for row in codes:
        for _ in range(rng.choice([0, 1, 1, 3])):
            stimulus += beats([7] * rng.choice([1, 2, 4, 7]), 8)
        stimulus += beats(row, 8)
    ready = (lambda: True) if seed < 2 else (lambda: rng.random() < 0.4)
    seen = run_core(core, stimulus, frames=8, signed=True, valid=lambda: rng.random() < 0.8, ready=ready)
    assert seen.frames == evaluate(SMALL[0], codes, SMALL[1]).tolist()


@pytest.mark.one_in(3)
@pytest.mark.contract("core.frame_error", "core.frames")
@way
@pytest.mark.parametrize("length", [1, 2, 4, 5, 9])
def test_a_frame_of_a_wrong_length_is_discarded_whole_and_told(options, length):
    codes = samples(3)
    core = build(SMALL, options)
    wrong = beats([7] * length, 8)
    stimulus = [*beats(codes[0], 8), *wrong, *beats(codes[1], 8), *wrong, *wrong, *beats(codes[2], 8)]
    seen = run_core(core, stimulus, frames=3, signed=True)
    assert seen.frames == evaluate(SMALL[0], codes, SMALL[1]).tolist()
    first_high = seen.frame_error.index(1)
    assert first_high == seen.accepted[3 + min(length, 3) - 1] + 1
    assert all(seen.frame_error[first_high:])


@pytest.mark.contract("core.frame_error")
@way
def test_a_wrong_frame_on_a_core_with_one_input(options):
    case = (network(dense(1, 2, 2, 4)), {"layer0.weight": np.array([[3], [-2]]), "layer0.bias": np.array([1, 0])})
    core = build(case, options)
    codes = np.array([[3], [1], [2]])
    wrong = beats([1, 2], 8)
    good = [beats(row, 8) for row in codes]
    seen = run_core(core, [*good[0], *wrong, *good[1], *wrong, *wrong, *good[2]], frames=3, signed=True)
    assert seen.frames == evaluate(case[0], codes, case[1]).tolist()


@pytest.mark.one_in(6)
@pytest.mark.contract("core.reset")
@way
@pytest.mark.parametrize("at", [1, 2, 5, 7, 9, 11, 16, 22, 31])
def test_reset_drops_everything_wherever_it_falls(options, at):
    before, after = samples(6, seed=1), samples(2, seed=2)
    core = build(SMALL, options)
    waiting: list[Beat | None] = [*frames(core, before), *beats([1, 2, 3, 4], 8), *([None] * 300)]
    seen = run_core(core, waiting, frames=2, signed=True, reset_at=(at,), then=frames(core, after))
    assert seen.frames[-2:] == evaluate(SMALL[0], after, SMALL[1]).tolist()
    assert not any(seen.frame_error[at + 1 :])


@pytest.mark.contract("core.stall", "core.reset")
@way
def test_a_sink_that_waits_for_long_gets_everything_and_holds_back_what_has_no_room(options):
    clock = iter(range(10**6))
    _, seen = run(SMALL, options, samples(9), ready=lambda: next(clock) > 700)
    assert min(seen.sent) > 700
    # two vectors a layer: one in its chain, one in its accumulators
    assert sum(edge < 700 for edge in seen.accepted) == 3 * 4


@pytest.mark.one_in(2)
@pytest.mark.contract("generator.default_pair", "product.and")
@pytest.mark.parametrize("n", [2, 3, 4])
@way
def test_every_product_equals_the_sum_of_the_streams(options, n):
    """All x and all |k|, of both signs: the oracle counts bits of streams, nothing here knows the closed form."""
    weight = np.arange(1 - 2**n, 2**n)[:, None]
    case = (network(dense(1, len(weight), n, 2**n)), {"layer0.weight": weight, "layer0.bias": 0 * weight[:, 0]})
    run(case, options, np.arange(2**n)[:, None])


@pytest.mark.contract("generator.default_pair", "codes.sign_magnitude")
@pytest.mark.parametrize("n", [5, 6, 7, 8, 9])
def test_signed_products_of_more_bits(n):
    rng, full = np.random.default_rng(n), 2**n - 1
    weight = rng.integers(-full, full + 1, (4, 5))
    weight[0] = [full, -full, 1, -1, 0]
    layer = dense(5, 4, n, 2**n, input_encoding="sign_magnitude")
    codes = rng.integers(-full, full + 1, (4, 5))
    codes[0] = [full, full, -full, 1, 0]
    run((network(layer), {"layer0.weight": weight, "layer0.bias": np.zeros(4, int)}), {}, codes)


def test_the_sequencer_claims_copies_and_shifts_in_the_clocks_it_states():
    lanes, depth = 3, 4
    sequencer = OverlapSequencer(lanes, depth, may_stall=True)
    last = [0, 1, 0, 0, 1] + [0] * 25
    take = [1] * 8 + [0] * 3 + [1] * 19
    inputs = {"last": last, "sink_ready": [1], "take": take}
    seen = trace(sequencer, inputs, ["ready", "copy", "shift", "count", "ends"])
    first_copy, second_copy = (i for i, copy in enumerate(seen["copy"]) if copy)
    shifts = [i for i, shift in enumerate(seen["shift"]) if shift]
    assert first_copy == 1 + depth
    assert shifts[:3] == [first_copy + 1, first_copy + 2, 11]  # the third waits for `take`
    # the second vector is granted after the last shift: until then no element may come
    assert [i for i, ready in enumerate(seen["ready"]) if not ready] == list(range(5, 13))
    assert second_copy == 12 + depth
    assert shifts[3:] == [second_copy + 1, second_copy + 2, second_copy + 3]
    assert [seen["count"][i] for i in shifts] == [0, 1, 2] * 2
    assert [seen["ends"][i] for i in shifts] == [0, 0, 1] * 2


def test_logic_weights_are_refused_where_they_have_no_meaning():
    for options in ({"logic_weights": True}, {"logic_weights": True, "overlap": True, "product_table": True}):
        with pytest.raises(OptionError, match="logic_weights needs overlap and no product_table; got "):
            ColumnCore(ColumnPlan.of(spec(*SMALL), **options))
