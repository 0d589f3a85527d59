"""Limits and borders of maps: accepted at the edge, refused one beyond with the key named."""

from __future__ import annotations

import numpy as np
import pytest
from support import oracle
from support.map_refusals import CLAMP, load, refuse
from support.networks.descriptions import dense, edited
from support.networks.map_descriptions import LIF, RELU, avg_pool2d, conv2d, map_network, map_tensors, max_pool2d
from support.networks.random_maps import random_map_network

from sc_neurocore.spec import load_network
from sc_neurocore.spec.maps import check_map


def padded(size, padding):
    """One place, a kernel of size x 1 and rows around it."""
    return map_network(conv2d([64, 1, 1], 1, [size, 1], padding=[*padding, 0, 0]))


ONE = map_network(conv2d([80, 80, 1], 1, [2, 2], length=1))


POOL = map_network(max_pool2d([80, 80, 1], [2, 2]), conv2d([40, 40, 1]))


AVERAGE = map_network(conv2d([2, 2, 1], neuron=RELU), avg_pool2d([2, 2, 1]))


EDGES = [
    # description, key, legal values, illegal values
    (ONE, "layers.0.kernel.0", [1, 64], [0, -1, 65, 2**40]),
    (ONE, "layers.0.kernel.1", [1, 64], [0, 65]),
    (ONE, "layers.0.stride.0", [1, 64], [0, -1, 65]),
    (ONE, "layers.0.stride.1", [1, 64], [0, 65]),
    (ONE, "layers.0.padding.0", [0, 1], [-1, 2]),
    (ONE, "layers.0.padding.1", [0, 1], [-1, 2]),
    (ONE, "layers.0.padding.2", [0, 1], [-1, 2]),
    (ONE, "layers.0.padding.3", [0, 1], [-1, 2, 64]),
    (padded(64, [0, 0]), "layers.0.padding.0", [63], [64]),
    (padded(64, [0, 0]), "layers.0.padding.1", [63], [64]),
    (map_network(conv2d([1, 1, 1], length=1)), "layers.0.out_channels", [1, 65_536], [0, 65_537, 2**70]),
    (ONE, "layers.0.groups", [1], [0, -1, 2, 65_537]),
    (POOL, "layers.0.resolution_bits", [3], [1, 0, 17]),
    (AVERAGE, "layers.1.multiplier", [1, 32_767], [0, -1, 32_768]),
    (AVERAGE, "layers.1.shift", [0, 46], [-1, 47]),
]


def key_of(path):
    return path.split(".")[2]


@pytest.mark.contract("limits.maps", "limits", "conv.fields", "pool.fields", "conv.groups")
@pytest.mark.parametrize(
    ("description", "path", "legal", "illegal"), EDGES, ids=[f"{i}-{e[1]}" for i, e in enumerate(EDGES)]
)
def test_edge(tmp_path, description, path, legal, illegal):
    for i, value in enumerate(legal):
        load(tmp_path / f"legal{i}", edited(description, path, value))
    for i, value in enumerate(illegal):
        refuse(tmp_path / f"illegal{i}", edited(description, path, value), key_of(path))


def pool_edge(key, place, value):
    """A pool over 80 x 80 with one number changed, its border followed by nothing that could be wrong."""
    layer = max_pool2d([80, 80, 1], [2, 2], stride=[2, 2])
    layer[key] = [value if i == place else v for i, v in enumerate(layer[key])]
    rows, columns = (max(1, (80 - k) // max(1, s) + 1) for k, s in zip(layer["kernel"], layer["stride"], strict=True))
    return map_network(layer, conv2d([rows, columns, 1]))


@pytest.mark.contract("limits.maps", "pool.map")
@pytest.mark.parametrize("place", [0, 1])
@pytest.mark.parametrize("key", ["kernel", "stride"])
def test_edges_of_pools(tmp_path, key, place):
    for value in (1, 64):
        load(tmp_path / f"{value}", pool_edge(key, place, value))
    for value in (0, -1, 65, 2**40):
        refuse(tmp_path / "no", pool_edge(key, place, value), key)


def seen_by_a_pixel(*shape):
    """A map of this shape, and a layer that looks at one place in 64 x 64."""
    return map_network(conv2d(list(shape), 1, [1, 1], stride=[64, 64], length=1))


@pytest.mark.contract("limits.maps", "maps.shape")
@pytest.mark.parametrize(
    ("shape", "legal"),
    [
        ([4096, 1, 1], True),
        ([4097, 1, 1], False),
        ([1, 4096, 1], True),
        ([1, 4097, 1], False),
        ([4096, 256, 1], True),  # 2^20 elements
        ([4096, 257, 1], False),
        ([1024, 1024, 1], True),
        ([1025, 1024, 1], False),
        ([1, 1, 65_536], True),
        ([1, 1, 65_537], False),
        ([4, 4, 65_536], True),
        ([4, 5, 65_536], False),
        ([0, 1, 1], False),
        ([1, 0, 1], False),
        ([1, 1, 0], False),
        ([-1, -1, 1], False),
        ([2**40, 2**40, 2**40], False),
    ],
)
def test_maps_have_limits(tmp_path, shape, legal):
    description = seen_by_a_pixel(*shape)
    if legal:
        assert load(tmp_path, description).codes_shape(1) == (1, int(np.prod(shape)))
    else:
        refuse(tmp_path, description, r"shape|features|elements")


@pytest.mark.contract("limits.maps", "limits", "maps.shape")
def test_features_without_a_shape_are_at_most_65536(tmp_path):
    wide = map_network(conv2d([1, 1, 65_536], length=1), shape=False, features=65_536)
    load(tmp_path / "a", wide)
    refuse(
        tmp_path / "b", map_network(conv2d([1, 1, 65_537], length=1), shape=False, features=65_537), "features|in_shape"
    )
    for features in (0, -1, 65_537, 2**20):
        refuse(tmp_path / "c", edited(wide, "input.features", features), "features|in_shape")


@pytest.mark.contract("limits.maps", "conv.output_map")
@pytest.mark.parametrize(("out_channels", "legal"), [(1, True), (2, False)])
def test_the_output_map_has_limits(tmp_path, out_channels, legal):
    """2^20 elements, of the last layer or of one before."""
    last = map_network(conv2d([1024, 1024, 1], out_channels, length=1))
    hidden = map_network(
        conv2d([1024, 1024, 1], out_channels, length=1, neuron=RELU),
        conv2d([1024, 1024, out_channels], 1, stride=[64, 64], length=1),
    )
    for i, description in enumerate((last, hidden)):
        if legal:
            load(tmp_path / f"{i}", description)
        else:
            refuse(tmp_path / f"{i}", description, "out_channels|output map", "elements", "1024")


@pytest.mark.contract("limits.maps", "conv.output_map")
def test_the_elements_that_a_kernel_leaves_are_what_counts(tmp_path):
    """79 x 79 places: 168 channels are 1,048,488 elements of 1,048,576."""
    load(tmp_path / "a", edited(ONE, "layers.0.out_channels", 168))
    refuse(tmp_path / "b", edited(ONE, "layers.0.out_channels", 169), "out_channels|output map", "elements", "169")


@pytest.mark.contract("limits.maps", "conv.output_map", "conv.padding")
def test_padding_makes_no_map_beyond_the_limits(tmp_path):
    tall = map_network(conv2d([4096, 1, 1], 1, [2, 1], padding=[1, 0, 0, 0], length=1))
    load(tmp_path / "a", tall)  # 4096 + 1 - 2 + 1 rows
    refuse(tmp_path / "b", edited(tall, "layers.0.padding", [1, 1, 0, 0]), "4097|4,?096", "rows|output map")
    wide = map_network(conv2d([1, 4096, 1], 1, [1, 2], padding=[0, 0, 0, 1], length=1))
    load(tmp_path / "c", wide)
    refuse(tmp_path / "d", edited(wide, "layers.0.padding", [0, 0, 1, 1]), "4097|4,?096", "columns|output map")


@pytest.mark.contract("limits.maps", "maps.dense")
def test_a_dense_layer_takes_at_most_65536_elements(tmp_path):
    for shape, features in (([256, 256, 1], 65_536), ([16, 16, 256], 65_536)):
        load(tmp_path / f"{shape}", map_network(dense(features, 1, 2, 1), shape=shape))
    refuse(tmp_path / "a", map_network(dense(65_792, 1, 2, 1), shape=[256, 257, 1]), "inputs|65,?536")
    after = map_network(conv2d([256, 256, 1], 2, neuron=RELU, length=1), dense(131_072, 1, length=1))
    refuse(tmp_path / "b", after, "inputs|65,?536")


@pytest.mark.contract("limits.maps", "conv.groups")
def test_a_window_has_at_most_65536_inputs(tmp_path):
    load(tmp_path / "a", map_network(conv2d([64, 64, 16], 1, [64, 64], 2, length=1)))
    refuse(tmp_path / "b", map_network(conv2d([64, 64, 17], 1, [64, 64], 2, length=1)), "65,?536|inputs")
    load(tmp_path / "c", map_network(conv2d([64, 64, 17], 17, [64, 64], 2, length=1, groups=17)))


@pytest.mark.contract("limits", "accumulator.width", "conv.padding")
def test_the_accumulator_of_a_window_stays_below_two_to_the_31(tmp_path):
    """89 · 23 = 2047 inputs are 2047 · 2^20 counts; padding counts, so that a small map does not help."""
    length = 2**20
    layer = conv2d([1, 1, 89], 1, [23, 1], 2, length=length, padding=[22, 0, 0, 0])
    description = map_network(layer)
    largest = 2**31 - 2047 * length - 1
    load(tmp_path / "at", description, map_tensors(description, None, {0: [-largest]}))
    beyond = map_tensors(description, None, {0: [largest + 1]})
    refuse(tmp_path / "beyond", description, str(2**31), arrays=beyond)
    more = map_network(conv2d([1, 1, 1024], 1, [2, 1], 2, length=length, padding=[1, 0, 0, 0]))
    refuse(tmp_path / "more", more, str(2**31), arrays=map_tensors(more))
    split = map_network(conv2d([1, 1, 1024], 2, [2, 1], 2, length=length, padding=[1, 0, 0, 0], groups=2))
    load(tmp_path / "split", split)


@pytest.mark.contract("limits", "layers.one_weighted")
def test_layer_count(tmp_path):
    pool = max_pool2d([1, 1, 1], [1, 1])
    load(tmp_path / "a", map_network(*[pool] * 63, conv2d([1, 1, 1])))
    refuse(tmp_path / "b", map_network(*[pool] * 64, conv2d([1, 1, 1])), "layers")


@pytest.mark.contract("conv.output_map", "pool.map")
@pytest.mark.parametrize("seed", range(60))
def test_shapes_are_the_oracles(tmp_path, seed):
    random = random_map_network(seed)
    net = load_network(random.write(tmp_path))
    codes = random.codes(3)
    assert net.codes_shape(3) == codes.shape
    outputs = oracle.evaluate(random.description, codes, random.tensors)
    assert net.output_shape(3) == outputs.shape
    assert np.abs(outputs).max() <= net.output_magnitude
    assert net.output_signed or outputs.min() >= 0
    low = -(2 ** (net.output_width - 1)) if net.output_signed else 0
    assert low <= outputs.min()
    assert outputs.max() < low + 2**net.output_width


@pytest.mark.contract("core.widths")
@pytest.mark.parametrize(
    ("layers", "steps", "reduce", "signed", "width"),
    [
        ([conv2d([2, 2, 1], neuron=RELU), max_pool2d([2, 2, 1])], 1, "none", False, 3),
        ([conv2d([2, 2, 1], neuron=RELU), avg_pool2d([2, 2, 1])], 4, "sum", False, 5),  # 4 · 7
        ([conv2d([2, 2, 1], neuron=CLAMP), avg_pool2d([2, 2, 1], encoding="sign_magnitude")], 1, "none", True, 4),
        ([conv2d([2, 2, 1], neuron=CLAMP), max_pool2d([2, 2, 1], encoding="sign_magnitude")], 4, "sum", True, 6),
        ([conv2d([2, 2, 1], neuron=LIF), max_pool2d([2, 2, 1], n=9, encoding="spike")], 7, "none", False, 1),
        ([conv2d([2, 2, 1], neuron=LIF), max_pool2d([2, 2, 1], n=9, encoding="spike")], 7, "sum", False, 3),
        ([conv2d([2, 2, 3], kernel=[2, 2], length=10)], 1, "none", True, 8),  # 12 · 10 either way
    ],
)
def test_port_widths(tmp_path, layers, steps, reduce, signed, width):
    net = load(tmp_path, map_network(*layers, time_steps=steps, reduce=reduce))
    assert (net.output_signed, net.output_width) == (signed, width)


@pytest.mark.parametrize("shape", [(4096, 1, 1), (1, 4096, 1), (1, 1, 65_536)])
def test_each_side_of_a_map_has_its_limit(shape):
    """Whatever else the description of a network asks of it."""
    check_map(shape, "it must have")
    more = tuple(side + 1 if side > 1 else side for side in shape)
    with pytest.raises(ValueError, match=r"it must have at most 4096 rows, 4096 columns and 65536 channels, got"):
        check_map(more, "it must have")
