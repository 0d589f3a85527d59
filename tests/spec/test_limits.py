"""Every limit of the contract: accepted at its edge, refused one beyond with the key and the value named."""

from __future__ import annotations

import numpy as np
import pytest
from support.networks.descriptions import REMOVE, comparator, dense, edited, network, tensors
from support.networks.random_networks import write_folder

from sc_neurocore.spec import SpecError, load_network

RELU = {"kind": "relu", "multiplier": 1, "shift": 0, "output_bits": 8}
CLAMP = {**RELU, "kind": "clamp", "output_encoding": "sign_magnitude"}
LIF = {"kind": "lif", "leak_shift": 1, "v_threshold": 1, "comparator": "ge", "reset": "zero", "state_bits": 8}


def with_source(source):
    return network(dense(n=8, input_generator=comparator(source)))


def load(folder, description, arrays=None):
    return load_network(write_folder(folder / "net", description, arrays or tensors(description)))


PLAIN, WITH_RELU, WITH_LIF = network(dense()), network(dense(neuron=RELU)), network(dense(neuron=LIF))
SKIPPING = with_source({"kind": "counter", "skip": 0})
OR = network(dense(accumulator={"kind": "or"}, input_generator=comparator({"kind": "counter", "lane_skip": 0})))
SOURCE = "layers.0.input_generator.source"

EDGES = [
    # description, key, legal values, illegal values
    (PLAIN, "layers.0.stream_length", [1, 2**20], [0, -1, 2**20 + 1, 2**70]),
    (PLAIN, "input.time_steps", [1, 65_536], [0, -1, 65_537]),
    (WITH_RELU, "layers.0.neuron.output_bits", [2, 16], [1, 0, 17]),
    (WITH_RELU, "layers.0.neuron.shift", [0, 46], [-1, 47]),
    (WITH_RELU, "layers.0.neuron.multiplier", [1, 2**15 - 1], [0, -1, 2**15]),
    (network(dense(neuron=CLAMP)), "layers.0.neuron.output_bits", [2, 16], [1, 17]),
    (network(dense(neuron=CLAMP)), "layers.0.neuron.shift", [0, 46], [-1, 47]),
    (network(dense(neuron=CLAMP)), "layers.0.neuron.multiplier", [1, 2**15 - 1], [0, 2**15]),
    (WITH_LIF, "layers.0.neuron.state_bits", [2, 32], [1, 0, 33]),
    (WITH_LIF, "layers.0.neuron.leak_shift", [None, 1, 7], [0, -1, 8, 31]),
    (WITH_LIF, "layers.0.neuron.v_threshold", [1, 127], [0, -1, 128]),
    (network(dense(neuron={**LIF, "state_bits": 32})), "layers.0.neuron.v_threshold", [2**31 - 1], [2**31]),
    (network(dense(neuron={**LIF, "state_bits": 32})), "layers.0.neuron.leak_shift", [31], [32]),
    (network(dense(neuron={**LIF, "state_bits": 2})), "layers.0.neuron.leak_shift", [1], [2]),
    (SKIPPING, f"{SOURCE}.skip", [0, 65_535], [-1, 65_536]),
    (OR, f"{SOURCE}.lane_skip", [0, 65_535], [-1, 65_536]),
    (with_source({"kind": "sobol", "dimension": 1}), f"{SOURCE}.dimension", [1, 1_111], [0, -1, 1_112]),
    (with_source({"kind": "lfsr", "seed": 1}), f"{SOURCE}.seed", [1, 255], [0, -1, 256]),
    (with_source({"kind": "lfsr_full", "seed": 1}), f"{SOURCE}.seed", [0, 255], [-1, 256]),
]


@pytest.mark.contract("limits")
@pytest.mark.parametrize(
    ("description", "key", "legal", "illegal"), EDGES, ids=[f"{i}-{e[1]}" for i, e in enumerate(EDGES)]
)
def test_edge(tmp_path, description, key, legal, illegal):
    for i, value in enumerate(legal):
        load(tmp_path / f"legal{i}", edited(description, key, value))
    for i, value in enumerate(illegal):
        with pytest.raises(SpecError) as error:
            load(tmp_path / f"illegal{i}", edited(description, key, value))
        message = str(error.value)
        assert key.rpartition(".")[2] in message
        assert str(value) in message
        assert "\n" not in message


@pytest.mark.contract("limits")
@pytest.mark.parametrize("n", [1, 2, 16, 17, 0])
def test_resolution_bits(tmp_path, n):
    description = network(dense(n=n))
    if 2 <= n <= 16:
        assert load(tmp_path, description).layers[0].resolution_bits == n
    else:
        with pytest.raises(SpecError, match=rf"resolution_bits.*{n}"):
            load(tmp_path, description)


@pytest.mark.contract("limits")
def test_layer_count(tmp_path):
    hidden = dense(1, 1, 2, 1, neuron={"kind": "relu", "output_bits": 2})
    assert len(load(tmp_path / "a", network(*[hidden] * 64)).layers) == 64
    for count in (0, 65):
        description = {**network(hidden), "layers": [hidden] * count}
        with pytest.raises(SpecError, match="layers"):
            load(tmp_path / f"b{count}", description, tensors(network(hidden)))


@pytest.mark.contract("limits")
def test_widths_of_65536(tmp_path):
    wide = load(tmp_path / "inputs", network(dense(65_536, 1, 2, 1)))
    assert wide.weights[0].shape == (1, 65_536)
    tall = load(tmp_path / "neurons", network(dense(1, 65_536, 2, 1)))
    assert tall.output_neurons == 65_536
    for key in ("inputs", "neurons"):
        for value in (0, -3, 65_537, 10**30):
            description = edited(network(dense()), f"layers.0.{key}", value)
            description = edited(description, "input.features", description["layers"][0]["inputs"])
            with pytest.raises(SpecError, match=rf"{key}|features"):
                load(tmp_path / f"{key}{value}", description, tensors(network(dense())))


@pytest.mark.contract("limits", "accumulator.bias")
def test_bias_stays_below_two_to_the_30(tmp_path):
    description = network(dense())
    for bias in (2**30 - 1, -(2**30) + 1):
        assert load(tmp_path / f"{bias}", description, tensors(description, biases=[[bias]])).biases[0][0] == bias
    for bias in (2**30, -(2**30), 2**31 - 1, -(2**31)):
        with pytest.raises(SpecError, match=rf"layer0\.bias.*{abs(bias)}"):
            load(tmp_path / f"{bias}", description, tensors(description, biases=[[bias]]))


@pytest.mark.contract("limits", "accumulator.width")
def test_the_accumulator_stays_below_two_to_the_31(tmp_path):
    inputs, length = 2047, 2**20
    largest = 2**31 - inputs * length - 1  # inputs * L + |bias| = 2^31 - 1
    description = network(dense(inputs, 1, 2, length))
    load(tmp_path / "at", description, tensors(description, biases=[[-largest]]))
    with pytest.raises(SpecError, match=str(2**31)):
        load(tmp_path / "beyond", description, tensors(description, biases=[[largest + 1]]))
    with pytest.raises(SpecError, match=str(2**31)):
        load(tmp_path / "no bias", network(dense(2048, 1, 2, length)))


@pytest.mark.contract("limits")
@pytest.mark.parametrize("encoding", ["unipolar", "sign_magnitude", "bipolar"])
@pytest.mark.parametrize("n", [2, 16])
def test_weight_codes_stay_in_range(tmp_path, encoding, n):
    x = "bipolar" if encoding == "bipolar" else "unipolar"
    description = network(dense(1, 1, n, input_encoding=x, weight_encoding=encoding))
    low = -(2**n - 1) if encoding == "sign_magnitude" else 0
    for code in (low, 2**n - 1):
        assert load(tmp_path / f"{code}", description, tensors(description, [[code]])).weights[0][0, 0] == code
    for code in (low - 1, 2**n, 2**31 - 1, -(2**31)):
        with pytest.raises(SpecError, match=rf"layer0\.weight.*{code}"):
            load(tmp_path / f"{code}", description, tensors(description, [[code]]))


@pytest.mark.contract("product.refused")
def test_pairs_without_a_product_are_refused(tmp_path):
    encodings = ("unipolar", "bipolar", "sign_magnitude", "spike")
    legal = {
        ("unipolar", "unipolar"),
        ("unipolar", "sign_magnitude"),
        ("sign_magnitude", "sign_magnitude"),
        ("spike", "sign_magnitude"),
        ("bipolar", "bipolar"),
    }
    accepted = set()
    for x in encodings:
        for w in encodings:
            description = network(dense(input_encoding=x, weight_encoding=w))
            try:
                load(tmp_path / f"{x}-{w}", description)
            except SpecError as error:
                message = str(error)
            else:
                accepted.add((x, w))
                continue
            assert x in message
            assert w in message
    assert accepted == legal


@pytest.mark.contract("accumulator.mux", "accumulator.or", "source.lane_skip")
@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"accumulator": {"kind": "mux", "select": {"kind": "lfsr", "seed": 1}}}, ["select", "lfsr"]),
        ({"accumulator": {"kind": "mux", "select": {"kind": "lfsr_full", "seed": 4}}}, ["seed", "4"]),
        ({"accumulator": {"kind": "mux", "select": {"kind": "counter", "lane_skip": 1}}}, ["lane_skip"]),
        ({"accumulator": {"kind": "mux"}}, ["select"]),
        ({"accumulator": {"kind": "or", "select": {"kind": "counter"}}}, ["select"]),
        ({"accumulator": {"kind": "or"}, "input_encoding": "bipolar", "weight_encoding": "bipolar"}, ["or", "bipolar"]),
        ({"input_generator": comparator({"kind": "counter", "lane_skip": 1})}, ["lane_skip", "1"]),
        ({"weight_generator": comparator({"kind": "counter", "lane_skip": 9})}, ["lane_skip", "9"]),
        ({"accumulator": {"kind": "apc"}}, ["kind", "apc"]),
    ],
)
def test_accumulator_rules(tmp_path, changes, words):
    with pytest.raises(SpecError) as error:
        load(tmp_path, network(dense(**changes)))
    assert all(word in str(error.value) for word in words)


@pytest.mark.contract("accumulator.mux")
def test_a_mux_select_word_has_at_least_two_bits(tmp_path):
    """One input, m = 2: seed 3 is the largest; five inputs, m = 3: seed 7 is."""
    for inputs, seed in ((1, 3), (4, 3), (5, 7), (8, 7), (9, 15)):
        for value, legal in ((seed, True), (seed + 1, False)):
            select = {"kind": "mux", "select": {"kind": "lfsr_full", "seed": value}}
            description = network(dense(inputs, accumulator=select))
            if legal:
                load(tmp_path / f"{inputs}-{value}", description)
            else:
                with pytest.raises(SpecError, match=f"seed.*{value}"):
                    load(tmp_path / f"{inputs}-{value}", description)


HIDDEN = {"kind": "relu", "output_bits": 5}


@pytest.mark.contract("neuron.border", "neuron.linear", "time.repeat")
@pytest.mark.parametrize(
    ("description", "words"),
    [
        (network(dense(2, 3), dense(3, 1)), ["linear"]),
        (network(dense(2, 3, neuron=HIDDEN), dense(4, 1, n=5)), ["3", "4"]),
        (network(dense(2, 3, neuron=HIDDEN), dense(3, 1, n=6)), ["5", "6"]),
        (network(dense(2, 3, neuron=HIDDEN), dense(3, 1, n=5, input_encoding="sign_magnitude")), ["sign_magnitude"]),
        (network(dense(2, 3, neuron=HIDDEN), dense(3, 1, n=5, input_encoding="spike")), ["spike"]),
        (network(dense(2, 3, neuron=LIF), dense(3, 1, n=5)), ["spike", "unipolar"]),
        (network(dense(2, 3, neuron={**CLAMP, "output_encoding": "unipolar"})), ["output_encoding", "unipolar"]),
        (network(dense(2, 3), steps=1, repeat=True), ["repeat"]),
        (edited(network(dense(2, 3)), "input.features", 3), ["features", "3", "2"]),
        (edited(network(dense(2, 3)), "input.encoding", "sign_magnitude"), ["encoding", "sign_magnitude"]),
        (edited(network(dense(2, 3)), "input.resolution_bits", 4), ["resolution_bits", "4", "3"]),
        (edited(network(dense(2, 3)), "output.reduce", "mean"), ["reduce", "mean"]),
    ],
)
def test_borders(tmp_path, description, words):
    with pytest.raises(SpecError) as error:
        load(tmp_path, description)
    assert all(word in str(error.value) for word in words), str(error.value)


@pytest.mark.contract("neuron.border", "codes.spike")
def test_a_spike_input_ignores_its_resolution(tmp_path):
    spike = dense(3, 1, n=5, input_encoding="spike")
    load(tmp_path / "a", network(dense(2, 3, neuron=LIF), spike))
    load(tmp_path / "b", edited(network(spike), "input.resolution_bits", 16))


@pytest.mark.contract("codes.spike", "folder.keys")
@pytest.mark.parametrize("generator", [None, comparator()])
def test_a_spike_layer_has_no_input_generator_key(tmp_path, generator):
    description = edited(network(dense(input_encoding="spike")), "layers.0.input_generator", generator)
    with pytest.raises(SpecError, match="input_generator"):
        load(tmp_path, description)


@pytest.mark.contract("folder.keys")
def test_other_layers_need_their_input_generator(tmp_path):
    for value in (REMOVE, None):
        with pytest.raises(SpecError, match="input_generator"):
            load(tmp_path / str(value is None), edited(PLAIN, "layers.0.input_generator", value))


@pytest.mark.contract("folder.scales")
@pytest.mark.parametrize("key", ["input.scale", "layers.0.output_scale"])
def test_scales(tmp_path, key):
    for i, scale in enumerate((1, 16.0, 1e-300, 5e-324, 1.7976931348623157e308)):
        load(tmp_path / f"{i}", edited(PLAIN, key, scale))
    for i, scale in enumerate((0, 0.0, True, "1", None, [], 10**400)):
        with pytest.raises(SpecError, match="scale"):
            load(tmp_path / f"bad{i}", edited(PLAIN, key, scale))


def test_arrays_of_a_huge_claim_allocate_nothing(tmp_path):
    """65,536 x 65,536 claimed (16 GiB), a tiny file given: refused at once."""
    import resource

    small = tensors(PLAIN)
    huge = network(dense(65_536, 65_536, 2, 1))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(SpecError, match="shape"):
        load(tmp_path, huge, small)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000  # KiB
    assert np.prod(small["layer0.weight"].shape) == 2
