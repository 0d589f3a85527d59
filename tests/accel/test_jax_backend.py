from __future__ import annotations

import subprocess
import sys
from typing import Any

import numpy as np
import pytest
from support import oracle
from support.networks.examples_of_kinds import COMPARATORS, RESETS
from support.networks.random_networks import random_network

jax = pytest.importorskip("jax", reason="the jax extra is not installed")
import jax.numpy as jnp  # noqa: E402
from support.networks.default_dense import default_dense  # noqa: E402

import sc_neurocore  # noqa: E402
from sc_neurocore.accel import counters, jax_backend  # noqa: E402
from sc_neurocore.accel.exact_layer import lif_step, output_codes  # noqa: E402
from sc_neurocore.accel.jax import ops  # noqa: E402
from sc_neurocore.accel.ops import no_surrogate  # noqa: E402
from sc_neurocore.spec import (  # noqa: E402
    Clamp,
    CodesError,
    Comparator,
    InputSpec,
    Lif,
    Linear,
    NetworkSpec,
    Or,
    OutputSpec,
    Relu,
    Sobol,
    SpecError,
)


def network_of(
    inputs, neurons, n, length, *, weights=None, biases=None, neuron=None, steps=1, reduce="none", **changes
):
    layer = default_dense(inputs, neurons, n, stream_length=length, neuron=neuron or Linear(), **changes)
    top = 2**n - 1
    rng = np.random.default_rng(inputs + neurons + n)
    return NetworkSpec(
        name="t",
        input=InputSpec(
            features=inputs,
            encoding=layer.input_encoding,
            resolution_bits=n,
            scale=1.0,
            time_steps=steps,
            repeat=steps > 1,
        ),
        output=OutputSpec(reduce=reduce),
        layers=(layer,),
        weights=(rng.integers(-top, top + 1, (neurons, inputs)) if weights is None else weights,),
        biases=(np.zeros(neurons, np.int32) if biases is None else biases,),
    )


def default_pair_counts(x, w, n):
    """The contract's closed form for L = 2^n: T[x, w] = Σ_i x_{n−i} · floor((|w| + 2^(i−1)) / 2^i), with w's sign."""
    total = np.zeros((len(x), len(w)), dtype=object)
    for i in range(1, n + 1):
        bits = (x >> (n - i) & 1).astype(object)
        total += bits @ (np.sign(w) * ((np.abs(w) + (1 << (i - 1))) >> i)).astype(object).T
    return total


@pytest.mark.contract("accumulator.width", "generator.default_pair")
def test_sums_beyond_float32_stay_exact():
    n, inputs = 16, 700
    top = 2**n - 1
    rng = np.random.default_rng(0)
    weights = np.stack([np.full(inputs, top), np.full(inputs, -top), rng.integers(-top, top + 1, inputs)])
    x = np.stack([np.full(inputs, top), rng.integers(0, top + 1, inputs), rng.integers(0, 2, inputs)])
    network = network_of(inputs, 3, n, 2**n, weights=weights, biases=np.array([-1, 1, 2**30 - 1]))
    expected = default_pair_counts(x, weights, n) + np.array([-1, 1, 2**30 - 1], dtype=object)
    assert abs(expected).max() > 2**24
    assert any(int(v) % 2 for v in expected.ravel()), "only even sums would not show a lost bit"
    assert np.array_equal(sc_neurocore.infer(network, x, engine="jax").astype(object), expected)


def test_each_path_is_taken_and_exact(monkeypatch, tmp_path):
    """Bytes of coefficients, one or two of them, float32, int32 and whole streams give the oracle's integers."""
    sobol = {"input_generator": Comparator(source=Sobol(dimension=2))}
    taken = []

    def check(n, length, **changes):
        network = network_of(40, 9, n, length, **changes)
        function = jax_backend.NetworkFunction(network)
        taken.append({name: str(value.dtype) for name, value in function.parameters[0].items() if name != "bias"})
        folder = tmp_path / str(len(taken))
        sc_neurocore.save_network(network, folder)
        for batch in (0, 3, 20):
            x = np.random.default_rng(batch).integers(0, 2**n, (batch, 40))
            x[:1] = 2**n - 1
            assert np.array_equal(np.asarray(function(x)), oracle.evaluate(folder, x))

    check(6, 64)
    check(8, 5001, weight_generator=Comparator(source=Sobol(dimension=2)))
    check(4, 16, **sobol)
    check(4, 16 * 200, **sobol)
    monkeypatch.setattr(ops, "EXACT_FLOAT32", 1)
    check(4, 16 * 200, **sobol)
    monkeypatch.setattr(counters, "TABLE_LIMIT", 0)
    monkeypatch.setattr(counters, "CHUNK_ELEMENTS", 40 * 20 * 7)  # chunks that do not divide the positions
    check(6, 64)
    assert taken == [
        {"coefficients": "int8"},
        {"coefficients": "int8", "coefficients_1": "int8"},
        {"coefficients": "int8"},
        {"coefficients": "float32"},
        {"coefficients": "int32"},
        {"weight": "int32"},
    ]


@pytest.mark.parametrize("seed", [1000, 1003, 1009, 1013, 1017])
def test_streams_in_small_chunks_equal_the_oracle(seed, tmp_path, monkeypatch):
    monkeypatch.setattr(counters, "TABLE_LIMIT", 0)
    monkeypatch.setattr(counters, "CHUNK_ELEMENTS", 500)
    made = random_network(seed)
    folder, codes = made.write(tmp_path / "n"), made.codes(5)
    function = jax_backend.NetworkFunction(sc_neurocore.load_network(folder))
    got = np.asarray(function(codes))
    assert np.array_equal(got, oracle.evaluate(folder, codes))


EDGES = [0, 1, -1, 2, 255, -256, 65535, 65536, -65537, 2**24 + 1, -(2**24) - 1, 2**30, 2**31 - 1, -(2**31) + 1]
"""Accumulators: zero, around the limbs' border, beyond float32, and the extremes the limits allow."""


@pytest.mark.contract("neuron.requantize", "neuron.border", "limits")
@pytest.mark.parametrize("multiplier", [1, 3, 255, 32766, 32767])
@pytest.mark.parametrize("bits", [2, 8, 16])
def test_border_is_exact_to_47_bits(multiplier, bits):
    rng = np.random.default_rng(multiplier)
    a = np.concatenate([EDGES, rng.integers(-(2**31) + 1, 2**31, 400), rng.integers(-70000, 70000, 400)])
    top, half = 2**bits - 1, 2 ** (bits - 1)
    for shift in [0, 1, 2, 14, 15, 16, 17, 18, 29, 30, 31, 32, 33, 44, 45, 46, *rng.integers(0, 47, 3).tolist()]:
        y = [(int(v) * multiplier + (0 if shift == 0 else 1 << (shift - 1))) >> shift for v in a]
        fields: dict[str, Any] = {"multiplier": multiplier, "shift": shift, "output_bits": bits}
        wanted = [
            (Relu(**fields), [min(max(v, 0), top) for v in y]),
            (Clamp(**fields, output_encoding="sign_magnitude"), [min(max(v, -top), top) for v in y]),
            (Clamp(**fields, output_encoding="bipolar"), [min(max(v + half, 0), top) for v in y]),
        ]
        for neuron, expected in wanted:
            got = np.asarray(output_codes(neuron, jnp.asarray(a, jnp.int32)))
            assert got.tolist() == expected, (neuron, shift)


@pytest.mark.one_in(6)
@pytest.mark.contract("neuron.lif")
@pytest.mark.parametrize("state_bits", [2, 7, 31, 32])
@pytest.mark.parametrize("leak_shift", [None, 1, "most"])
@pytest.mark.parametrize("reset", RESETS)
@pytest.mark.parametrize("comparator", COMPARATORS)
def test_lif_saturates_exactly(state_bits, leak_shift, reset, comparator):
    top = 2 ** (state_bits - 1)
    leak = state_bits - 1 if leak_shift == "most" else leak_shift
    level = max(1, top - 1 - (top > 4) * 2)
    neuron = Lif(leak_shift=leak, v_threshold=level, comparator=comparator, reset=reset, state_bits=state_bits)
    states = sorted(v for v in {-top, -top + 1, -1, 0, 1, level - 1, level, top - 1} if -top <= v < top)
    pairs = [(v, a) for v in states for a in [*EDGES, level, level - 1, top, -top] if -(2**31) < a < 2**31]
    v, a = (np.array(part, dtype=np.int64) for part in zip(*pairs, strict=True))
    expected = []
    for state, current in pairs:
        state = min(max(state - (0 if leak is None else state >> leak) + current, -top), top - 1)
        spike = state > level if comparator == "gt" else state >= level
        if spike:
            state = min(max(state - level, -top), top - 1) if reset == "subtract" else 0
        expected.append((state, int(spike)))
    arrays = (jnp.asarray(part, jnp.int32) for part in (v, a))
    after, spikes = lif_step(ops.INTEGERS, neuron, *arrays, level, no_surrogate)
    assert list(zip(np.asarray(after).tolist(), np.asarray(spikes).tolist(), strict=True)) == expected
    never = comparator == "gt" and level == top - 1  # a state cannot pass its own maximum
    assert {s for _, s in expected} == ({0} if never else {0, 1})


@pytest.mark.contract("time.reduce", "accumulator.width")
def test_sums_over_time_beyond_int32():
    bias = np.array([2**30 - 1, -(2**30) + 1], dtype=np.int32)
    network = network_of(3, 2, 4, 16, biases=bias, steps=1000, reduce="sum")
    codes = np.array([[15, 0, 7], [1, 2, 3]])
    expected = 1000 * (default_pair_counts(codes, network.weights[0].astype(np.int64), 4) + bias)
    assert abs(expected).max() > 2**39
    assert np.array_equal(sc_neurocore.infer(network, codes, engine="jax").astype(object), expected)
    with pytest.raises(SpecError, match=r"the sum over time_steps = 1000 may reach .* int32"):
        jax_backend.network_fn(network)(codes)


def test_network_fn_under_jit_vmap_and_any_leading_shape():
    network = network_of(6, 4, 4, 16, neuron=Relu(shift=2, output_bits=4))
    function = jax_backend.network_fn(network)
    codes = np.random.default_rng(2).integers(0, 16, (5, 3, 6))
    expected = np.clip(
        (default_pair_counts(codes.reshape(-1, 6), network.weights[0].astype(np.int64), 4) + 2) // 4, 0, 15
    )
    expected = expected.astype(np.int64).reshape(5, 3, 4)
    assert expected.any()
    for got in (
        function(codes),
        jax.jit(function)(codes),
        jax.vmap(function)(codes),
        jax.vmap(jax.vmap(jax.jit(function)))(codes),
        function(codes.astype(np.uint8)),
        jnp.stack([function(sample) for sample in codes[:, 0]])[:, None],
    ):
        assert got.dtype == jnp.int32
        assert np.array_equal(np.asarray(got), expected[:, : got.shape[1]])


def test_long_batches_run_in_blocks(monkeypatch):
    network = network_of(6, 4, 4, 16)
    codes = np.random.default_rng(3).integers(0, 16, (23, 6))
    monkeypatch.setattr(jax_backend.NetworkFunction, "block", lambda self: 7)
    expected = default_pair_counts(codes, network.weights[0].astype(np.int64), 4)
    assert np.array_equal(jax_backend.run(network, codes).astype(object), expected)
    assert jax_backend.run(network, codes[:0]).shape == (0, 4)


@pytest.mark.contract("time.shapes")
def test_wrong_codes_are_named():
    function = jax_backend.network_fn(network_of(6, 4, 4, 16))
    with pytest.raises(CodesError, match=r"codes must have shape \(..., 6\), got \(2, 5\)"):
        function(np.zeros((2, 5), int))
    with pytest.raises(CodesError, match="codes must be integers, got dtype float64"):
        function(np.zeros((2, 6)))
    with pytest.raises(CodesError, match="got 16 at index"):
        jax_backend.run(network_of(6, 4, 4, 16), np.full((1, 6), 16))


def test_tables_too_large_are_not_built():
    """A 16-bit comparator pair has 2^32 products: the streams are contracted instead, in bounded memory."""
    pair = {
        name: Comparator(source=Sobol(dimension=d)) for d, name in enumerate(("input_generator", "weight_generator"), 1)
    }
    network = network_of(2, 2, 16, 1000, weights=np.array([[40000, -65535], [1, 3]]), **pair)
    assert isinstance(counters.counter_of(network.layers[0]), counters.StreamCounter)
    codes = np.array([[65535, 65535], [30000, 12345]])
    assert np.array_equal(jax_backend.run(network, codes), sc_neurocore.infer(network, codes, engine="reference"))


def test_importing_changes_no_flag():
    program = """
import jax
before = dict(jax.config.values)
import sc_neurocore.accel.jax_backend, sc_neurocore.accel.jax.ops, sc_neurocore.training.trainer
assert dict(jax.config.values) == before, {k: v for k, v in jax.config.values.items() if before.get(k) != v}
assert not jax.config.jax_enable_x64 and len(before) > 50
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]


@pytest.mark.parametrize("changes", [{}, {"accumulator": Or()}], ids=["sum", "or"])
def test_exact_with_x64_enabled_too(changes):
    network = network_of(6, 4, 4, 16, neuron=Relu(multiplier=32767, shift=20, output_bits=4), **changes)
    codes = np.random.default_rng(4).integers(0, 16, (9, 6))
    expected = jax_backend.run(network, codes)
    with jax.enable_x64(True):
        assert np.array_equal(np.asarray(jax_backend.NetworkFunction(network)(codes)), expected)
