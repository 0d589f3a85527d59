"""Neurons, time and classes, each rule on the smallest network that shows it, for every engine of ``infer``."""

from __future__ import annotations

import numpy as np
import pytest
from support import oracle
from support.engines.rules import LFSR, SOBOL, agrees
from support.networks.descriptions import comparator, dense, network, tensors

# ---------------------------------------------------------------- neurons


def through(run, neuron, a_values, encoding="spike", **more):
    """The neuron's outputs for given a': spike inputs at 0, so that a' is the bias."""
    description = network(dense(1, len(a_values), 2, 1, input_encoding="spike", neuron=neuron, **more))
    arrays = tensors(description, biases=[a_values])
    return run(description, [[0]], arrays), oracle.evaluate(description, [[0]], arrays)[0]


A_VALUES = [0, 1, -1, 2, -2, 3, 4, 5, -5, 127, 128, 255, 256, -255, -256, 2**30 - 1, -(2**30) + 1, 12345, -54321]


@pytest.mark.contract("neuron.requantize")
@pytest.mark.parametrize(
    ("multiplier", "shift"), [(1, 0), (1, 1), (3, 2), (32_767, 0), (32_767, 46), (32_767, 38), (5, 7)]
)
def test_rounding_is_half_up_by_an_arithmetic_shift(run, multiplier, shift):
    neuron = {
        "kind": "clamp",
        "output_bits": 16,
        "output_encoding": "sign_magnitude",
        "multiplier": multiplier,
        "shift": shift,
    }
    got, _ = through(run, neuron, A_VALUES)
    if got is not None:
        half = 0 if shift == 0 else 2 ** (shift - 1)
        exact = [(a * multiplier + half) // 2**shift for a in A_VALUES]  # Python's unbounded integers
        assert got[0].tolist() == [max(-65_535, min(65_535, y)) for y in exact]


@pytest.mark.contract("neuron.linear")
def test_linear_gives_the_count(run):
    got, _ = through(run, {"kind": "linear"}, A_VALUES)
    if got is not None:
        assert got[0].tolist() == A_VALUES


@pytest.mark.parametrize(
    ("neuron", "rule"),
    [
        pytest.param(
            {"kind": "relu"}, lambda y, m: min(max(y, 0), 2**m - 1), marks=pytest.mark.contract("neuron.relu")
        ),
        pytest.param(
            {"kind": "clamp", "output_encoding": "sign_magnitude"},
            lambda y, m: min(max(y, -(2**m - 1)), 2**m - 1),
            marks=pytest.mark.contract("neuron.clamp"),
        ),
        pytest.param(
            {"kind": "clamp", "output_encoding": "bipolar"},
            lambda y, m: min(max(y + 2 ** (m - 1), 0), 2**m - 1),
            marks=pytest.mark.contract("neuron.clamp"),
        ),
    ],
)
@pytest.mark.parametrize("bits", [2, 8, 16])
def test_clipping_neurons_at_their_edges(run, neuron, rule, bits):
    top = 2**bits - 1
    values = sorted({s * (v + d) for v in (0, top, top // 2 + 1) for d in (-1, 0, 1) for s in (1, -1)})
    got, _ = through(run, {**neuron, "output_bits": bits}, values)
    if got is not None:
        assert got[0].tolist() == [rule(a, bits) for a in values]


@pytest.mark.contract("neuron.lif")
@pytest.mark.parametrize("leak_shift", [None, 1, 3])
@pytest.mark.parametrize("compare", ["ge", "gt"])
@pytest.mark.parametrize("reset", ["subtract", "zero"])
def test_lif_step_by_step(run, leak_shift, compare, reset):
    bits, level, steps = 6, 10, 12
    drives = [0, 1, 3, 5, 9, 10, 11, 20, 31, 40, 1000, -1, -40, 2**30 - 1, -(2**30) + 1]
    neuron = {
        "kind": "lif",
        "leak_shift": leak_shift,
        "v_threshold": level,
        "comparator": compare,
        "reset": reset,
        "state_bits": bits,
    }
    description = network(dense(1, len(drives), 2, 1, input_encoding="spike", neuron=neuron), steps=steps, repeat=True)
    got = run(description, [[0]], tensors(description, biases=[drives]))
    if got is None:
        return
    for i, a in enumerate(drives):
        v, spikes = 0, []
        for _ in range(steps):
            v = max(-32, min(31, v - (0 if leak_shift is None else v >> leak_shift) + a))
            s = v > level if compare == "gt" else v >= level
            if s:
                v = max(-32, min(31, v - level)) if reset == "subtract" else 0
            spikes.append(int(s))
        assert got[0, :, i].tolist() == spikes, (a, leak_shift, compare, reset)


@pytest.mark.contract("neuron.lif", "time.steps")
@pytest.mark.parametrize("leak_shift", [None, 1, 2, 5])
@pytest.mark.parametrize("reset", ["subtract", "zero"])
def test_lif_returns_from_below_zero(run, leak_shift, reset):
    """Drives of both signs, step by step: the leak of a negative state is a floor, not a truncation."""
    rng = np.random.default_rng(3)
    always = comparator(LFSR)
    neuron = {"kind": "lif", "leak_shift": leak_shift, "v_threshold": 5, "reset": reset, "state_bits": 6}
    layer = dense(2, 1, 2, 1, input_encoding="spike", weight_generator=always, neuron=neuron)
    description = network({**layer, "stream_length": 4}, steps=40)
    spikes = rng.integers(0, 2, size=(30, 40, 2))
    got = run(description, spikes, tensors(description, [[3, -3]], [[1]]))
    if got is None:
        return
    for sample, drives in enumerate((4 * spikes[..., 0] - 4 * spikes[..., 1] + 1).tolist()):
        v, wanted = 0, []
        for a in drives:
            v = max(-32, min(31, v - (0 if leak_shift is None else v // 2**leak_shift) + a))
            wanted.append(int(v >= 5))
            if wanted[-1]:
                v = v - 5 if reset == "subtract" else 0
        assert got[sample, :, 0].tolist() == wanted


@pytest.mark.contract("neuron.lif")
def test_lif_at_32_state_bits(run):
    neuron = {"kind": "lif", "leak_shift": 31, "v_threshold": 2**31 - 1, "state_bits": 32}
    description = network(dense(1, 2, 2, 1, input_encoding="spike", neuron=neuron), steps=7, repeat=True)
    arrays = tensors(description, biases=[[2**30 - 1, -(2**30) + 1]])
    agrees(run, description, [[0]], arrays)
    assert oracle.evaluate(description, [[0]], arrays)[0, :, 0].tolist() == [0, 0, 1, 0, 0, 1, 0]


@pytest.mark.contract("neuron.border")
@pytest.mark.parametrize(
    "neuron",
    [
        {"kind": "relu", "output_bits": 5, "shift": 1},
        {"kind": "clamp", "output_bits": 3, "output_encoding": "sign_magnitude", "shift": 2},
        {"kind": "clamp", "output_bits": 4, "output_encoding": "bipolar", "multiplier": 3, "shift": 3},
        {"kind": "lif", "leak_shift": 2, "v_threshold": 5, "state_bits": 8},
    ],
)
def test_a_layer_feeds_the_next(run, neuron):
    rng = np.random.default_rng(11)
    encoding = neuron.get("output_encoding", "unipolar" if neuron["kind"] == "relu" else "spike")
    bits = neuron.get("output_bits", 6)
    w = "bipolar" if encoding == "bipolar" else "sign_magnitude"
    description = network(
        dense(4, 5, 3, 9, neuron=neuron),
        dense(5, 3, bits, 17, input_encoding=encoding, weight_encoding=w, input_generator=comparator(SOBOL)),
    )
    weights = [rng.integers(-7, 8, size=(5, 4)), rng.integers(0, 2**bits, size=(3, 5))]
    agrees(run, description, rng.integers(0, 8, size=(8, 4)), tensors(description, weights))


# ---------------------------------------------------------------- time and classes


def spiking(steps: int, repeat: bool, reduce: str):
    rng = np.random.default_rng(steps)
    lif = {"kind": "lif", "leak_shift": 2, "v_threshold": 6, "state_bits": 8}
    description = network(
        dense(3, 4, 3, 8, neuron=lif),
        dense(4, 2, 3, 8, input_encoding="spike", neuron={"kind": "linear"}),
        steps=steps, repeat=repeat, reduce=reduce,
    )  # fmt: skip
    arrays = tensors(description, [rng.integers(-7, 8, size=(4, 3)), rng.integers(-7, 8, size=(2, 4))])
    shape = (5, 3) if repeat or steps == 1 else (5, steps, 3)
    return description, rng.integers(0, 8, size=shape), arrays


@pytest.mark.contract("time.steps", "time.shapes", "source.restart")
def test_each_step_uses_its_own_codes(run):
    description, codes, arrays = spiking(4, False, "none")
    agrees(run, description, codes, arrays)
    got = run(description, codes, arrays)
    assert got is None or got.shape == (5, 4, 2)


@pytest.mark.contract("time.repeat", "time.shapes")
def test_repeat_equals_the_vector_written_out(run):
    description, codes, arrays = spiking(4, True, "none")
    agrees(run, description, codes, arrays)
    got = run(description, codes, arrays)
    if got is not None:
        written = {**description, "input": {**description["input"], "repeat": False}}
        assert np.array_equal(got, run(written, np.repeat(codes[:, None], 4, axis=1), arrays))


@pytest.mark.contract("time.reduce", "time.shapes")
def test_sum_is_the_sum_over_the_steps(run):
    summed, codes, arrays = spiking(5, False, "sum")
    each = {**summed, "output": {"reduce": "none"}}
    got = run(summed, codes, arrays)
    if got is not None:
        assert got.shape == (5, 2)
        assert np.array_equal(got, run(each, codes, arrays).sum(axis=1))


@pytest.mark.contract("time.steps")
def test_only_lif_keeps_state(run):
    relu = {"kind": "relu", "output_bits": 4, "shift": 2}
    description = network(dense(3, 4, 3, 8, neuron=relu), dense(4, 2, 4, 8), steps=3)
    rng = np.random.default_rng(5)
    arrays = tensors(description, [rng.integers(-7, 8, size=(4, 3)), rng.integers(-15, 16, size=(2, 4))])
    codes = rng.integers(0, 8, size=(6, 3, 3))
    got = run(description, codes, arrays)
    if got is not None:
        single = {**description, "input": {**description["input"], "time_steps": 1}}
        for t in range(3):
            assert np.array_equal(got[:, t], run(single, codes[:, t], arrays))


@pytest.mark.contract("class.tie")
def test_the_lowest_index_wins_a_tie():
    from sc_neurocore.inference.engines import classify

    assert np.asarray(classify(np.array([[1, 3, 3], [-5, -5, -6], [0, 0, 0], [1, 2, 3]]))).tolist() == [1, 0, 0, 2]
    # Steps are summed first: 1+1+1 against 0+0+4.
    assert np.asarray(classify(np.array([[[1, 0], [1, 0], [1, 4]], [[2, 1], [0, 1], [0, 0]]]))).tolist() == [1, 0]


@pytest.mark.contract("packing")
@pytest.mark.parametrize("length", [1, 63, 64, 65, 130])
def test_packing_is_little_endian_and_zero_padded(length):
    from sc_neurocore.bitstream.packing import pack, unpack

    bits = np.random.default_rng(length).integers(0, 2, size=(3, length)).astype(np.uint8)
    words = pack(bits)
    assert words.dtype == np.uint64
    assert words.shape == (3, -(-length // 64))
    for row, stream in zip(words.tolist(), bits.tolist(), strict=True):
        assert sum(word << (64 * i) for i, word in enumerate(row)) == sum(bit << t for t, bit in enumerate(stream))
    assert np.array_equal(unpack(words, length), bits)
