"""From scaled weights to integers, one layer at a time, with the error that this makes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..spec import encoding
from ..spec.errors import OptionError
from ..spec.network import BIAS_LIMIT


@dataclass(frozen=True)
class QuantizedWeights:
    """Codes of one layer's weights."""

    codes: np.ndarray
    """int64 `(neurons, inputs)`, sign_magnitude."""
    scale: float
    """Real weight of the largest code."""
    saturated: int
    error_rms: float
    """Root mean square of (real value of the code − weight)."""


def quantize_weights(weight: np.ndarray, scale: float, n: int) -> QuantizedWeights:
    """Sign-magnitude codes of weight / scale at n bits; weights beyond the scale saturate and are counted.

    Args:
        weight: real weights, any shape.
        scale: real weight of the largest code.
        n: bits of a magnitude.
    """
    codes, saturated = encoding.quantize(weight / scale, "sign_magnitude", n)
    return QuantizedWeights(codes, scale, saturated, _error(codes, weight, scale, n))


def replaced(quantized: QuantizedWeights, codes: np.ndarray, weight: np.ndarray, n: int) -> QuantizedWeights:
    """Other codes for the same weights, with the error that they make.

    Args:
        quantized: the rounded codes.
        codes: the others, of the same shape.
        weight: the real weights.
        n: bits of a magnitude.
    """
    return QuantizedWeights(codes, quantized.scale, quantized.saturated, _error(codes, weight, quantized.scale, n))


def _error(codes: np.ndarray, weight: np.ndarray, scale: float, n: int) -> float:
    error = encoding.dequantize(codes, "sign_magnitude", n) * scale - weight
    return float(np.sqrt(np.mean(error**2)))


def quantize_bias(bias: np.ndarray, count: float, index: int) -> np.ndarray:
    """Biases in counts, int64, rounded to nearest; one count is worth `count`.

    Args:
        bias: real biases `(neurons,)`.
        count: real value of one count.
        index: of the layer, for the message.

    Raises:
        OptionError: a bias needs 2^30 counts or more: it is beyond all that the layer's inputs could ever balance.
    """
    counts = np.rint(bias / count)
    if np.abs(counts).max() >= BIAS_LIMIT:
        place = int(np.abs(counts).argmax())
        raise OptionError(
            f"biases[{index}][{place}] = {bias[place]:.6g} is {counts[place]:.3g} counts, and 2^30 is the limit: "
            f"one count is worth {count:.3g}; scale the weights or take a shorter stream_length"
        )
    return counts.astype(np.int64)
