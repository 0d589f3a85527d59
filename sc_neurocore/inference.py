"""The one entrance to the executions of a network: `infer` chooses an engine, all of which agree on every integer."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np

from .spec.codes import integer_codes
from .spec.errors import CodesError, OptionError, require_extra

if TYPE_CHECKING:
    from .spec.network import NetworkSpec

Engine = Literal["auto", "reference", "packed", "counts", "jax"]
"""Names of the engines; `auto` takes one of the others."""


def infer(network: NetworkSpec, codes: Any, engine: Engine = "auto") -> np.ndarray:
    """Exact integer outputs of a network.

    Args:
        network: description and tensors.
        codes: integer codes, `(batch, features)`, or `(batch, time_steps, features)` where each step has its own.
        engine: `reference` makes every bit; `packed` makes 64 bits a word; `counts` makes no bits (no `or`
            accumulators); `jax` runs the network as a JAX function; `auto` chooses (see `explain`). All results
            are equal.

    Returns:
        int64 `(batch, neurons)`, or `(batch, time_steps, neurons)` for several steps that are not summed.

    Raises:
        CodesError: the codes have a shape, type or value that the network does not take.
        OptionError: there is no such engine, or it cannot run this network; the message says why.
        MissingExtraError: the engine's library is not installed.
    """
    if engine not in get_args(Engine):
        raise OptionError(f"engine must be one of {', '.join(get_args(Engine))}; got {engine!r}")
    array = integer_codes(network, codes)  # their values are checked by the engine
    if engine == "auto":
        engine = _choose(network)[0]
    return _runner(network, engine)(array)


def classify(outputs: np.ndarray) -> np.ndarray:
    """The class of each sample: index of the largest output, summed over the steps if several; the lowest on a tie.

    Args:
        outputs: what `infer` returned, `(batch, neurons)` or `(batch, time_steps, neurons)`.

    Returns:
        int64 `(batch,)`.

    Raises:
        CodesError: the outputs have no such shape, or no neurons.
    """
    outputs = np.asarray(outputs)
    if outputs.ndim not in (2, 3) or outputs.shape[-1] == 0:
        raise CodesError(f"outputs must be (batch, neurons) or (batch, time_steps, neurons), got shape {outputs.shape}")
    if outputs.ndim == 3:
        outputs = outputs.sum(axis=1)
    return outputs.argmax(axis=1)  # NumPy's argmax is the first of equals


def explain(network: NetworkSpec, batch: int = 1) -> dict[str, Any]:
    """What `engine="auto"` takes for this network, and why.

    Args:
        network: the network to run.
        batch: samples of the call, for the amount of work.

    Returns:
        `engine`, `reason`, and `layers`: for each layer what that engine does with it and what it costs.
    """
    engine, reason = _choose(network)
    if engine == "counts":
        from .accel import counts

        layers = counts.describe(network, batch)
    else:
        from .accel import packed

        layers = packed.describe(network, batch)
    return {"engine": engine, "reason": reason, "layers": layers}


def _choose(network: NetworkSpec) -> tuple[Engine, str]:
    from .accel import counts

    obstacle = counts.supports(network)
    if obstacle is None:
        return "counts", "every layer is a sum of products, so exact counts are computed without making any bit"
    return "packed", f"counts cannot run it: {obstacle}"


def _runner(network: NetworkSpec, engine: Engine) -> Callable[[np.ndarray], np.ndarray]:
    if engine == "reference":
        from .bitstream import run

        return lambda codes: run(network, codes)
    if engine == "packed":
        from .accel import packed

        return lambda codes: packed.run(network, codes)
    if engine == "counts":
        from .accel import counts

        return lambda codes: counts.run(network, codes)
    require_extra("jax", "jax")
    from .accel import jax_backend

    return lambda codes: jax_backend.run(network, codes)
