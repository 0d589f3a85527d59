# amaranth: UnusedElaboratable=no
"""Every architecture, stream bits a clock, accumulator and neuron against the outside oracle, with constant and loaded
weights."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest
from support.networks.default_pair import random_default_pair
from support.networks.descriptions import comparator, dense, network, weighted_binary
from support.networks.random_networks import code_range, random_codes, random_network
from support.networks.specs import spec_of as spec
from support.networks.spiking_networks import random_spiking
from support.oracle import evaluate
from support.simulation.axis import Beat, Observed, beats, run_core

from sc_neurocore.rtl import NetworkCore, build_core, core_timing
from sc_neurocore.rtl.datapath.column import ClosedFormDatapath
from sc_neurocore.rtl.loading.load_words import load_bytes, load_words
from sc_neurocore.rtl.options import resolve_neurons_in_parallel
from sc_neurocore.rtl.plan.folded_plan import FoldedPlan
from sc_neurocore.spec import OptionError, SpecError

Case = tuple[dict[str, Any], dict[str, np.ndarray]]
KINDS = (("parallel_counter",), ("mux",), ("or",), ("mux", "parallel_counter"))
"""Accumulators of spiking networks."""


def random_case(seed: int) -> Case:
    """Dense networks of any generators, and spiking ones of any accumulator."""
    if seed % 5 == 4:
        return random_network(seed, gates=True, most_inputs=6, most_neurons=5)[:2]
    return random_spiking(seed, KINDS[seed % 5])[:2]


def without_large_biases(case: Case) -> Case:
    """Biases that a loadable core takes: 2^30 less the counts, and no more."""
    tensors = {
        key: np.clip(value, -(2**24), 2**24) if key.endswith("bias") else value for key, value in case[1].items()
    }
    return case[0], tensors


def has_or(case: Case) -> bool:
    return any(layer["accumulator"]["kind"] == "or" for layer in case[0]["layers"])


def make(case: Case, architecture: str, bits: int | None, lanes: Any, loadable: bool) -> Any:
    net = spec(*case)
    longest = max(layer.stream_length for layer in net.layers)
    widest = max(layer.neurons for layer in net.layers)
    lanes = 1 if architecture == "serial" else min(lanes, widest) if isinstance(lanes, int) else lanes
    taken = None if bits is None else min(bits, longest)
    if loadable:
        return build_core(
            net,
            architecture=architecture,
            neurons_in_parallel=lanes,
            stream_bits_per_cycle=taken,
            weights="loadable",
            control="stream",
        )[0]
    # never one of the smaller cores of the default pair: they have tests of their own
    return NetworkCore(
        FoldedPlan.of(net, resolve_neurons_in_parallel(net, lanes), architecture=architecture, bits_per_clock=taken)
    )


def frames_in(core: Any, codes: np.ndarray) -> list[Beat]:
    rows = codes.reshape(-1, core.network.input.features).tolist()
    return [beat for row in rows for beat in beats(row, len(core.s_axis_tdata))]


def expected(case: Case, codes: np.ndarray) -> list[list[int]]:
    outputs = evaluate(case[0], codes, case[1])
    return outputs.reshape(-1, outputs.shape[-1]).tolist()


def load_frame(core: Any, case: Case) -> list[Beat]:
    data = load_bytes(load_words(core.load_map.image(spec(*case))))
    return [(byte, i == len(data) - 1, True) for i, byte in enumerate(data)]


def stalls(seed: int) -> dict[str, Any]:
    rng = random.Random(seed)
    often, seldom = (0.9, 0.3) if seed % 2 else (0.3, 0.9)
    return {"valid": lambda: rng.random() < often, "ready": lambda: rng.random() < seldom}


def check(case: Case, seed: int, architecture: str, bits: int | None, loadable: bool) -> Observed:
    case = without_large_biases(case) if loadable else case
    core = make(case, architecture, bits, [None, 1, 2][seed % 3], loadable)
    codes = random_codes(case[0], np.random.default_rng(seed), 4)
    wanted = expected(case, codes)
    stalled = stalls(seed) if seed % 3 == 1 else {}
    seen = run_core(
        core, frames_in(core, codes), frames=len(wanted), signed=core.network.output_signed, limit=60_000, **stalled
    )
    assert seen.frames == wanted
    assert not any(seen.frame_error)
    if not stalled:
        beats_out = len(seen.sent) // len(codes)
        ends = seen.sent[beats_out - 1 :: beats_out]
        assert ends[-1] - ends[-2] == core_timing(core).cycles_per_inference
    return seen


BITS = (None, 1, 2, 3, 7, 256)
WAYS = [(architecture, bits) for architecture in ("row", "column", "serial") for bits in BITS]


@pytest.mark.one_in(12)
@pytest.mark.contract("core.frames", "core.stall", "accumulator.parallel_counter", "accumulator.mux", "neuron.lif")
@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(("architecture", "bits"), WAYS)
def test_random_networks_in_every_architecture(architecture, bits, seed):
    seed += 5 * WAYS.index((architecture, bits)) + 1000
    case = random_case(seed)
    if has_or(case) and architecture != "row":
        with pytest.raises(SpecError, match="'or' takes all inputs of a position at once; architecture 'row' does"):
            make(case, architecture, bits, None, loadable=False)
        return
    check(case, seed, architecture, bits, loadable=bool(seed % 2))


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2000, 2400))
@pytest.mark.parametrize("architecture", ["row", "column", "serial"])
def test_many_random_networks_in_every_architecture(architecture, seed):
    case = random_case(seed)
    if has_or(case) and architecture != "row":
        return
    check(case, seed, architecture, BITS[seed % len(BITS)], loadable=bool(seed // 6 % 2))


def other_numbers(case: Case, seed: int) -> Case:
    """The same description with other weights, biases, shifts and thresholds, none larger than a core must take."""
    rng = np.random.default_rng(seed)
    layers, tensors = [], {}
    for i, layer in enumerate(case[0]["layers"]):
        weight, bias = case[1][f"layer{i}.weight"], case[1][f"layer{i}.bias"]
        low, high = code_range(layer["weight_encoding"], layer["resolution_bits"])
        most = int(np.abs(bias).max())
        tensors[f"layer{i}.weight"] = rng.integers(low, high + 1, weight.shape)
        tensors[f"layer{i}.bias"] = rng.integers(-most, most + 1, bias.shape)
        neuron = dict(layer["neuron"])
        if neuron["kind"] in ("relu", "clamp"):
            neuron["shift"] = int(rng.integers(0, 12))
        if neuron["kind"] == "lif":
            neuron["v_threshold"] = int(rng.integers(1, min(2 ** (neuron["state_bits"] - 1), 200)))
        layers.append({**layer, "neuron": neuron})
    return {**case[0], "layers": layers}, tensors


def telling_cases(seed: int, kinds: list[tuple[str, ...]]) -> list[Case]:
    """A random network and two with other numbers, the first one found whose outputs all differ from each other."""
    for number in range(3000 + seed, 30_000, 16):
        dense = seed % 4 == 3
        small = {"gates": True, "most_inputs": 6, "most_neurons": 5}
        made = random_network(number, **small) if dense else random_spiking(number, kinds[seed % 3])
        built = without_large_biases(made[:2])
        cases = [built, other_numbers(built, number), other_numbers(built, number + 99)]
        codes = random_codes(built[0], np.random.default_rng(seed), 8)
        if len({str(expected(case, codes)) for case in cases}) == 3:
            return cases
    raise AssertionError("no network tells one from the other")


@pytest.mark.one_in(8)
@pytest.mark.contract("core.frames", "core.frame_error")
@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("architecture", ["row", "column"])
def test_weights_biases_shifts_and_thresholds_are_loaded_between_frames(architecture, seed):
    """Frames of three networks in one run, each load between frames, a frame of a wrong length beside it."""
    kinds = [kind for kind in KINDS if architecture == "row" or "or" not in kind]
    cases = telling_cases(seed, kinds)
    core = make(cases[0], architecture, BITS[seed % len(BITS)], [None, 1, 2][seed % 3], loadable=True)
    stimulus: list[Beat] = []
    wanted: list[list[int]] = []
    for turn, case in enumerate([*cases, cases[0]]):
        codes = random_codes(case[0], np.random.default_rng(seed), 8)[: 8 if turn else 3]
        stimulus += (load_frame(core, case) if turn else []) + frames_in(core, codes)
        if turn == 1:  # too long by one
            stimulus += beats([0] * (core.network.input.features + 1), len(core.s_axis_tdata))
        wanted += expected(case, codes)
    seen = run_core(
        *(core, stimulus),
        frames=len(wanted),
        signed=core.network.output_signed,
        limit=200_000,
        **(stalls(seed) if seed % 4 == 1 else {}),
    )
    assert seen.frames == wanted
    assert seen.frame_error[-1]


def compare(case: Case, architecture: str, bits: int | None, lanes: Any, loadable: bool, seed: int) -> Any:
    core = make(case, architecture, bits, lanes, loadable)
    codes = random_codes(case[0], np.random.default_rng(seed), 5)
    wanted = expected(case, codes)
    assert len({str(frame) for frame in wanted}) > 1
    stimulus = frames_in(core, codes)
    seen = run_core(core, stimulus, frames=len(wanted), signed=core.network.output_signed, limit=60_000)
    assert seen.frames == wanted
    return core


@pytest.mark.one_in(4)
@pytest.mark.contract("generator.default_pair")
@pytest.mark.parametrize("loadable", [False, True])
@pytest.mark.parametrize("lanes", [1, 2])
@pytest.mark.parametrize("seed", [2, 4, 8, 10, 13])  # their outputs tell samples apart; 2, 8: signed inputs
def test_closed_forms_of_some_neurons_at_a_time(seed, lanes, loadable):
    case = without_large_biases(random_default_pair(seed))
    core = compare(case, "column", None, lanes, loadable, seed)
    inner = core.core if loadable else core
    assert all(isinstance(layer.datapath, ClosedFormDatapath) for layer in inner.layers)


@pytest.mark.contract("codes.spike")
@pytest.mark.parametrize("source", [{"kind": "counter", "skip": 3}, {"kind": "lfsr", "seed": 5}])
@pytest.mark.parametrize("periods", [1, 2])
def test_spikes_over_whole_periods_are_counted_without_running_them(source, periods):
    length = periods * (7 if source["kind"] == "lfsr" else 8)
    layer = dense(4, 3, 3, length, input_encoding="spike", weight_generator=comparator(source))
    layer = {key: value for key, value in layer.items() if key != "input_generator"}
    weight = np.array([[7, -3, 1, 0], [-7, 2, 5, -1], [4, 4, -4, 6]])
    case = network(layer), {"layer0.weight": weight, "layer0.bias": np.array([1, -2, 0])}
    core = compare(case, "column", None, 2, False, 1)
    assert core.layers[0].numbers.factor == periods


@pytest.mark.contract("product.xnor")
@pytest.mark.parametrize("architecture", ["row", "column"])
@pytest.mark.parametrize(("length", "bits"), [(7, 3), (8, 5), (5, 4)])
def test_bipolar_streams_that_do_not_fill_the_last_clock(architecture, length, bits):
    sobol = weighted_binary({"kind": "sobol", "dimension": 2})
    encodings = {"input_encoding": "bipolar", "weight_encoding": "bipolar", "input_generator": sobol}
    weight = np.random.default_rng(length).integers(0, 8, (3, 4))
    tensors = {"layer0.weight": weight, "layer0.bias": np.array([1, -2, 0])}
    compare((network(dense(4, 3, 3, length, **encodings)), tensors), architecture, bits, 2, False, length)


def halved(case: Case, k: int) -> Case:
    """The description of a core's streams stopped after 1 / 2^k: shorter streams, smaller biases, smaller shifts."""
    description, tensors = case
    layers = []
    for i, layer in enumerate(description["layers"]):
        neuron = dict(layer["neuron"])
        if neuron["kind"] == "relu":
            neuron["shift"] -= k
        layers.append({**layer, "stream_length": layer["stream_length"] >> k, "neuron": neuron})
        tensors = {**tensors, f"layer{i}.bias": tensors[f"layer{i}.bias"] >> k}
    return {**description, "layers": layers}, tensors


@pytest.mark.one_in(3)
@pytest.mark.parametrize("bits", [1, 2])
@pytest.mark.parametrize("architecture", ["row", "column", "serial"])
def test_streams_stopped_early_give_what_shorter_streams_give(architecture, bits):
    """In units of the whole stream: (2^k·A + b + 2^(s-1)) >> s is (A + (b >> k) + 2^(s-k-1)) >> (s - k)."""
    rng = np.random.default_rng(bits)
    sobol = weighted_binary({"kind": "sobol", "dimension": 3})
    relu = {"kind": "relu", "shift": 4, "output_bits": 4}
    first = dense(5, 6, 4, 16, neuron=relu, input_generator=sobol)
    mux = {"accumulator": {"kind": "mux", "select": {"kind": "van_der_corput"}}}
    last = dense(6, 3, 4, 24 if bits == 1 else 32, **(mux if bits == 1 else {}))
    case = (
        network(first, last),
        {
            "layer0.weight": rng.integers(-15, 16, (6, 5)),
            "layer0.bias": rng.integers(-40, 41, 6),
            "layer1.weight": rng.integers(-15, 16, (3, 6)),
            "layer1.bias": np.array([7, -9, 0]),
        },
    )
    codes = rng.integers(0, 16, (5, 5))
    net = spec(*case)
    lanes = (1, 1) if architecture == "serial" else (4, 3)
    seen_before = set()
    core = NetworkCore(FoldedPlan.of(net, lanes, architecture=architecture, bits_per_clock=bits, anytime=True))
    assert core.plan.halvings == 3
    for k in range(core.plan.halvings + 1):
        core = NetworkCore(FoldedPlan.of(net, lanes, architecture=architecture, bits_per_clock=bits, anytime=True))
        shorter = halved(case, k)
        shorter[1]["layer1.bias"] = 0 * case[1]["layer1.bias"]
        wanted = evaluate(shorter[0], codes, shorter[1]) * 2**k + case[1]["layer1.bias"]
        seen = run_core(core, frames_in(core, codes), frames=5, signed=True, constants={"halvings": k})
        assert seen.frames == wanted.tolist()
        assert seen.sent[14] - seen.sent[11] == core_timing(core, k).cycles_per_inference
        seen_before.add((str(seen.frames), core_timing(core, k).latency_cycles))
    assert len(seen_before) == 4


@pytest.mark.parametrize(("length", "bits"), [(7, 1), (16, 3), (16, 16)])
def test_streams_of_odd_clocks_cannot_be_halved(length, bits):
    net = spec(network(dense(2, 1, 4, length)), {"layer0.weight": np.array([[1, 2]]), "layer0.bias": np.array([0])})
    with pytest.raises(OptionError, match=rf"anytime: stream_length must be an even .*; layers\[0\] has {length} and "):
        NetworkCore(FoldedPlan.of(net, (1,), architecture="row", bits_per_clock=bits, anytime=True))


def test_a_network_of_another_shape_or_with_larger_numbers_is_no_image():
    case = without_large_biases(random_case(4))
    core = make(case, "column", None, None, loadable=True)
    description, tensors = case
    wider = {**tensors, "layer0.bias": tensors["layer0.bias"] * 0 + 2**29}
    with pytest.raises(SpecError, match=r"layers\[0\].bias must be at most \d+ in magnitude, .*; got 536870912"):
        core.load_map.image(spec(description, wider))
    first = {**description["layers"][0], "stream_length": description["layers"][0]["stream_length"] + 1}
    other = {**description, "layers": [first, *description["layers"][1:]]}
    with pytest.raises(SpecError, match=r"layers\[0\].stream_length must be \d+ as in the network that the core was"):
        core.load_map.image(spec(other, tensors))
