"""Layer 1: the coherence of many qubits under decoherence and metabolic pumping, read as Bernoulli streams."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from ...spec.coerce import first_index, integer, number, real_array
from ...spec.errors import CodesError, OptionError, require_extra

require_extra("jax", "jax")

import jax  # noqa: E402 -- after the check, so that a missing jax is an error that names the extra
import jax.numpy as jnp  # noqa: E402

INITIAL_COHERENCE = 0.95
PUMP_DECAY = 0.1
"""Pumping lost in one unit of time."""


@dataclass(frozen=True)
class L1QuantumParameters:
    """Constants of the model."""

    n_qubits: int = 1000
    bitstream_length: int = 1024
    s_critical: float = 0.5
    """Pumping above which coherence grows."""
    gamma_decoherence: float = 0.05
    f_non_markov: float = 100.0
    """Memory of the surroundings, above 1; its decimal logarithm divides the decoherence."""

    def __post_init__(self) -> None:
        for f in fields(self):
            value = getattr(self, f.name)
            if f.type == "int":
                integer(f.name, value, 1)
            else:
                number(f.name, value)
        if self.gamma_decoherence < 0:
            raise OptionError(f"gamma_decoherence must be 0 or more, got {self.gamma_decoherence!r}")
        if self.f_non_markov <= 1:
            raise OptionError(f"f_non_markov must be above 1 (its logarithm divides), got {self.f_non_markov!r}")


class _State(NamedTuple):
    coherence: jax.Array
    """C of every qubit, `(n_qubits,)`, 0 to 1."""
    pump: jax.Array
    """S of every qubit, `(n_qubits,)`, 0 to 1."""
    steps: jax.Array


@partial(jax.jit, static_argnames="length")
def _sample(values: jax.Array, key: jax.Array, length: int) -> jax.Array:
    return jax.random.bernoulli(key, values[:, None], (values.shape[0], length)).astype(jnp.uint8)


@partial(jax.jit, static_argnames="p")
def _step(state: _State, key: jax.Array, dt: Any, drive: jax.Array, p: L1QuantumParameters) -> tuple[_State, jax.Array]:
    pump = jnp.clip(state.pump + drive * dt, 0, 1)
    growth = (pump - p.s_critical) * state.coherence
    decay = p.gamma_decoherence / math.log10(p.f_non_markov) * state.coherence
    coherence = jnp.clip(state.coherence + dt * (growth - decay), 0, 1)
    next_state = _State(coherence, jnp.clip(pump - PUMP_DECAY * dt, 0, 1), state.steps + 1)
    return next_state, _sample(coherence, jax.random.fold_in(key, state.steps), p.bitstream_length)


class L1_QuantumAdapter:
    """Coherence C and pumping S of `n_qubits` qubits; a `StochasticAdapter`.

    A step of dt: S ← clip(S + mean of the inputs·dt, 0, 1) where inputs are given;
    C ← clip(C + dt·((S − s_critical)·C − gamma/log10(F)·C), 0, 1); S ← clip(S − 0.1·dt, 0, 1). The streams are
    Bernoulli(C). At first C = 0.95 and S = 0. Step k's streams depend on the seed and on k alone.

    >>> adapter = L1_QuantumAdapter({"n_qubits": 4, "bitstream_length": 64})
    >>> adapter.step_jax(0.01).shape
    (4, 64)
    >>> round(adapter.get_metrics()["r1_global_coherence"], 7)
    0.9450125
    """

    def __init__(self, params: L1QuantumParameters | Mapping[str, Any] | None = None, seed: int = 41) -> None:
        """Make the model at rest.

        Args:
            params: constants that differ from the defaults, as a mapping or a whole `L1QuantumParameters`.
            seed: 0 to 2^32 − 1, of the streams.

        Raises:
            OptionError: an unknown name, or a value that breaks its rule.
        """
        if isinstance(params, L1QuantumParameters):
            self.params = params
        else:
            names = [f.name for f in fields(L1QuantumParameters)]
            if params is not None and not isinstance(params, Mapping):
                raise OptionError(f"params must be a mapping, an L1QuantumParameters or None, got {params!r}")
            for name in params or {}:
                if name not in names:
                    raise OptionError(f"params must have names among {', '.join(names)}; got {name!r}")
            self.params = L1QuantumParameters(**(params or {}))
        seed = integer("seed", seed, 0, 2**32 - 1, rule="an integer, 0 to 2^32 - 1")
        self._step_key, self._encode_key = jax.random.split(jax.random.key(seed))
        self.reset()

    def reset(self) -> None:
        """Back to the start; the same steps then give the same streams."""
        n = self.params.n_qubits
        self._state = _State(jnp.full(n, INITIAL_COHERENCE), jnp.zeros(n), jnp.int32(0))
        self._streams: jax.Array | None = None

    @property
    def coherence(self) -> jax.Array:
        """C of every qubit, `(n_qubits,)`."""
        return self._state.coherence

    @property
    def pump(self) -> jax.Array:
        """S of every qubit, `(n_qubits,)`."""
        return self._state.pump

    def encode(self, values: Any) -> jax.Array:
        """Bernoulli streams of values in [0, 1], `(n_qubits,)`: uint8 `(n_qubits, bitstream_length)`.

        Raises:
            CodesError: wrong shape, or a value that is no number in [0, 1]; its index is named.
        """
        array = real_array("values", values, (self.params.n_qubits,))
        _check_unit_interval("values", array)
        return _sample(jnp.asarray(array, jnp.float32), self._encode_key, self.params.bitstream_length)

    def step_jax(self, dt: float, inputs: Any = None) -> jax.Array:
        """Advance by dt.

        Args:
            dt: time, above 0.
            inputs: streams `(n_qubits, any length)`, or other values in [0, 1] of that shape; their mean over axis 1
                pumps each qubit. None pumps none.

        Returns:
            uint8 streams `(n_qubits, bitstream_length)` of the new coherence.

        Raises:
            OptionError: dt is no finite number above 0.
            CodesError: the inputs' shape or values are not legal.
        """
        dt = number("dt", dt, above=0)
        if inputs is None:
            drive = jnp.zeros(self.params.n_qubits)
        else:
            array = real_array("inputs", inputs)
            if array.ndim != 2 or array.shape[0] != self.params.n_qubits or array.shape[1] == 0:
                raise CodesError(f"inputs must have shape (n_qubits, length), n_qubits = {self.params.n_qubits}, "
                                 f"with no axis of length 0; got {array.shape}")  # fmt: skip
            _check_unit_interval("inputs", array)
            drive = jnp.asarray(array.mean(axis=1), jnp.float32)
        self._state, streams = _step(self._state, self._step_key, dt, drive, self.params)
        self._streams = streams
        return streams

    def decode(self, bitstreams: Any = None) -> dict[str, float]:
        """`avg_coherence`: the density of ones of streams `(n_qubits, length)`; of the last step's where None.

        Raises:
            OptionError: no step was made and no streams are given.
            CodesError: the streams' shape is not legal, or they hold other values than 0 and 1.
        """
        if bitstreams is None:
            if self._streams is None:
                raise OptionError("bitstreams must be given before the first step_jax")
            bitstreams = self._streams
        bits = real_array("bitstreams", bitstreams, (self.params.n_qubits, "length"))
        if not np.isin(bits, (0, 1)).all():
            raise CodesError(f"bitstreams must hold zeros and ones, got values {bits.min()} to {bits.max()}")
        return {"avg_coherence": float(bits.mean())}

    def get_metrics(self) -> dict[str, float]:
        """`r1_global_coherence` and `avg_metabolic_pumping`: the means of C and S."""
        coherence, pump = (np.asarray(part, np.float64) for part in (self._state.coherence, self._state.pump))
        return {"r1_global_coherence": float(coherence.mean()), "avg_metabolic_pumping": float(pump.mean())}


def _check_unit_interval(name: str, array: np.ndarray) -> None:
    inside = (array >= 0) & (array <= 1)
    if not inside.all():
        index = first_index(~inside)
        raise CodesError(f"{name} must lie in [0, 1], got {array[index]} at index {index}")
