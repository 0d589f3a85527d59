"""Training runs: one network, or the float reference and a series of stream lengths."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import chain, repeat
from pathlib import Path
from typing import Any

import numpy as np

from ..inference.engines import classes_of
from ..spec.atomic import check_target
from ..spec.encoding import quantize
from ..spec.errors import OptionError, require_extra
from ..spec.layer import DenseLayer

require_extra("jax", "jax")
require_extra("optax", "jax")

import jax  # noqa: E402 -- after the check, so that a missing library is an error that names the extra
import jax.numpy as jnp  # noqa: E402

from ..accel.jax.settings import under_our_settings  # noqa: E402
from .architecture import InputEncoding, input_encoding_for, layers_of  # noqa: E402
from .checkpoint import load_checkpoint, save_checkpoint  # noqa: E402
from .config import TrainConfig  # noqa: E402
from .data import Dataset, load_data  # noqa: E402
from .folder import MODEL_FILES, TrainedModel, load_model, save_model  # noqa: E402
from .forward import Params, exact_forward, float_logits  # noqa: E402
from .history import History, Progress  # noqa: E402
from .loop import TrainState, compiled_epoch, epoch_key, init_state, run_keys  # noqa: E402


def input_encoding_of(config: TrainConfig, data: Dataset) -> InputEncoding:
    """Encoding of the network's inputs: unipolar unless features are negative, bipolar in a bipolar network."""
    return input_encoding_for(config, data.signed)


def test_codes(layers: Sequence[DenseLayer], data: Dataset) -> np.ndarray:
    """Input codes of the test samples, int64 `(samples, features)`: the same that `infer --inputs` makes."""
    return quantize(data.x_test, layers[0].input_encoding, layers[0].resolution_bits)[0]


@under_our_settings
def test_outputs(config: TrainConfig, layers: Sequence[DenseLayer], params: Params, data: Dataset) -> np.ndarray:
    """Outputs of the trained forward pass on all test samples, `(samples, classes)`: counts, or real logits.

    Args:
        config: the recipe.
        layers: the layers that were trained.
        params: their real parameters.
        data: the data set.
    """
    forward = _compiled_forward(config.replace(seed=0, name="network"), tuple(layers))
    if config.forward == "float":
        return np.asarray(forward(params, jnp.asarray(data.x_test, jnp.float32)))
    return np.asarray(forward(params, jnp.asarray(test_codes(layers, data), jnp.float32))).astype(np.int64)


@lru_cache(maxsize=8)
def _compiled_forward(config: TrainConfig, layers: tuple[DenseLayer, ...]) -> Callable[[Params, jax.Array], jax.Array]:
    """The forward pass of a recipe, compiled once for all its seeds."""
    if config.forward == "float":
        return jax.jit(lambda p, x: float_logits(layers, p, x, config.border_shift, config))
    return jax.jit(lambda p, c: exact_forward(layers, p, c, config))


@under_our_settings
def model_outputs(model: TrainedModel, data: Dataset) -> np.ndarray:
    """Outputs of a model's training forward pass on all test samples: `test_outputs` from what the model holds."""
    scales = [{"scale": jnp.float32(scale)} for scale in model.scales]  # of the hidden layers alone
    params: Params = [
        {"weight": jnp.asarray(weight), "bias": jnp.asarray(bias), **scale}
        for weight, bias, scale in zip(model.weights, model.biases, chain(scales, repeat({})))
    ]
    layers = layers_of(model.config, model.features, model.classes, model.input_encoding)
    return test_outputs(model.config, layers, params, data)


@under_our_settings
def train(
    config: TrainConfig | None = None,
    out: str | os.PathLike[str] | None = None,
    *,
    data: Dataset | str | os.PathLike[str] | None = None,
    float_accuracy: float | None = None,
    checkpoint: str | os.PathLike[str] | None = None,
    checkpoint_every: int = 25,
    resume: bool = True,
    progress: Progress | None = None,
) -> TrainedModel:
    """Train one network.

    Args:
        config: network and recipe; None: the default recipe.
        out: model folder to write at the end; None: none.
        data: a data set, a file or folder that `load_data` reads, or None for the bundled digits.
        float_accuracy: test accuracy of the float reference network, to be recorded beside this one's.
        checkpoint: file of the state while training; None: beside `out`. Removed when the model is written.
        checkpoint_every: epochs between two checkpoints.
        resume: continue from the checkpoint where there is one, bit for bit as if never interrupted; False: start anew.
        progress: takes one line now and then.

    Returns:
        The trained model, with its accuracies on the test samples.

    Raises:
        OptionError: the recipe or the data break a rule, or the checkpoint is of another run.
        KeyboardInterrupt: after the state has been saved.
    """
    config = config or TrainConfig()
    if checkpoint_every < 1:
        raise OptionError(f"checkpoint_every must be at least 1, got {checkpoint_every}")
    if out is not None:
        check_target(out, MODEL_FILES)
    dataset = data if isinstance(data, Dataset) else load_data(data)
    say = progress or (lambda line: None)
    layers = layers_of(config, dataset.features, dataset.classes, input_encoding_of(config, dataset))
    file = None if out is None else Path(f"{Path(out)}.checkpoint.safetensors")
    if checkpoint is not None:
        file = Path(checkpoint)
    state, history = _run(config, layers, dataset, file, checkpoint_every, resume, say)
    model = make_model(config, layers, state.params, dataset, history, float_accuracy)
    if out is not None:
        save_model(model, out)
    if file is not None:
        file.unlink(missing_ok=True)
    return model


def scheduled_epochs(
    config: TrainConfig, data: Dataset, compiled: Callable[..., Callable[..., Any]] = compiled_epoch
) -> Callable[[int], Callable[..., Any]]:
    """The compiled epoch function of each epoch's number: one a stream length of the schedule.

    Args:
        config: the recipe with its schedule.
        data: gives sizes and the inputs' encoding.
        compiled: from a recipe, its layers and the number of samples to the function.
    """
    encoding = input_encoding_of(config, data)

    @cache
    def epoch_at(recipe: TrainConfig) -> Callable[..., Any]:
        return compiled(recipe, layers_of(recipe, data.features, data.classes, encoding), len(data.x_train))

    return lambda epoch: epoch_at(config.at_epoch(epoch))


def _run(
    config: TrainConfig,
    layers: Sequence[DenseLayer],
    data: Dataset,
    file: Path | None,
    every: int,
    resume: bool,
    say: Progress,
) -> tuple[TrainState, dict[str, list[float]]]:
    """All epochs, from the checkpoint where there is one."""
    samples = len(data.x_train)
    first_key, run_key = run_keys(config.seed)
    state = init_state(config, layers, samples, first_key)
    history = History(config.epochs, say)
    identity = {"config": config.model_dump(mode="json"), "data": data.sha256}
    if file is not None:
        file.parent.mkdir(parents=True, exist_ok=True)
        if resume and file.exists():
            state, described = load_checkpoint(file, state)
            _check_same(file, described, identity)
            history = History(config.epochs, say, described["history"])
            say(f"resumed after epoch {len(history.values['loss'])}")
    run_epochs = scheduled_epochs(config, data)
    x, y = jnp.asarray(data.x_train, jnp.float32), jnp.asarray(data.y_train)
    epoch = len(history.values["loss"])

    def save_state() -> None:
        if file is not None:
            save_checkpoint(file, state, {**identity, "history": history.values})

    try:
        while epoch < config.epochs:
            next_state, metrics = run_epochs(epoch)(state, epoch_key(run_key, epoch), x, y)
            loss, accuracy = float(metrics.loss), float(metrics.accuracy)
            state, epoch = next_state, epoch + 1
            history.add(loss, accuracy)
            if epoch % every == 0 and epoch < config.epochs:
                save_state()
    except KeyboardInterrupt:
        # Else the interrupt fell into the few assignments above, and the checkpoint before this one stands.
        if all(len(values) == epoch for values in history.values.values()):
            save_state()
            say(f"interrupted after epoch {epoch}; the same command continues from there")
        raise
    return state, history.values


def _check_same(file: Path, described: dict[str, Any], identity: dict[str, Any]) -> None:
    if described.get("data") != identity["data"]:
        raise OptionError(f"checkpoint {file} is of other data; remove it or choose another out")
    recorded, config = described.get("config", {}), identity["config"]
    for key in config:
        if recorded.get(key) != config[key]:
            raise OptionError(
                f"checkpoint {file} is of another run: {key} was {recorded.get(key)!r}, now {config[key]!r}; "
                "remove it, or pass resume=False"
            )


def make_model(
    config: TrainConfig,
    layers: Sequence[DenseLayer],
    params: Params,
    data: Dataset,
    history: dict[str, list[float]],
    float_accuracy: float | None,
) -> TrainedModel:
    """The model of a finished run, measured on the test samples.

    Args:
        config: the recipe.
        layers: the layers that were trained.
        params: their real parameters.
        data: the data set.
        history: `loss` and `accuracy` of each epoch.
        float_accuracy: test accuracy of the float reference network, where an exact one was trained.
    """
    outputs = test_outputs(config, layers, params, data)
    accuracy = float((classes_of(outputs, layers[-1], config.time_steps) == data.y_test).mean())
    exact = config.forward == "exact"
    return TrainedModel(
        config=config,
        features=data.features,
        classes=data.classes,
        input_encoding=input_encoding_of(config, data),
        input_scale=data.scale,
        weights=tuple(np.asarray(p["weight"]) for p in params),
        biases=tuple(np.asarray(p["bias"]) for p in params),
        scales=tuple(float(p["scale"]) for p in params if "scale" in p),
        data=data.summary,
        accuracy={
            "float": float_accuracy if exact else accuracy,
            "integer": accuracy if exact else None,
            "train": history["accuracy"][-1],
        },
        history=history,
    )


@dataclass(frozen=True)
class Series:
    """The float reference, and one exact network a stream length."""

    reference: TrainedModel
    by_length: dict[int, TrainedModel]


def _finished(folder: Path | None, config: TrainConfig, data: Dataset) -> TrainedModel | None:
    """The model in a folder, if it is there and of this recipe and data."""
    if folder is None or not folder.exists():
        return None
    model = load_model(folder)
    return model if model.config == config and model.data.get("sha256") == data.sha256 else None


def train_series(
    config: TrainConfig | None = None,
    out: str | os.PathLike[str] | None = None,
    *,
    stream_lengths: Sequence[int] = (256, 32, 16, 8),
    data: Dataset | str | os.PathLike[str] | None = None,
    resume: bool = True,
    progress: Progress | None = None,
) -> Series:
    """Train the float reference and an exact network for each stream length, n = log2 L, all by one recipe and seed.

    With a `schedule` all are trained by it, and each is measured and exported at its own length.

    Writes the model folders `out/float`, `out/L256`, …; folders that are there, of the same recipe and data, are kept.

    Args:
        config: network and recipe; None: the default recipe.
        out: folder of the model folders; None: none are written.
        stream_lengths: L of each exact network, all different.
        data: a data set, a file or folder that `load_data` reads, or None for the bundled digits.
        resume: keep finished models, and continue interrupted ones; False: train all anew.
        progress: takes one line now and then.

    Raises:
        OptionError: a length stands twice, or see `train`.
    """
    config = config or TrainConfig()
    if not stream_lengths or len(set(stream_lengths)) < len(stream_lengths):
        raise OptionError(f"stream_lengths must be different lengths, at least one; got {tuple(stream_lengths)}")
    dataset = data if isinstance(data, Dataset) else load_data(data)
    say = progress or (lambda line: None)
    folder = None if out is None else Path(out)

    def one(name: str, recipe: TrainConfig, float_accuracy: float | None) -> TrainedModel:
        target = None if folder is None else folder / name
        model = _finished(target, recipe, dataset) if resume else None
        if model is None:
            model = train(
                recipe,
                target,
                data=dataset,
                float_accuracy=float_accuracy,
                resume=resume,
                progress=lambda line: say(f"{name}: {line}"),
            )
        accuracy = model.accuracy["integer" if recipe.forward == "exact" else "float"]
        say(f"{name}: test accuracy {100 * (accuracy or 0):.2f} %")
        return model

    reference = one("float", config.replace(forward="float", schedule=()), None)
    recipes = {n: config.replace(forward="exact", stream_length=n, resolution_bits=None) for n in stream_lengths}
    by_length = {n: one(f"L{n}", recipe, reference.accuracy["float"]) for n, recipe in recipes.items()}
    return Series(reference, by_length)


__all__ = ["Series", "input_encoding_of", "model_outputs", "test_codes", "test_outputs", "train", "train_series"]
