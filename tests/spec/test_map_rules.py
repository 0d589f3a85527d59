"""Rules of maps beside their limits: shapes that fit, groups, padding, encodings round pools."""

from __future__ import annotations

import json
from hashlib import sha256

import numpy as np
import pytest
from safetensors.numpy import save as safetensors_bytes
from support import documents
from support.map_refusals import CLAMP, load, refuse
from support.networks.descriptions import REMOVE, comparator, dense, edited
from support.networks.map_descriptions import LIF, RELU, avg_pool2d, conv2d, map_network, map_tensors, max_pool2d

from sc_neurocore.spec import CodesError, check_codes, quantize_features

LINEAR = {"kind": "linear"}


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
