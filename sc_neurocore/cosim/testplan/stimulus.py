"""What every co-simulation drives beside the user's samples: directed, random and mutant-killing vectors."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...rtl.plan.supported import on_maps
from ...spec.encoding import code_range
from ...spec.network import NetworkSpec
from ..fault_model.layer_model import covers
from .changed_parameters import cover_by_inference
from .coverage import Coverage, cover
from .input_codes import code_vectors, lowest_code_vectors
from .products import product_vectors
from .rare_data import RareData, rare_vectors

_ALONE_AT_MOST = 64
_PRODUCTS_AT_MOST = 256


@dataclass(frozen=True)
class Stimulus:
    """Samples to drive, and where they come from."""

    codes: np.ndarray
    """int64, as the network takes them; the user's first."""
    counts: dict[str, int]
    """Samples of each origin: user, directed, random, mutation (those that were searched for)."""
    coverage: Coverage
    rare: RareData | None = None
    """What rare data the samples have; None: of a circuit."""
    lowest: int = 0
    """So many of the last samples are driven once more, with the code -2^n in the place of -(2^n - 1)."""

    def origin(self, sample: int) -> str:
        """Where a sample comes from."""
        for name, count in self.counts.items():
            if sample < count:
                return f"{name} {sample}"
            sample -= count
        return "episode"


def make_stimulus(
    network: NetworkSpec,
    user: np.ndarray | None,
    *,
    samples: int,
    seed: int,
    search_seconds: float,
) -> Stimulus:
    """All samples of one co-simulation; the same arguments give the same samples, as long as no time budget is spent.

    Args:
        network: what is verified.
        user: the user's codes, checked, or None.
        samples: number of random samples.
        seed: of everything random.
        search_seconds: bound (processor time) on the search for vectors that kill mutants; 0 searches nothing.
    """
    rng = np.random.default_rng([seed, 0x5C])
    empty = np.zeros(network.codes_shape(0), dtype=np.int64)
    parts = {
        "user": empty if user is None else user,
        "directed": directed(network),
        "random": random_codes(network, samples, rng),
    }
    base = np.concatenate(list(parts.values()))
    search = cover if covers(network) else cover_by_inference
    coverage = search(network, base, rng, seconds=search_seconds)
    codes = code_vectors(network, np.concatenate([base, coverage.vectors]), rng, seconds=search_seconds / 2)
    there = np.concatenate([base, coverage.vectors, codes])
    products = product_vectors(network, there, rng, limit=_PRODUCTS_AT_MOST, seconds=search_seconds / 2)
    rare = rare_vectors(network, np.concatenate([there, products]), rng, seconds=search_seconds / 2)
    lowest = lowest_code_vectors(network, rng, seconds=search_seconds / 2)
    parts["mutation"] = np.concatenate([coverage.vectors, codes, products, rare.vectors, lowest])
    return Stimulus(
        np.concatenate([base, parts["mutation"]]),
        {name: len(part) for name, part in parts.items()},
        coverage,
        rare,
        len(lowest),
    )


def directed(network: NetworkSpec) -> np.ndarray:
    """All 0, all at full scale, all at the lowest code, and each input alone at 1, half and full scale (and negative).

    "Alone" means: all others at the code 0. Repetitions (at few bits, 1 is half) are left out. Of a map larger than
    `_ALONE_AT_MOST` elements so many are taken, its corners among them: all windows have the same weights, and each is
    seen by the samples at full scale.
    """
    low, high = code_range(network.input.encoding, network.input.resolution_bits)
    shape = network.codes_shape(1)[1:]
    levels = dict.fromkeys(level for level in (1, (high + 1) // 2, high, low) if level != 0)
    rows = [np.full(shape, level) for level in dict.fromkeys((0, high, low))]
    features = np.arange(network.input.features)
    if on_maps(network) and len(features) > _ALONE_AT_MOST:
        features = np.linspace(0, len(features) - 1, _ALONE_AT_MOST).astype(np.int64)
    for feature in features:
        for level in levels:
            row = np.zeros(shape, dtype=np.int64)
            row[..., feature] = level
            rows.append(row)
    unique = list({row.tobytes(): row for row in (np.asarray(row, dtype=np.int64) for row in rows)}.values())
    return np.stack(unique)


def random_codes(network: NetworkSpec, samples: int, rng: np.random.Generator) -> np.ndarray:
    """Uniformly random codes.

    Args:
        network: gives shape and range.
        samples: how many.
        rng: draws them.
    """
    low, high = code_range(network.input.encoding, network.input.resolution_bits)
    return rng.integers(low, high + 1, network.codes_shape(samples), dtype=np.int64)
