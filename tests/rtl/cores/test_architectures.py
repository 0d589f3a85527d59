"""The serial and column cores against the outside oracle: values, ports, wrong frames, resets and the stated clocks."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest
from support.networks.default_pair import random_default_pair
from support.networks.descriptions import comparator, dense, network, weighted_binary
from support.networks.random_networks import random_codes
from support.networks.specs import spec_of as spec
from support.oracle import evaluate
from support.simulation.axis import Beat, Observed, beats, run_core

from sc_neurocore.rtl import NetworkCore, build_core, core_timing
from sc_neurocore.spec import OptionError, SpecError

WAYS: dict[str, dict[str, Any]] = {
    "serial, one bit": {"architecture": "serial", "stream_bits_per_cycle": 1},
    "serial": {"architecture": "serial"},
    "column": {"architecture": "column"},
    "column, table": {"architecture": "column", "product_table": True},
}
"""The last one takes no signed inputs."""
way = pytest.mark.parametrize("options", WAYS.values(), ids=WAYS.keys())


def frames(core: Any, codes: np.ndarray) -> list[Beat | None]:
    return [beat for row in codes for beat in beats(row, len(core.s_axis_tdata))]


def build(case: tuple[dict, dict], options: dict[str, Any]) -> Any:
    """The core; where a table cannot hold signed inputs, that is said, and products are computed."""
    net = spec(*case)
    if options.get("product_table") and any(layer.input_encoding != "unipolar" for layer in net.layers):
        with pytest.raises(SpecError, match=r"product_table needs unipolar inputs .*; layers\[\d\] has sign_magnitude"):
            build_core(net, **options)
        options = {"architecture": "column"}
    return build_core(net, **options)[0]


def run(case: tuple[dict, dict], options: dict[str, Any], codes: np.ndarray, **more: Any) -> tuple[Any, Observed]:
    core = build(case, options)
    seen = run_core(core, frames(core, codes), frames=len(codes), signed=core.network.output_signed, **more)
    assert seen.frames == evaluate(case[0], codes, case[1]).tolist()
    assert not any(seen.frame_error)
    return core, seen


@pytest.mark.one_in(12)
@pytest.mark.contract("core.frames", "core.widths", "neuron.border", "generator.default_pair", "accumulator.width")
@way
@pytest.mark.parametrize("seed", range(14))
def test_random_networks_back_to_back_and_their_stated_clocks(options, seed):
    case = random_default_pair(seed)
    codes = random_codes(case[0], np.random.default_rng(seed), 7)
    core, seen = run(case, options, codes)
    features, outputs = codes.shape[1], core.network.output_neurons
    timing = core_timing(core)
    ends = [seen.sent[(i + 1) * outputs - 1] for i in range(len(codes))]
    assert ends[-1] - ends[-2] == timing.cycles_per_inference
    alone = run(case, options, codes[:1])[1]
    assert alone.valid[0] - alone.accepted[features - 1] == timing.latency_cycles


@pytest.mark.one_in(3)
@pytest.mark.contract("core.stall")
@way
@pytest.mark.parametrize("seed", range(6))
def test_stalls_on_either_side_lose_repeat_and_reorder_nothing(options, seed):
    rng = random.Random(seed)
    often, seldom = (0.9, 0.15) if seed % 2 else (0.15, 0.9)
    case = random_default_pair(20 + seed)
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


@pytest.mark.one_in(3)
@pytest.mark.contract("core.frame_error", "core.frames")
@way
@pytest.mark.parametrize("length", [1, 2, 4, 5, 9])
def test_a_frame_of_a_wrong_length_is_discarded_whole_and_told(options, length):
    codes = samples(3)
    core = build(SMALL, options)
    wrong = beats(np.full(length, 7), 8)
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
@pytest.mark.parametrize("at", [1, 2, 5, 8, 11, 13, 16, 19, 24, 31, 47, 60])
def test_reset_drops_everything_wherever_it_falls(options, at):
    before, after = samples(2, seed=1), samples(2, seed=2)
    core = build(SMALL, options)
    waiting: list[Beat | None] = [*frames(core, before), *beats([1, 2, 3, 4], 8), *([None] * 300)]
    seen = run_core(core, waiting, frames=2, signed=True, reset_at=(at,), then=frames(core, after))
    assert seen.frames[-2:] == evaluate(SMALL[0], after, SMALL[1]).tolist()
    assert not any(seen.frame_error[at + 1 :])


@pytest.mark.contract("core.stall", "core.reset")
@way
def test_a_sink_that_waits_for_long_gets_everything(options):
    clock = iter(range(10**6))
    _, seen = run(SMALL, options, samples(5), ready=lambda: next(clock) > 700)
    assert min(seen.sent) > 700


@pytest.mark.contract("core.widths", "codes.sign_magnitude")
@way
@pytest.mark.parametrize("n", [2, 5])
def test_the_lowest_signed_input_is_read_as_the_lowest_code(options, n):
    layer = dense(2, 1, n, 2**n, input_encoding="sign_magnitude")
    tensors = {"layer0.weight": np.array([[2**n - 1, 1 - 2**n]]), "layer0.bias": np.array([0])}
    core = build((network(layer), tensors), options)
    stimulus = [beat for row in ([-(2**n), 3], [2, -(2**n)]) for beat in beats(row, len(core.s_axis_tdata))]
    seen = run_core(core, stimulus, frames=2, signed=True)
    assert seen.frames == evaluate(network(layer), np.array([[1 - 2**n, 3], [2, 1 - 2**n]]), tensors).tolist()


@pytest.mark.contract("generator.default_pair", "product.and")
@pytest.mark.parametrize("n", [2, 3, 4])
@way
def test_every_product_equals_the_sum_of_the_streams(options, n):
    """All x and all |k|, of both signs: the oracle counts bits of streams, nothing here knows the closed form."""
    weight = np.arange(1 - 2**n, 2**n)[:, None]
    case = (network(dense(1, len(weight), n, 2**n)), {"layer0.weight": weight, "layer0.bias": 0 * weight[:, 0]})
    run(case, options, np.arange(2**n)[:, None])


@pytest.mark.contract("generator.default_pair")
def test_other_skips_of_the_same_sequences_are_the_default_pair():
    changes = {
        "input_generator": weighted_binary({"kind": "counter", "skip": 9, "reverse": True}),
        "weight_generator": comparator({"kind": "van_der_corput", "skip": 16, "reverse": True}),
    }
    tensors = {"layer0.weight": np.array([[7, -3, 1]]), "layer0.bias": np.array([1])}
    for options in WAYS.values():
        run((network(dense(3, 1, 3, 8, **changes)), tensors), options, samples(5))


OTHERS = [
    {"stream_length": 7},
    {"input_encoding": "spike", "input_generator": None},
    {"input_generator": weighted_binary({"kind": "van_der_corput"})},
    {"weight_generator": comparator({"kind": "lfsr_full", "seed": 1})},
]


@pytest.mark.contract("generator.default_pair")
@pytest.mark.parametrize("changes", OTHERS)
def test_what_has_no_closed_form_gets_gates_that_run_its_streams(changes):
    tensors = {"layer0.weight": np.array([[7, -3, 1], [-7, 7, 2]]), "layer0.bias": np.array([1, 0])}
    layer = {key: value for key, value in dense(3, 2, 3, 8, **changes).items() if value is not None}
    case = network(layer), tensors
    for options in ({"architecture": "serial"}, {"architecture": "column"}):
        assert isinstance(run(case, options, random_codes(case[0], np.random.default_rng(5), 5))[0], NetworkCore)
    with pytest.raises(OptionError, match=r"product_table: layers\[0\]\..* must be|product_table: .*no closed form"):
        build_core(spec(*case), architecture="column", product_table=True)


@pytest.mark.parametrize("architecture", ["serial", "column"])
def test_a_union_of_all_inputs_is_refused_by_architectures_that_take_one_at_a_time(architecture):
    tensors = {"layer0.weight": np.array([[7, -3, 1]]), "layer0.bias": np.array([1])}
    net = spec(network(dense(3, 1, 3, 8, accumulator={"kind": "or"})), tensors)
    rule = r"layers\[0\].accumulator.kind 'or' takes all inputs of a position at once; architecture 'row' does"
    with pytest.raises(SpecError, match=f"architecture '{architecture}': {rule}"):
        build_core(net, architecture=architecture)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"architecture": "fast"}, "architecture must be one of auto, serial, column, row, unrolled; got 'fast'"),
        ({"architecture": "column", "stream_bits_per_cycle": 0}, "must be 1 to the longest stream_length, 8; got 0"),
        ({"architecture": "row", "stream_bits_per_cycle": 9}, "must be 1 to the longest stream_length, 8; got 9"),
        ({"weights": "flash"}, "weights must be one of rom, loadable; got 'flash'"),
        ({"control": "spi"}, "control must be one of stream, axi-lite; got 'spi'"),
        ({"architecture": "column", "memory": "spram"}, "memory 'spram' belongs to loadable weights of arch"),
        ({"memory": "flash"}, "memory must be one of block, spram; got 'flash'"),
        ({"target": "hx8k", "weights": "loadable", "memory": "spram"}, "memory 'spram' needs target up5k and loadable"),
        ({"control": "stream"}, "control 'stream' carries loads, and this core's weights are fixed"),
        ({"stream_bits_per_cycle": True}, "stream_bits_per_cycle must be an integer, got True"),
        ({"architecture": "column", "neurons_in_parallel": 2, "overlap": True}, "overlap: needs constant weights, all"),
        ({"architecture": "serial", "neurons_in_parallel": 2}, "one product at a time; got 2"),
        ({"architecture": "column", "min_rate": 5}, "min_rate let 'auto' choose; architecture is given, 'column'"),
        (
            {"target": "xc7", "min_rate": 5},
            r"target must be one of up5k, hx8k, ecp5-25k, ecp5-85k, gowin, xilinx7 where .*; got 'xc7'",
        ),
        ({"target": "up5k", "max_luts": 0}, "max_luts must be a positive number, got 0"),
        ({"target": "up5k", "max_luts": 10}, "no architecture keeps within up5k, at most 10 tables. Estimates: "),
        ({"target": "up5k", "stream_bits_per_cycle": 1}, "target: not together with neurons_in_parallel, stream_"),
        ({"architecture": "column", "logic_weights": True}, "logic_weights.*overlap"),
        ({"product_table": True}, "product_table belongs to architecture 'column', not to 'row'"),
    ],
)
def test_illegal_options(options, message):
    with pytest.raises(OptionError, match=message):
        build_core(spec(*SMALL), **options)


def test_auto_takes_the_smallest_that_is_fast_enough_and_says_why():
    net = spec(*SMALL)
    picked = {}
    for rate in (1e5, 1e6, 3e6):
        core, parameters = build_core(net, target="up5k", min_rate=rate)
        picked[rate] = (parameters["architecture"], parameters["stream_bits_per_cycle"])
        assert parameters["why"].startswith("the smallest that is fast enough for up5k, at most 4,752 tables")
        # the estimate that was asked is kept, by the clocks of the core that was built
        clock = 45e6 if parameters["architecture"] == "serial" else 42e6
        assert clock / core_timing(core).cycles_per_inference >= rate
    assert picked == {1e5: ("serial", 1), 1e6: ("serial", 8), 3e6: ("column", 8)}
    fastest = build_core(net, target="up5k")[1]
    assert (fastest["architecture"], fastest["product_table"]) == ("column", True)
    assert (
        build_core(net)[1]["architecture"] == "column"
    )  # where nothing is asked, as for the first device that holds it


def test_auto_chooses_among_the_cores_of_any_streams_too():
    tensors = {"layer0.weight": np.array([[7, -3, 1]] * 8), "layer0.bias": np.array([1] * 8)}
    net = spec(network(dense(3, 8, 3, 7)), tensors)
    picked = {}
    for rate in (5e5, 1e6, 1.5e6):
        core, parameters = build_core(net, target="up5k", min_rate=rate)
        assert isinstance(core, NetworkCore)
        assert 45e6 / core_timing(core).cycles_per_inference >= rate or parameters["architecture"] == "row"
        picked[rate] = (parameters["architecture"], tuple(parameters["neurons_in_parallel"]))
    assert len(set(picked.values())) == 3, picked
    loadable, parameters = build_core(net, target="up5k", min_rate=1e5, weights="loadable", control="stream")
    assert (type(loadable).__name__, parameters["architecture"]) == ("ControlledCore", "column")
    assert "block memories" in parameters["why"]
