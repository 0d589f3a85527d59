"""The description as a Python object: valid by construction, frozen, and right about its own shapes and widths."""

from __future__ import annotations

import numpy as np
import pytest
from pydantic import ValidationError
from support import oracle
from support.networks.descriptions import comparator, dense, network, tensors
from support.networks.random_networks import random_network, write_folder

from sc_neurocore.spec import CodesError, NetworkSpec, SpecError, check_codes, load_network

RELU = {"kind": "relu", "output_bits": 5}
LIF = {"kind": "lif", "leak_shift": 1, "v_threshold": 3, "state_bits": 8}


def load(folder, description, **arrays) -> NetworkSpec:
    return load_network(write_folder(folder / "net", description, tensors(description, **arrays)))


@pytest.fixture
def net(tmp_path) -> NetworkSpec:
    return load(tmp_path, network(dense(3, 2, n=4, neuron=RELU), dense(2, 2, n=5)))


def test_a_message_names_one_broken_rule_and_counts_the_others(net):
    with pytest.raises(SpecError) as one:
        type(net.input)(**{**net.input.model_dump(), "features": 0})
    assert "features" in str(one.value)
    assert " more)" not in str(one.value)
    with pytest.raises(SpecError, match=r" \(and 2 more\)$"):
        type(net.input)(**{**net.input.model_dump(), "features": 0, "resolution_bits": 0, "scale": -1})


@pytest.mark.parametrize("length", [80, 81])
def test_a_key_of_80_characters_is_told_whole(net, length):
    key = "k" * length
    with pytest.raises(SpecError) as error:
        type(net.input)(**{**net.input.model_dump(), key: 1})
    assert str(error.value).startswith(f"{key} is not" if length <= 80 else "'kkk")


def test_nothing_of_it_can_be_changed(net):
    for at, name, value in (
        (net, "name", "other"),
        (net, "weights", ()),
        (net.input, "features", 9),
        (net.layers[0], "neurons", 9),
        (net.layers[0].neuron, "shift", 1),
        (net.layers[0].weight_generator.source, "skip", 1),
    ):
        with pytest.raises((ValidationError, AttributeError, TypeError)):
            setattr(at, name, value)
    for array in (*net.weights, *net.biases):
        assert array.dtype == np.int32
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1
        with pytest.raises(ValueError, match=r"WRITEABLE|writeable"):
            array.setflags(write=True)
        assert array.base is None or not array.base.flags.writeable
    assert isinstance(net.layers, tuple)
    assert isinstance(net.weights, tuple)


@pytest.mark.parametrize("arrays", ["ab", b"ab", {0: 1, 1: 2}, 5, None])
def test_arrays_are_one_for_each_layer_and_nothing_else(net, arrays):
    with pytest.raises(SpecError, match=r"weights must hold one array per layer, got"):
        net.replace(weights=arrays)


def test_the_first_weight_out_of_range_is_named(net):
    weight = np.array([[-15, 15, -16], [0, 16, 0]], np.int32)
    with pytest.raises(SpecError, match=r"got -16 at \[0, 2\]"):
        net.replace(weights=(weight, net.weights[1]))


def test_it_keeps_its_own_copy_of_the_arrays(net):
    weight = np.ones((2, 3), np.int32)
    made = net.replace(weights=(weight, net.weights[1]))
    weight[:] = 99
    assert made.weights[0].tolist() == [[1] * 3] * 2


def test_replace_validates_the_whole_again(net):
    assert net.replace(name="other").name == "other"
    assert net.replace(name="other") != net
    assert net.replace() == net
    for changes in (
        {"name": "module"},
        {"weights": net.weights[:1]},
        {"biases": ()},
        {"layers": net.layers[:1]},
        {"layers": net.layers[::-1]},
        {"weights": (np.full((2, 3), 16), net.weights[1])},
        {"weights": (np.ones((2, 3)), net.weights[1])},
        {"weights": (np.ones((3, 2), int), net.weights[1])},
        {"biases": (np.full(2, 2**30), net.biases[1])},
        {"biases": (np.full(2, 2**40), net.biases[1])},
        {"nonsense": 1},
    ):
        with pytest.raises(SpecError):
            net.replace(**changes)


@pytest.mark.contract("time.shapes", "time.repeat", "time.reduce")
@pytest.mark.parametrize("seed", range(60))
def test_shapes_are_the_oracles(tmp_path, seed):
    random = random_network(seed)
    net = load_network(random.write(tmp_path))
    codes = random.codes(3)
    assert net.codes_shape(3) == codes.shape
    outputs = oracle.evaluate(random.description, codes, random.tensors)
    assert net.output_shape(3) == outputs.shape
    assert net.output_neurons == outputs.shape[-1]
    assert np.abs(outputs).max() <= net.output_magnitude
    assert net.output_signed or outputs.min() >= 0
    low = -(2 ** (net.output_width - 1)) if net.output_signed else 0
    assert low <= outputs.min()
    assert outputs.max() < low + 2**net.output_width


@pytest.mark.contract("core.widths", "accumulator.width")
@pytest.mark.parametrize(
    ("layer", "steps", "reduce", "signed", "width"),
    [
        (dense(3, 2, n=4, neuron=RELU), 1, "none", False, 5),
        (dense(3, 2, n=4, neuron={**RELU, "kind": "clamp", "output_encoding": "sign_magnitude"}), 1, "none", True, 6),
        (dense(3, 2, n=4, neuron={**RELU, "kind": "clamp", "output_encoding": "bipolar"}), 1, "none", False, 5),
        (dense(3, 2, n=4, neuron=LIF), 1, "none", False, 1),
        (dense(3, 2, n=4, neuron=LIF), 7, "none", False, 1),
        (dense(3, 2, n=4, neuron=LIF), 7, "sum", False, 3),
        (dense(3, 2, n=4, neuron=RELU), 8, "sum", False, 8),
    ],
)
def test_port_widths(tmp_path, layer, steps, reduce, signed, width):
    net = load(tmp_path, network(layer, steps=steps, reduce=reduce))
    assert (net.output_signed, net.output_width) == (signed, width)


@pytest.mark.contract("core.widths", "accumulator.width")
@pytest.mark.parametrize("bias", [0, 1, -40, 2**30 - 1])
@pytest.mark.parametrize("steps", [1, 3])
def test_a_linear_output_holds_full_scale(tmp_path, bias, steps):
    always = comparator({"kind": "lfsr", "seed": 1})
    layer = dense(3, 2, n=4, length=21, input_generator=always, weight_generator=always)
    description = network(layer, steps=steps, repeat=steps > 1, reduce="sum")
    arrays = tensors(description, [[[15] * 3, [-15] * 3]], [[abs(bias), -abs(bias)]])
    net = load_network(write_folder(tmp_path / "net", description, arrays))
    outputs = oracle.evaluate(description, [[15] * 3], arrays)[0]
    assert outputs.tolist() == [steps * (63 + abs(bias)), -steps * (63 + abs(bias))]
    assert net.output_signed
    assert outputs[0] < 2 ** (net.output_width - 1)
    assert outputs[1] >= -(2 ** (net.output_width - 1))


@pytest.mark.contract("codes.unipolar", "codes.bipolar", "codes.sign_magnitude", "codes.spike")
@pytest.mark.parametrize(
    ("x", "low", "high"), [("unipolar", 0, 15), ("bipolar", 0, 15), ("sign_magnitude", -15, 15), ("spike", 0, 1)]
)
def test_code_ranges(tmp_path, x, low, high):
    w = "bipolar" if x == "bipolar" else "sign_magnitude"
    net = load(tmp_path, network(dense(2, 1, n=4, input_encoding=x, weight_encoding=w)))
    assert check_codes(net, [[low, high]]).tolist() == [[low, high]]
    for code in (low - 1, high + 1, 2**62, -(2**62)):
        with pytest.raises(CodesError, match=rf"{code} at index \(0, 1\)"):
            check_codes(net, [[low, code]])


@pytest.mark.contract("time.shapes")
def test_an_empty_batch_is_legal_and_others_shapes_are_not(tmp_path):
    net = load(tmp_path, network(dense(2, 1), steps=3))
    assert check_codes(net, np.zeros((0, 3, 2), int)).shape == (0, 3, 2)
    for shape in ((2,), (1, 2), (1, 2, 2), (1, 3, 3), (1, 1, 3, 2), (1, 2, 3)):
        with pytest.raises(CodesError, match="shape"):
            check_codes(net, np.zeros(shape, int))


def test_ragged_and_hostile_codes_are_codes_errors(net):
    for codes in ([[1, 2], [1, 2, 3]], None, "abc", [["a"] * 3], [[None] * 3], [[2**70] * 3], {"a": 1}, object()):
        with pytest.raises(CodesError):
            check_codes(net, codes)
