"""A layer on exact integers with gradients, for any array library: what the JAX and Torch forward passes are made of.

Every rounding, count and clip returns exactly the integer of the contract; its derivative is that of the real-valued
function it rounds (the straight-through rule of Bengio, Léonard and Courville, "Estimating or Propagating Gradients
Through Stochastic Neurons for Conditional Computation", 2013), which is zero where a clip is active.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..spec.encoding import Encoding, code_range, zero_code
from ..spec.kinds import strict, unknown_kind
from ..spec.layer import Clamp, DenseLayer, Lif, Linear, Relu, WeightedLayer
from ..spec.maps import Conv2dLayer
from ..spec.values import count_value
from .counters import Counter
from .kinds import subtracts, unites
from .ops import Ops, Surrogate, no_surrogate, values
from .requantizer import limit, requantize

OR_TERMS = 3
"""Terms of log(1 − p) = −p − p²/2 − p³/3 − … in the shadow of an `or`; each is one matrix product."""


def quantize(ops: Ops, v: Any, encoding: Encoding, n: int) -> Any:
    """Codes of real values: the integers that `spec.quantize` gives (contract §1).

    Args:
        ops: the array library.
        v: real values, any shape; must be finite.
        encoding: the target encoding.
        n: bits of a code.

    Returns:
        Floats that hold integers; the derivative is `code_scale`, and 0 where the code saturates.
    """
    v = ops.real(v)
    exact, top = ops.constant(v), 2.0**n - 1
    match encoding:
        case "bipolar":
            half = 2.0 ** (n - 1)
            smooth, exact = (v * half + half).clip(0, top), ops.nearest_offset(exact, n).clip(0, top)
        case "sign_magnitude":
            smooth, exact = v.clip(-1, 1) * top, ops.xp.sign(exact) * ops.nearest_magnitude(exact, n)
        case "unipolar":
            smooth, exact = v.clip(0, 1) * top, (exact > 0) * ops.nearest_magnitude(exact, n)
        case "spike":
            smooth, exact = v.clip(0, 1), exact >= 0.5
        case other:
            unknown_kind(other, f"the quantizer of {ops.room}")
    return ops.straight_through(smooth, ops.codes(exact))


def _independent_or(ops: Ops, x: Any, w: Any) -> Any:
    """Π over negative products of (1 − |x·w|) − Π over positive ones: what an OR of independent streams expects.

    Π(1 − p) = exp(−Σ_k Σ_j p_j^k / k), cut after `OR_TERMS`: p^k = |x|^k·|w|^k makes each term a matrix product.
    """
    # the derivative of each half at 0 is 1/2, in every library
    (x_up, x_down), (w_up, w_down) = ([ops.xp.maximum(half, 0 * half) for half in (v, -v)] for v in (x, w))
    x_halves = ops.xp.concatenate([x_up, x_down], -1)

    def product_of_complements(w_halves: Any) -> Any:
        terms = ((x_halves**k) @ (w_halves**k).T / k for k in range(1, OR_TERMS + 1))
        return ops.xp.exp(-sum(terms))

    positive, negative = (ops.xp.concatenate(halves, -1) for halves in ([w_up, w_down], [w_down, w_up]))
    return product_of_complements(negative) - product_of_complements(positive)


def counts(ops: Ops, layer: WeightedLayer, counter: Counter, x: Any, w: Any) -> Any:
    """The accumulator a of a layer, without the bias.

    The derivative is that of Σ_j v(x_j)·v(w_j) / count_value, for `or` that of the expectation under independent
    streams.

    Args:
        ops: the array library.
        layer: any accumulator and generators.
        counter: computes the integers: `counters.counter_of(layer)`, or what calls it.
        x: input codes `(batch, inputs)`, floats that hold integers.
        w: weight codes `(neurons, inputs)`, the same.

    Returns:
        Floats that hold integers, `(batch, neurons)`.
    """
    exact = ops.sums(counter(ops.constant(x), ops.constant(w)))
    if not unites(layer.accumulator):
        return ops.through_products(layer, exact, x, w)
    n = layer.resolution_bits
    shadow = _independent_or(ops, values(x, layer.input_encoding, n), values(w, layer.weight_encoding, n))
    return ops.straight_through(shadow / count_value(layer), exact)


def output_codes(neuron: Relu | Clamp, a: Any, multiplier: Any = None) -> Any:
    """Output codes of biased counts (contract §6), integers in and out; a `multiplier` stands for the neuron's own.

    Args:
        neuron: multiplier, shift, bits and encoding.
        a: biased counts, integers of 32 bits or more.
        multiplier: a learned integer in place of the neuron's; None: the neuron's own.
    """
    bound = limit(neuron.shift)
    y = requantize(a.clip(-bound, bound), neuron.multiplier if multiplier is None else multiplier, neuron.shift)
    low, high = code_range(neuron.encoding, neuron.output_bits)
    return (y + zero_code(neuron.encoding, neuron.output_bits)).clip(low, high)


def requantized(ops: Ops, neuron: Relu | Clamp, a: Any, multiplier: Any = None) -> Any:
    """Output codes of biased counts, as floats; the derivative is multiplier / 2^shift inside the clip, 0 outside.

    Args:
        ops: the array library.
        neuron: multiplier, shift, bits and encoding.
        a: counts, floats that hold integers.
        multiplier: a learned integer `()`, 1 … 2^15 − 1, in place of the neuron's; it has the derivative a / 2^shift.
    """
    factor = neuron.multiplier if multiplier is None else multiplier
    learned = None if multiplier is None else ops.integers(multiplier)
    low, high = code_range(neuron.encoding, neuron.output_bits)
    smooth = a * (factor / 2.0**neuron.shift) + float(zero_code(neuron.encoding, neuron.output_bits))
    return ops.straight_through(smooth.clip(low, high), ops.codes(output_codes(neuron, ops.integers(a), learned)))


def lif_step(ops: Ops, neuron: Lif, v: Any, a: Any, threshold: Any, surrogate: Surrogate) -> tuple[Any, Any]:
    """One time step of a `lif` neuron (contract §6): the next state and the spikes, both `(batch, neurons)`.

    v ← saturate(v − (v >> leak_shift) + a); s = [v >= threshold] or [v > threshold]; v ← v − s·threshold, or v·(1 − s).
    No gradient flows through the reset, but for what a spike takes away of a learned threshold.

    Args:
        ops: the array library.
        neuron: leak, comparator, reset and width of the state; its own threshold is not looked at.
        v: state.
        a: biased counts.
        threshold: above 0; a number or an array `()`.
        surrogate: gives the spikes' derivative.
    """
    top = 2 ** (neuron.state_bits - 1)
    leaked = v if neuron.leak_shift is None else v - ops.leak(v, neuron.leak_shift)
    v = ops.saturated_sum(leaked, a, -top, top - 1)
    s = ops.spikes(v, threshold, strict(neuron.comparator), surrogate)
    fired = ops.constant(s)
    # A state that fires is at least the threshold, so that what is left of it needs no saturation.
    return v - fired * threshold if subtracts(neuron.reset) else v * (1 - fired), s


@dataclass(frozen=True)
class ExactLayer:
    """One layer for `executor.run_steps`, differentiable in codes, weight, bias and factor."""

    ops: Ops
    layer: DenseLayer | Conv2dLayer
    counter: Counter
    weight: Any
    """Codes of the layer's `weight_shape`, floats that hold integers."""
    bias: Any
    """Counts `(neurons,)`, the same."""
    factor: Any = None
    """A learned integer in place of the multiplier or the threshold; None: the neuron's own."""
    surrogate: Surrogate = no_surrogate
    """Of a `lif` layer."""

    def counts(self, codes: Any) -> Any:
        """Biased counts of codes `(batch, inputs)`."""
        return counts(self.ops, self.layer, self.counter, codes, self.weight) + self.bias

    def outputs(self, counts: Any, state: Any) -> tuple[Any, Any]:
        """Outputs of biased counts, and the next state."""
        match self.layer.neuron:
            case Linear():
                return counts, state
            case Relu() | Clamp() as neuron:
                return requantized(self.ops, neuron, counts, self.factor), state
            case Lif() as neuron:
                threshold = neuron.v_threshold if self.factor is None else self.factor
                state, spikes = lif_step(self.ops, neuron, state, counts, threshold, self.surrogate)
                return self.ops.codes(spikes), state
            case other:
                unknown_kind(other, self.ops.room)

    def start(self, codes: Any) -> Any:
        """The state 0; None where the neuron keeps none."""
        return self.ops.zeros(codes, self.layer.out_elements) if self.layer.neuron.keeps_state else None
