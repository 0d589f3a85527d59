"""The one entrance to the executions of a circuit, which agree on every bit."""

from __future__ import annotations

from typing import Any, Literal, get_args

import numpy as np

from ..spec.circuit import circuit_codes, circuit_spec
from ..spec.errors import OptionError
from . import reference

Engine = Literal["auto", "reference", "fast"]
"""Names of the engines; `auto` is `fast` wherever that runs."""


def run(circuit: Any, codes: Any, engine: Engine = "auto") -> dict[str, np.ndarray]:
    """What comes out of a circuit, by the names of its outputs, in their order.

    Args:
        circuit: a description (`CircuitSpec`) or a builder (`Circuit`).
        codes: integers 0 ... 2^n - 1, `(batch, inputs)` in the order of the circuit's inputs.
        engine: `reference` makes every bit by itself; `fast` works on 64 positions at a time where no state stands in
            the way, and shares the batch out to threads; `auto` takes `fast`, but `reference` where Numba is told to
            compile nothing. All results are equal.

    Returns:
        `count` and `state` outputs as int64 `(batch,)`, `stream` outputs as uint8 `(batch, L)`.

    Raises:
        CodesError: the codes have a type, shape or value that the circuit does not take.
        OptionError: there is no such engine, or this is no circuit.
        SpecError: a builder's circuit breaks a rule of the contract.
        ToolError: `fast` is asked for, and Numba is told to compile nothing.
    """
    if engine not in get_args(Engine):
        raise OptionError(f"engine must be one of {', '.join(get_args(Engine))}; got {engine!r}")
    spec = circuit_spec(circuit)
    integers = circuit_codes(spec, codes)
    if engine == "reference":
        return reference.run(spec, integers)
    from ..accel.jit import compiles
    from . import fast

    if engine == "auto" and not compiles():
        return reference.run(spec, integers)
    return fast.run(spec, integers)
