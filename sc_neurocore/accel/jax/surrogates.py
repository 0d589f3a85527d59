"""Gradients of a small spiking network by two explicit routes, for training in JAX.

The network: for each layer the same input at every step, v ← 0.9 v + s_in Wᵀ from v = 0, a spike s = [v >= threshold],
v ← v (1 − s) with the gradient flowing through this reset; the mean spike rate over the steps feeds the next layer. The
loss is the softmax cross entropy of the last rates, averaged over the batch.

The routes differ in what a spike is to the gradient (u = v − threshold):

* `custom_vjp`: hard spikes forward; backward the slope 1 / (1 + beta·|u|)², by `jax.custom_vjp`.
* `legacy_stop_gradient`: the rate 1 / (1 + |beta·u|) is what is accumulated; the reset uses the hard spike forward and
  the rate's gradient backward, by `stop_gradient`. Kept to compare with older runs.

Importing this needs no JAX; calling does.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ...spec.coerce import integer, number
from ...spec.errors import OptionError, require_extra

if TYPE_CHECKING:
    import jax

JAX_SURROGATE_PATHS = ("custom_vjp", "legacy_stop_gradient")
"""Names of the routes; the first is the default."""


def jax_surrogate_loss(
    weights: Sequence[Any],
    x: Any,
    targets: Any,
    n_steps: int = 25,
    beta: float = 10.0,
    threshold: float = 1.0,
    surrogate_path: str = "custom_vjp",
) -> jax.Array:
    """Loss of a batch; differentiable in `weights` and `x` (reverse mode), fit for a caller's `jit`, `vmap` and `grad`.

    Args:
        weights: one floating array `(n_out, n_in)` a layer.
        x: floating `(batch, n_in)`.
        targets: floating `(batch, n_out)`, one-hot or soft.
        n_steps: time steps, 1 or more.
        beta: steepness of the slope, above 0.
        threshold: firing level, above 0.
        surrogate_path: one of `JAX_SURROGATE_PATHS`.

    Returns:
        a scalar of the arrays' dtype.

    Raises:
        OptionError: an argument breaks its rule, or an array holds NaN or infinities (not seen while tracing).
        MissingExtraError: JAX is not installed.
    """
    _check_numbers(n_steps, {"beta": beta, "threshold": threshold}, surrogate_path)
    require_extra("jax", "jax")
    from . import surrogate_network as network

    arrays = network.as_arrays(weights, x, targets)
    value, finite = network.checked_loss(*arrays, beta, threshold, n_steps=int(n_steps), path=surrogate_path)
    network.refuse_infinite(finite)
    return value


def jax_surrogate_gradient_step(
    weights: Sequence[Any],
    x: Any,
    targets: Any,
    n_steps: int = 25,
    lr: float = 1e-3,
    beta: float = 10.0,
    threshold: float = 1.0,
    surrogate_path: str = "custom_vjp",
) -> tuple[list[jax.Array], float]:
    """One step of plain gradient descent, W ← W − lr·dloss/dW, compiled as a whole.

    Args:
        weights: one floating array `(n_out, n_in)` a layer.
        x: floating `(batch, n_in)`.
        targets: floating `(batch, n_out)`, one-hot or soft.
        n_steps: time steps, 1 or more.
        lr: learning rate, above 0.
        beta: steepness of the slope, above 0.
        threshold: firing level, above 0.
        surrogate_path: one of `JAX_SURROGATE_PATHS`.

    Returns:
        the updated weights, in their dtypes, and the loss before the update (a float; traced, where the caller traces).

    Raises:
        OptionError: an argument breaks its rule, or an array holds NaN or infinities (not seen while tracing).
        MissingExtraError: JAX is not installed.
    """
    _check_numbers(n_steps, {"lr": lr, "beta": beta, "threshold": threshold}, surrogate_path)
    require_extra("jax", "jax")
    from . import surrogate_network as network

    arrays = network.as_arrays(weights, x, targets)
    updated, value, finite = network.step(*arrays, lr, beta, threshold, n_steps=int(n_steps), path=surrogate_path)
    network.refuse_infinite(finite)
    return updated, network.as_float(value)


def _check_numbers(n_steps: Any, positive: dict[str, Any], surrogate_path: Any) -> None:
    integer("n_steps", n_steps, 1)
    for name, value in positive.items():
        value = value.item() if getattr(value, "shape", None) == () and not _is_traced(value) else value
        if not _is_traced(value):
            number(name, value, above=0)
    if surrogate_path not in JAX_SURROGATE_PATHS:
        raise OptionError(f"surrogate_path must be one of {', '.join(JAX_SURROGATE_PATHS)}; got {surrogate_path!r}")


def _is_traced(value: Any) -> bool:
    if not type(value).__module__.startswith("jax"):
        return False
    from jax.core import Tracer

    return isinstance(value, Tracer)
