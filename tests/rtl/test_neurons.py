"""The neuron components against exact rational arithmetic, at the borders of every clip."""

from __future__ import annotations

import random
from fractions import Fraction
from math import floor

import pytest
from amaranth.hdl import unsigned
from support.amaranth_runs import trace

from sc_neurocore.rtl.bias import Bias
from sc_neurocore.rtl.neurons import ClampNeuron, LinearNeuron, ReluNeuron, Requantizer
from sc_neurocore.rtl.sign_magnitude import SignMagnitude

BORDERS = [
    (20, 1, 0),
    (20, 1, 3),
    (5000, 3, 5),
    (5000, 32_767, 18),
    (2**31 - 1, 32_767, 46),
    (300, 1, 46),
    (7, 32_767, 1),
]


def values(magnitude: int) -> list[int]:
    rng = random.Random(magnitude)
    few = [rng.randint(-magnitude, magnitude) for _ in range(40)]
    near_zero = [v for v in range(-6, 7) if abs(v) <= magnitude]
    return [magnitude, -magnitude, magnitude - 1, 1 - magnitude, *near_zero, *few]


def rounded(a: int, multiplier: int, shift: int) -> int:
    """a·multiplier / 2^shift to the nearest integer, halves upwards: the contract's y in other words."""
    return floor(Fraction(a * multiplier, 2**shift) + Fraction(1, 2)) if shift else a * multiplier


def outputs(component, latency: int, a: list[int], port: str) -> list[int]:
    return trace(component, {"biased": a + [0] * latency}, [port])[port][latency:]


@pytest.mark.contract("neuron.requantize", "neuron.border")
@pytest.mark.parametrize(("magnitude", "multiplier", "shift"), BORDERS)
def test_the_requantizer_rounds_to_nearest(magnitude, multiplier, shift):
    a = values(magnitude)
    component = Requantizer(magnitude, multiplier, shift)
    assert outputs(component, component.latency, a, "scaled") == [rounded(v, multiplier, shift) for v in a]


@pytest.mark.contract("neuron.relu")
@pytest.mark.parametrize("bits", [2, 8, 16])
@pytest.mark.parametrize(("magnitude", "multiplier", "shift"), BORDERS)
def test_relu_clips_to_the_unipolar_range(magnitude, multiplier, shift, bits):
    a = values(magnitude)
    component = ReluNeuron(magnitude, multiplier, shift, bits)
    expected = [sorted((0, rounded(v, multiplier, shift), 2**bits - 1))[1] for v in a]
    assert outputs(component, component.latency, a, "result") == expected


@pytest.mark.contract("neuron.clamp")
@pytest.mark.parametrize("bits", [2, 8, 16])
@pytest.mark.parametrize(("magnitude", "multiplier", "shift"), BORDERS)
def test_clamp_clips_to_either_encoding(magnitude, multiplier, shift, bits):
    a = values(magnitude)
    full = 2**bits - 1
    component = ClampNeuron(magnitude, multiplier, shift, bits, "sign_magnitude")
    expected = [sorted((-full, rounded(v, multiplier, shift), full))[1] for v in a]
    assert outputs(component, component.latency, a, "result") == expected
    component = ClampNeuron(magnitude, multiplier, shift, bits, "bipolar")
    expected = [sorted((0, rounded(v, multiplier, shift) + 2 ** (bits - 1), full))[1] for v in a]
    assert outputs(component, component.latency, a, "result") == expected


@pytest.mark.contract("neuron.linear")
def test_linear_hands_the_count_on():
    a = values(1000)
    assert outputs(LinearNeuron(1000), 0, a, "result") == a


@pytest.mark.contract("accumulator.bias")
@pytest.mark.parametrize("scale", [1, 2])
@pytest.mark.parametrize("offsets", [[0], [-5], [2**30 - 1, -(2**30) + 1, 7]])
def test_bias_adds_each_neurons_offset(offsets, scale):
    magnitude = 2**31 - 1
    totals, neurons = [0, 9, 255, 100], [0, len(offsets) - 1, 0, len(offsets) // 2]
    component = Bias(unsigned(8), scale, offsets, magnitude)
    seen = trace(component, {"total": [*totals, 0], "index": [*neurons, 0]}, ["biased"])["biased"][1:]
    assert seen == [scale * total + offsets[neuron] for total, neuron in zip(totals, neurons)]


@pytest.mark.contract("core.widths", "codes.sign_magnitude")
@pytest.mark.parametrize("n", [2, 3, 8])
def test_a_signed_code_becomes_sign_and_magnitude_and_the_lowest_is_pulled_in(n):
    codes = list(range(-(2**n), 2**n))
    seen = trace(SignMagnitude(n), {"code": codes}, ["magnitude", "negative"])
    assert seen["magnitude"] == [min(abs(code), 2**n - 1) for code in codes]
    assert seen["negative"] == [int(code < 0) for code in codes]
