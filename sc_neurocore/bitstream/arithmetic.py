"""From streams to one integer per neuron: products, signs and accumulators (contract §4 and §5).

Streams are uint8 zeros and ones, one byte per bit. Signs are +1 or -1; an unsigned operand counts as +1.
"""

from __future__ import annotations

import numpy as np


def and_product(x: np.ndarray, w: np.ndarray) -> np.ndarray:
    """Product of unipolar streams, or of magnitudes: one where both are one."""
    return x & w


def xnor_product(x: np.ndarray, w: np.ndarray) -> np.ndarray:
    """Product of bipolar streams: one where both are equal."""
    return 1 ^ (x ^ w)


def signs(codes: np.ndarray) -> np.ndarray:
    """-1 for negative codes, else +1 (the sign of 0 has no effect: its stream is empty)."""
    return np.where(codes < 0, np.int64(-1), np.int64(1))


def parallel_counter(products: np.ndarray, sigma: np.ndarray) -> np.ndarray:
    """Σ_t Σ_j σ_j p_j(t).

    Args:
        products: `(..., inputs, time)`.
        sigma: signs `(..., inputs)`.

    Returns:
        int64 `(...)`.
    """
    ones = products.sum(axis=-1, dtype=np.int64)
    return (sigma * ones).sum(axis=-1)


def parallel_counter_bipolar(products: np.ndarray) -> np.ndarray:
    """2·(number of ones) - (number of bits), over inputs and time; `(..., inputs, time)` to int64 `(...)`."""
    ones = products.sum(axis=(-2, -1), dtype=np.int64)
    return 2 * ones - products.shape[-2] * products.shape[-1]


def or_accumulate(products: np.ndarray, sigma: np.ndarray) -> np.ndarray:
    """Σ_t OR_{σ=+} p_j(t) - Σ_t OR_{σ=-} p_j(t); shapes as `parallel_counter`."""
    positive = (products & (sigma > 0)[..., None]).any(axis=-2)
    negative = (products & (sigma < 0)[..., None]).any(axis=-2)
    return positive.sum(axis=-1, dtype=np.int64) - negative.sum(axis=-1, dtype=np.int64)


def selected(products: np.ndarray, sigma: np.ndarray) -> np.ndarray:
    """Σ_t σ_{j(t)} p_{j(t)}(t), when `products` and `sigma` `(..., time)` are already those of the selected inputs."""
    return (sigma * products).sum(axis=-1, dtype=np.int64)


def selected_bipolar(products: np.ndarray) -> np.ndarray:
    """2·(number of ones) - (number of positions that selected an input); `(..., time)` to int64 `(...)`."""
    return 2 * products.sum(axis=-1, dtype=np.int64) - products.shape[-1]
