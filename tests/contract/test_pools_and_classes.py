"""Pools by hand, codes of features, and the class of a single output: oracle and reference."""

from __future__ import annotations

import numpy as np
import pytest
from support import oracle
from support.networks.descriptions import dense, network
from support.networks.map_descriptions import (
    LIF,
    avg_pool2d,
    conv2d,
    exact_conv2d,
    map_network,
    map_tensors,
    max_pool2d,
)
from support.networks.random_networks import write_folder

import sc_neurocore
from sc_neurocore.spec import quantize_features

BITS = np.array([1, 2, 4, 8, 16, -32])
"""Weights whose sums over six spikes are all codes from -32 to 31."""


@pytest.fixture
def pooled(run_map):
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
        assert np.array_equal(run_map([speller], spikes.reshape(len(codes), -1), weight), codes), "codes misspelt"
        return run_map([speller, pool], spikes.reshape(len(codes), -1), weight).tolist()

    return runner


@pytest.mark.contract("pool.max")
def test_max_pool_compares_codes_as_numbers(pooled, run_map):
    pool = max_pool2d([2, 2, 1], encoding="sign_magnitude")
    assert pooled(pool, [[-7, -3, -5, -4], [-1, 0, -7, -7], [1, -7, 2, -2]]) == [[-3], [0], [2]]
    spikes = [max_pool2d([2, 2, 1], n=9, encoding="spike"), exact_conv2d([1, 1, 1], 1, [1, 1])]
    assert run_map(spikes, [[0, 0, 0, 0], [0, 0, 1, 0], [1, 1, 1, 1]], {1: [5]}).tolist() == [[0], [5], [5]]


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
def test_pools_may_be_first_and_last(run_map):
    """The larger of (1, 6) and of (3, 2): 6, 3; a layer that hands codes on; then the mean of the two, rounded up."""
    layers = [
        max_pool2d([1, 4, 1], [1, 2]),
        conv2d([1, 2, 1], 1, neuron={"kind": "relu", "output_bits": 3}),
        avg_pool2d([1, 2, 1], [1, 2], shift=1),
    ]
    # default pair at L = 8, w = 7: T[x, 7] = x2*floor(8/2) + x1*floor(9/4) + x0*floor(11/8) = 4*x2 + 2*x1 + x0 = x
    assert run_map(layers, [[1, 6, 3, 2]], {1: [7]}).tolist() == [[(6 + 3 + 1) // 2]]


@pytest.fixture(params=["oracle", "reference"])
def features(request, tmp_path):
    """Codes and the number of saturated values, by one of the two."""
    if request.param == "oracle":
        return oracle.quantize_features
    return lambda description, arrays, x: quantize_features(
        sc_neurocore.load_network(write_folder(tmp_path / "net", description, {**map_tensors(description), **arrays})),
        x,
    )


@pytest.fixture(params=["oracle", "reference"])
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
