"""Decays beta that the contract's `lif` neuron can make: v − (v >> k) is (1 − 2^−k)·v rounded up, or v without leak."""

from __future__ import annotations

LARGEST_LEAK_SHIFT = 31
_TOLERANCE = 1e-6  # a float32 near 1 is no better


def leak_shift_of(beta: float) -> int | None:
    """k where beta = 1 − 2^−k; None for any other decay, 1 (no leak) among them.

    >>> leak_shift_of(0.875), leak_shift_of(0.9), leak_shift_of(1.0)
    (3, None, None)
    """
    shifts = range(1, LARGEST_LEAK_SHIFT + 1)
    return next((k for k in shifts if abs(beta - (1 - 2.0**-k)) <= min(_TOLERANCE, 2.0 ** -(k + 2))), None)


def nearest_leak(beta: float) -> tuple[int | None, float]:
    """The k whose decay lies nearest to beta, None for no leak, and that decay.

    >>> nearest_leak(0.9), nearest_leak(0.0), nearest_leak(1.0)
    ((3, 0.875), (1, 0.5), (None, 1.0))
    """
    leaks = [*((k, 1 - 2.0**-k) for k in range(1, LARGEST_LEAK_SHIFT + 1)), (None, 1.0)]
    return min(leaks, key=lambda leak: abs(leak[1] - beta))
