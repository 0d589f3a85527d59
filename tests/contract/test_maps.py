"""Maps, windows, pools, features and classes against numbers worked by hand and by other routes.

Each body runs on the outside oracle, which is thereby checked itself, and on the package's reference.
"""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from scipy.signal import correlate2d
from support import oracle
from support.networks.descriptions import dense, network, tensors
from support.networks.map_descriptions import (
    LIF,
    avg_pool2d,
    conv2d,
    exact_conv2d,
    map_network,
    map_tensors,
    max_pool2d,
)
from support.networks.random_maps import MAP_KINDS, needs_version_2, random_features, random_map_network
from support.networks.random_networks import random_network, write_folder

import sc_neurocore
from sc_neurocore.spec import quantize_features

EXECUTIONS = ["oracle", "reference"]


@pytest.fixture(params=EXECUTIONS)
def evaluate(request, tmp_path):
    """Outputs of a description by one of the two executions."""
    if request.param == "oracle":
        return oracle.evaluate

    def reference(description, codes, arrays):
        loaded = sc_neurocore.load_network(write_folder(tmp_path / "net", description, arrays))
        return sc_neurocore.infer(loaded, np.asarray(codes), engine="reference")

    return reference


@pytest.fixture
def run(evaluate):
    """Outputs of layers, with weights and biases by layer number."""

    def runner(layers, codes, weights=None, biases=None, **head):
        description = map_network(*layers, **head)
        return evaluate(description, np.asarray(codes), map_tensors(description, weights, biases))

    return runner


# ---------------------------------------------------------------- order and windows


@pytest.mark.contract("maps.order", "conv.window")
def test_elements_go_row_by_row_column_by_column_channel_by_channel(run):
    """A 1 x 1 kernel over spikes picks one channel: the others' places are skipped in threes."""
    spikes = np.eye(2 * 2 * 3, dtype=int)  # sample k: only element k is 1
    picked = run([exact_conv2d([2, 2, 3], 1, [1, 1])], spikes, {0: [[[[0, 5, 0]]]]})
    elements = {k: np.flatnonzero(row).tolist() for k, row in enumerate(picked) if row.any()}
    assert elements == {1: [0], 4: [1], 7: [2], 10: [3]}  # channel 1 of (0,0), (0,1), (1,0), (1,1)
    assert picked.max() == 5


@pytest.mark.contract("conv.window", "conv.padding", "conv.output_map")
def test_a_window_by_hand(run):
    """3 x 3 spikes, a 2 x 2 kernel of 1, 2, 3, 4, one row of padding above, stride 2 across."""
    layer = exact_conv2d([3, 3, 1], 1, [2, 2], stride=[1, 2], padding=[1, 0, 0, 1])
    spikes = [[1, 0, 1, 0, 1, 1, 1, 1, 0]]
    # rows:        . . . .      the first window row is padding; the fourth column too
    #              1 0 1 .
    #              0 1 1 .
    #              1 1 0 .
    expected = [3 * 1 + 4 * 0, 3 * 1, 1 * 1 + 4 * 1, 1 * 1 + 3 * 1, 2 * 1 + 3 * 1 + 4 * 1, 1 * 1]
    assert run([layer], spikes, {0: [1, 2, 3, 4]}).tolist() == [expected]


@pytest.mark.contract("conv.window", "conv.padding", "conv.groups", "conv.output_map")
@pytest.mark.parametrize("seed", range(40))
def test_exact_products_give_the_correlation_of_another_library(run, seed):
    """Spikes times counter weights at L = 2^n count s·w exactly, so conv2d is SciPy's correlation of integers."""
    rng = np.random.default_rng(seed)
    groups, per_group, each = (int(v) for v in rng.integers(1, 4, size=3))
    rows, columns = (int(v) for v in rng.integers(1, 7, size=2))
    kernel = [int(v) for v in rng.integers(1, 4, size=2)]
    padding = [int(rng.integers(0, kernel[side])) for side in (0, 0, 1, 1)]
    padding = [p if rng.random() < 0.5 else kernel[k // 2] - 1 for k, p in enumerate(padding)]
    kernel[0] = min(kernel[0], rows + padding[0] + padding[1])
    kernel[1] = min(kernel[1], columns + padding[2] + padding[3])
    padding = [min(p, kernel[k // 2] - 1) for k, p in enumerate(padding)]
    if kernel[0] > rows + padding[0] + padding[1] or kernel[1] > columns + padding[2] + padding[3]:
        kernel, padding = [1, 1], [0, 0, 0, 0]
    stride = [int(v) for v in rng.integers(1, 5, size=2)]
    in_shape, channels = [rows, columns, groups * per_group], groups * each
    layer = exact_conv2d(in_shape, channels, kernel, groups=groups, padding=padding, stride=stride)
    weight = rng.integers(-15, 16, size=(channels, *kernel, per_group))
    bias = rng.integers(-20, 20, size=channels)
    spikes = rng.integers(0, 2, size=(3, *in_shape))
    got = run([layer], spikes.reshape(3, -1), {0: weight}, {0: bias})
    padded = np.pad(spikes, ((0, 0), (padding[0], padding[1]), (padding[2], padding[3]), (0, 0)))
    expected = []
    for sample in padded:
        planes = []
        for m in range(channels):
            first = m // each * per_group
            seen = [correlate2d(sample[:, :, first + q], weight[m, :, :, q], "valid") for q in range(per_group)]
            planes.append(bias[m] + sum(seen))
        expected.append(np.stack(planes, axis=-1)[:: stride[0], :: stride[1]].reshape(-1))
    assert np.array_equal(got, np.stack(expected))


@pytest.mark.contract("conv.window", "maps.dense", "maps.shape")
@pytest.mark.parametrize("seed", range(30))
def test_dense_is_the_convolution_over_one_element(evaluate, seed):
    """Any dense network, each of its layers written as conv2d with H = W = kh = kw = 1."""
    net = random_network(seed)
    layers, arrays = [], dict(net.tensors)
    for i, layer in enumerate(net.description["layers"]):
        body = {k: v for k, v in layer.items() if k not in ("kind", "inputs", "neurons")}
        window = conv2d([1, 1, layer["inputs"]], layer["neurons"])
        layers.append({**{k: window[k] for k in window if k not in dense()}, "kind": "conv2d", **body})
        arrays[f"layer{i}.weight"] = net.tensors[f"layer{i}.weight"].reshape(layer["neurons"], 1, 1, layer["inputs"])
    codes = net.codes(6)
    one = oracle.evaluate(net.description, codes, net.tensors)
    windows = {**net.description, "format_version": 2, "layers": layers}
    assert np.array_equal(evaluate(windows, codes, arrays), one)


@pytest.mark.contract("conv.window", "conv.restart", "conv.lanes", "conv.padding", "source.restart")
@pytest.mark.parametrize("seed", range(20))
def test_every_position_is_a_dense_neuron_of_its_window(run, seed):
    """The window cut out by NumPy, with the padding's code, through a dense layer of the same streams."""
    rng = np.random.default_rng([seed, 7])
    encoding = ["unipolar", "sign_magnitude", "bipolar"][seed % 3]
    weight_encoding = "bipolar" if encoding == "bipolar" else "sign_magnitude"
    low = 0 if weight_encoding == "bipolar" else -7
    accumulators = [{"kind": "parallel_counter"}, {"kind": "mux", "select": {"kind": "sobol", "dimension": 2}}]
    accumulator = accumulators[seed % 2]
    if encoding != "bipolar" and seed % 5 == 0:
        accumulator = {"kind": "or"}
    source = {"kind": "lfsr", "seed": 5, "skip": 2} | ({"lane_skip": 3} if accumulator["kind"] == "or" else {})
    common = {
        "input_encoding": encoding,
        "weight_encoding": weight_encoding,
        "input_generator": {"kind": "comparator", "source": source},
        "accumulator": accumulator,
    }
    layer = conv2d([3, 4, 2], 2, [2, 3], length=11, padding=[1, 0, 2, 1], stride=[2, 1], **common)
    weight = rng.integers(low, 8, size=(2, 2, 3, 2))
    codes = rng.integers(-7 if encoding == "sign_magnitude" else 0, 8, size=(4, 3, 4, 2))
    got = run([layer], codes.reshape(4, -1), {0: weight}).reshape(4, 2, 5, 2)
    zero = 4 if encoding == "bipolar" else 0
    padded = np.pad(codes, ((0, 0), (1, 0), (2, 1), (0, 0)), constant_values=zero)
    one = network(dense(12, 2, length=11, **common))
    for r, c in itertools.product(range(2), range(5)):
        window = padded[:, 2 * r : 2 * r + 2, c : c + 3].reshape(4, 12)
        alone = oracle.evaluate(one, window, tensors(one, [weight.reshape(2, 12)]))
        assert np.array_equal(got[:, r, c], alone), (r, c)


@pytest.mark.contract("conv.padding")
def test_bipolar_padding_is_the_middle_code(run):
    """One element, a 2 x 1 kernel, one row above: at n = 3 the window is (4, x), value 0 beside x."""
    common = {"input_encoding": "bipolar", "weight_encoding": "bipolar", "length": 8}
    padded = conv2d([1, 1, 1], 1, [2, 1], padding=[1, 0, 0, 0], **common)
    whole = conv2d([2, 1, 1], 1, [2, 1], **common)
    for x, w in itertools.product(range(8), range(8)):
        weight = {0: [w, 7 - w]}
        assert run([padded], [[x]], weight).tolist() == run([whole], [[4, x]], weight).tolist()


@pytest.mark.contract("conv.padding", "accumulator.mux")
def test_padding_counts_in_n_of_a_mux(run):
    """Five of six window inputs are padding: the select word has 3 bits, and input 5 is named once in 8 words."""
    layer = conv2d(
        [1, 1, 1], 1, [2, 3], padding=[1, 0, 2, 0], length=8, n=3,
        accumulator={"kind": "mux", "select": {"kind": "counter"}}, input_encoding="spike",
    )  # fmt: skip
    # weights by counter: bit(t) = [t < w]; word 5 comes at t = 5, so w = 5 misses it and w = 6 has it
    for w, a in ((5, 0), (6, 1), (-6, -1), (-5, 0)):
        assert run([layer], [[1]], {0: [0, 0, 0, 0, 0, w]}).tolist() == [[a]]
        assert run([layer], [[1]], {0: [7, 7, 7, 7, 7, w]}).tolist() == [[a]]


@pytest.mark.contract("conv.groups")
def test_groups_by_hand(run):
    """Four channels in two groups of two, four outputs: outputs 0 and 1 see channels 0 and 1, the others 2 and 3."""
    layer = exact_conv2d([1, 1, 4], 4, [1, 1], groups=2)
    weight = {0: [[1, 2], [3, 4], [5, 6], [7, 8]]}
    assert run([layer], np.eye(4, dtype=int), weight).tolist() == [
        [1, 3, 0, 0],
        [2, 4, 0, 0],
        [0, 0, 5, 7],
        [0, 0, 6, 8],
    ]


@pytest.mark.contract("conv.lif")
def test_each_output_element_has_a_state_of_its_own(run):
    """A row of three, of which the outer two get +2 a step, against a threshold of 3."""
    layer = exact_conv2d([1, 3, 1], 1, [1, 1], neuron=LIF)
    codes = np.array([[[1, 0, 1]] * 4])
    got = run([layer], codes, {0: [2]}, time_steps=4)
    # v: 2; 4, a spike, 1 is left; 3, a spike, 0 is left; 2. The element without an input stays at 0.
    assert got.tolist() == [[[0, 0, 0], [1, 0, 1], [1, 0, 1], [0, 0, 0]]]
    assert run([layer], codes, {0: [2]}, time_steps=4, reduce="sum").tolist() == [[2, 0, 2]]


# ---------------------------------------------------------------- pools

BITS = np.array([1, 2, 4, 8, 16, -32])
"""Weights whose sums over six spikes are all codes from -32 to 31."""


@pytest.fixture
def pooled(run):
    """What a pool makes of given codes: spikes that spell them, counted exactly, then the pool."""

    def runner(pool, codes):
        codes = np.asarray(codes)
        rows, columns, channels = pool["in_shape"]
        wanted = codes - (2 ** (pool["resolution_bits"] - 1) if pool["encoding"] == "bipolar" else 0)
        spikes = (wanted[..., None] >> np.arange(6)) & 1  # two's complement
        neuron = {"kind": "relu" if pool["encoding"] == "unipolar" else "clamp", "output_bits": pool["resolution_bits"]}
        if neuron["kind"] == "clamp":
            neuron["output_encoding"] = pool["encoding"]
        speller = exact_conv2d([rows, columns, 6 * channels], channels, [1, 1], 6, groups=channels, neuron=neuron)
        weight = {0: np.tile(BITS, (channels, 1))}
        assert np.array_equal(run([speller], spikes.reshape(len(codes), -1), weight), codes), "codes misspelt"
        return run([speller, pool], spikes.reshape(len(codes), -1), weight).tolist()

    return runner


@pytest.mark.contract("pool.max")
def test_max_pool_compares_codes_as_numbers(pooled, run):
    pool = max_pool2d([2, 2, 1], encoding="sign_magnitude")
    assert pooled(pool, [[-7, -3, -5, -4], [-1, 0, -7, -7], [1, -7, 2, -2]]) == [[-3], [0], [2]]
    spikes = [max_pool2d([2, 2, 1], n=9, encoding="spike"), exact_conv2d([1, 1, 1], 1, [1, 1])]
    assert run(spikes, [[0, 0, 0, 0], [0, 0, 1, 0], [1, 1, 1, 1]], {1: [5]}).tolist() == [[0], [5], [5]]


@pytest.mark.contract("pool.map", "pool.max", "maps.order")
def test_pools_keep_channels_apart_and_drop_what_no_window_reaches(pooled):
    pool = max_pool2d([3, 3, 2], n=5)
    codes = [list(zip(range(9), range(10, 19), strict=True))]
    assert pooled(pool, np.array(codes).reshape(1, -1)) == [[4, 14]]
    overlapping = max_pool2d([3, 3, 1], stride=[1, 1], n=5)
    assert pooled(overlapping, [list(range(9))]) == [[4, 5, 7, 8]]
    apart = avg_pool2d([1, 5, 2], [1, 2], stride=[7, 3], shift=1, n=5)
    assert pooled(apart, [[0, 9, 2, 9, 9, 9, 4, 9, 6, 9]]) == [[1, 9, 5, 9]]


@pytest.mark.parametrize(
    ("encoding", "codes", "multiplier", "shift", "expected"),
    [
        ("unipolar", [1, 2, 3, 4], 1, 2, 3),  # 10/4 = 2.5 goes up
        ("unipolar", [1, 1, 1, 2], 1, 2, 1),
        ("unipolar", [7, 7, 7, 7], 1, 0, 7),  # no division is implied: 28 is clipped
        ("unipolar", [7, 7, 7, 7], 2, 3, 7),
        ("unipolar", [1, 0, 0, 0], 32_767, 46, 0),
        ("unipolar", [0, 1, 0, 0], 32_767, 14, 2),  # 1.99994 + 1/2 goes down to 2
        ("sign_magnitude", [-1, -1, 0, 0], 1, 2, 0),  # -1/2 becomes 0
        ("sign_magnitude", [-3, -2, -1, 0], 1, 2, -1),  # -1.5 becomes -1
        ("sign_magnitude", [-7, -7, -7, -7], 1, 1, -7),  # -14 is clipped
        ("sign_magnitude", [7, 7, -7, 1], 3, 3, 3),
        ("bipolar", [4, 4, 4, 4], 1, 2, 4),  # value 0 stays value 0
        ("bipolar", [3, 3, 4, 4], 1, 2, 4),  # S = -2: -1/2 becomes 0
        ("bipolar", [0, 0, 0, 0], 1, 1, 0),  # S = -16: -8 + 4 is clipped
        ("bipolar", [7, 7, 7, 7], 1, 2, 7),
        ("bipolar", [7, 7, 7, 7], 1, 0, 7),
        ("bipolar", [1, 0, 7, 6], 5, 4, 3),  # S = -3 - 4 + 3 + 2 = -2: (-10 + 8) >> 4 is -1
    ],
)
@pytest.mark.contract("pool.avg", "pool.avg_bipolar")
def test_average_pools_by_hand(pooled, encoding, codes, multiplier, shift, expected):
    pool = avg_pool2d([2, 2, 1], encoding=encoding, multiplier=multiplier, shift=shift)
    assert pooled(pool, [codes]) == [[expected]]


@pytest.mark.contract("layers.one_weighted", "pool.encoding")
def test_pools_may_be_first_and_last(run):
    """The larger of (1, 6) and of (3, 2): 6, 3; a layer that hands codes on; then the mean of the two, rounded up."""
    layers = [
        max_pool2d([1, 4, 1], [1, 2]),
        conv2d([1, 2, 1], 1, neuron={"kind": "relu", "output_bits": 3}),
        avg_pool2d([1, 2, 1], [1, 2], shift=1),
    ]
    # default pair at L = 8, w = 7: T[x, 7] = x2*floor(8/2) + x1*floor(9/4) + x0*floor(11/8) = 4*x2 + 2*x1 + x0 = x
    assert run(layers, [[1, 6, 3, 2]], {1: [7]}).tolist() == [[(6 + 3 + 1) // 2]]


# ---------------------------------------------------------------- features and classes


@pytest.fixture(params=EXECUTIONS)
def features(request, tmp_path):
    """Codes and the number of saturated values, by one of the two."""
    if request.param == "oracle":
        return oracle.quantize_features
    return lambda description, arrays, x: quantize_features(
        sc_neurocore.load_network(write_folder(tmp_path / "net", description, {**map_tensors(description), **arrays})),
        x,
    )


@pytest.fixture(params=EXECUTIONS)
def classes(request, tmp_path):
    """Classes of a network's outputs, by one of the two."""
    if request.param == "oracle":
        return lambda description, outputs: oracle.classes(description, outputs).tolist()

    def package(description, outputs):
        loaded = sc_neurocore.load_network(write_folder(tmp_path / "net", description, map_tensors(description)))
        return sc_neurocore.classify(np.asarray(outputs), loaded).tolist()

    return package


@pytest.mark.contract("input.per_feature", "codes.quantize", "codes.saturation")
def test_features_by_hand(features):
    description = map_network(conv2d([1, 1, 3], n=2), per_feature=True)
    arrays = {"input.scale": np.array([1.0, 2.0, 0.5]), "input.offset": np.array([0.0, 10.0, -1.0])}
    codes, saturated = features(description, arrays, np.array([[0.5, 11.0, -1.0], [1.2, 9.5, 0.5]]))
    # v: 0.5, 0.5, 0 and 1.2, -0.25, 3; 3v + 1/2: 2, 2, 0.5 and 4.1, -0.25, 9.5
    assert codes.tolist() == [[2, 2, 0], [3, 0, 3]]
    assert saturated == 3


@pytest.mark.contract("folder.scales", "codes.quantize")
def test_one_scale_for_all_features_by_hand(features):
    plain = network(dense(1, 1, 2))
    plain["input"]["scale"] = 4
    codes, saturated = features(plain, {}, np.array([[2.0], [2.6], [5.0], [-0.5]]))
    assert codes.tolist() == [[2], [2], [3], [0]]
    assert saturated == 1  # 3 * 5/4 + 1/2 = 4.25; of the last one floor(0.125) is 0


@pytest.mark.contract("class.single")
@pytest.mark.parametrize(
    ("neuron", "steps", "reduce", "outputs", "expected"),
    [
        ({"kind": "linear"}, 1, "none", [[-1], [0], [1]], [0, 1, 1]),
        ({"kind": "relu", "output_bits": 4}, 1, "none", [[7], [8], [15]], [0, 1, 1]),
        ({"kind": "relu", "output_bits": 4}, 3, "sum", [[23], [24]], [0, 1]),
        ({"kind": "relu", "output_bits": 4}, 2, "none", [[[0], [15]], [[1], [15]]], [0, 1]),
        ({"kind": "relu", "output_bits": 4}, 1, "sum", [[7], [8]], [0, 1]),
        ({"kind": "clamp", "output_bits": 4, "output_encoding": "bipolar"}, 1, "none", [[7], [8]], [0, 1]),
        ({"kind": "clamp", "output_bits": 4, "output_encoding": "bipolar"}, 2, "sum", [[15], [16]], [0, 1]),
        ({"kind": "clamp", "output_bits": 4, "output_encoding": "sign_magnitude"}, 2, "sum", [[-1], [0]], [0, 1]),
        (LIF, 1, "none", [[0], [1]], [0, 1]),
        (LIF, 4, "sum", [[1], [2], [4]], [0, 1, 1]),
        (LIF, 5, "none", [[[1], [0], [1], [0], [0]], [[1], [0], [1], [0], [1]]], [0, 1]),
        ({"kind": "linear"}, 3, "sum", [[-1], [0]], [0, 1]),
    ],
)
def test_the_class_of_a_single_output(classes, neuron, steps, reduce, outputs, expected):
    for repeat in {False, steps > 1}:
        description = network(dense(2, 1, neuron=neuron), steps=steps, reduce=reduce, repeat=repeat)
        assert classes(description, outputs) == expected


@pytest.mark.contract("class.single", "pool.encoding")
def test_the_class_of_a_single_pooled_output(classes):
    description = map_network(conv2d([2, 2, 1], neuron={"kind": "relu", "output_bits": 5}), max_pool2d([2, 2, 1], n=5))
    assert classes(description, [[15], [16]]) == [0, 1]
    spikes = map_network(conv2d([2, 2, 1], neuron=LIF), max_pool2d([2, 2, 1], n=9, encoding="spike"), time_steps=4)
    assert classes(spikes, [[[0]] * 3 + [[1]], [[1], [0], [1], [0]]]) == [0, 1]
    signed = conv2d([2, 2, 1], neuron={"kind": "clamp", "output_encoding": "sign_magnitude", "output_bits": 3})
    average = map_network(signed, avg_pool2d([2, 2, 1], encoding="sign_magnitude"), time_steps=2, reduce="sum")
    assert classes(average, [[-1], [0], [3]]) == [0, 1, 1]


@pytest.mark.contract("class.tie")
def test_the_class_of_several_outputs_is_the_first_largest(classes):
    assert classes(network(dense(2, 3)), [[1, 3, 3], [-5, -5, -6]]) == [1, 0]
    steps = network(dense(2, 2), steps=3)
    assert classes(steps, [[[1, 0], [1, 0], [1, 4]], [[2, 1], [0, 1], [0, 0]]]) == [1, 0]
    elements = map_network(conv2d([2, 2, 1], 1))
    assert classes(elements, [[-9, -2, -2, -3]]) == [1]


# ---------------------------------------------------------------- the random networks


def test_random_map_networks_are_varied_and_repeatable():
    seen, varied, orders = set(), 0, set()
    for seed in range(140):
        net, again = random_map_network(seed), random_map_network(seed)
        assert net.description == again.description
        assert needs_version_2(net.description)
        codes = net.codes(6)
        assert np.array_equal(codes, again.codes(6))
        assert np.array_equal(random_features(net, 2), random_features(again, 2))
        outputs = oracle.evaluate(net.description, codes, net.tensors)
        varied += len(np.unique(outputs, axis=0)) > 1
        kinds = [layer["kind"] for layer in net.description["layers"]]
        orders |= {("first", kinds[0]), (kinds[-1], "last"), *itertools.pairwise(kinds)}
        for layer in net.description["layers"]:
            seen |= {("encoding", layer.get("input_encoding", layer.get("encoding")), layer["kind"])}
            if "neuron" in layer:
                seen |= {("neuron", layer["neuron"]["kind"], layer["kind"])}
                seen |= {("accumulator", layer["accumulator"]["kind"], layer["kind"])}
            if layer["kind"] == "conv2d":
                seen |= {("groups", min(layer["groups"], 2)), ("padding", tuple(p > 0 for p in layer["padding"]))}
                seen |= {("far", s > k) for s, k in zip(layer["stride"], layer["kernel"], strict=True)}
        seen |= {("per_feature", net.description["input"].get("per_feature", False))}
        seen |= {("shape", "shape" in net.description["input"])}
    kinds = ["dense", *MAP_KINDS]
    assert orders == set(itertools.product(["first", *kinds], [*kinds, "last"])) - {("first", "last")}
    assert varied > 75, "most random networks must answer differently to different inputs"
    for layer, part, names in [
        *((k, "neuron", ["linear", "relu", "clamp", "lif"]) for k in ("dense", "conv2d")),
        *((k, "accumulator", ["parallel_counter", "mux", "or"]) for k in ("dense", "conv2d")),
        *((k, "encoding", ["unipolar", "sign_magnitude", "bipolar", "spike"]) for k in kinds if k != "avg_pool2d"),
        ("avg_pool2d", "encoding", ["unipolar", "sign_magnitude", "bipolar"]),
    ]:  # fmt: skip
        assert {(part, name, layer) for name in names} <= seen, (part, layer)
    assert ("encoding", "spike", "avg_pool2d") not in seen
    assert {("far", True), ("far", False), ("groups", 1), ("groups", 2)} <= seen
    assert {("padding", sides) for sides in itertools.product([False, True], repeat=4)} <= seen
    assert {(key, value) for key in ("per_feature", "shape") for value in (False, True)} <= seen
