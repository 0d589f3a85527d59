from __future__ import annotations

import numpy as np
import pytest

from sc_neurocore.accel import _slabs
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

STRATEGIES = {"look up": (0, 0), "rolling": (10**9, 0), "whole tables": (10**9, 10**9)}


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


def compare(one: DenseLayer, batch: int) -> None:
    rng = np.random.default_rng(one.stream_length)
    n = one.resolution_bits
    low, high = code_range(one.weight_encoding, n)
    weights = rng.integers(low, high + 1, (one.neurons, one.inputs))
    low, high = code_range(one.input_encoding, n)
    codes = rng.integers(low, high + 1, (batch, one.inputs))
    codes[0], codes[1], codes[2] = low, high, 0
    got = _slabs.SlabLayer(one, weights)(codes)
    expected = reference_counts(one, codes, weights)
    assert expected.any()
    assert np.array_equal(got, expected)


@pytest.mark.contract("accumulator.parallel_counter", "product.and", "product.xnor", "product.signs")
@pytest.mark.parametrize("strategy", STRATEGIES)
@pytest.mark.parametrize("encoding", ["unipolar", "sign_magnitude", "bipolar"])
@pytest.mark.parametrize(("n", "length"), [(3, 7), (4, 16), (3, 1000), (5, 90)])
def test_every_way_of_adding_rows_counts_the_same(strategy, encoding, n, length, monkeypatch):
    few, rows = STRATEGIES[strategy]
    monkeypatch.setattr(_slabs, "FEW", few)
    monkeypatch.setattr(_slabs, "TABLE_ROWS", rows)
    compare(layer(encoding, n, length), batch=70)


@pytest.mark.contract("accumulator.mux")
@pytest.mark.parametrize("strategy", ["rolling", "whole tables"])
@pytest.mark.parametrize("encoding", ["unipolar", "sign_magnitude", "bipolar"])
@pytest.mark.parametrize("selects", [False, True])
def test_a_mux_adds_only_each_inputs_own_pairs(strategy, encoding, selects, monkeypatch):
    monkeypatch.setattr(_slabs, "TABLE_ROWS", STRATEGIES[strategy][1])
    compare(layer(encoding, 4, 333, mux=True, selects=selects), batch=40)


@pytest.mark.contract("limits")
@pytest.mark.parametrize(
    ("n", "length", "kind"),
    [(3, 2**15 - 1, np.int16), (3, 2**15, np.int32), (14, 500, np.int16), (15, 500, np.int32), (16, 500, np.int32)],
)
@pytest.mark.parametrize("encoding", ["sign_magnitude", "bipolar"])
def test_narrow_sums_are_used_only_where_they_fit(n, length, kind, encoding):
    one = layer(encoding, n, length, neurons=2, inputs=9)
    assert _slabs.SlabLayer(one, np.zeros((2, 9), dtype=np.int64)).type is kind
    compare(one, batch=20)


@pytest.mark.parametrize("threads", ["1", "3"])
def test_many_neurons_are_shared_out(threads, monkeypatch):
    monkeypatch.setenv("NUMBA_NUM_THREADS", threads)
    monkeypatch.setattr(_slabs, "NEURONS", 30)
    compare(layer("bipolar", 4, 20, neurons=100, inputs=9), batch=40)
