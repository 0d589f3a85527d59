"""The calls of the public sc-neurocore 3.16.0 and its engine 3.15.7, for `speed.py`, in an environment of their own.

Only names, signatures and help texts of these packages were used to write this.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np
from speed_timing import Candidate, Skip, serve

PRODUCT_BITS = 2**30  # of a timed call; its batch follows
LAYER_BITS = 2**31  # of weight streams, above which building alone takes too long


def dense(cell: dict[str, Any]) -> Candidate:
    """The Rust engine's dense layer on a whole batch; RAYON_NUM_THREADS keeps it to one thread."""
    import sc_neurocore_engine as engine

    bits = cell["inputs"] * cell["neurons"] * cell["length"]
    if bits > LAYER_BITS:
        raise Skip(f"its layer of {bits / 8e9:.1f} GB of weight streams takes over 20 s to build")
    samples = min(cell["batch"], max(1, PRODUCT_BITS // bits))
    layer = engine.DenseLayer(cell["inputs"], cell["neurons"], cell["length"])
    x = np.random.default_rng(1).random((samples, cell["inputs"]))
    return Candidate(lambda: layer.forward_batch_numpy(x), samples / cell["batch"], {"path": engine.simd_tier()})


def surrogate_step(cell: dict[str, Any]) -> Candidate:
    """Its gradient step on the arrays that ours gets."""
    import jax.numpy as jnp

    from sc_neurocore.accel.jax_backend import jax_surrogate_gradient_step

    rng = np.random.default_rng(0)
    sizes = cell["sizes"]
    weights = [jnp.asarray(rng.normal(0, 0.3, (b, a)), jnp.float32) for a, b in pairwise(sizes)]
    x = jnp.asarray(rng.random((cell["batch"], sizes[0])), jnp.float32)
    targets = jnp.asarray(np.eye(sizes[-1])[rng.integers(0, sizes[-1], cell["batch"])], jnp.float32)
    return Candidate(lambda: jax_surrogate_gradient_step(weights, x, targets, n_steps=cell["steps"]))


MAKERS: dict[str, Callable[[dict[str, Any]], Candidate]] = {
    "public engine": dense,
    "public surrogate step": surrogate_step,
}


def prepare(cell: dict[str, Any]) -> dict[str, Callable[[], Candidate]]:
    """The candidates that the cell names."""
    return {name: partial(MAKERS[name], cell) for name in cell["public"]}


if __name__ == "__main__":
    serve(prepare)
