"""One recipe under many seeds at once, vmapped: what statements about accuracy are made from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ..spec.errors import OptionError, require_extra

require_extra("jax", "jax")

import jax  # noqa: E402 -- after the check, so that a missing jax is an error that names the extra
import jax.numpy as jnp  # noqa: E402

from ..accel.jax.settings import under_our_settings  # noqa: E402
from .architecture import layers_of, with_image_shape  # noqa: E402
from .config import TrainConfig  # noqa: E402
from .data import Dataset  # noqa: E402
from .folder import TrainedModel  # noqa: E402
from .history import Progress  # noqa: E402
from .loop import Metrics, epoch_fn, epoch_key, init_state, run_keys  # noqa: E402
from .pruning import prune, pruned_share  # noqa: E402
from .run import input_encoding_of, scheduled_epochs  # noqa: E402
from .trainer import make_model  # noqa: E402


@under_our_settings
def train_seeds(
    config: TrainConfig,
    seeds: Sequence[int],
    data: Dataset,
    *,
    progress: Progress | None = None,
) -> list[TrainedModel]:
    """Train `config` under each seed, all side by side; one model a seed.

    A seed alone and the same seed among others take different trajectories: float32 sums are ordered differently. So
    such runs are compared by their means, never seed by seed with `train`.

    Args:
        config: network and recipe; its own seed is not looked at.
        seeds: one a run, all different.
        data: the data set.
        progress: takes one line every 50 epochs.

    Raises:
        OptionError: there are no seeds, or two are the same.
    """
    if not seeds or len(set(seeds)) < len(seeds):
        raise OptionError(f"seeds must be different integers, at least one; got {list(seeds)}")
    if config.validation or config.init_from:
        option = "validation" if config.validation else "init_from"
        raise OptionError(f"{option} must not be used where seeds are trained side by side; call train for each seed")
    say = progress or (lambda line: None)
    config = with_image_shape(config, data.features, data.sample_shape)
    layers = layers_of(config, data.features, data.classes, input_encoding_of(config, data))
    samples = len(data.x_train)
    keys = [run_keys(seed) for seed in seeds]
    weight_keys, run_key = (jnp.stack([pair[i] for pair in keys]) for i in (0, 1))
    state = jax.vmap(lambda key: init_state(config, layers, samples, key))(weight_keys)

    def side_by_side(*epoch: Any) -> Callable[..., Any]:
        return jax.jit(jax.vmap(epoch_fn(*epoch), in_axes=(0, 0, None, None)))

    run_epochs = scheduled_epochs(config, data, samples, side_by_side)
    x, y = jnp.asarray(data.x_train, jnp.float32), jnp.asarray(data.y_train)
    epochs: list[Metrics] = []
    for number in range(config.epochs):
        epoch_keys = jax.vmap(lambda key: epoch_key(key, number))(run_key)  # noqa: B023 -- used now
        if config.sparsity:
            state = state._replace(params=jax.vmap(prune, (0, None))(state.params, pruned_share(config, number)))
        state, metrics = run_epochs(number)(state, epoch_keys, x, y)
        epochs.append(metrics)
        if number + 1 == config.epochs or (number + 1) % 50 == 0:
            say(f"epoch {number + 1}/{config.epochs}  mean loss {float(metrics.loss.mean()):.4f}")
    by_seed = jax.tree.map(lambda *values: jnp.stack(values, axis=1), *epochs)
    models = []
    for i, seed in enumerate(seeds):
        history = {name: [round(float(v), 6) for v in values[i]] for name, values in by_seed._asdict().items()}
        params = jax.tree.map(lambda leaf: leaf[i], state.params)  # noqa: B023 -- used now
        models.append(make_model(config.replace(seed=seed), layers, params, data, history, None))
    return models
