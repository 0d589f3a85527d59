"""Gradual magnitude pruning: a rising share of the weights is 0 and stays 0.

A zero weight costs no clock in serial cores, no instruction in microcoded ones and no gate in unrolled ones.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np

from .config import TrainConfig
from .forward import Params

FIRST, LAST = 0.1, 0.6
"""Parts of the run at which the first weights are pruned, and the last: what remains trains on without them."""


def pruned_share(config: TrainConfig, epoch: int) -> float:
    """Share of weights that are 0 in an epoch: sparsity · (1 − (1 − t)³).

    t rises from 0 at `FIRST` of the run to 1 at `LAST`. Source: Zhu and Gupta, To prune, or not to prune, 2017.
    """
    start, end = FIRST * config.epochs, pruned_from(config)
    t = 1.0 if epoch >= end else max(0.0, (epoch - start) / (end - start))
    return config.sparsity * (1 - (1 - t) ** 3)


def pruned_from(config: TrainConfig) -> int:
    """The first epoch, from 0, in which no weight is pruned any more."""
    return int(LAST * config.epochs)


@jax.jit
def prune(params: Params, share: jax.Array | float) -> Params:
    """Weights with the given share of all of them 0, those of the least magnitude over all layers; biases stay.

    Args:
        params: real parameters.
        share: 0 … 1.
    """
    magnitudes = jnp.concatenate([jnp.abs(layer["weight"]).ravel() for layer in params if layer])
    count = jnp.round(share * magnitudes.size).astype(jnp.int32)
    limit = jnp.where(count > 0, jnp.sort(magnitudes)[jnp.maximum(count, 1) - 1], -1.0)
    return [
        {**layer, "weight": jnp.where(jnp.abs(layer["weight"]) <= limit, 0.0, layer["weight"])} if layer else {}
        for layer in params
    ]


def masks(params: Params) -> list[jax.Array | None]:
    """Where weights are not 0, one array a layer; None of a pool."""
    return [layer["weight"] != 0 if layer else None for layer in params]


def masked(params: Params, where: list[jax.Array | None]) -> Params:
    """Parameters whose weights are 0 outside the masks."""
    return [
        {} if mask is None else {**layer, "weight": jnp.where(mask, layer["weight"], 0.0)}
        for layer, mask in zip(params, where)
    ]


def zero_share(codes: list[np.ndarray]) -> float:
    """Share of weight codes that are 0."""
    return sum(int((each == 0).sum()) for each in codes) / sum(each.size for each in codes)
