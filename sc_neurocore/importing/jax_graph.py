"""Any JAX function as a float graph: its jaxpr, with the parameters closed over, followed equation by equation.

Flax, Equinox and Haiku models are functions of their parameters and an input; so is what a user writes. Tracing the
function itself sees them all alike. Equations that do not depend on the input are evaluated by JAX, with the types that
the jaxpr gives them; no flag of JAX is read or changed.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from ..spec.errors import OptionError, require_extra
from .files.lines import one_line
from .graph import FloatGraph
from .sizes import Followed, follow_input

require_extra("jax", "jax")

import jax  # noqa: E402 -- after the check, so that a missing jax is an error that names the extra

from .flow import finish, start  # noqa: E402
from .jax.trace import Interpreter  # noqa: E402
from .softmax import Part, unfinished  # noqa: E402

BATCH = 3
"""Samples in the followed batch: more than one, so that samples that mix are seen."""


def jax_graph(
    apply_fn: Callable[..., Any],
    params: Any = None,
    *,
    features: int | None = None,
    input_shape: Sequence[int] | None = None,
    name: str | None = None,
) -> FloatGraph:
    """The float graph of a JAX function as it evaluates.

    Args:
        apply_fn: `apply_fn(params, x)`, or `apply_fn(x)` without params, of a batch x `(samples, *input_shape)`; in
            evaluation, with any random keys and flags bound.
        params: any pytree; held constant.
        features: of one sample; None: the number that the first layer's weights ask for.
        input_shape: of one sample without the batch, for a function that takes no `(batch, features)`.
        name: by which messages call the function; None: its own.

    Returns:
        The graph; its `evaluate` is the function itself, on inputs of the widest type that JAX has enabled.

    Raises:
        OptionError: a primitive is not supported, which is named with its parameters and the line that calls it; or
            a weight is complex or not finite.
    """
    function = apply_fn if params is None else lambda x: apply_fn(params, x)
    title: str = name or getattr(apply_fn, "__qualname__", type(apply_fn).__name__)
    shape, nodes = follow_input(
        lambda shape: _follow(function, title, shape), _candidates(apply_fn, params), features, input_shape
    )

    def evaluate(x: np.ndarray) -> np.ndarray:
        inputs = jax.device_put(np.asarray(x).astype(_float()).reshape(-1, *shape))
        with jax.default_matmul_precision("highest"), jax.transfer_guard("allow"):
            output = _single(function(inputs), title)
        return np.asarray(jax.device_get(output)).astype(np.float64).reshape(len(x), -1)

    return FloatGraph("jax", math.prod(shape), nodes, evaluate, "float64" if _float() == np.float64 else "float32")


def _float() -> np.dtype:
    """The widest type that JAX computes in as it is set up now."""
    return np.dtype(jax.dtypes.canonicalize_dtype(np.float64))


def _candidates(apply_fn: Any, params: Any) -> Iterator[int]:
    leaves = [leaf for leaf in jax.tree.leaves((params, apply_fn)) if hasattr(leaf, "shape")]
    leaves.sort(key=lambda leaf: len(leaf.shape) != 2)  # matrices first
    for leaf in leaves:
        yield from leaf.shape


def _follow(function: Callable[..., Any], name: str, shape: tuple[int, ...]) -> Followed:
    interpreter = Interpreter()
    # Constants are moved to a device as the user's own function would move them, whatever a guard says around us.
    with jax.transfer_guard("allow"):
        return _followed(interpreter, function, name, shape)


def _followed(interpreter: Interpreter, function: Callable[..., Any], name: str, shape: tuple[int, ...]) -> Followed:
    try:
        try:
            spec = jax.ShapeDtypeStruct((BATCH, *shape), _float())
            traced = jax.make_jaxpr(lambda x: _single(function(x), name))(spec)
        except OptionError:
            raise
        except Exception as error:  # of any kind: the user's code runs here
            reason = f"{type(error).__name__}: {one_line(error)}"
            raise OptionError(
                f"{name}: the function fails on a batch {(BATCH, *shape)}: {reason}. It must take a batch of samples "
                "in evaluation; if a sample has another shape, give features=N or input_shape=(...)"
            ) from error
        (output,) = interpreter.run(traced.jaxpr, traced.consts, [start((BATCH, *shape))])
        if isinstance(output, Part):
            raise unfinished(output, name)
        return Followed(interpreter.steps, finish(output, name), None)
    except OptionError as error:
        return Followed(interpreter.steps, (), error)


def _single(output: Any, name: str) -> Any:
    if isinstance(output, (tuple, list)) and len(output) == 1:
        output = output[0]
    if not hasattr(output, "shape"):
        raise OptionError(f"{name}: the function must return one array, got {type(output).__name__}")
    return output
