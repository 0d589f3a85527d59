"""Training runs: one network, or the float reference and a series of stream lengths."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, repeat
from pathlib import Path

import numpy as np

from ..spec.coerce import integer, short
from ..spec.encoding import quantize
from ..spec.entrance import entrance
from ..spec.errors import OptionError, require_extra
from ..spec.files.atomic import check_target
from ..spec.maps import Layer

require_extra("jax", "jax")
require_extra("optax", "jax")

import jax.numpy as jnp  # noqa: E402 -- after the check, so that a missing library is an error that names the extra

from ..accel.jax.settings import under_our_settings  # noqa: E402
from .architecture import layers_of, with_image_shape  # noqa: E402
from .config import MOST_EPOCHS, TrainConfig  # noqa: E402
from .data import Dataset, load_data  # noqa: E402
from .folder import MODEL_FILES, TrainedModel, load_model, save_model  # noqa: E402
from .forward import Params  # noqa: E402
from .history import Progress, kept_epoch  # noqa: E402
from .pruning import pruned_from  # noqa: E402
from .run import Checkpoint, accuracy_of, forward_inputs, input_encoding_of, outputs_of, run  # noqa: E402
from .start import read_start, start_state  # noqa: E402


def test_codes(layers: Sequence[Layer], data: Dataset) -> np.ndarray:
    """Input codes of the test samples, int64 `(samples, features)`: the same that `infer --inputs` makes."""
    return quantize(data.x_test, layers[0].input_encoding, layers[0].resolution_bits)[0]


@under_our_settings
def test_outputs(config: TrainConfig, layers: Sequence[Layer], params: Params, data: Dataset) -> np.ndarray:
    """Outputs of the trained forward pass on all test samples, `(samples, classes)`: counts, or real logits.

    Args:
        config: the recipe.
        layers: the layers that were trained.
        params: their real parameters.
        data: the data set.
    """
    return outputs_of(config, layers, params, forward_inputs(config, layers, data.x_test))


@under_our_settings
def model_outputs(model: TrainedModel, data: Dataset) -> np.ndarray:
    """Outputs of a model's training forward pass on all test samples: `test_outputs` from what the model holds."""
    scales = chain([{"scale": jnp.float32(scale)} for scale in model.scales], repeat({}))  # of the hidden layers alone
    params: Params = [
        {"weight": jnp.asarray(weight), "bias": jnp.asarray(bias), **next(scales)} if weight.size else {}
        for weight, bias in zip(model.weights, model.biases)
    ]
    layers = layers_of(model.config, model.features, model.classes, model.input_encoding)
    return test_outputs(model.config, layers, params, data)


@under_our_settings
@entrance
def train(
    config: TrainConfig | None = None,
    out: str | os.PathLike[str] | None = None,
    *,
    data: Dataset | str | os.PathLike[str] | None = None,
    init_from: TrainedModel | str | os.PathLike[str] | None = None,
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
        init_from: a trained model or its folder, float or exact, of the same sizes, whose parameters are where training
            starts; None: weights are drawn by the seed. The model records their hash.
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
    if not isinstance(config, TrainConfig | None):
        raise OptionError(f"config must be a TrainConfig or None, got {short(config)}")
    config, start = read_start(config or TrainConfig(), init_from)
    integer("checkpoint_every", checkpoint_every, 1, MOST_EPOCHS)
    if out is not None:
        check_target(out, MODEL_FILES)
    dataset = data if isinstance(data, Dataset) else load_data(data)
    config = with_image_shape(config, dataset.features, dataset.sample_shape)
    layers = layers_of(config, dataset.features, dataset.classes, input_encoding_of(config, dataset))
    file = None if out is None else Path(f"{Path(out)}.checkpoint.safetensors")
    if checkpoint is not None:
        file = Path(checkpoint)
    params, history = run(
        config,
        layers,
        dataset,
        lambda samples: start_state(config, layers, samples, start),
        Checkpoint(file, checkpoint_every, resume),
        progress or (lambda line: None),
    )
    model = make_model(config, layers, params, dataset, history, float_accuracy)
    if out is not None:
        save_model(model, out)
    if file is not None:
        file.unlink(missing_ok=True)
    return model


def make_model(
    config: TrainConfig,
    layers: Sequence[Layer],
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
    accuracy = accuracy_of(test_outputs(config, layers, params, data), layers, config, data.y_test)
    exact, nothing = config.forward == "exact", np.zeros(0, dtype=np.float32)
    best_epoch = kept_epoch(history, pruned_from(config) if config.sparsity else 0)
    held_out = {"validation": history["validation"][best_epoch]} if config.validation else {}
    return TrainedModel(
        config=config,
        features=data.features,
        classes=data.classes,
        input_encoding=input_encoding_of(config, data),
        input_scale=data.scale,
        weights=tuple(np.asarray(p.get("weight", nothing)) for p in params),
        biases=tuple(np.asarray(p.get("bias", nothing)) for p in params),
        scales=tuple(float(p["scale"]) for p in params if "scale" in p),
        data=data.summary,
        accuracy={
            "float": float_accuracy if exact else accuracy,
            "integer": accuracy if exact else None,
            "train": history["accuracy"][best_epoch],
            **held_out,
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
        recipe = with_image_shape(recipe, dataset.features, dataset.sample_shape)
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
