"""The layer-1 adapter: its equations a second time in NumPy, its check value, reproducible streams, its refusals."""

from __future__ import annotations

import math

import numpy as np
import pytest

from sc_neurocore.adapters import StochasticAdapter
from sc_neurocore.adapters.holonomic import L1_QuantumAdapter, L1QuantumParameters
from sc_neurocore.spec import CodesError, OptionError

SMALL = {"n_qubits": 5, "bitstream_length": 2048}
RNG = np.random.default_rng(2)


def test_the_check_value():
    adapter = L1_QuantumAdapter()
    streams = adapter.step_jax(dt=0.01)
    assert streams.shape == (1000, 1024)
    assert streams.dtype == np.uint8
    assert set(np.unique(streams)) == {0, 1}
    assert f"{adapter.get_metrics()['r1_global_coherence']:.7f}" == "0.9450125"
    assert adapter.get_metrics()["avg_metabolic_pumping"] == 0
    assert adapter.decode(streams)["avg_coherence"] == pytest.approx(0.9450125, abs=0.002)
    assert adapter.decode() == adapter.decode(streams)


def test_it_is_a_stochastic_adapter():
    assert isinstance(L1_QuantumAdapter(SMALL), StochasticAdapter)
    assert not isinstance(object(), StochasticAdapter)


def test_steps_are_their_equations():
    p = {"s_critical": 0.3, "gamma_decoherence": 0.4, "f_non_markov": 30.0}
    adapter = L1_QuantumAdapter({**SMALL, **p})
    c, s = np.full(5, 0.95), np.zeros(5)
    history = []
    for step in range(30):
        dt = 2.0 if step == 20 else 0.3
        inputs = None if step % 5 == 4 else RNG.integers(0, 2, (5, 64)) * np.arange(5)[:, None] / 4
        streams = adapter.step_jax(dt, inputs)
        if inputs is not None:
            s = np.clip(s + inputs.mean(axis=1) * dt, 0, 1)
        c = np.clip(c + dt * ((s - 0.3) * c - 0.4 / math.log10(30) * c), 0, 1)
        s = np.clip(s - 0.1 * dt, 0, 1)
        np.testing.assert_allclose(adapter.coherence, c, atol=1e-5)
        np.testing.assert_allclose(adapter.pump, s, atol=1e-5)
        np.testing.assert_allclose(np.asarray(streams).mean(axis=1), c, atol=5 * 0.5 / math.sqrt(2048))
        history.append(c)
    assert np.min(history) < 0.05
    assert history[-1].max() == 1  # the clip was reached


def test_the_seed_and_the_step_decide_the_streams():
    one, same, other = L1_QuantumAdapter(SMALL), L1_QuantumAdapter(SMALL, seed=41), L1_QuantumAdapter(SMALL, seed=42)
    first = np.asarray(one.step_jax(0.01))
    np.testing.assert_array_equal(same.step_jax(0.01), first)
    assert (np.asarray(other.step_jax(0.01)) != first).any()
    assert (np.asarray(one.step_jax(0.01)) != first).any()
    one.reset()
    np.testing.assert_array_equal(one.step_jax(0.01), first)


def test_encode_and_decode_are_inverse_in_the_mean():
    adapter = L1_QuantumAdapter(SMALL)
    values = np.array([0.0, 0.25, 0.5, 0.75, 1.0])
    streams = np.asarray(adapter.encode(values))
    np.testing.assert_allclose(streams.mean(axis=1), values, atol=0.06)
    np.testing.assert_array_equal(streams[[0, 4]].mean(axis=1), [0, 1])
    assert adapter.decode(streams) == {"avg_coherence": streams.mean()}


def test_parameters_as_a_whole():
    params = L1QuantumParameters(n_qubits=3, bitstream_length=8)
    assert L1_QuantumAdapter(params).step_jax(0.1).shape == (3, 8)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda a: L1_QuantumAdapter({"qubits": 3}), OptionError, "names among n_qubits, .*; got 'qubits'"),
        (
            lambda a: L1_QuantumAdapter(5),
            OptionError,
            "params must be a mapping, an L1QuantumParameters or None, got 5",
        ),
        (lambda a: L1_QuantumAdapter({"n_qubits": 0}), OptionError, "n_qubits must be an integer, 1 or more, got 0"),
        (lambda a: L1_QuantumAdapter({"bitstream_length": 1.5}), OptionError, "bitstream_length must be an integer"),
        (
            lambda a: L1_QuantumAdapter({"s_critical": math.nan}),
            OptionError,
            "s_critical must be a finite number, got nan",
        ),
        (lambda a: L1_QuantumAdapter({"f_non_markov": 1.0}), OptionError, r"f_non_markov must be above 1 .*, got 1\.0"),
        (lambda a: L1_QuantumAdapter({"gamma_decoherence": -1.0}), OptionError, "gamma_decoherence must be 0 or more"),
        (lambda a: L1_QuantumAdapter(seed=-1), OptionError, r"seed must be an integer, 0 to 2\^32 - 1, got -1"),
        (lambda a: a.step_jax(0.0), OptionError, r"dt must be a finite number above 0, got 0\.0"),
        (lambda a: a.step_jax(math.inf), OptionError, "dt must be a finite number above 0, got inf"),
        (lambda a: a.step_jax("1"), OptionError, "dt must be a finite number above 0, got '1'"),
        (
            lambda a: a.step_jax(0.1, np.ones(5)),
            CodesError,
            r"inputs must have shape \(n_qubits, length\), .* got \(5,\)",
        ),
        (lambda a: a.step_jax(0.1, np.ones((4, 8))), CodesError, r"n_qubits = 5, .* got \(4, 8\)"),
        (lambda a: a.step_jax(0.1, np.full((5, 2), 1.5)), CodesError, r"\[0, 1\], got 1\.5 at index \(0, 0\)"),
        (lambda a: a.step_jax(0.1, [[1], [2, 3]]), CodesError, "inputs must be an array, got"),
        (lambda a: a.encode(np.ones(4)), CodesError, r"values must have shape \(5,\), got \(4,\)"),
        (lambda a: a.encode([0, 0, np.nan, 0, 0]), CodesError, r"values must be finite, got nan at index \(2,\)"),
        (lambda a: a.decode(), OptionError, "bitstreams must be given before the first step_jax"),
        (lambda a: a.decode(np.ones((5, 0))), CodesError, r"bitstreams must have shape \(5, length\), got \(5, 0\)"),
        (
            lambda a: a.decode(np.full((5, 2), 2)),
            CodesError,
            "bitstreams must hold zeros and ones, got values 2.0 to 2.0",
        ),
    ],
)
def test_errors(call, error, message):
    with pytest.raises(error, match=message):
        call(L1_QuantumAdapter(SMALL))
