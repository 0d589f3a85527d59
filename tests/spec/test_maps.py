"""Limits and borders of maps: accepted at the edge, refused one beyond with the key named."""

from __future__ import annotations

import json
import re
from hashlib import sha256

import numpy as np
import pytest
from safetensors.numpy import save as safetensors_bytes
from support import documents, oracle
from support.networks.descriptions import REMOVE, comparator, dense, edited
from support.networks.map_descriptions import LIF, RELU, avg_pool2d, conv2d, map_network, map_tensors, max_pool2d
from support.networks.random_maps import random_map_network
from support.networks.random_networks import write_folder

from sc_neurocore.spec import CodesError, SpecError, check_codes, load_network, quantize_features

CLAMP = {"kind": "clamp", "output_bits": 3, "output_encoding": "sign_magnitude"}
LINEAR = {"kind": "linear"}


def load(folder, description, arrays=None):
    return load_network(write_folder(folder / "net", description, arrays or map_tensors(description)))


def refuse(folder, description, *words, arrays=None):
    """The refusal names each of the words. No tensors are given unless they matter: what is wrong is seen before."""
    written = write_folder(folder / "net", description, {} if arrays is None else arrays)
    with pytest.raises(SpecError) as error:
        load_network(written)
    message = str(error.value)
    said = message.removeprefix(f"{written}: ")  # the folder bears the test's name, which may hold any word
    assert all(re.search(str(word), said) for word in words), message
    assert message.isprintable()


# ---------------------------------------------------------------- limits


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


# ---------------------------------------------------------------- borders


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


@pytest.mark.contract("conv.in_shape", "pool.map", "maps.dense", "maps.shape")
@pytest.mark.parametrize(
    ("description", "words"),
    [
        (map_network(conv2d([2, 3, 4]), shape=[3, 2, 4]), ["in_shape"]),
        (map_network(conv2d([2, 3, 4]), shape=[4, 3, 2]), ["in_shape"]),
        (map_network(conv2d([2, 3, 4]), shape=[2, 12, 1]), ["in_shape"]),
        (map_network(conv2d([2, 3, 4]), shape=False, features=24), ["in_shape"]),
        (map_network(conv2d([1, 1, 24]), shape=[2, 3, 4]), ["in_shape"]),
        (map_network(conv2d([2, 3, 4]), shape=[2, 3, 4], features=23), ["features"]),
        (map_network(dense(24, 1), shape=[2, 3, 5], features=24), ["features", "shape"]),
        (map_network(dense(23, 1), shape=[2, 3, 4]), ["inputs"]),
        (map_network(conv2d([4, 4, 1], 2, neuron=RELU), conv2d([4, 4, 1])), ["in_shape"]),
        (map_network(conv2d([4, 4, 1], 2, neuron=RELU), conv2d([4, 2, 4])), ["in_shape"]),
        (map_network(conv2d([4, 4, 1], 2, neuron=RELU), max_pool2d([2, 4, 4])), ["in_shape"]),
        (map_network(conv2d([4, 4, 1], 2, neuron=RELU), dense(31, 1)), ["inputs"]),
        (map_network(conv2d([4, 4, 1], 2, neuron=RELU), avg_pool2d([4, 4, 2]), dense(7, 1)), ["inputs"]),
        (map_network(conv2d([4, 4, 1], 2, neuron=RELU), avg_pool2d([4, 4, 2]), conv2d([2, 2, 3])), ["in_shape"]),
        (map_network(dense(4, 6, neuron=RELU), conv2d([2, 3, 1])), ["in_shape"]),
        (map_network(dense(4, 6, neuron=RELU), conv2d([6, 1, 1])), ["in_shape"]),
        (map_network(dense(4, 6, neuron=RELU), max_pool2d([1, 6, 1], [1, 2])), ["in_shape"]),
    ],
)
def test_nothing_reshapes(tmp_path, description, words):
    refuse(tmp_path, description, *words, arrays=map_tensors(description))


@pytest.mark.contract("conv.in_shape", "maps.dense", "maps.shape")
def test_borders_that_are_equal_number_by_number(tmp_path):
    for i, description in enumerate(
        (
            map_network(conv2d([1, 1, 24]), shape=False, features=24),
            map_network(dense(24, 6, neuron=RELU), conv2d([1, 1, 6], 2, neuron=RELU), dense(2, 1), shape=[2, 3, 4]),
            map_network(dense(24, 6, neuron=RELU), max_pool2d([1, 1, 6], [1, 1]), dense(6, 1), shape=[4, 3, 2]),
        )
    ):
        load(tmp_path / f"{i}", description)


@pytest.mark.contract("conv.groups")
@pytest.mark.parametrize(
    ("channels", "out_channels", "groups", "legal"),
    [
        *[(4, 6, 1, True), (4, 6, 2, True), (4, 8, 4, True), (3, 3, 3, True)],
        *[(4, 6, 4, False), (6, 4, 4, False), (4, 6, 3, False), (4, 4, 8, False), (1, 5, 5, False)],
        *[(4, 4, 0, False), (4, 4, -2, False)],
    ],
)
def test_groups_divide_both_sides(tmp_path, channels, out_channels, groups, legal):
    description = map_network(conv2d([2, 2, channels], out_channels, groups=groups))
    if legal:
        load(tmp_path, description)
    else:
        refuse(tmp_path, description, "groups")


@pytest.mark.contract("conv.output_map", "pool.map")
@pytest.mark.parametrize(
    ("layer", "legal"),
    [
        (conv2d([3, 5, 1], 1, [3, 5]), True),
        (conv2d([3, 5, 1], 1, [4, 5]), False),
        (conv2d([3, 5, 1], 1, [3, 6]), False),
        (conv2d([3, 5, 1], 1, [4, 6], padding=[1, 0, 0, 1]), True),
        (conv2d([3, 5, 1], 1, [4, 6], padding=[0, 0, 1, 1]), False),
        (conv2d([3, 5, 1], 1, [6, 1], padding=[1, 1, 0, 0]), False),
        (conv2d([1, 1, 1], 1, [64, 64], padding=[63, 0, 0, 63]), True),
        (conv2d([1, 1, 1], 1, [64, 64], padding=[62, 0, 0, 63]), False),
        (max_pool2d([3, 5, 1], [3, 5]), True),
        (max_pool2d([3, 5, 1], [4, 5]), False),
        (max_pool2d([3, 5, 1], [3, 6]), False),
        (avg_pool2d([3, 5, 1], [3, 5]), True),
        (avg_pool2d([3, 5, 1], [4, 1]), False),
        (avg_pool2d([3, 5, 1], [1, 6]), False),
    ],
)
def test_windows_fit(tmp_path, layer, legal):
    layers = [layer] if layer["kind"] == "conv2d" else [layer, conv2d([1, 1, 1])]
    if legal:
        load(tmp_path, map_network(*layers))
    else:
        refuse(tmp_path, map_network(*layers), "kernel")


@pytest.mark.contract("conv.padding", "limits.maps")
def test_padding_stays_below_the_kernel(tmp_path):
    layer = conv2d([5, 5, 1], 1, [3, 2], padding=[2, 2, 1, 1])
    load(tmp_path / "a", map_network(layer))
    for padding in ([3, 2, 1, 1], [2, 3, 1, 1], [2, 2, 2, 1], [2, 2, 1, 2]):
        refuse(tmp_path / "b", map_network({**layer, "padding": padding}), "padding")


@pytest.mark.contract("pool.encoding", "neuron.border")
@pytest.mark.parametrize(
    ("description", "words"),
    [
        (map_network(max_pool2d([2, 2, 1]), conv2d([1, 1, 1], n=4)), ["resolution_bits", "3", "4"]),
        (
            edited(map_network(max_pool2d([2, 2, 1]), conv2d([1, 1, 1])), "input.resolution_bits", 4),
            ["resolution_bits"],
        ),
        (edited(map_network(max_pool2d([2, 2, 1]), conv2d([1, 1, 1])), "input.encoding", "spike"), ["encoding"]),
        (edited(map_network(max_pool2d([2, 2, 1]), conv2d([1, 1, 1])), "layers.0.encoding", "bipolar"), ["encoding"]),
        (map_network(conv2d([2, 2, 1], neuron=RELU), max_pool2d([2, 2, 1], n=4)), ["resolution_bits", "3", "4"]),
        (map_network(conv2d([2, 2, 1], neuron=RELU), avg_pool2d([2, 2, 1], n=2)), ["resolution_bits", "3", "2"]),
        (
            map_network(conv2d([2, 2, 1], neuron=RELU), max_pool2d([2, 2, 1], encoding="bipolar")),
            ["encoding", "bipolar"],
        ),
        (map_network(conv2d([2, 2, 1], neuron=CLAMP), avg_pool2d([2, 2, 1])), ["encoding", "sign_magnitude"]),
        (map_network(conv2d([2, 2, 1], neuron=LIF), max_pool2d([2, 2, 1])), ["encoding", "spike"]),
        (
            map_network(max_pool2d([2, 2, 1], encoding="sign_magnitude"), conv2d([1, 1, 1])),
            ["encoding", "sign_magnitude", "unipolar"],
        ),
        (map_network(max_pool2d([2, 2, 1], encoding="spike"), conv2d([1, 1, 1])), ["encoding", "spike", "unipolar"]),
    ],
)
def test_pools_have_the_encoding_of_their_neighbours(tmp_path, description, words):
    refuse(tmp_path, description, *words, arrays=map_tensors(description))


@pytest.mark.contract("pool.encoding", "codes.spike")
def test_bits_of_spikes_are_compared_with_nothing(tmp_path):
    after = conv2d([1, 1, 1], n=5, input_encoding="spike")
    for i, n in enumerate((2, 16)):
        pool = max_pool2d([2, 2, 1], n=n, encoding="spike")
        load(tmp_path / f"{i}", map_network(conv2d([2, 2, 1], neuron=LIF), pool, after))
        load(tmp_path / f"first{i}", edited(map_network(pool, after), "input.resolution_bits", 7))
    for n in (1, 17, 0):
        refuse(tmp_path / "no", map_network(max_pool2d([2, 2, 1], n=n, encoding="spike"), after), "resolution_bits")


@pytest.mark.contract("pool.no_spikes_avg")
def test_spikes_have_no_average(tmp_path):
    first = map_network(avg_pool2d([2, 2, 1], encoding="spike"), conv2d([1, 1, 1], input_encoding="spike"))
    hidden = map_network(conv2d([2, 2, 1], neuron=LIF), avg_pool2d([2, 2, 1], encoding="spike"))
    for i, description in enumerate((first, hidden)):
        refuse(tmp_path / f"{i}", description, "avg_pool2d|encoding", "spike", arrays=map_tensors(description))


@pytest.mark.contract("layers.one_weighted")
def test_a_network_of_pools_alone_is_refused(tmp_path):
    pools = [max_pool2d([4, 4, 1]), avg_pool2d([2, 2, 1])]
    for count in (1, 2):
        refuse(tmp_path / f"{count}", map_network(*pools[:count]), "layers", "dense|conv2d")
    load(tmp_path / "legal", map_network(*pools, conv2d([1, 1, 1])))


@pytest.mark.contract("neuron.linear")
@pytest.mark.parametrize(
    "after",
    [max_pool2d([2, 2, 1]), avg_pool2d([2, 2, 1]), conv2d([2, 2, 1]), dense(4, 1)],
    ids=lambda layer: layer["kind"],
)
def test_linear_is_for_the_last_layer(tmp_path, after):
    description = map_network(conv2d([2, 2, 1], neuron=LINEAR), after)
    refuse(tmp_path, description, "linear", arrays=map_tensors(description))


# ---------------------------------------------------------------- what conv2d shares with dense


@pytest.mark.contract("conv.fields", "product.refused", "accumulator.mux", "accumulator.or", "source.lane_skip")
@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"weight_encoding": "bipolar"}, ["unipolar", "bipolar"]),
        ({"input_encoding": "spike", "weight_encoding": "unipolar"}, ["spike", "unipolar"]),
        ({"accumulator": {"kind": "mux", "select": {"kind": "lfsr", "seed": 1}}}, ["select", "lfsr"]),
        ({"accumulator": {"kind": "or"}, "input_encoding": "bipolar", "weight_encoding": "bipolar"}, ["or", "bipolar"]),
        ({"input_generator": comparator({"kind": "counter", "lane_skip": 1})}, ["lane_skip"]),
        ({"input_generator": comparator({"kind": "lfsr", "seed": 8})}, ["seed", "8"]),
        ({"stream_length": 0}, ["stream_length"]),
        ({"stream_length": 2**20 + 1}, ["stream_length"]),
        ({"resolution_bits": 17}, ["resolution_bits"]),
        ({"input_generator": None}, ["input_generator"]),
    ],
)
def test_rules_of_dense_layers_hold(tmp_path, changes, words):
    description = map_network({**conv2d([2, 2, 1], kernel=[2, 2]), **changes})
    refuse(tmp_path, description, *words, arrays=map_tensors(description))


@pytest.mark.contract("conv.fields", "codes.spike")
def test_a_convolution_of_spikes_has_no_input_generator(tmp_path):
    spikes = map_network(conv2d([2, 2, 1], input_encoding="spike"))
    load(tmp_path / "a", spikes)
    for generator in (None, comparator()):
        refuse(tmp_path / "b", edited(spikes, "layers.0.input_generator", generator), "input_generator")
    plain = map_network(conv2d([2, 2, 1]))
    refuse(tmp_path / "c", edited(plain, "layers.0.input_generator", REMOVE), "input_generator")


@pytest.mark.contract("conv.window", "accumulator.mux")
def test_the_select_word_is_as_wide_as_the_window_needs(tmp_path):
    """Two of four channels, 2 x 2 places: 8 inputs, 3 bits, so that seed 7 is the largest."""
    for seed, legal in ((7, True), (8, False)):
        accumulator = {"kind": "mux", "select": {"kind": "lfsr_full", "seed": seed}}
        description = map_network(conv2d([3, 3, 4], 2, [2, 2], groups=2, accumulator=accumulator))
        if legal:
            load(tmp_path / f"{seed}", description)
        else:
            refuse(tmp_path / f"{seed}", description, "seed", "8", arrays=map_tensors(description))


# ---------------------------------------------------------------- codes and features


@pytest.mark.contract("time.shapes", "maps.order")
def test_codes_of_maps_are_flat(tmp_path):
    net = load(tmp_path, map_network(conv2d([2, 3, 2]), time_steps=2))
    assert check_codes(net, np.zeros((4, 2, 12), int)).shape == (4, 2, 12)
    for shape in ((4, 2, 2, 3, 2), (4, 12), (4, 2, 11), (2, 3, 2), (4, 2, 6, 2)):
        with pytest.raises(CodesError, match="shape"):
            check_codes(net, np.zeros(shape, int))
    with pytest.raises(CodesError, match="index"):
        check_codes(net, np.full((1, 2, 12), 8))


@pytest.mark.contract("input.per_feature", "codes.nonfinite")
def test_features_that_are_not_finite_are_errors(tmp_path):
    for per_feature in (False, True):
        net = load(tmp_path / f"{per_feature}", map_network(conv2d([1, 1, 3]), per_feature=per_feature))
        for value in (np.nan, np.inf, -np.inf):
            with pytest.raises(CodesError, match="finite"):
                quantize_features(net, np.array([[0.0, value, 0.0]]))


@pytest.mark.contract("input.per_feature", "time.shapes")
def test_features_have_the_shape_of_codes(tmp_path):
    net = load(tmp_path, map_network(conv2d([1, 1, 3]), per_feature=True, time_steps=2))
    assert quantize_features(net, np.zeros((5, 2, 3)))[0].shape == (5, 2, 3)
    for shape in ((5, 3), (5, 2, 1), (5, 2, 4), (3,), (5, 1, 3)):
        with pytest.raises(CodesError, match="shape"):
            quantize_features(net, np.zeros(shape))


# ---------------------------------------------------------------- the page's examples


@pytest.mark.contract("conv.fields", "pool.fields", "folder.read")
def test_the_examples_of_the_contract_page_are_layers(tmp_path):
    """The page's convolution and pool, one behind the other."""
    page = documents.ROOT / "docs" / "reference" / "contract.md"
    examples = [json.loads(b.text) for b in documents.blocks(page) if b.language == "json"]
    layers = [tree for tree in examples if "format" not in tree]
    assert [layer["kind"] for layer in layers] == ["conv2d", "avg_pool2d"]
    net = load(tmp_path, map_network(*layers))
    assert net.output_shape(1) == (1, 2 * 2 * 4)
    raw = safetensors_bytes(map_tensors(map_network(*layers)))
    assert json.loads(net.json_bytes)["tensors"]["sha256"] == sha256(raw).hexdigest()
