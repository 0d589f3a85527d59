"""How sure a mean over networks and samples is."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

BOOTSTRAPS = 2000


def bootstrap_interval(values: np.ndarray, bootstraps: int = BOOTSTRAPS) -> tuple[float, float]:
    """95 % bootstrap interval of the mean of `(networks, samples)`, both axes resampled (percentile method).

    Args:
        values: any numbers, say 1 where a network classified a sample rightly.
        bootstraps: how many; the random numbers are always the same ones.
    """
    of_networks, of_samples = _weights(*values.shape, bootstraps)
    means = np.einsum("bs,bs->b", of_networks @ values, of_samples)
    low, high = np.percentile(means, [2.5, 97.5])
    return float(low), float(high)


@lru_cache(maxsize=4)
def _weights(networks: int, samples: int, bootstraps: int) -> tuple[np.ndarray, np.ndarray]:
    """Weights of each resample along both axes: the same as drawing indices, and a matrix product is faster."""
    rng = np.random.default_rng(0)
    of_networks = rng.multinomial(networks, np.full(networks, 1 / networks), bootstraps) / networks
    of_samples = rng.multinomial(samples, np.full(samples, 1 / samples), bootstraps) / samples
    return of_networks, of_samples
