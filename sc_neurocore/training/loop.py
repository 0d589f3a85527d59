"""The training loop: one epoch is one compiled call, a pure function of the state, the data and the epoch's number.

So an interrupted run that continues from a saved state computes the same bits as one that never stopped.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import optax
from jax import lax

from ..accel.jax.ops import check_trainable
from ..spec.layer import DenseLayer
from .config import TrainConfig
from .forward import Params, clip_params, exact_logits, float_logits, init_params


class TrainState(NamedTuple):
    """All that training carries from one epoch to the next."""

    params: Params
    optimizer: Any


class Metrics(NamedTuple):
    """Means over one epoch's training batches, with the input noise on."""

    loss: jax.Array
    accuracy: jax.Array


def steps_per_epoch(config: TrainConfig, samples: int) -> int:
    """Whole batches in an epoch; what is left over differs every epoch, as the order does."""
    return max(1, samples // config.batch_size)


def make_optimizer(config: TrainConfig, samples: int) -> optax.GradientTransformation:
    """Adam whose rate falls to 0 by a cosine over the whole run."""
    steps = config.epochs * steps_per_epoch(config, samples)
    return optax.adam(optax.cosine_decay_schedule(config.learning_rate, steps))


def logits_fn(config: TrainConfig, layers: Sequence[DenseLayer]) -> Callable[[Params, jax.Array], jax.Array]:
    """`logits(params, x)` of the forward pass that the recipe names."""
    if config.forward == "float":
        return lambda params, x: float_logits(layers, params, x, config.border_shift, config)
    for layer in layers:
        check_trainable(layer)
    return lambda params, x: exact_logits(layers, params, x, config)


def init_state(config: TrainConfig, layers: Sequence[DenseLayer], samples: int, key: jax.Array) -> TrainState:
    """State before the first epoch.

    Args:
        config: the recipe.
        layers: the network.
        samples: training samples.
        key: a key of `jax.random`, of the initial weights.
    """
    params = init_params(key, layers, config)
    return TrainState(params, make_optimizer(config, samples).init(params))


def epoch_fn(
    config: TrainConfig, layers: Sequence[DenseLayer], samples: int
) -> Callable[[TrainState, jax.Array, jax.Array, jax.Array], tuple[TrainState, Metrics]]:
    """`epoch(state, key, x, y) -> (state, metrics)`: one pass over the training samples in a random order.

    x is `(samples, features)` float32 in units of the input scale, y `(samples,)` int32; jit- and vmap-safe.

    Args:
        config: the recipe.
        layers: the network.
        samples: training samples.
    """
    optimizer = make_optimizer(config, samples)
    logits = logits_fn(config, layers)
    batch, steps = min(config.batch_size, samples), steps_per_epoch(config, samples)
    classes = layers[-1].neurons

    def loss_fn(params: Params, x: jax.Array, y: jax.Array) -> tuple[jax.Array, jax.Array]:
        out = config.logit_gain * logits(params, x)
        target = optax.smooth_labels(jax.nn.one_hot(y, classes), config.label_smoothing)
        return optax.softmax_cross_entropy(out, target).mean(), (out.argmax(axis=1) == y).mean()

    def step(state: TrainState, batch_inputs: tuple[jax.Array, jax.Array, jax.Array]) -> tuple[TrainState, Metrics]:
        x, y, key = batch_inputs
        x = x + config.input_noise * jax.random.normal(key, x.shape)
        (loss, accuracy), gradient = jax.value_and_grad(loss_fn, has_aux=True)(state.params, x, y)
        updates, optimizer_state = optimizer.update(gradient, state.optimizer, state.params)
        params = clip_params(optax.apply_updates(state.params, updates))  # type: ignore[arg-type]
        return TrainState(params, optimizer_state), Metrics(loss, accuracy)

    def epoch(state: TrainState, key: jax.Array, x: jax.Array, y: jax.Array) -> tuple[TrainState, Metrics]:
        order_key, noise_key = jax.random.split(key)
        order = jax.random.permutation(order_key, samples)[: steps * batch].reshape(steps, batch)
        state, metrics = lax.scan(step, state, (x[order], y[order], jax.random.split(noise_key, steps)))
        return state, Metrics(metrics.loss.mean(), metrics.accuracy.mean())

    return epoch


@lru_cache(maxsize=8)
def _compiled(config: TrainConfig, layers: tuple[DenseLayer, ...], samples: int) -> Callable[..., Any]:
    return jax.jit(epoch_fn(config, layers, samples))


def compiled_epoch(config: TrainConfig, layers: Sequence[DenseLayer], samples: int) -> Callable[..., Any]:
    """`epoch_fn`, compiled; runs that differ in seed and name only share the code.

    Args:
        config: the recipe.
        layers: the network.
        samples: training samples.
    """
    return _compiled(config.replace(seed=0, name="network"), tuple(layers), samples)


def run_keys(seed: int) -> tuple[jax.Array, jax.Array]:
    """Keys of a run: one for the initial weights, one that each epoch folds its number into."""
    weight_key, run_key = jax.random.split(jax.random.key(seed))
    return weight_key, run_key


def epoch_key(key: jax.Array, epoch: int | jax.Array) -> jax.Array:
    """The key of one epoch: a function of its number alone, so a resumed run draws the same samples."""
    return jax.random.fold_in(key, jnp.uint32(epoch))
