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
    conv2d,
    exact_conv2d,
)
from support.networks.random_maps import MAP_KINDS, needs_version_2, random_features, random_map_network
from support.networks.random_networks import random_network


@pytest.mark.contract("maps.order", "conv.window")
def test_elements_go_row_by_row_column_by_column_channel_by_channel(run_map):
    """A 1 x 1 kernel over spikes picks one channel: the others' places are skipped in threes."""
    spikes = np.eye(2 * 2 * 3, dtype=int)  # sample k: only element k is 1
    picked = run_map([exact_conv2d([2, 2, 3], 1, [1, 1])], spikes, {0: [[[[0, 5, 0]]]]})
    elements = {k: np.flatnonzero(row).tolist() for k, row in enumerate(picked) if row.any()}
    assert elements == {1: [0], 4: [1], 7: [2], 10: [3]}  # channel 1 of (0,0), (0,1), (1,0), (1,1)
    assert picked.max() == 5


@pytest.mark.contract("conv.window", "conv.padding", "conv.output_map")
def test_a_window_by_hand(run_map):
    """3 x 3 spikes, a 2 x 2 kernel of 1, 2, 3, 4, one row of padding above, stride 2 across."""
    layer = exact_conv2d([3, 3, 1], 1, [2, 2], stride=[1, 2], padding=[1, 0, 0, 1])
    spikes = [[1, 0, 1, 0, 1, 1, 1, 1, 0]]
    # rows:        . . . .      the first window row is padding; the fourth column too
    #              1 0 1 .
    #              0 1 1 .
    #              1 1 0 .
    expected = [3 * 1 + 4 * 0, 3 * 1, 1 * 1 + 4 * 1, 1 * 1 + 3 * 1, 2 * 1 + 3 * 1 + 4 * 1, 1 * 1]
    assert run_map([layer], spikes, {0: [1, 2, 3, 4]}).tolist() == [expected]


@pytest.mark.contract("conv.window", "conv.padding", "conv.groups", "conv.output_map")
@pytest.mark.parametrize("seed", range(40))
def test_exact_products_give_the_correlation_of_another_library(run_map, seed):
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
    got = run_map([layer], spikes.reshape(3, -1), {0: weight}, {0: bias})
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
def test_dense_is_the_convolution_over_one_element(evaluate_map, seed):
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
    assert np.array_equal(evaluate_map(windows, codes, arrays), one)


@pytest.mark.contract("conv.window", "conv.restart", "conv.lanes", "conv.padding", "source.restart")
@pytest.mark.parametrize("seed", range(20))
def test_every_position_is_a_dense_neuron_of_its_window(run_map, seed):
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
    got = run_map([layer], codes.reshape(4, -1), {0: weight}).reshape(4, 2, 5, 2)
    zero = 4 if encoding == "bipolar" else 0
    padded = np.pad(codes, ((0, 0), (1, 0), (2, 1), (0, 0)), constant_values=zero)
    one = network(dense(12, 2, length=11, **common))
    for r, c in itertools.product(range(2), range(5)):
        window = padded[:, 2 * r : 2 * r + 2, c : c + 3].reshape(4, 12)
        alone = oracle.evaluate(one, window, tensors(one, [weight.reshape(2, 12)]))
        assert np.array_equal(got[:, r, c], alone), (r, c)


@pytest.mark.contract("conv.padding")
def test_bipolar_padding_is_the_middle_code(run_map):
    """One element, a 2 x 1 kernel, one row above: at n = 3 the window is (4, x), value 0 beside x."""
    common = {"input_encoding": "bipolar", "weight_encoding": "bipolar", "length": 8}
    padded = conv2d([1, 1, 1], 1, [2, 1], padding=[1, 0, 0, 0], **common)
    whole = conv2d([2, 1, 1], 1, [2, 1], **common)
    for x, w in itertools.product(range(8), range(8)):
        weight = {0: [w, 7 - w]}
        assert run_map([padded], [[x]], weight).tolist() == run_map([whole], [[4, x]], weight).tolist()


@pytest.mark.contract("conv.padding", "accumulator.mux")
def test_padding_counts_in_n_of_a_mux(run_map):
    """Five of six window inputs are padding: the select word has 3 bits, and input 5 is named once in 8 words."""
    layer = conv2d(
        [1, 1, 1], 1, [2, 3], padding=[1, 0, 2, 0], length=8, n=3,
        accumulator={"kind": "mux", "select": {"kind": "counter"}}, input_encoding="spike",
    )  # fmt: skip
    # weights by counter: bit(t) = [t < w]; word 5 comes at t = 5, so w = 5 misses it and w = 6 has it
    for w, a in ((5, 0), (6, 1), (-6, -1), (-5, 0)):
        assert run_map([layer], [[1]], {0: [0, 0, 0, 0, 0, w]}).tolist() == [[a]]
        assert run_map([layer], [[1]], {0: [7, 7, 7, 7, 7, w]}).tolist() == [[a]]


@pytest.mark.contract("conv.groups")
def test_groups_by_hand(run_map):
    """Four channels in two groups of two, four outputs: outputs 0 and 1 see channels 0 and 1, the others 2 and 3."""
    layer = exact_conv2d([1, 1, 4], 4, [1, 1], groups=2)
    weight = {0: [[1, 2], [3, 4], [5, 6], [7, 8]]}
    assert run_map([layer], np.eye(4, dtype=int), weight).tolist() == [
        [1, 3, 0, 0],
        [2, 4, 0, 0],
        [0, 0, 5, 7],
        [0, 0, 6, 8],
    ]


@pytest.mark.contract("conv.lif")
def test_each_output_element_has_a_state_of_its_own(run_map):
    """A row of three, of which the outer two get +2 a step, against a threshold of 3."""
    layer = exact_conv2d([1, 3, 1], 1, [1, 1], neuron=LIF)
    codes = np.array([[[1, 0, 1]] * 4])
    got = run_map([layer], codes, {0: [2]}, time_steps=4)
    # v: 2; 4, a spike, 1 is left; 3, a spike, 0 is left; 2. The element without an input stays at 0.
    assert got.tolist() == [[[0, 0, 0], [1, 0, 1], [1, 0, 1], [0, 0, 0]]]
    assert run_map([layer], codes, {0: [2]}, time_steps=4, reduce="sum").tolist() == [[2, 0, 2]]


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
