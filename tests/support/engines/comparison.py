"""What comparisons of engines with the oracle share."""

from __future__ import annotations

import numpy as np


def engines_for(network) -> list[str]:
    """All engines but ``jax``, whose compilation per network is paid in a test of its own."""
    import sc_neurocore.accel.counts.engine as counts

    return ["reference", "packed", "auto"] + (["counts"] if counts.supports(network) is None else [])


def describe(net, got, expected) -> str:
    """How many values differ, the first of them, and the network."""
    where = tuple(int(i) for i in np.argwhere(got != expected)[0])
    first = f"at {where} got {got[where]}, expected {expected[where]}"
    return f"{int((got != expected).sum())} of {got.size} differ; {first}; {net.description}"
