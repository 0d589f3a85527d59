"""The neuron components against exact rational arithmetic, at the borders of every clip."""

from __future__ import annotations

import random
from fractions import Fraction
from math import floor

import numpy as np
import pytest
from amaranth.hdl import signed, unsigned
from support import oracle
from support.simulation.amaranth_runs import trace

from sc_neurocore.rtl.components.activation.neurons import (
    ClampNeuron,
    LifNeuron,
    LinearNeuron,
    Requantizer,
)
from sc_neurocore.rtl.components.arithmetic.accumulators import Bias, LoadableBias
from sc_neurocore.rtl.components.arithmetic.sign_magnitude import SignMagnitude
from sc_neurocore.spec import Lif

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
    component = ClampNeuron(magnitude, multiplier, shift, bits, "unipolar")
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


SETTINGS = [0, 1, 2, 7, 18, 45, 46]


def outputs_set(component, a: list[int], setting: int, port: str = "result") -> list[int]:
    inputs = {"biased": a + [0] * component.latency, "setting": [setting]}
    return trace(component, inputs, [port])[port][component.latency :]


@pytest.mark.contract("neuron.requantize", "neuron.border")
@pytest.mark.parametrize(("magnitude", "multiplier"), [(20, 1), (300, 32_767), (2**31 - 1, 1), (2**31 - 1, 32_767)])
def test_the_requantizer_takes_any_shift_from_its_port(magnitude, multiplier):
    a = values(magnitude)
    for shift in SETTINGS:
        expected = oracle.requantize({"shift": shift, "multiplier": multiplier}, np.array(a))
        assert outputs_set(Requantizer(magnitude, multiplier, None), a, shift, "scaled") == expected.tolist()


@pytest.mark.contract("neuron.relu", "neuron.clamp")
@pytest.mark.parametrize("multiplier", [1, 3])
@pytest.mark.parametrize("kind", ["relu", "sign_magnitude", "bipolar"])
def test_relu_and_clamp_take_any_shift_from_their_port(kind, multiplier):
    a, bits = values(5000), 5
    clipped = set()
    for shift in [0, 1, 4, 8, 13, 46]:
        neuron = {"kind": "relu" if kind == "relu" else "clamp", "shift": shift, "multiplier": multiplier}
        neuron |= {"output_bits": bits, "output_encoding": kind}
        component = (
            ClampNeuron(5000, multiplier, None, bits, "unipolar")
            if kind == "relu"
            else ClampNeuron(5000, multiplier, None, bits, kind)
        )
        expected = oracle.activate(neuron, np.array(a)).tolist()
        assert outputs_set(component, a, shift) == expected
        clipped |= set(expected)
    assert {-31 if kind == "sign_magnitude" else 0, 31} < clipped


@pytest.mark.contract("neuron.lif")
@pytest.mark.parametrize("steps", [1, 4])
@pytest.mark.parametrize("leak_shift", [None, 2])
@pytest.mark.parametrize(("comparator", "reset"), [("ge", "subtract"), ("gt", "zero"), ("gt", "subtract")])
def test_lif_takes_its_threshold_from_its_port(comparator, reset, leak_shift, steps):
    """Sample after sample with another threshold; the one that the neuron was made with plays no part."""
    rng, neurons = np.random.default_rng(steps), 3
    lif = Lif(leak_shift=leak_shift, v_threshold=77, comparator=comparator, reset=reset, state_bits=8)
    component = LifNeuron(400, lif, neurons, steps, loadable=True)
    inputs: dict[str, list[int]] = {"biased": [], "valid": [], "setting": []}
    expected, places = [], []
    for threshold in [30, 1, 127, 60, 2, 30]:
        neuron, state = lif.model_dump() | {"v_threshold": threshold}, np.zeros(neurons, dtype=int)
        for _ in range(steps):
            addends = np.append(rng.integers(-40, 80, neurons - 1), rng.choice([threshold, threshold + 1, 400, -400]))
            state, spikes = oracle.lif_step(neuron, state, addends)
            expected += spikes.tolist()
            places += [len(inputs["valid"]) + i + component.latency for i in range(neurons)]
            inputs["biased"] += addends.tolist() + [5] * component.latency
            inputs["valid"] += [1] * neurons + [0] * component.latency
            inputs["setting"] += [threshold] * (neurons + component.latency)
    # the last value's result stands in the clock after the last one here
    seen = trace(component, {name: [*row, row[-1]] for name, row in inputs.items()}, ["result"])["result"]
    assert [seen[place] for place in places] == expected
    assert 0 < sum(expected) < len(expected)


@pytest.mark.contract("accumulator.bias")
@pytest.mark.parametrize("scale", [1, 2])
@pytest.mark.parametrize("offsets", [[7], [3, -4], [0, 2**11 - 1, -(2**11), 5, 6]])
def test_a_loadable_bias_adds_the_offset_of_the_clock_before_and_can_be_written(offsets, scale):
    rng, many = random.Random(len(offsets)), len(offsets)
    component = LoadableBias(unsigned(8), scale, offsets, 10_000, signed(12))
    names = ("total", "index", "write", "write_index", "write_data")
    rows, expected, now = [], [], list(offsets)
    for _ in range(12):
        neuron, total = rng.randrange(many), rng.choice([0, 255, rng.randrange(256)])
        rows += [(0, neuron, 0, 0, 0), (total, (neuron + 1) % many, 0, 0, 0)]
        expected.append(scale * total + now[neuron])
        written = rng.randrange(many)
        now[written] = rng.randint(-(2**11), 2**11 - 1)
        rows.append((0, (written + 1) % many, 1, written, now[written]))
    seen = trace(component, {name: [row[i] for row in rows] for i, name in enumerate(names)}, ["biased"])["biased"]
    assert seen[2::3] == expected


@pytest.mark.contract("core.widths", "codes.sign_magnitude")
@pytest.mark.parametrize("n", [2, 3, 8])
def test_a_signed_code_becomes_sign_and_magnitude_and_the_lowest_is_pulled_in(n):
    codes = list(range(-(2**n), 2**n))
    seen = trace(SignMagnitude(n), {"code": codes}, ["magnitude", "negative"])
    assert seen["magnitude"] == [min(abs(code), 2**n - 1) for code in codes]
    assert seen["negative"] == [int(code < 0) for code in codes]
