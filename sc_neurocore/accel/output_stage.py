"""From accumulated counts to a layer's outputs, one pass over a tile: bias, requantization or membrane step, clipping.

Codes are as narrow as their range, so that the next layer reads few bytes; counts of a linear layer are int64.
Independent of `bitstream.neurons`, which it must equal.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..spec.encoding import code_range, zero_code
from ..spec.kinds import strict, unknown_kind
from ..spec.layer import Clamp, DenseLayer, Lif, Linear, Relu
from ..spec.maps import Conv2dLayer
from .jit import kernel
from .kinds import subtracts
from .requantizer import requantize

_requantized = kernel(requantize)


@kernel
def _requantize(
    a: np.ndarray, bias: np.ndarray, multiplier: int, shift: int, offset: int, low: int, high: int, out: np.ndarray
) -> None:
    for i in range(a.shape[0]):
        for k in range(a.shape[1]):
            y = _requantized(a[i, k] + bias[k], multiplier, shift) + offset
            out[i, k] = min(max(y, low), high)


@kernel
def _lif(
    a: np.ndarray,
    bias: np.ndarray,
    leak_shift: int,
    fire_at: int,
    subtract: int,
    low: int,
    high: int,
    state: np.ndarray,
    out: np.ndarray,
) -> None:
    for i in range(a.shape[0]):
        for k in range(a.shape[1]):
            v = state[i, k]
            leak = v >> leak_shift if leak_shift > 0 else np.int64(0)
            v = min(max(v - leak + a[i, k] + bias[k], low), high)
            spike = v >= fire_at
            if spike:
                v = max(v - subtract, low) if subtract > 0 else np.int64(0)
            state[i, k] = v
            out[i, k] = spike


class NumpyLayer:
    """A layer for `executor.run_steps`, from what computes its counts and the neuron's one pass over them."""

    def __init__(
        self,
        layer: DenseLayer | Conv2dLayer,
        biases: np.ndarray,
        counts: Callable[[np.ndarray], np.ndarray] | None,
        repeated: bool = False,
    ) -> None:
        """Look up once what the neuron's pass needs.

        Args:
            layer: the description.
            biases: integers `(neurons,)` that are added to the counts: zeros where `counts` has added them. All
                positions of a map have the same.
            counts: codes `(batch, in_elements)` to a fresh array of counts, int64 `(batch, out_elements)`; None where
                others count.
            repeated: whether the same counts may enter `outputs` at several steps.
        """
        self.layer, self.repeated = layer, repeated
        self.counts: Any = counts
        self.bias = np.tile(biases.astype(np.int64), layer.out_elements // layer.neurons)
        self.biased = bool(self.bias.any())
        self.run: Callable[..., None] | None = None
        self.constants: tuple[int, ...] = ()
        self.codes: Any = np.uint8
        match layer.neuron:
            case Relu() | Clamp() as neuron:
                bounds = code_range(neuron.encoding, neuron.output_bits)
                offset = zero_code(neuron.encoding, neuron.output_bits)
                self.run, self.constants = _requantize, (neuron.multiplier, neuron.shift, offset, *bounds)
                self.codes = np.result_type(*map(np.min_scalar_type, bounds))
            case Lif() as neuron:
                top = 2 ** (neuron.state_bits - 1)
                fire_at = neuron.v_threshold + strict(neuron.comparator)
                subtract = neuron.v_threshold if subtracts(neuron.reset) else 0
                self.run, self.constants = _lif, (neuron.leak_shift or 0, fire_at, subtract, -top, top - 1)
            case Linear():
                pass
            case other:
                unknown_kind(other, "accel")

    def outputs(self, counts: np.ndarray, state: np.ndarray | None) -> tuple[np.ndarray, np.ndarray | None]:
        """Outputs, of a linear layer in the place of counts that are not repeated; and the state, in its place."""
        if self.run is None:
            if not self.repeated and not self.biased:
                return counts, state
            return np.add(counts, self.bias, out=None if self.repeated else counts), state
        outputs = np.empty(counts.shape, dtype=self.codes)
        self.run(counts, self.bias, *self.constants, *(() if state is None else (state,)), outputs)
        return outputs, state

    def start(self, codes: np.ndarray) -> np.ndarray | None:
        """The state 0 of a `lif` layer, int64 `(batch, out_elements)`; None of the others."""
        if not self.layer.neuron.keeps_state:
            return None
        return np.zeros((len(codes), self.layer.out_elements), dtype=np.int64)
