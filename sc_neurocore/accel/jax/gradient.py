"""A whole network for `jax.grad`: exact integers forward, the straight-through rule backward.

Codes, weights and biases are float32 arrays that hold integers; every layer is an `ExactLayer`.
"""

from __future__ import annotations

from collections.abc import Sequence

import jax
import jax.numpy as jnp

from ...spec.layer import WeightedLayer
from ...spec.network import NetworkSpec
from ..exact_maps import exact_layer
from ..executor import Time, run_steps
from ..kinds import known_layers, stateful
from ..ops import Surrogate, no_surrogate
from .counts import counter_or_none
from .ops import FLOATS

ROOM = "the JAX gradient"

Tensors = Sequence[dict[str, jax.Array]]
"""One `{"weight": weight_shape, "bias": bias_shape}` a layer, codes and counts as float32 integers."""


def float_tensors(network: NetworkSpec) -> list[dict[str, jax.Array]]:
    """The network's own tensors in the form that `forward` takes."""
    pairs = zip(network.weights, network.biases)
    return [{"weight": jnp.asarray(w, jnp.float32), "bias": jnp.asarray(b, jnp.float32)} for w, b in pairs]


def default_spikes(network: NetworkSpec) -> list[Surrogate | None]:
    """`Arctan(alpha=2.0)` with each `lif` layer's comparator; None for the other layers."""
    from ...training.surrogate import Arctan  # here, because training is built on this room

    layers = known_layers(network, ROOM)
    neurons = [stateful(layer.neuron) if isinstance(layer, WeightedLayer) else None for layer in layers]
    return [None if n is None else Arctan(alpha=2.0, comparator=n.comparator) for n in neurons]


def flat(network: NetworkSpec, codes: jax.Array) -> tuple[Time, jax.Array, tuple[int, ...]]:
    """A network's time, codes `(…, features)` or `(…, steps, features)` with one leading axis, and the axes it was."""
    time = Time.of(network)
    sample = codes.shape[-1 if time.repeated else -2 :]
    return time, codes.reshape((-1, *sample)), codes.shape[: codes.ndim - len(sample)]


def forward(
    network: NetworkSpec, tensors: Tensors, codes: jax.Array, spikes: Sequence[Surrogate | None] | None = None
) -> jax.Array:
    """Outputs of a network, float32 integers, differentiable in tensors and codes.

    Exact while the sums of a layer, and of the outputs over time, stay below 2^24.

    Args:
        network: description; its tensors are not looked at.
        tensors: see `Tensors`.
        codes: `(..., features)`, or `(..., time_steps, features)` where each step has its own.
        spikes: surrogates by layer; None: `default_spikes`.

    Returns:
        `(..., neurons)`, or `(..., time_steps, neurons)`.
    """
    described = known_layers(network, ROOM)
    spikes = default_spikes(network) if spikes is None else spikes
    time, x, lead = flat(network, codes.astype(jnp.float32))
    layers = [
        exact_layer(FLOATS, layer, counter_or_none(layer), p, surrogate=spike or no_surrogate)
        for layer, p, spike in zip(described, tensors, spikes)
    ]
    outputs = run_steps(FLOATS, layers, x, time)
    return outputs.reshape(*lead, *outputs.shape[1:])
