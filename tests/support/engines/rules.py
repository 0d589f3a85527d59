"""What single-rule tests share: the five sources, tables of all code pairs, comparison with the oracle."""

from __future__ import annotations

import numpy as np
from support import oracle
from support.networks.descriptions import COUNTER, VDC, dense, network, tensors
from support.networks.random_networks import code_range

LFSR = {"kind": "lfsr", "seed": 1}
FULL = {"kind": "lfsr_full", "seed": 0}
SOBOL = {"kind": "sobol", "dimension": 2}
SOURCES = {"counter": COUNTER, "van_der_corput": VDC, "lfsr": LFSR, "lfsr_full": FULL, "sobol": SOBOL}


def agrees(run, description, codes, arrays) -> None:
    """The engine behind ``run`` equals the oracle in every integer."""
    got = run(description, codes, arrays)
    if got is not None:
        expected = oracle.evaluate(description, codes, arrays)
        assert expected.size > 0
        assert np.array_equal(got, expected)


def table(n: int, length: int, x: str = "unipolar", w: str = "unipolar", **changes):
    """One input, a neuron for each weight code, a sample for each input code: description, codes, tensors."""
    low, high = code_range(w, n)
    weights = np.arange(low, high + 1)
    description = network(dense(1, len(weights), n, length, input_encoding=x, weight_encoding=w, **changes))
    low, high = code_range(x, n)
    return description, np.arange(low, high + 1)[:, None], tensors(description, [weights])
