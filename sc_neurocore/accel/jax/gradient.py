"""A whole network for `jax.grad`: exact integers forward, the straight-through rule backward.

Codes, weights and biases are float32 arrays that hold integers; every layer is the training form of
`jax_straight_through`, spikes those of `jax_lif`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp

from ...spec.network import NetworkSpec
from ..kinds import known_layers, stateful, sums_steps
from . import lif as jax_lif
from . import straight_through as st

ROOM = "the JAX gradient"

Tensors = Sequence[dict[str, jax.Array]]
"""One `{"weight": (neurons, inputs), "bias": (neurons,)}` a layer, codes and counts as float32 integers."""


def float_tensors(network: NetworkSpec) -> list[dict[str, jax.Array]]:
    """The network's own tensors in the form that `forward` takes."""
    pairs = zip(network.weights, network.biases)
    return [{"weight": jnp.asarray(w, jnp.float32), "bias": jnp.asarray(b, jnp.float32)} for w, b in pairs]


def default_spikes(network: NetworkSpec) -> list[jax_lif.Spike | None]:
    """`Arctan(alpha=2.0)` with each `lif` layer's comparator; None for the other layers."""
    from ...training.surrogate import Arctan  # here, because training is built on this room

    neurons = [stateful(layer.neuron) for layer in known_layers(network, ROOM)]
    return [None if n is None else Arctan(alpha=2.0, comparator=n.comparator) for n in neurons]


def forward(
    network: NetworkSpec, tensors: Tensors, codes: jax.Array, spikes: Sequence[jax_lif.Spike | None] | None = None
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
    layers = known_layers(network, ROOM)
    spikes = default_spikes(network) if spikes is None else spikes
    steps = network.time_steps
    per_step = steps > 1 and not network.input.repeat
    lead = codes.shape[: -2 if per_step else -1]
    x = codes.astype(jnp.float32).reshape((-1, *codes.shape[len(lead) :]))
    states = [jnp.zeros((x.shape[0], layer.neurons), jnp.float32) for layer in layers]

    def step(states: list[jax.Array], now: jax.Array) -> tuple[list[jax.Array], jax.Array]:
        after, y = [], now
        for layer, p, state, spike in zip(layers, tensors, states, spikes):
            a = st.counts(layer, y, p["weight"]) + p["bias"]
            lif = stateful(layer.neuron)
            if lif is None:
                y = st.activate(layer, a)
            else:
                assert spike is not None
                state, y = jax_lif.exact_step(lif, state, a, jnp.float32(lif.v_threshold), spike)
            after.append(state)
        return after, y

    if steps == 1:
        return step(states, x)[1].reshape(*lead, -1)
    by_step: Any = jnp.swapaxes(x, 0, 1) if per_step else None
    outputs = jax.lax.scan(lambda s, now: step(s, x if now is None else now), states, by_step, length=steps)[1]
    if sums_steps(network.output.reduce):
        return outputs.sum(axis=0).reshape(*lead, -1)
    return jnp.swapaxes(outputs, 0, 1).reshape(*lead, steps, -1)
