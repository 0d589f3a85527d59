"""Layers on real numbers in the exact layers' ranges: what the integers approximate, and the float reference."""

from __future__ import annotations

from dataclasses import dataclass

import jax
import jax.numpy as jnp

from ..accel.exact_layer import lif_step
from ..accel.jax.ops import REALS, convolved
from ..accel.kinds import lowest_value
from ..accel.ops import Surrogate
from ..accel.taps import taps
from ..spec.kinds import unknown_kind
from ..spec.layer import Clamp, DenseLayer, Lif, Linear, Relu
from ..spec.maps import AvgPool2dLayer, Conv2dLayer, Layer, MaxPool2dLayer
from ..spec.values import count_value
from .architecture import bias_scale


def real_layer(layer: Layer, p: dict[str, jax.Array], border_shift: int, surrogate: Surrogate) -> RealLayer | RealPool:
    """A layer for `executor.run_steps` on values.

    Args:
        layer: gives encodings, neuron and the value of a count.
        p: real parameters.
        border_shift: s in h = clip((x·w + b) / 2^s, low, 1).
        surrogate: of spikes.
    """
    match layer:
        case DenseLayer() | Conv2dLayer():
            return RealLayer(layer, p, border_shift, surrogate)
        case MaxPool2dLayer() | AvgPool2dLayer():
            return RealPool(layer)
        case other:
            unknown_kind(other, "training")


@dataclass(frozen=True)
class RealLayer:
    """What an `ExactLayer` approximates."""

    layer: DenseLayer | Conv2dLayer
    p: dict[str, jax.Array]
    border_shift: int
    surrogate: Surrogate

    def counts(self, codes: jax.Array) -> jax.Array:
        """Biased sums of products of values `(batch, in_elements)`."""
        # The bias is worth what its counts will be worth, so that both networks read one set of parameters.
        bias = self.p["bias"] * (bias_scale(self.layer) * count_value(self.layer))
        match self.layer:
            case DenseLayer():
                return codes @ self.p["weight"].T + bias
            case Conv2dLayer() as layer:
                maps = REALS.padded(codes.reshape(-1, *layer.in_shape), layer.padding, 0)
                return (convolved(layer, maps, self.p["weight"]) + bias).reshape(-1, layer.out_elements)
            case other:
                unknown_kind(other, "training")

    def outputs(self, counts: jax.Array, state: jax.Array | None) -> tuple[jax.Array, jax.Array | None]:
        """Values that the neuron puts out, and its next state."""
        scale = self.p["scale"] if "scale" in self.p else jnp.float32(1)
        match self.layer.neuron:
            case Linear():
                return counts, state
            case Relu() | Clamp() as neuron:
                return jnp.clip(counts * scale / 2**self.border_shift, lowest_value(neuron.encoding), 1.0), state
            case Lif() as neuron:
                threshold = neuron.v_threshold * count_value(self.layer) * scale
                state, spikes = lif_step(REALS, neuron, state, counts, threshold, self.surrogate)
                return spikes, state
            case other:
                unknown_kind(other, "training")

    def start(self, codes: jax.Array) -> jax.Array | None:
        """The state before the first step."""
        return REALS.zeros(codes, self.layer.out_elements) if self.layer.neuron.keeps_state else None


@dataclass(frozen=True)
class RealPool:
    """What an `ExactPool` approximates: the largest value, or the average."""

    layer: MaxPool2dLayer | AvgPool2dLayer

    def counts(self, codes: jax.Array) -> jax.Array:
        """Values `(batch, out_elements)` of values `(batch, in_elements)`."""
        layer = self.layer
        every = jnp.stack(taps(layer.kernel, layer.stride, layer.out_shape, codes.reshape(-1, *layer.in_shape)))
        match layer:
            case MaxPool2dLayer():
                return every.max(axis=0).reshape(-1, layer.out_elements)
            case AvgPool2dLayer():
                factor = len(every) * layer.multiplier / 2.0**layer.shift
                return (every.mean(axis=0) * factor).reshape(-1, layer.out_elements)
            case other:
                unknown_kind(other, "training")

    def outputs(self, counts: jax.Array, state: None) -> tuple[jax.Array, None]:
        """The counts themselves."""
        return counts, state

    def start(self, codes: jax.Array) -> None:
        """None: a pool keeps no state."""
