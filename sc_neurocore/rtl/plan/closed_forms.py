"""Which layers' products have a closed form, and the form; what totals of such products can reach."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...spec.errors import SpecError
from ...spec.generator import DEFAULT_INPUT_GENERATOR, DEFAULT_WEIGHT_GENERATOR, Comparator, Generator, WeightedBinary
from ...spec.kinds import unknown_kind
from ...spec.layer import Clamp, Lif, Linear, Mux, Or, ParallelCounter, Relu, WeightedLayer
from ...spec.network import NetworkSpec
from ...spec.source import Counter, VanDerCorput
from ..components.activation.output_stage import folded_rounding, stateless
from .supported import known_layers, on_maps

INPUT_GENERATORS = (DEFAULT_INPUT_GENERATOR, WeightedBinary(source=Counter(skip=1, reverse=True)))
"""The default pair's input generator, as it is and spelled by the other of the two counting sources."""

WEIGHT_GENERATORS = (DEFAULT_WEIGHT_GENERATOR, Comparator(source=VanDerCorput(reverse=True)))
"""The default pair's weight generator, likewise."""


def why_no_closed_form(layer: WeightedLayer) -> str | None:
    """The reason why a layer's products have no closed form here; None where they have.

    The form, for codes x and k of n bits and L = 2^n: prod(k, x) = sum over p of x[n-1-p] · ((k >> (p+1)) + k[p]). It
    holds because word t + 1 of the van der Corput sequence has its leading one at place n - 1 - ctz(t + 1), and of the
    first k values of t + 1 exactly (k >> (p+1)) + k[p] have ctz = p. Any other words than those have none. It is
    the contract's T[x, w] (§3, the default pair).

    Raises:
        OptionError: an encoding or an accumulator of another kind than those known here.
    """
    match layer.input_encoding:
        case "unipolar" | "sign_magnitude":
            pass
        case "bipolar" | "spike":
            return f"input_encoding {layer.input_encoding!r} has no closed form (unipolar and sign_magnitude have)"
        case other:
            unknown_kind(other, "rtl closed forms")
    match layer.accumulator:
        case ParallelCounter():
            pass
        case Mux() | Or():
            return f"accumulator.kind {layer.accumulator.kind!r} has no closed form (parallel_counter has)"
        case other:
            unknown_kind(other, "rtl closed forms")
    n = layer.resolution_bits
    if layer.stream_length != 2**n:
        return f"stream_length must be 2^resolution_bits = {2**n}, got {layer.stream_length}"
    if _in_first_period(layer.input_generator, n) not in INPUT_GENERATORS:
        rule = "weighted_binary on van_der_corput with skip 1"
        return f"input_generator must be {rule}, got {_words(layer.input_generator)}"
    if _in_first_period(layer.weight_generator, n) not in WEIGHT_GENERATORS:
        return f"weight_generator must be comparator on counter, got {_words(layer.weight_generator)}"
    return None


def why_no_closed_form_core(layer: WeightedLayer) -> str | None:
    """The reason why no architecture of closed forms computes a layer; None where one does.

    Raises:
        OptionError: a part of the layer is of another kind than those known here.
    """
    match layer.neuron:
        case Linear() | Relu() | Clamp():
            return why_no_closed_form(layer)
        case Lif():
            return why_no_closed_form(layer) or f"neuron.kind {layer.neuron.kind!r} has no gates in this architecture"
        case other:
            unknown_kind(other, "rtl closed forms")


def why_network_has_no_closed_form(network: NetworkSpec) -> str | None:
    """Why a network is none for the cores that hold nothing but closed forms and constants; None where it is one."""
    if network.time_steps != 1:
        return f"input.time_steps must be 1, got {network.time_steps}"
    there = on_maps(network)
    if there is not None:
        return f"layers must be dense: {there}"
    for i, layer in enumerate(known_layers(network)):
        reason = why_no_closed_form_core(layer)
        if reason is not None:
            return f"layers[{i}].{reason}"
    return None


def check_closed_forms(network: NetworkSpec, architecture: str) -> None:
    """Refuse a network with a layer that has no closed form.

    Raises:
        SpecError: naming the layer, the rule and the value.
    """
    reason = why_network_has_no_closed_form(network)
    if reason is not None:
        more = "several steps" if network.time_steps != 1 else "maps" if on_maps(network) else "any stream"
        raise SpecError(f"architecture {architecture!r}: {reason}; architecture 'row' runs {more}")


def closed_form(k: np.ndarray, x: int, n: int) -> np.ndarray:
    """The products of magnitudes k with one code x over L = 2^n positions, see `why_no_closed_form`.

    Args:
        k: magnitudes of weights, any shape.
        x: one input code.
        n: bits of either.
    """
    return sum((x >> (n - 1 - p) & 1) * ((k >> (p + 1)) + (k >> p & 1)) for p in range(n)) + 0 * k


def _in_first_period(generator: Generator | None, n: int) -> Generator | None:
    """The generator with its skip in the first period of its source: the same stream."""
    if generator is None:
        return None
    source = generator.source
    first = source.model_copy(update={"skip": source.skip % source.period(n)})
    return generator.model_copy(update={"source": first})


def _words(generator: Generator | None) -> str:
    if generator is None:
        return "none"
    source = generator.source
    return f"{generator.kind} on {source.kind}, skip {source.skip}" + ", reverse" * source.reverse


def closed_factor(layer: WeightedLayer) -> int | None:
    """The number of whole periods in a stream whose product over one period is known without running it; else None.

    The default pair at L = 2^n: one period of `closed_form`. A spike: `ones_a_period_are_the_code`.

    Raises:
        OptionError: the kind of an accumulator or a generator has no gates.
    """
    match layer.accumulator:
        case ParallelCounter():
            pass
        case Mux() | Or():
            return None
        case other:
            unknown_kind(other, "rtl closed forms")
    if layer.spike_inputs:
        generator, n = layer.weight_generator, layer.resolution_bits
        periods, beyond = divmod(layer.stream_length, generator.source.period(n))
        return periods if not beyond and ones_a_period_are_the_code(generator, n) else None
    return 1 if why_no_closed_form(layer) is None else None


def ones_a_period_are_the_code(generator: Generator, n: int) -> bool:
    """Whether the stream of every code of n bits has as many ones in a period as its code says (contract §3).

    So it is where each word, or each but 0, comes once a period: c of them are below c (or 1 … c), and 2^i have their
    leading one at place i.

    Raises:
        OptionError: the kind of generator has no gates.
    """
    source = generator.source
    match generator:
        case Comparator() | WeightedBinary():
            return source.each_word_once and source.period(n) == 2**n - (not source.emits_zero)
        case other:
            unknown_kind(other, "rtl closed forms")


@dataclass(frozen=True)
class AccumulatorRange:
    """The totals of a layer of the default pair at L = 2^n: a product is at most |k|, because x is at most 2^n - 1."""

    layer: WeightedLayer
    weights: np.ndarray
    biases: np.ndarray

    @property
    def with_signs(self) -> bool:
        """Whether a product's sign is known only at run time."""
        return self.layer.signed_inputs

    @property
    def width(self) -> int:
        """Bits, two's complement, of every total with its bias and rounding; more than a product has."""
        weights = self.weights.astype(np.int64)
        positive, negative = np.maximum(weights, 0).sum(axis=1), np.maximum(-weights, 0).sum(axis=1)
        if self.with_signs:
            positive = negative = positive + negative
        start = self.biases.astype(np.int64) + folded_rounding(stateless(self.layer.neuron))
        low, high = int((start - negative).min()), int((start + positive).max())
        return max(self.layer.resolution_bits, max(high, 0).bit_length(), (-low - 1).bit_length() if low < 0 else 0) + 1

    def preloads(self, correction: np.ndarray, width: int | None = None) -> list[int]:
        """What each accumulator is loaded with, modulo 2^width: bias, rounding, less the correction."""
        start = self.biases.astype(np.int64) + folded_rounding(stateless(self.layer.neuron)) - correction
        return [int(value) % 2 ** (width or self.width) for value in start]

    def complement_correction(self, bits: int) -> np.ndarray:
        """What complements of `bits` bits count too much where a product has sign -: 2^bits - 1 a negative weight."""
        return np.minimum(self._negative, 1).sum(axis=1) * (2**bits - 1)

    def stream_correction(self) -> np.ndarray:
        """The same of single bits, counted while the weight's bit is 1: the magnitudes of the negative weights."""
        return self._negative.sum(axis=1)

    def grouped_correction(self, j: int) -> np.ndarray:
        """The same of counts of j + 1 bits, one for each group of 2^j positions: 2^(j+1) - 1 per clock."""
        return (-(-self._negative // 2**j)).sum(axis=1) * (2 ** (j + 1) - 1)

    @property
    def _negative(self) -> np.ndarray:
        """Magnitudes of the negative weights, 0 of the others; nothing where products are truly subtracted."""
        return np.maximum(-self.weights.astype(np.int64), 0) * (not self.with_signs)
