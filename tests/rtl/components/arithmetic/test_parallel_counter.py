"""The parallel counter and the accumulator: exact, on time, and never wrapping."""

from __future__ import annotations

import random

import pytest
from support.simulation.amaranth_runs import trace

from sc_neurocore.rtl.components.arithmetic.accumulators import Accumulator
from sc_neurocore.rtl.components.arithmetic.parallel_counter import ParallelCounter


@pytest.mark.contract("accumulator.parallel_counter")
@pytest.mark.parametrize("levels", [None, 1, 2, 3])
@pytest.mark.parametrize("width", [1, 2, 3, 5, 8, 9, 31, 64, 100])
def test_it_counts_the_ones_after_its_latency(width, levels):
    counter = ParallelCounter(width, levels_per_stage=levels)
    rng = random.Random(width)
    words = [2**width - 1, 0, *(rng.getrandbits(width) for _ in range(12))]
    counts = trace(counter, {"bits": words + [0] * counter.latency}, ["count"])["count"]
    assert counts[counter.latency :] == [bin(word).count("1") for word in words]
    if levels:
        assert counter.latency == -(-(width - 1).bit_length() // levels)


@pytest.mark.contract("accumulator.parallel_counter", "product.signs")
@pytest.mark.parametrize("width", [1, 2, 3, 7, 8, 33])
def test_with_signs_it_sums_them(width):
    counter = ParallelCounter(width, with_signs=True)
    rng = random.Random(width)
    full = 2**width - 1
    bits = [full, full, 0, *(rng.getrandbits(width) for _ in range(12))]
    signs = [0, full, full, *(rng.getrandbits(width) for _ in range(12))]
    idle = [0] * counter.latency
    counts = trace(counter, {"bits": bits + idle, "negative": signs + idle}, ["count"])["count"]
    expected = [sum((1 - 2 * (s >> i & 1)) * (b >> i & 1) for i in range(width)) for b, s in zip(bits, signs)]
    assert counts[counter.latency :] == expected


@pytest.mark.contract("accumulator.width", "accumulator.parallel_counter")
@pytest.mark.parametrize("signs", [False, True])
@pytest.mark.parametrize(("width", "length"), [(1, 1), (3, 5), (7, 9), (8, 16)])
def test_the_accumulator_holds_full_scale(width, length, signs):
    for count in (width, -width) if signs else (width,):
        inputs = {"valid": [1] * length + [0], "first": [1] + [0] * length, "count": [count] * (length + 1)}
        accumulator = Accumulator(width, length, with_signs=signs)
        total = trace(accumulator, inputs, ["total"])["total"]
        assert total[length] == count * length
        assert accumulator.shape.width == (width * length).bit_length() + signs  # not a bit wider than it must be


@pytest.mark.contract("accumulator.count_value")
def test_the_accumulator_starts_anew_at_first_and_waits_without_valid():
    inputs = {"valid": [1, 1, 0, 1, 1, 0], "first": [1, 0, 0, 0, 1, 1], "count": [2, 3, 3, 1, 2, 3]}
    total = trace(Accumulator(3, 9), inputs, ["total"])["total"]
    assert total[1:] == [2, 5, 5, 6, 2]
