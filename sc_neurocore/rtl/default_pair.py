"""Which layers may be collapsed: the whole stream of a product in one clock, bit for bit the stream's own count."""

from __future__ import annotations

import numpy as np

from ..spec.errors import SpecError
from ..spec.generator import Comparator, Generator, WeightedBinary
from ..spec.layer import DenseLayer
from ..spec.network import NetworkSpec
from ..spec.source import Counter, Source, VanDerCorput


def why_not_collapsed(layer: DenseLayer) -> str | None:
    """The reason why a layer's products have no closed form here; None where they have.

    The form, for codes x and k of n bits and L = 2^n: prod(k, x) = sum over p of x[n-1-p] · ((k >> (p+1)) + k[p]). It
    holds because word t + 1 of the van der Corput sequence has its leading one at place n - 1 - ctz(t + 1), and of the
    first k values of t + 1 exactly (k >> (p+1)) + k[p] have ctz = p.
    """
    if layer.input_encoding not in ("unipolar", "sign_magnitude"):
        return f"input_encoding {layer.input_encoding!r} has no closed form (unipolar and sign_magnitude have)"
    if layer.accumulator.kind != "parallel_counter":
        return f"accumulator.kind {layer.accumulator.kind!r} has no closed form (parallel_counter has)"
    if layer.neuron.kind == "lif":
        return "neuron.kind 'lif' has no gates in this architecture"
    if layer.stream_length != 2**layer.resolution_bits:
        return f"stream_length must be 2^resolution_bits = {2**layer.resolution_bits}, got {layer.stream_length}"
    n = layer.resolution_bits
    generator = layer.input_generator
    if not (isinstance(generator, WeightedBinary) and _counts(generator.source, n) == (1, True)):
        return f"input_generator must be weighted_binary on van_der_corput with skip 1, got {_words(generator)}"
    generator = layer.weight_generator
    if not (isinstance(generator, Comparator) and _counts(generator.source, n) == (0, False)):
        return f"weight_generator must be comparator on counter, got {_words(generator)}"
    return None


def closed_form(k: np.ndarray, x: int, n: int) -> np.ndarray:
    """The products of magnitudes k with one code x over L = 2^n positions, see `why_not_collapsed`."""
    return sum((x >> (n - 1 - p) & 1) * ((k >> (p + 1)) + (k >> p & 1)) for p in range(n)) + 0 * k


def check_collapsible(network: NetworkSpec, architecture: str) -> None:
    """Refuse a network with a layer that has no closed form.

    Raises:
        SpecError: naming the layer, the rule and the value.
    """
    if network.time_steps != 1:
        rule = f"input.time_steps must be 1, got {network.time_steps}; architecture 'row' runs several steps"
        raise SpecError(f"architecture {architecture!r}: {rule}")
    for i, layer in enumerate(network.layers):
        reason = why_not_collapsed(layer)
        if reason is not None:
            raise SpecError(f"architecture {architecture!r}: layers[{i}].{reason}; architecture 'row' runs any stream")


def _counts(source: Source, n: int) -> tuple[int, bool] | None:
    """(start, bits reversed) of a source that counts, be it forwards or backwards in its bits; None for others."""
    if not isinstance(source, Counter | VanDerCorput):
        return None
    return source.skip % 2**n, isinstance(source, VanDerCorput) != source.reverse


def _words(generator: Generator | None) -> str:
    if generator is None:
        return "none"
    source = generator.source
    return f"{generator.kind} on {source.kind}, skip {source.skip}" + ", reverse" * source.reverse
