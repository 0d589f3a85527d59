"""All epochs of one run: from its checkpoint where there is one, pruned and validated where the recipe says so."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from ..inference.engines import classes_of
from ..spec.encoding import quantize
from ..spec.errors import OptionError
from ..spec.maps import Layer
from .architecture import InputEncoding, input_encoding_for, layers_of
from .checkpoint import load_checkpoint, save_checkpoint
from .config import TrainConfig
from .data import Dataset, split
from .forward import Params, exact_forward, float_logits
from .history import History, Progress, kept_epoch
from .loop import TrainState, compiled_epoch, epoch_key, run_keys
from .pruning import prune, pruned_from, pruned_share


class Checkpoint(NamedTuple):
    """Where a run keeps its state, how often, and whether it continues from there."""

    file: Path | None
    every: int
    resume: bool


class Best(NamedTuple):
    """The state of a run that holds samples out, and the parameters that did best on these so far."""

    state: TrainState
    params: Params


def input_encoding_of(config: TrainConfig, data: Dataset) -> InputEncoding:
    """Encoding of the network's inputs: unipolar unless features are negative, bipolar in a bipolar network."""
    return input_encoding_for(config, data.signed)


def forward_inputs(config: TrainConfig, layers: Sequence[Layer], x: np.ndarray) -> jax.Array:
    """What the forward pass takes of features: their codes, or the features themselves where it is a float one.

    Args:
        config: the recipe.
        layers: gives the inputs' encoding.
        x: features in units of the input scale `(samples, features)`.
    """
    if config.forward == "exact":
        x = quantize(x, layers[0].input_encoding, layers[0].resolution_bits)[0]
    return jnp.asarray(x, jnp.float32)


def outputs_of(config: TrainConfig, layers: Sequence[Layer], params: Params, inputs: jax.Array) -> np.ndarray:
    """Outputs of the trained forward pass, `(samples, classes)`: counts, or real logits of a float network.

    Args:
        config: the recipe.
        layers: the layers that were trained.
        params: their real parameters.
        inputs: of `forward_inputs`.
    """
    outputs = np.asarray(_compiled_forward(config.replace(seed=0, name="network"), tuple(layers))(params, inputs))
    return outputs if config.forward == "float" else outputs.astype(np.int64)


@lru_cache(maxsize=8)
def _compiled_forward(config: TrainConfig, layers: tuple[Layer, ...]) -> Callable[[Params, jax.Array], jax.Array]:
    """The forward pass of a recipe, compiled once for all its seeds."""
    if config.forward == "float":
        return jax.jit(lambda p, x: float_logits(layers, p, x, config.border_shift, config))
    return jax.jit(lambda p, c: exact_forward(layers, p, c, config))


def accuracy_of(outputs: np.ndarray, layers: Sequence[Layer], config: TrainConfig, y: np.ndarray) -> float:
    """Fraction of samples that outputs of the forward pass classify rightly, 0 … 1.

    Args:
        outputs: of `outputs_of`.
        layers: the layers that were trained.
        config: the recipe.
        y: labels.
    """
    return float((classes_of(outputs, layers[-1], config.time_steps) == y).mean())


def scheduled_epochs(
    config: TrainConfig,
    data: Dataset,
    samples: int | None = None,
    compiled: Callable[..., Callable[..., Any]] = compiled_epoch,
) -> Callable[[int], Callable[..., Any]]:
    """The compiled epoch function of each epoch's number: one a stream length of the schedule.

    Args:
        config: the recipe with its schedule.
        data: gives sizes and the inputs' encoding.
        samples: training samples of an epoch; None: all of the data.
        compiled: from a recipe, its layers and the number of samples to the function.
    """
    encoding = input_encoding_of(config, data)
    samples = len(data.x_train) if samples is None else samples

    @cache
    def epoch_at(recipe: TrainConfig) -> Callable[..., Any]:
        return compiled(recipe, layers_of(recipe, data.features, data.classes, encoding), samples)

    return lambda epoch: epoch_at(config.at_epoch(epoch))


def run(
    config: TrainConfig,
    layers: Sequence[Layer],
    data: Dataset,
    start: Callable[[int], TrainState],
    checkpoint: Checkpoint,
    say: Progress,
) -> tuple[Params, dict[str, list[float]]]:
    """The parameters that the run keeps, and its history.

    Args:
        config: the recipe.
        layers: the network at the stream length that is deployed.
        data: the data set.
        start: the state before the first epoch, from the number of training samples.
        checkpoint: where the state is kept.
        say: takes progress lines.

    Raises:
        OptionError: the checkpoint is of another run or damaged, or training diverged.
        KeyboardInterrupt: after the state has been saved.
    """
    x_train, y_train, held_out = data.x_train, data.y_train, None
    if config.validation:
        x_train, x_held, y_train, y_held = split(x_train, y_train, config.validation, "take another validation share")
        held_out = forward_inputs(config, layers, x_held), y_held
    state = start(len(x_train))
    best_params = state.params
    history = History(config.epochs, say)
    identity = {"config": config.model_dump(mode="json"), "data": data.sha256}
    file, first_kept = checkpoint.file, pruned_from(config) if config.sparsity else 0
    if file is not None:
        file.parent.mkdir(parents=True, exist_ok=True)
        if checkpoint.resume and file.exists():
            if held_out:
                (state, best_params), described = load_checkpoint(file, Best(state, best_params))
            else:
                state, described = load_checkpoint(file, state)
            _check_same(file, described, identity)
            history = History(config.epochs, say, described["history"])
            say(f"resumed after epoch {len(history.values['loss'])}")
    run_epochs = scheduled_epochs(config, data, len(x_train))
    _, run_key = run_keys(config.seed)
    x, y = jnp.asarray(x_train, jnp.float32), jnp.asarray(y_train)
    epoch = len(history.values["loss"])

    def save_state() -> None:
        if file is not None:
            state_or_best = Best(state, best_params) if held_out else state
            save_checkpoint(file, state_or_best, {**identity, "history": history.values})

    try:
        while epoch < config.epochs:
            before = state
            if config.sparsity:
                before = before._replace(params=prune(before.params, pruned_share(config, epoch)))
            next_state, metrics = run_epochs(epoch)(before, epoch_key(run_key, epoch), x, y)
            loss, accuracy = float(metrics.loss), float(metrics.accuracy)
            validation = None
            if held_out is not None:
                outputs = outputs_of(config, layers, next_state.params, held_out[0])
                validation = accuracy_of(outputs, layers, config, held_out[1])
            state, epoch = next_state, epoch + 1
            history.add(loss, accuracy, validation)
            if kept_epoch(history.values, first_kept) == epoch - 1:
                best_params = state.params
            if epoch % checkpoint.every == 0 and epoch < config.epochs:
                save_state()
    except KeyboardInterrupt:
        # Else the interrupt fell into the few assignments above, and the checkpoint before this one stands.
        if all(len(values) == epoch for values in history.values.values()):
            if epoch and kept_epoch(history.values, first_kept) == epoch - 1:  # it may have come before this was said
                best_params = state.params
            save_state()
            say(f"interrupted after epoch {epoch}; the same command continues from there")
        raise
    return best_params, history.values


def _check_same(file: Path, described: dict[str, Any], identity: dict[str, Any]) -> None:
    if described.get("data") != identity["data"]:
        raise OptionError(f"checkpoint {file} is of other data; remove it or choose another out")
    recorded, config = described.get("config", {}), identity["config"]
    for key in sorted(config.keys() | recorded.keys()):
        if recorded.get(key) != config.get(key):
            raise OptionError(
                f"checkpoint {file} is of another run: {key} was {recorded.get(key)!r}, now {config.get(key)!r}; "
                "remove it, or pass resume=False"
            )
