"""How alike two streams are, beyond their densities."""

from __future__ import annotations

import numpy as np

from ..spec.errors import CodesError
from .packing import zeros_and_ones


def scc(x: np.ndarray, w: np.ndarray) -> np.ndarray:
    """Stochastic-computing correlation of two streams (Alaghi and Hayes, ICCD 2013).

    With a, b, c, d = number of positions where (x, w) is (1,1), (1,0), (0,1), (0,0) and L their sum:
    (ad - bc) / (L·min(a + b, a + c) - (a + b)(a + c)) if ad > bc, else (ad - bc) / ((a + b)(a + c) - L·max(a - d, 0)).
    +1: as many common ones as possible; -1: as few; 0: as many as chance gives; 0 too where the denominator is 0 (a
    stream that never changes).

    Args:
        x: zeros and ones, `(..., time)`, at least one position.
        w: the other streams, broadcast against `x`.

    Returns:
        float64 of the broadcast shape without the time axis, in [-1, 1].

    Raises:
        CodesError: the streams differ in length or hold anything but zeros and ones.
    """
    x, w = zeros_and_ones("x", x), zeros_and_ones("w", w)
    if x.shape[-1:] != w.shape[-1:] or not x.shape or x.shape[-1] == 0:
        raise CodesError(f"x and w must have one length of at least 1 in the last axis, got {x.shape} and {w.shape}")
    if not (np.isin(x, (0, 1)).all() and np.isin(w, (0, 1)).all()):
        raise CodesError("x and w must hold zeros and ones only")
    length = x.shape[-1]
    x, w = x.astype(np.int64), w.astype(np.int64)
    both = (x * w).sum(axis=-1)
    ones_x, ones_w = np.broadcast_arrays(x.sum(axis=-1), w.sum(axis=-1))
    neither = length - ones_x - ones_w + both
    excess = length * both - ones_x * ones_w  # = ad - bc
    above = length * np.minimum(ones_x, ones_w) - ones_x * ones_w
    below = ones_x * ones_w - length * np.maximum(both - neither, 0)
    denominator = np.where(excess > 0, above, below)
    return np.where(denominator == 0, 0.0, excess / np.where(denominator == 0, 1, denominator))
