"""The training loop: one epoch is one compiled call, a pure function of the state, the data and the epoch's number.

So an interrupted run that continues from a saved state computes the same bits as one that never stopped.
"""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import optax
from jax import lax

from ..accel.jax.ops import check_trainable
from ..accel.kinds import map_before
from ..spec.errors import OptionError
from ..spec.kinds import unknown_kind
from ..spec.maps import Layer
from .augment import augmented
from .config import TrainConfig
from .forward import Params, clip_params, exact_logits, float_logits, init_params
from .pruning import masked, masks


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
    """The recipe's optimizer under the recipe's learning rate, which warms up and then decays over the whole run.

    Raises:
        OptionError: optax has no such optimizer, or none that a gradient and a schedule suffice for.
    """
    per_epoch = steps_per_epoch(config, samples)
    warmup, steps = config.warmup_epochs * per_epoch, config.epochs * per_epoch
    rate = _decay(config, steps - warmup)
    if warmup:
        rate = optax.join_schedules([optax.linear_schedule(0.0, config.learning_rate, warmup), rate], [warmup])
    if not is_optimizer(config.optimizer):
        names = ", ".join(name for name in sorted(vars(optax)) if is_optimizer(name))
        raise OptionError(f"optimizer must be one of optax's {names}; got {config.optimizer!r}")
    return getattr(optax, config.optimizer)(rate)


def _decay(config: TrainConfig, steps: int) -> Any:
    rate = config.learning_rate
    match config.learning_rate_schedule:
        case "cosine":
            return optax.cosine_decay_schedule(rate, steps)
        case "linear":
            return optax.linear_schedule(rate, 0.0, steps)
        case "constant":
            return optax.constant_schedule(rate)
        case other:
            unknown_kind(other, "training")


@lru_cache(maxsize=256)
def is_optimizer(name: str) -> bool:
    """Whether optax has an optimizer of this name that a learning-rate schedule and a gradient suffice for.

    What needs more (a line search the loss itself, another a key) is none; it shows when a step is traced.
    """
    function = getattr(optax, name, None)
    if not inspect.isfunction(function) or name.startswith(("_", "scale_by_")):
        return False
    if next(iter(inspect.signature(function).parameters), None) != "learning_rate":
        return False

    def one_step(params: Any) -> Any:
        optimizer = function(optax.constant_schedule(0.1))
        return optimizer.update(params, optimizer.init(params), params)

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            jax.eval_shape(one_step, {"weight": jnp.zeros((2, 3)), "bias": jnp.zeros(2)})
    except (TypeError, ValueError, Warning):
        return False
    return True


def logits_fn(config: TrainConfig, layers: Sequence[Layer]) -> Callable[[Params, jax.Array, jax.Array], jax.Array]:
    """`logits(params, x, key)` of the forward pass that the recipe names, with its faults."""
    if config.forward == "float":
        return lambda params, x, key: float_logits(layers, params, x, config.border_shift, config)
    for layer in layers:
        check_trainable(layer)
    return lambda params, x, key: exact_logits(layers, params, x, config, jax.random.fold_in(key, 2))


def init_state(config: TrainConfig, layers: Sequence[Layer], samples: int, key: jax.Array) -> TrainState:
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
    config: TrainConfig, layers: Sequence[Layer], samples: int
) -> Callable[[TrainState, jax.Array, jax.Array, jax.Array], tuple[TrainState, Metrics]]:
    """`epoch(state, key, x, y) -> (state, metrics)`: one pass over the training samples in a random order.

    x is `(samples, features)` float32 in units of the input scale, y `(samples,)` int32; jit- and vmap-safe.

    Args:
        config: the recipe.
        layers: the network.
        samples: training samples.
    """
    step = step_fn(config, layers, samples)

    def epoch(state: TrainState, key: jax.Array, x: jax.Array, y: jax.Array) -> tuple[TrainState, Metrics]:
        order, keys = _order(config, samples, key)
        state, metrics = lax.scan(lambda state, each: step(state, x, y, *each), state, (order, keys))
        return state, Metrics(metrics.loss.mean(), metrics.accuracy.mean())

    return epoch


def stepwise_epoch_fn(
    config: TrainConfig, layers: Sequence[Layer], samples: int
) -> Callable[[TrainState, jax.Array, jax.Array, jax.Array], tuple[TrainState, Metrics]]:
    """The same with each step called by itself: on a CPU, XLA runs convolutions in a loop several times slower.

    Args:
        config: the recipe.
        layers: the network.
        samples: training samples.
    """
    step = jax.jit(step_fn(config, layers, samples))

    def epoch(state: TrainState, key: jax.Array, x: jax.Array, y: jax.Array) -> tuple[TrainState, Metrics]:
        metrics = []
        for rows, noise_key in zip(*_order(config, samples, key)):
            state, of_batch = step(state, x, y, rows, noise_key)
            metrics.append(of_batch)
        loss, accuracy = (jnp.stack(values).mean() for values in zip(*metrics))
        return state, Metrics(loss, accuracy)

    return epoch


def _order(config: TrainConfig, samples: int, key: jax.Array) -> tuple[jax.Array, jax.Array]:
    """Which samples each step of an epoch takes, `(steps, batch)`, and its key."""
    batch, steps = min(config.batch_size, samples), steps_per_epoch(config, samples)
    order_key, noise_key = jax.random.split(key)
    order = jax.random.permutation(order_key, samples)[: steps * batch].reshape(steps, batch)
    return order, jax.random.split(noise_key, steps)


def step_fn(config: TrainConfig, layers: Sequence[Layer], samples: int) -> Callable[..., tuple[TrainState, Metrics]]:
    """`step(state, x, y, rows, key) -> (state, metrics)`: one batch, the rows of the training samples.

    Args:
        config: the recipe.
        layers: the network.
        samples: training samples.
    """
    optimizer = make_optimizer(config, samples)
    logits = logits_fn(config, layers)
    classes = layers[-1].out_elements

    def loss_fn(params: Params, x: jax.Array, y: jax.Array, key: jax.Array) -> tuple[jax.Array, jax.Array]:
        out = config.logit_gain * logits(params, x, key)
        target = optax.smooth_labels(jax.nn.one_hot(y, classes), config.label_smoothing)
        return optax.softmax_cross_entropy(out, target).mean(), (out.argmax(axis=1) == y).mean()

    def step(
        state: TrainState, x: jax.Array, y: jax.Array, rows: jax.Array, key: jax.Array
    ) -> tuple[TrainState, Metrics]:
        x, y = augmented(config, x[rows], key), y[rows]
        (loss, accuracy), gradient = jax.value_and_grad(loss_fn, has_aux=True)(state.params, x, y, key)
        updates, optimizer_state = optimizer.update(gradient, state.optimizer, state.params)
        params = clip_params(optax.apply_updates(state.params, updates))  # type: ignore[arg-type]
        if config.sparsity:  # what was 0 when this batch began was pruned, and stays 0
            params = masked(params, masks(state.params))
        return TrainState(params, optimizer_state), Metrics(loss, accuracy)

    return step


@lru_cache(maxsize=8)
def _compiled(config: TrainConfig, layers: tuple[Layer, ...], samples: int) -> Callable[..., Any]:
    if all(map_before(layer) is None for layer in layers):
        return jax.jit(epoch_fn(config, layers, samples))
    return stepwise_epoch_fn(config, layers, samples)


def compiled_epoch(config: TrainConfig, layers: Sequence[Layer], samples: int) -> Callable[..., Any]:
    """`epoch_fn`, compiled; runs that differ in seed, name and start only share the code.

    Args:
        config: the recipe.
        layers: the network.
        samples: training samples.
    """
    return _compiled(config.replace(seed=0, name="network", init_from=None), tuple(layers), samples)


def run_keys(seed: int) -> tuple[jax.Array, jax.Array]:
    """Keys of a run: one for the initial weights, one that each epoch folds its number into."""
    weight_key, run_key = jax.random.split(jax.random.key(seed))
    return weight_key, run_key


def epoch_key(key: jax.Array, epoch: int | jax.Array) -> jax.Array:
    """The key of one epoch: a function of its number alone, so a resumed run draws the same samples."""
    return jax.random.fold_in(key, jnp.uint32(epoch))
