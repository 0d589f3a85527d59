"""Forward passes on real parameters: the exact integer network, and the real-valued network of the same ranges."""

from __future__ import annotations

from collections.abc import Sequence

import jax
import jax.numpy as jnp

from ..accel.jax import lif as jax_lif
from ..accel.jax import straight_through as st
from ..accel.kinds import lowest_value, stateful
from ..spec.kinds import unknown_kind
from ..spec.layer import Clamp, DenseLayer, Lif, Linear, Relu
from ..spec.values import count_value
from .architecture import SCALE_LIMIT, SCALE_RANGE, SQRT_HALF, bias_scale, start_factor
from .config import TrainConfig
from .spikes import surrogate_of

Params = list[dict[str, jax.Array]]
"""One `{"weight": (neurons, inputs), "bias": (neurons,)}` a layer, real values in float32; where factors are learned,
hidden layers have a `"scale"` `()` too."""


def init_params(key: jax.Array, layers: Sequence[DenseLayer], config: TrainConfig | None = None) -> Params:
    """Weights normal with variance 1 / inputs (LeCun), clipped to [-1, 1]; biases 0; factors 1.

    Chosen on validation splits of the digits' training samples at L = 4, where coarse codes make the start matter:
    deviations of 1, 2, 3 / sqrt(inputs) reached 96.9, 96.7, 96.3 %, a uniform He start 96.5 %.
    """
    params = []
    for layer, each in zip(layers, jax.random.split(key, len(layers))):
        weight = jax.random.normal(each, (layer.neurons, layer.inputs), jnp.float32) / layer.inputs**0.5
        weight = jnp.clip(weight, -1, 1)
        params.append({"weight": weight, "bias": jnp.zeros(layer.neurons, jnp.float32)})
        if config is not None and config.learn_scale != "none" and start_factor(layer.neuron) is not None:
            params[-1]["scale"] = jnp.ones((), jnp.float32)
    return params


def clip_params(params: Params) -> Params:
    """Weights held in the range that codes can express, factors in theirs."""
    out = [{**layer, "weight": jnp.clip(layer["weight"], -1, 1)} for layer in params]
    for layer in out:
        if "scale" in layer:
            layer["scale"] = jnp.clip(layer["scale"], *SCALE_RANGE)
    return out


def integer_params(layers: Sequence[DenseLayer], params: Params, rule: str = "none") -> Params:
    """Weight codes and biases in counts (float32 integers) of real parameters, differentiable.

    Biases are rounded to nearest, ties to even: counts = round(bias · bias_scale). Where factors are learned, `factor`
    is the border's multiplier or the threshold that `rule` makes of them.
    """
    out = []
    for layer, p in zip(layers, params):
        scaled = p["bias"] * bias_scale(layer)
        codes = st.quantize(p["weight"], layer.weight_encoding, layer.resolution_bits)
        out.append({"weight": codes, "bias": st.straight_through(scaled, jnp.round(scaled))})
        if "scale" in p:
            out[-1]["factor"] = _factor(layer, p["scale"], rule)
    return out


def _factor(layer: DenseLayer, scale: jax.Array, rule: str) -> jax.Array:
    """The same integer as `architecture.scaled`, differentiable in the factor."""
    factor = start_factor(layer.neuron)
    assert factor is not None, "a linear layer learns no factor"
    start, exact = float(factor), scale
    if rule == "power_of_two":
        fraction, exponent = jnp.frexp(scale)
        exact = jnp.ldexp(jnp.float32(1), exponent - (fraction < SQRT_HALF))
    return st.straight_through(start * scale, jnp.clip(jnp.round(start * exact), 1, SCALE_LIMIT))


def exact_forward(
    layers: Sequence[DenseLayer], params: Params, codes: jax.Array, config: TrainConfig | None = None
) -> jax.Array:
    """Integer outputs of the exact network.

    Args:
        layers: descriptions, with the borders that training starts from; the last one linear.
        params: real parameters.
        codes: input codes `(batch, features)`, float32 integers.
        config: needed for spiking networks (time steps, surrogate) and learned factors (their rounding).

    Returns:
        float32 integers `(batch, classes)`, in counts: what `infer` gives for the exported network.
    """
    integers = integer_params(layers, params, "none" if config is None else config.learn_scale)
    if any(layer.neuron.keeps_state for layer in layers):
        return _over_time(layers, integers, codes, config or TrainConfig(neuron="lif"))
    x = codes
    for layer, p in zip(layers, integers):
        x = st.layer_forward(layer, x, p["weight"], p["bias"], p.get("factor"))
    return x


def _over_time(layers: Sequence[DenseLayer], integers: Params, codes: jax.Array, config: TrainConfig) -> jax.Array:
    """Sum of the last layer's outputs over the time steps of a network whose hidden layers are `lif`."""
    surrogate = surrogate_of(config)

    def current(i: int, x: jax.Array) -> jax.Array:
        return st.counts(layers[i], x, integers[i]["weight"]) + integers[i]["bias"]

    first = current(0, codes)  # the same at every step
    states = [jnp.zeros((codes.shape[0], layer.neurons), jnp.float32) for layer in layers[:-1]]
    total = jnp.zeros((codes.shape[0], layers[-1].neurons), jnp.float32)
    for _ in range(config.time_steps):
        x = codes
        for i, layer in enumerate(layers[:-1]):
            lif = stateful(layer.neuron)
            assert lif is not None, "the hidden layers of a spiking network are lif"
            threshold = integers[i]["factor"] if "factor" in integers[i] else jnp.float32(lif.v_threshold)
            states[i], x = jax_lif.exact_step(lif, states[i], first if i == 0 else current(i, x), threshold, surrogate)
        total = total + (first if len(layers) == 1 else current(len(layers) - 1, x))
    return total


def exact_logits(
    layers: Sequence[DenseLayer], params: Params, x: jax.Array, config: TrainConfig | None = None
) -> jax.Array:
    """Real-valued logits of the exact network for real inputs: counts times their value."""
    first = layers[0]
    codes = st.quantize(x, first.input_encoding, first.resolution_bits)
    return exact_forward(layers, params, codes, config) * layers[-1].output_scale


def float_logits(
    layers: Sequence[DenseLayer], params: Params, x: jax.Array, border_shift: int, config: TrainConfig | None = None
) -> jax.Array:
    """Logits of the real-valued network in the same ranges: h = clip((x·w + b) / 2^s, low, 1), no rounding anywhere."""
    x = jnp.clip(x, lowest_value(layers[0].input_encoding), 1.0)
    if any(layer.neuron.keeps_state for layer in layers):
        return _float_over_time(layers, params, x, config or TrainConfig(neuron="lif"))
    for layer, p in zip(layers, params):
        z = _float_current(layer, p, x)
        match layer.neuron:
            case Linear():
                x = z
            case Relu() | Clamp() as neuron:
                x = jnp.clip(z * p.get("scale", 1.0) / 2**border_shift, lowest_value(neuron.encoding), 1.0)
            case Lif():
                raise AssertionError("a network with a lif layer runs over time")
            case other:
                unknown_kind(other, "training")
    return x


def _float_current(layer: DenseLayer, p: dict[str, jax.Array], x: jax.Array) -> jax.Array:
    # The bias is worth what its counts will be worth, so that both networks read one set of parameters.
    return x @ p["weight"].T + p["bias"] * (bias_scale(layer) * count_value(layer))


def _float_over_time(layers: Sequence[DenseLayer], params: Params, x: jax.Array, config: TrainConfig) -> jax.Array:
    surrogate = surrogate_of(config)
    first = _float_current(layers[0], params[0], x)
    states = [jnp.zeros((x.shape[0], layer.neurons), x.dtype) for layer in layers[:-1]]
    total = jnp.zeros((x.shape[0], layers[-1].neurons), x.dtype)
    for _ in range(config.time_steps):
        h = x
        for i, (layer, p) in enumerate(zip(layers[:-1], params)):
            lif = stateful(layer.neuron)
            assert lif is not None, "the hidden layers of a spiking network are lif"
            threshold = lif.v_threshold * count_value(layer) * p.get("scale", jnp.float32(1))
            a = first if i == 0 else _float_current(layer, p, h)
            states[i], h = jax_lif.real_step(lif, states[i], a, threshold, surrogate)
        total = total + (first if len(layers) == 1 else _float_current(layers[-1], params[-1], h))
    return total
