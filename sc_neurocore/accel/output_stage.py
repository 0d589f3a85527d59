"""From accumulated counts to a layer's outputs, one pass over a tile: bias, requantization or membrane step, clipping.

Independent of `bitstream.neurons`, which it must equal.
"""

from __future__ import annotations

import numpy as np

from ..spec.encoding import code_range, zero_code
from ..spec.kinds import strict, unknown_kind
from ..spec.layer import Clamp, DenseLayer, Lif, Linear, Relu
from .jit import kernel
from .kinds import subtracts


@kernel
def _requantize(a: np.ndarray, bias: np.ndarray, multiplier: int, shift: int, offset: int, low: int, high: int) -> None:
    r = np.int64(0)
    if shift > 0:
        r = np.int64(1) << (shift - 1)
    for i in range(a.shape[0]):
        for k in range(a.shape[1]):
            y = (((a[i, k] + bias[k]) * multiplier + r) >> shift) + offset
            a[i, k] = min(max(y, low), high)


@kernel
def _lif(
    a: np.ndarray,
    bias: np.ndarray,
    state: np.ndarray,
    leak_shift: int,
    fire_at: int,
    subtract: int,
    low: int,
    high: int,
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
            a[i, k] = np.int64(spike)


def apply_neuron(layer: DenseLayer, bias: np.ndarray, a: np.ndarray, state: np.ndarray | None) -> np.ndarray:
    """Turn counts `a` `(batch, neurons)` into the layer's outputs, in place; `lif` updates `state` too.

    Args:
        layer: gives the neuron.
        bias: int64 `(neurons,)`.
        a: int64 counts without bias; overwritten.
        state: int64 membrane state of a `lif` layer, else None.

    Returns:
        `a`.
    """
    match layer.neuron:
        case Relu() | Clamp() as neuron:
            low, full = code_range(neuron.encoding, neuron.output_bits)
            offset = zero_code(neuron.encoding, neuron.output_bits)
            _requantize(a, bias, neuron.multiplier, neuron.shift, offset, low, full)
        case Lif() as neuron:
            assert state is not None, "a lif layer has a state"
            top = 2 ** (neuron.state_bits - 1)
            fire_at = neuron.v_threshold + strict(neuron.comparator)
            subtract = neuron.v_threshold if subtracts(neuron.reset) else 0
            _lif(a, bias, state, neuron.leak_shift or 0, fire_at, subtract, -top, top - 1)
        case Linear():
            a += bias
        case other:
            unknown_kind(other, "accel")
    return a
