from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
from support.networks.default_dense import DEFAULT_FIELDS
from support.networks.random_maps import random_map_network

from sc_neurocore.bitstream import network as bits
from sc_neurocore.bitstream import run, windows
from sc_neurocore.spec import (
    DEFAULT_INPUT_GENERATOR,
    DEFAULT_WEIGHT_GENERATOR,
    AvgPool2dLayer,
    CodesError,
    Comparator,
    Conv2dLayer,
    Counter,
    DenseLayer,
    InputSpec,
    Lfsr,
    Linear,
    MaxPool2dLayer,
    Mux,
    NetworkSpec,
    Or,
    ParallelCounter,
    Sobol,
    VanDerCorput,
    WeightedBinary,
    code_range,
    dequantize,
    load_network,
)

LFSR, LFSR_REVERSED = Comparator(source=Lfsr(seed=1)), Comparator(source=Lfsr(seed=1, reverse=True))


def layer(**changes) -> DenseLayer:
    fields = {
        "inputs": 3,
        "neurons": 2,
        "resolution_bits": 4,
        "stream_length": 16,
        "input_encoding": "unipolar",
        "weight_encoding": "unipolar",
        "input_generator": Comparator(source=Sobol(dimension=1)),
        "weight_generator": Comparator(source=Sobol(dimension=2)),
        "accumulator": ParallelCounter(),
        "neuron": Linear(),
        "output_scale": 1.0,
    }
    return DenseLayer(**{**fields, **changes})


def network(one: DenseLayer, weights, **head) -> NetworkSpec:
    spec = InputSpec(
        features=one.inputs, encoding=one.input_encoding, resolution_bits=one.resolution_bits, scale=1.0, **head
    )
    biases = (np.zeros(one.neurons, dtype=np.int32),)
    return NetworkSpec(name="net", input=spec, layers=(one,), weights=(np.asarray(weights),), biases=biases)


@pytest.mark.contract("product.and", "generator.shared")
@pytest.mark.parametrize("source", [Counter(), VanDerCorput(skip=3), Sobol(dimension=4)], ids=str)
def test_one_comparator_source_for_both_operands_stays_a_minimum(source):
    one = layer(
        inputs=1, neurons=16, **dict.fromkeys(("input_generator", "weight_generator"), Comparator(source=source))
    )
    codes = np.arange(16)[:, None]
    assert np.array_equal(run(network(one, codes), codes), np.minimum(codes, codes.T))


@pytest.mark.contract("product.and", "generator.shared")
def test_one_selector_source_for_both_operands_stays_a_bitwise_and():
    both = WeightedBinary(source=VanDerCorput(skip=1))
    one = layer(inputs=1, neurons=16, input_generator=both, weight_generator=both)
    codes = np.arange(16)[:, None]
    assert np.array_equal(run(network(one, codes), codes), codes & codes.T)


@pytest.mark.contract("product.xnor")
def test_one_source_for_both_bipolar_operands_stays_a_distance():
    both = Comparator(source=Counter())
    one = layer(
        inputs=1,
        neurons=16,
        input_encoding="bipolar",
        weight_encoding="bipolar",
        input_generator=both,
        weight_generator=both,
    )
    codes = np.arange(16)[:, None]
    assert np.array_equal(run(network(one, codes), codes), 16 - 2 * abs(codes - codes.T))


@pytest.mark.contract("accumulator.or")
def test_an_or_of_equal_lanes_stays_a_maximum_until_lanes_differ():
    codes = np.array([[5, 11, 3]])
    full = np.full((1, 3), 15)
    for skip, expected in ((0, 11), (4, 13)):  # 0-4; 0-6 and 12-14; 8-10: all of 0-14 but 7 and 11
        one = layer(
            neurons=1,
            accumulator=Or(),
            input_generator=Comparator(source=Counter(lane_skip=skip)),
            weight_generator=Comparator(source=Counter()),
            stream_length=15,
        )
        assert run(network(one, full), codes).item() == expected


@pytest.mark.contract("accumulator.mux")
def test_a_mux_visits_its_inputs_in_turn_and_adds_nothing_beyond_the_last():
    always = Comparator(source=Counter())  # code 15 of 4 bits: ones at 0 ... 14
    one = layer(accumulator=Mux(select=Counter()), input_generator=always, weight_generator=always, stream_length=8)
    weights = np.array([[15, 0, 0], [15, 15, 15]])
    codes = np.full((1, 3), 15)
    # selects 0 1 2 3 0 1 2 3: input 0 twice; positions 3 and 7 name no input
    assert run(network(one, weights), codes).tolist() == [[2, 6]]


@pytest.mark.contract("accumulator.count_value")
@pytest.mark.parametrize(
    ("changes", "worth"),
    [
        ({}, 256 * 256 / (256 * 255**2)),
        ({"stream_length": 64}, 256 * 256 / (64 * 255**2)),
        ({"input_generator": DEFAULT_INPUT_GENERATOR, "weight_generator": DEFAULT_WEIGHT_GENERATOR}, 1 / 255),
        ({"input_generator": LFSR, "weight_generator": LFSR_REVERSED, "stream_length": 255}, 1 / 255),
        ({"input_encoding": "bipolar", "weight_encoding": "bipolar"}, 1 / 256),
        ({"input_encoding": "spike", "weight_encoding": "sign_magnitude", "input_generator": None}, 1 / 255),
        # 255 and the select's period 4 have no common factor: every input meets every word once
        (
            {
                "accumulator": Mux(select=Counter()),
                "input_generator": LFSR,
                "weight_generator": LFSR_REVERSED,
                "stream_length": 4 * 255,
            },
            4 / (4 * 255),
        ),
    ],
    ids=["sobol", "sobol at a quarter", "default", "lfsr", "bipolar", "spike", "mux"],
)
def test_a_count_is_worth_what_the_contract_says(changes, worth):
    rng = np.random.default_rng(8)
    one = layer(neurons=200, resolution_bits=8, **({"stream_length": 256} | changes))
    weights = rng.integers(*code_range(one.weight_encoding, 8), (200, 3))
    codes = rng.integers(*code_range(one.input_encoding, 8), (20, 3), endpoint=True)
    values = dequantize(codes, one.input_encoding, 8) @ dequantize(weights, one.weight_encoding, 8).T
    error = run(network(one, weights), codes) * worth - values
    assert np.sqrt((error**2).mean()) < 0.03
    assert np.sqrt((values**2).mean()) > 0.3  # so a factor wrong by a tenth would show


@pytest.mark.contract("source.restart", "time.steps")
def test_a_sample_does_not_depend_on_its_neighbours():
    rng = np.random.default_rng(5)
    one = layer(stream_length=37)
    spec, codes = network(one, rng.integers(0, 16, (2, 3))), rng.integers(0, 16, (9, 3))
    whole = run(spec, codes)
    for i in range(9):
        assert np.array_equal(run(spec, codes[i : i + 1])[0], whole[i])
    assert np.array_equal(run(spec, codes[::-1]), whole[::-1])


@pytest.mark.contract("time.shapes")
def test_an_empty_batch_has_an_empty_result():
    assert run(network(layer(), np.ones((2, 3), int)), np.zeros((0, 3), int)).shape == (0, 2)


@pytest.mark.parametrize(
    "accumulator", [ParallelCounter(), Or(), Mux(select=Sobol(dimension=3))], ids=["parallel_counter", "or", "mux"]
)
def test_windows_and_chunks_change_no_bit(monkeypatch, accumulator):
    rng = np.random.default_rng(6)
    lanes = 5 if isinstance(accumulator, Or) else 0
    one = layer(
        stream_length=101,
        accumulator=accumulator,
        input_generator=Comparator(source=Sobol(dimension=1, lane_skip=lanes)),
        weight_generator=WeightedBinary(source=Sobol(dimension=2, skip=9)),
    )
    spec, codes = network(one, rng.integers(0, 16, (2, 3))), rng.integers(0, 16, (7, 3))
    whole = run(spec, codes)
    assert whole.any()
    for size in (1, 6, 64, 700):
        monkeypatch.setattr(bits, "CHUNK_BITS", size)
        assert np.array_equal(run(spec, codes), whole)


@pytest.mark.contract("limits")
@pytest.mark.parametrize("accumulator", [ParallelCounter(), Or()], ids=["parallel_counter", "or"])
def test_the_widest_layer_stays_small_in_memory(accumulator):
    one = layer(inputs=65_536, neurons=1, stream_length=128, accumulator=accumulator)
    spec, codes = network(one, np.full((1, 65_536), 15)), np.full((2, 65_536), 15, dtype=np.int64)
    tracemalloc.start()
    result = run(spec, codes)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    # code 15 of 4 bits misses the one word 15 of each period: at different positions for the two dimensions
    per_input = 8 * 14
    assert result.tolist() == [[65_536 * per_input if isinstance(accumulator, ParallelCounter) else per_input]] * 2
    assert (
        peak < 200e6
    )  # a byte for every product bit at once would be 16.8 MB, its words 8 times that, 64 MB of each operand


def test_codes_are_checked():
    with pytest.raises(CodesError, match="0 to 15; got 16"):
        run(network(layer(), np.ones((2, 3), int)), np.full((1, 3), 16))


@pytest.mark.parametrize("kind", ["conv2d", "max_pool2d", "avg_pool2d"])
def test_windows_are_never_held_all_at_once(kind):
    """9,409 windows of 1,024 codes are 77 MB as int64; they are made some at a time."""
    shape = {"in_shape": (128, 128, 1), "kernel": (32, 32), "stride": (1, 1)}
    codes = np.arange(2 * 128 * 128).reshape(2, -1) % 16
    run_layer = {
        "max_pool2d": lambda: windows.max_pool(
            MaxPool2dLayer(**shape, encoding="unipolar", resolution_bits=4, output_scale=1.0), codes
        ),
        "avg_pool2d": lambda: windows.avg_pool(
            AvgPool2dLayer(**shape, encoding="unipolar", resolution_bits=4, output_scale=1.0, shift=10), codes
        ),
        "conv2d": lambda: bits.window_counts(
            Conv2dLayer(
                **shape,
                out_channels=1,
                padding=(0, 0, 0, 0),
                groups=1,
                resolution_bits=4,
                stream_length=1,
                **DEFAULT_FIELDS,
            ),
            codes,
            np.ones((1, 32, 32, 1), dtype=np.int64),
            np.zeros(1, dtype=np.int64),
        ),
    }[kind]
    tracemalloc.start()
    try:
        out = run_layer()
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert out.shape == (2, 97 * 97)
    assert peak < 150e6, f"{peak / 1e6:.0f} MB for 154 MB of windows"


@pytest.mark.parametrize("seed", range(6))
def test_windows_of_more_codes_than_are_held_at_a_time_are_taken_one_by_one(seed, monkeypatch, tmp_path):
    random = random_map_network(seed)
    spec, codes = load_network(random.write(tmp_path / "net")), random.codes(3)
    whole = run(spec, codes)
    monkeypatch.setattr(windows, "WINDOW_CODES", 1)
    assert np.array_equal(run(spec, codes), whole)
