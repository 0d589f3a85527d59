"""The one entrance to the executions of a network: `infer` chooses an engine, all of which agree on every integer."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np

from ..spec.codes import integer_codes
from ..spec.coerce import array, choice, integer
from ..spec.entrance import entrance
from ..spec.errors import CodesError, require_extra
from ..spec.kinds import unknown_kind

if TYPE_CHECKING:
    from ..spec.maps import Layer
    from ..spec.network import NetworkSpec

Engine = Literal["auto", "reference", "packed", "counts", "jax"]
"""Names of the engines; `auto` takes one of the others."""

ENGINES: tuple[str, ...] = get_args(Engine)

ConcreteEngine = Literal["reference", "packed", "counts", "jax"]
"""Those that run."""


@entrance
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
    choice("engine", engine, ENGINES)
    integers = integer_codes(network, codes)  # their values are checked by the engine
    return _run(network, _cheapest(network, len(integers)) if engine == "auto" else engine, integers)


@entrance
def classify(outputs: np.ndarray, network: NetworkSpec | None = None) -> np.ndarray:
    """The class of each sample: index of the largest output, summed over the steps if several; the lowest on a tie.

    Of a single output a over T' summed frames the class is [a >= the middle of its range]: 0 of signed outputs,
    T'·2^(m-1) of unipolar and bipolar codes of m bits, T'/2 of spikes.

    Args:
        outputs: what `infer` returned, `(batch, neurons)` or `(batch, time_steps, neurons)`.
        network: whose outputs they are; required where there is a single one, whose range it gives.

    Returns:
        int64 `(batch,)`.

    Raises:
        CodesError: the outputs have no such shape, no neurons, or not the network's shape; or there is a single output
            and no network.
    """
    outputs = array("outputs", outputs)
    if outputs.ndim not in (2, 3) or outputs.shape[-1] == 0:
        raise CodesError(f"outputs must be (batch, neurons) or (batch, time_steps, neurons), got shape {outputs.shape}")
    if outputs.dtype.kind not in "iuf":
        raise CodesError(f"outputs must be numbers, got dtype {outputs.dtype}")
    if network is not None and outputs.shape[1:] != network.output_shape(0)[1:]:
        rule = ", ".join(["batch", *map(str, network.output_shape(0)[1:])])
        raise CodesError(f"outputs must have the network's shape ({rule}), got {outputs.shape}")
    if outputs.ndim == 3:
        outputs = outputs.sum(axis=1)
    if network is not None:
        return classes_of(outputs, network.layers[-1], network.time_steps)
    if outputs.shape[1] == 1:
        raise CodesError("network must be given where there is a single output: its range says where the classes part")
    return outputs.argmax(axis=1)


def classes_of(outputs: np.ndarray, layer: Layer, time_steps: int) -> np.ndarray:
    """The class of each sample by outputs `(batch, neurons)` of a last layer, summed over the steps; see `classify`.

    The outputs may be real numbers that stand for those integers.

    Args:
        outputs: `(batch, neurons)`.
        layer: the last layer.
        time_steps: how many steps they are the sum of.
    """
    if outputs.shape[1] > 1:
        return outputs.argmax(axis=1)  # NumPy's argmax is the first of equals
    single = outputs[:, 0]
    single = single.astype(np.int64) if single.dtype.kind in "iu" else single  # twice a narrow integer might wrap
    return (2 * single >= time_steps * _twice_the_middle(layer)).astype(np.int64)


def _twice_the_middle(layer: Layer) -> int:
    """Twice the value of one frame's output from which on it is of class 1."""
    if layer.output_encoding is None or layer.output_bits is None:
        return 0
    match layer.output_encoding:
        case "sign_magnitude":
            return 0
        case "unipolar" | "bipolar":
            return 2**layer.output_bits
        case "spike":
            return 1
        case other:
            unknown_kind(other, "classify")


@entrance
def explain(network: NetworkSpec, batch: int = 1) -> dict[str, Any]:
    """What `engine="auto"` takes for this network, and why.

    Args:
        network: the network to run.
        batch: samples of the call, for the amount of work.

    Returns:
        `engine`, `reason`, `seconds` (of each engine that `auto` considers, estimated by a model whose constants are
        measured, or null), and `layers`: for each layer what that engine does with it, and `estimates`, the seconds of
        each path it could take, or what stands in its way.
    """
    from ..accel import costs
    from ..accel.counts import engine as counts
    from ..accel.packed import engine as packed

    batch = integer("batch", batch, 0, 2**62)
    engine, reason, seconds = _choose(network, batch)
    layers = (counts if engine == "counts" else packed).describe(network, batch)
    for layer, row in zip(network.layers, layers, strict=True):
        row["estimates"] = {
            path.path: path.obstacle if path.seconds is None else float(f"{path.seconds:.3g}")
            for path in costs.estimates(layer, batch)
        }
    return {"engine": engine, "reason": reason, "seconds": seconds, "layers": layers}


@entrance
def explanation(network: NetworkSpec, batch: int = 1, ran: str | None = None) -> str:
    """The same as lines to read.

    Args:
        network: the network.
        batch: samples of the call.
        ran: the engine of a run that was told which to take; None: none was.
    """
    choice = explain(network, batch)
    head = f"engine {ran} ran, as asked; auto takes " if ran not in (None, choice["engine"]) else ""
    lines = [f"{head}engine {choice['engine']} for {batch} samples: {choice['reason']}"]
    for i, row in enumerate(choice["layers"]):
        lines.append(f"layer {i}: {row['path']}")
        for path, value in row["estimates"].items():
            lines.append(f"  {path:12} {value if isinstance(value, str) else f'about {1e3 * value:.3g} ms'}")
    return "\n".join(lines)


_decisions: dict[tuple[str, int], ConcreteEngine] = {}


def _cheapest(network: NetworkSpec, batch: int) -> ConcreteEngine:
    """The choice of `_choose`, made once for each network and size of a batch."""
    key = (network.sha256, batch)
    if key not in _decisions:
        if len(_decisions) > 1000:
            _decisions.clear()
        _decisions[key] = _choose(network, batch)[0]
    return _decisions[key]


def _choose(network: NetworkSpec, batch: int) -> tuple[ConcreteEngine, str, dict[str, float | None]]:
    """The engine with the least estimated seconds, why, and the seconds of each."""
    from ..accel import costs
    from ..accel.counts import engine as counts
    from ..accel.kinds import known_layers

    layers = known_layers(network, "engine auto")
    every = [{e.path: e.seconds for e in costs.estimates(layer, batch)} for layer in layers]
    seconds: dict[str, float | None] = {"packed": network.time_steps * sum(_in_bits(row) for row in every)}
    obstacle = counts.supports(network)
    if obstacle is not None:
        return "packed", f"counts cannot run it: {obstacle}", seconds | {"counts": None}
    own = [min(s for path, s in row.items() if path != "packed" and s is not None) for row in every]
    in_counts, in_bits = network.time_steps * sum(own), seconds["packed"] or 0.0
    seconds["counts"] = in_counts
    times = f"about {1e3 * in_counts:.3g} ms in counts, {1e3 * in_bits:.3g} ms in packed streams"
    if in_counts <= in_bits:
        return "counts", f"every layer is a sum of products, no bit need be made: {times}", seconds
    return "packed", f"its streams are cheaper than its counts: {times}", seconds


def _in_bits(row: dict[str, float | None]) -> float:
    """Seconds of a layer in packed streams; of a pool, which has none, its own."""
    return row.get("packed", row.get("pool")) or 0.0


def _run(network: NetworkSpec, engine: ConcreteEngine, codes: np.ndarray) -> np.ndarray:
    if engine == "jax":
        require_extra("jax", "jax")
    return _module(engine).run(network, codes)


@cache
def _module(engine: ConcreteEngine) -> Any:
    """Where an engine's `run` is, loaded when it is first asked for."""
    match engine:
        case "reference":
            from .. import bitstream as module
        case "packed":
            from ..accel.packed import engine as module
        case "counts":
            from ..accel.counts import engine as module
        case "jax":
            from ..accel import jax_backend as module
        case other:
            unknown_kind(other, "infer")
    return module
