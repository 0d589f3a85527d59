"""Where training starts from: new weights, or those of a trained model, float or exact, at any stream length."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence

import jax.numpy as jnp
import numpy as np

from ..spec.errors import OptionError
from ..spec.kinds import unknown_kind
from ..spec.layer import DenseLayer, WeightedLayer
from ..spec.maps import AvgPool2dLayer, Conv2dLayer, Layer, MaxPool2dLayer
from ..spec.values import count_value
from .architecture import bias_scale, start_factor
from .config import TrainConfig
from .folder import TrainedModel, load_model
from .forward import Params
from .loop import TrainState, init_state, make_optimizer, run_keys


def parameters_sha256(model: TrainedModel) -> str:
    """Hash of a model's parameters, as a recipe that starts from them records it."""
    return hashlib.sha256(model.tensor_bytes).hexdigest()


def start_state(config: TrainConfig, layers: Sequence[Layer], samples: int, model: TrainedModel | None) -> TrainState:
    """The state before the first epoch.

    Args:
        config: the recipe.
        layers: the network.
        samples: training samples.
        model: what the parameters are taken from; None: they are drawn by the recipe's seed.
    """
    if model is None:
        return init_state(config, layers, samples, run_keys(config.seed)[0])
    params = _params_of(model, layers, config)
    return TrainState(params, make_optimizer(config, samples).init(params))


def read_start(
    config: TrainConfig, source: TrainedModel | str | os.PathLike[str] | None
) -> tuple[TrainConfig, TrainedModel | None]:
    """The recipe with the hash of the parameters that it starts from, and their model.

    Args:
        config: the recipe.
        source: a model or its folder; None: there is none.

    Raises:
        OptionError: the recipe names parameters, and these are others or none.
        SpecError: the folder is damaged.
    """
    model = source if source is None or isinstance(source, TrainedModel) else load_model(source)
    digest = None if model is None else parameters_sha256(model)
    if config.init_from not in (None, digest):
        raise OptionError(
            f"init_from must be the model whose parameters have the hash {config.init_from} that the recipe names, got "
            f"{'none' if digest is None else f'one of hash {digest}'}"
        )
    return config.replace(init_from=digest), model


def _params_of(model: TrainedModel, layers: Sequence[Layer], config: TrainConfig) -> Params:
    """The model's parameters for these layers; a bias keeps its worth, whatever the layers' counts are worth."""
    theirs = model.layers()
    _check_same("sizes", _sizes(theirs), _sizes(layers))
    _check_same("encoding", model.config.encoding, config.encoding)
    _check_same("neuron", model.config.neuron, config.neuron)
    _check_same("border_shift", model.config.border_shift, config.border_shift)
    if model.scales and config.learn_scale == "none":
        raise OptionError(f"init_from has learned scales; learn_scale must be {model.config.learn_scale!r}, got 'none'")
    params: Params = []
    learned = 0
    for i, (old, new) in enumerate(zip(theirs, layers)):
        if not isinstance(old, WeightedLayer) or not isinstance(new, WeightedLayer):
            params.append({})  # the sizes are the same: both are pools
            continue
        worth = (bias_scale(old) * count_value(old)) / (bias_scale(new) * count_value(new))
        layer = {"weight": jnp.asarray(model.weights[i]), "bias": jnp.asarray(model.biases[i] * np.float32(worth))}
        if config.learn_scale != "none" and start_factor(new.neuron) is not None:
            layer["scale"] = jnp.float32(model.scales[learned] if model.scales else 1.0)
            learned += 1
        params.append(layer)
    return params


def _sizes(layers: Sequence[Layer]) -> tuple[int | str, ...]:
    """Features, then the neurons of each dense layer, and the shapes of any other."""
    return (layers[0].in_elements, *(_size(layer) for layer in layers))


def _size(layer: Layer) -> int | str:
    match layer:
        case DenseLayer():
            return layer.neurons
        case Conv2dLayer():
            return f"conv2d of weights {layer.weight_shape} to {layer.out_shape}"
        case MaxPool2dLayer() | AvgPool2dLayer():
            return f"{layer.kind} to {layer.out_shape}"
        case other:
            unknown_kind(other, "training")


def _check_same(what: str, theirs: object, ours: object) -> None:
    if theirs != ours:
        raise OptionError(f"init_from must have the {what} of the recipe, {ours}; it has {theirs}")
