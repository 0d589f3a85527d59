"""The codes that a circuit takes, checked."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..coerce import first_index, integer_array
from ..errors import CodesError
from .description import CircuitSpec


def circuit_codes(circuit: CircuitSpec, codes: Any) -> np.ndarray:
    """The codes as a C-ordered int64 array.

    Args:
        circuit: gives the inputs and their resolution.
        codes: integers 0 ... 2^n - 1, `(batch, inputs)` in the order of the circuit's inputs.

    Raises:
        CodesError: wrong type, shape, or a code out of range; the message names the first one.
    """
    integers = integer_array("codes", codes)
    if integers.ndim != 2 or integers.shape[1] != len(circuit.inputs):
        raise CodesError(f"codes must have shape (batch, {len(circuit.inputs)}), got {integers.shape}")
    top = 2**circuit.resolution_bits - 1
    outside = (integers < 0) | (integers > top)
    if outside.any():
        index = first_index(outside)
        name = circuit.inputs[index[1]].name
        raise CodesError(f"codes must be 0 to {top}; got {integers[index]} at index {index}, of input {name!r}")
    return np.ascontiguousarray(integers, dtype=np.int64)
