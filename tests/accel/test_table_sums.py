from __future__ import annotations

import numpy as np
import pytest

from sc_neurocore.accel.counts import table_sums
from sc_neurocore.bitstream.network import counts as reference_counts
from sc_neurocore.spec import (
    Comparator,
    DenseLayer,
    Lfsr,
    LfsrFull,
    Linear,
    Mux,
    ParallelCounter,
    Sobol,
    VanDerCorput,
    WeightedBinary,
    code_range,
)

STRATEGIES = {
    "look up": {"FEW": 0, "LOOK_UP_ENTRIES": 2**20},
    "near": {"FEW_NEAR": 0, "LOOK_UP_ENTRIES": 10},
    "tables": {"FEW": 10**9, "FEW_NEAR": 10**9},
    "rolling": {"FEW": 10**9, "FEW_NEAR": 10**9, "TABLE_ROWS": 0},
}


def force(strategy, monkeypatch):
    for name, value in STRATEGIES[strategy].items():
        monkeypatch.setattr(table_sums, name, value)


def layer(encoding, n, length, neurons=5, inputs=11, mux=False, selects=False) -> DenseLayer:
    source = LfsrFull(seed=1, skip=2)
    return DenseLayer(
        inputs=inputs,
        neurons=neurons,
        resolution_bits=n,
        stream_length=length,
        input_encoding=encoding,
        weight_encoding="bipolar" if encoding == "bipolar" else "sign_magnitude",
        input_generator=Comparator(source=Sobol(dimension=2, skip=1)),
        weight_generator=WeightedBinary(source=source) if selects else Comparator(source=Lfsr(seed=1, reverse=True)),
        accumulator=Mux(select=VanDerCorput()) if mux else ParallelCounter(),
        neuron=Linear(),
        output_scale=1.0,
    )


def compare(one: DenseLayer, batch: int, way: str | None = None) -> None:
    rng = np.random.default_rng(one.stream_length)
    n = one.resolution_bits
    low, high = code_range(one.weight_encoding, n)
    weights = rng.integers(low, high + 1, (one.neurons, one.inputs))
    low, high = code_range(one.input_encoding, n)
    codes = rng.integers(low, high + 1, (batch, one.inputs))
    codes[0], codes[1], codes[2] = low, high, 0
    slabs = table_sums.TableSumLayer(one, weights)
    assert way is None or slabs.way(batch) == way
    got = slabs(codes)
    expected = reference_counts(one, codes, weights)
    assert expected.any()
    assert np.array_equal(got, expected)


@pytest.mark.contract("accumulator.parallel_counter", "product.and", "product.xnor", "product.signs")
@pytest.mark.parametrize("strategy", STRATEGIES)
@pytest.mark.parametrize("encoding", ["unipolar", "sign_magnitude", "bipolar"])
@pytest.mark.parametrize(("n", "length"), [(3, 7), (4, 16), (3, 1000), (5, 90)])
def test_every_way_of_adding_rows_counts_the_same(strategy, encoding, n, length, monkeypatch):
    force(strategy, monkeypatch)
    compare(layer(encoding, n, length), 70, strategy)


@pytest.mark.contract("accumulator.mux")
@pytest.mark.parametrize("strategy", ["rolling", "tables"])
@pytest.mark.parametrize("encoding", ["unipolar", "sign_magnitude", "bipolar"])
@pytest.mark.parametrize("selects", [False, True])
def test_a_mux_adds_only_each_inputs_own_pairs(strategy, encoding, selects, monkeypatch):
    force(strategy, monkeypatch)
    compare(layer(encoding, 4, 333, mux=True, selects=selects), 40, strategy)
    compare(layer(encoding, 4, 5, mux=True, selects=selects, inputs=60), 40, strategy)


@pytest.mark.contract("limits")
@pytest.mark.parametrize(
    ("n", "length", "way"),
    [
        (3, 2**15 - 1, "tables"),  # one row fills int16: sums are emptied after every input
        (3, 2**15, "rolling"),
        (14, 500, "tables"),
        (16, 500, "tables"),  # ranks of the few thresholds that occur fit int16
        (16, 2**15 + 1, "rolling"),
    ],
)
@pytest.mark.parametrize("encoding", ["sign_magnitude", "bipolar"])
def test_narrow_sums_are_used_only_where_they_fit(n, length, way, encoding, monkeypatch):
    monkeypatch.setattr(table_sums, "FEW", 10**9)
    monkeypatch.setattr(table_sums, "FEW_NEAR", 10**9)
    compare(layer(encoding, n, length, neurons=2, inputs=9), 20, way)


@pytest.mark.contract("generator.comparator")
@pytest.mark.parametrize("encoding", ["unipolar", "sign_magnitude", "bipolar"])
@pytest.mark.parametrize("length", [4096, 1000, 12288])
def test_twelve_bits(encoding, length, monkeypatch):
    one = layer(encoding, 12, length, neurons=3, inputs=4)
    monkeypatch.setattr(table_sums, "FEW_NEAR", 100)
    compare(one, 5, "near")
    force("tables", monkeypatch)
    compare(one, 300, "tables")


@pytest.mark.parametrize("threads", ["1", "3"])
def test_many_neurons_are_shared_out(threads, monkeypatch):
    monkeypatch.setenv("NUMBA_NUM_THREADS", threads)
    monkeypatch.setattr(table_sums, "NEURONS", 30)
    for strategy in ("tables", "rolling"):
        force(strategy, monkeypatch)
        compare(layer("bipolar", 4, 20, neurons=100, inputs=9), 40, strategy)
