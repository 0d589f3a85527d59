"""Float weights checked, and brought into the ranges of codes: one scale for each layer's weights and activations."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any, Literal

import numpy as np

from ..spec.coerce import real_array, short
from ..spec.errors import OptionError
from .float_network import RELU, ClipRange, FloatNetwork

RequantizerForm = Literal["shift", "multiplier"]
"""How a layer's counts are scaled to codes: by a power of two, which costs no gates, or by an 8-bit multiplier."""

SILENT_BITS = 8
"""A layer whose largest output is 2^-8 of its largest magnitude is silent, whatever the scale."""

SIGMAS = 4.0
"""Without data, activations are expected within this many standard deviations of their mean."""


RELU_NAME = "relu"
"""What stands for it in lists of activations, layers and parameters."""


def checked_dense(
    weights: Sequence[Any], biases: Sequence[Any] | None, activations: Sequence[Any] | None = None
) -> FloatNetwork:
    """The network of these arrays.

    Args:
        weights: one array `(neurons, inputs)` a layer: NumPy, JAX, or anything `numpy.asarray` takes.
        biases: one array `(neurons,)` or None a layer; None: no biases.
        activations: of each layer but the last "relu", or (low, high) with low 0 or −high; None: ReLU throughout.

    Raises:
        OptionError: shapes that do not fit together, NaN or infinities; the message names array and index.
    """
    if isinstance(weights, str) or not isinstance(weights, Sequence) or not weights:
        raise OptionError("weights must be a list of arrays (neurons, inputs), one a layer, at least one")
    if biases is not None and (isinstance(biases, str) or not isinstance(biases, Iterable)):
        raise OptionError(f"biases must be a list of arrays (neurons,) or None, got {short(biases)}")
    bias_arrays = [None] * len(weights) if biases is None else list(biases)
    if len(bias_arrays) != len(weights):
        raise OptionError(f"biases must hold one array or None a layer, {len(weights)}; got {len(bias_arrays)}")
    w_out: list[np.ndarray] = []
    b_out: list[np.ndarray] = []
    for i, (weight, bias) in enumerate(zip(weights, bias_arrays)):
        w = real_array(f"weights[{i}]", weight, ("neurons", "inputs"), error=OptionError)
        if w_out and w.shape[1] != len(w_out[-1]):
            hint = "; is it transposed? weights are (neurons, inputs)" if w.shape[0] == len(w_out[-1]) else ""
            raise OptionError(
                f"weights[{i}] must have {len(w_out[-1])} inputs as weights[{i - 1}] has neurons, got {w.shape}{hint}"
            )
        w_out.append(w)
        b_out.append(
            np.zeros(len(w)) if bias is None else real_array(f"biases[{i}]", bias, (len(w),), error=OptionError)
        )
    return FloatNetwork(tuple(w_out), tuple(b_out), _activations(activations, len(w_out) - 1))


def _activations(activations: Sequence[Any] | None, count: int) -> tuple[ClipRange, ...]:
    if activations is None:
        return (RELU,) * count
    if isinstance(activations, str) or not isinstance(activations, Sequence) or len(activations) != count:
        got = len(activations) if isinstance(activations, Sequence) else type(activations).__name__
        raise OptionError(f"activations must hold one entry a layer but the last, {count}; got {got}")
    out: list[ClipRange] = []
    for i, each in enumerate(activations):
        if isinstance(each, str | tuple) and each in (RELU_NAME, RELU):
            out.append(RELU)
            continue
        try:
            low, high = (float(end) for end in each)
        except (TypeError, ValueError):
            raise OptionError(f'activations[{i}] must be "{RELU_NAME}" or (low, high), got {each!r}') from None
        if not 0 < high < math.inf or low not in (0, -high):
            raise OptionError(f"activations[{i}] must be (0, high) or (-high, high), high positive; got {each!r}")
        out.append((low, high))
    return tuple(out)


def peak(weight: np.ndarray) -> float:
    """Largest magnitude of a layer's weights; 1 for a layer of zeros."""
    return float(np.abs(weight).max()) or 1.0


def visible_range(pre_activations: np.ndarray) -> float:
    """Largest value that a ReLU gives; of a layer that (nearly) never fires a small part of what it suppresses.

    Without that floor a silent layer would ask for a requantizer of any size, for outputs that are 0 under every one.
    """
    return max(float(pre_activations.max()), float(np.abs(pre_activations).max()) / 2**SILENT_BITS) or 1.0


def expected_maximum(weight: np.ndarray, bias: np.ndarray, input_range: float, signed: bool = False) -> float:
    """Largest W·h + b to be expected if each input is uniform in [0, input_range] (±, if signed), independently.

    mean + 4 standard deviations of the worst neuron, and never more than what the inputs can reach at all.

    Args:
        weight: `(neurons, inputs)`.
        bias: `(neurons,)`.
        input_range: largest input.
        signed: whether inputs are as likely to be negative.
    """
    low = -input_range if signed else 0.0
    mean = weight.sum(axis=1) * (low + input_range) / 2 + bias
    deviation = np.sqrt((weight**2).sum(axis=1)) * (input_range - low) / math.sqrt(12)
    bound = np.maximum(weight * input_range, weight * low).sum(axis=1) + bias
    return float(np.minimum(mean + SIGMAS * deviation, bound).max())


def requantizer_factor(ratio: float, border: RequantizerForm) -> tuple[int, int]:
    """(multiplier, shift) with multiplier / 2^shift ≈ ratio: a power of two, or an 8-bit multiplier within 0.4 %.

    Raises:
        OptionError: the ratio is beyond what 15 bits of multiplier and a shift of 46 reach.
    """
    exponent = math.log2(ratio)
    if border == "multiplier":
        shift = min(46, max(0, math.ceil(7 - exponent)))  # multiplier in 128 … 255 as far as shifts reach
        multiplier = round(ratio * 2.0**shift)
        if multiplier == 256 and shift:
            multiplier, shift = 128, shift - 1
    else:
        rounded_exponent = round(exponent)
        multiplier, shift = 2 ** max(0, rounded_exponent), max(0, -rounded_exponent)
    if not 1 <= multiplier < 2**15 or shift > 46:
        raise OptionError(
            f"a count of this layer is worth {ratio:.3g} codes, which no border expresses; "
            "take a stream_length nearer to 2^resolution_bits"
        )
    return multiplier, shift
