"""Keras: the model's configuration and weights, of Keras 2 and 3, without Keras itself."""

from __future__ import annotations

import importlib
import importlib.util
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from ..spec.errors import OptionError, SCError
from . import flow as signal
from .files.lines import one_line
from .flow import Flow
from .graph import Evaluate, FloatGraph
from .keras import maps
from .keras.chain import Layer, chain
from .keras.file import KerasFile, open_hdf5, open_json, open_zip

BATCH = 7
"""In which the layers are followed; a Keras model takes any."""
Weights = Mapping[str, np.ndarray]


def read_keras(path: str | os.PathLike[str], *, weights: str | os.PathLike[str] | None = None) -> FloatGraph:
    """The network of a Keras model.

    Args:
        path: a `.keras` file, a `.h5` file of the whole model, or the model's JSON.
        weights: with JSON, the `.h5` file of its weights; None: NAME_weights.h5, NAME.weights.h5 or NAME.h5 beside it.

    Returns:
        The graph; it can be evaluated by its source where Keras is installed.

    Raises:
        OptionError: the files are damaged, or hold a layer or a field that is not supported; the message names it.
        MissingExtraError: h5py is not installed.
    """
    path = Path(path)
    with path.open("rb") as opened:
        magic = opened.read(8)
    is_file = magic.startswith(b"PK") or magic == b"\x89HDF\r\n\x1a\n"
    if is_file and weights is not None:
        raise OptionError(f"weights is for a model's JSON; {path} holds its own")
    if magic.startswith(b"PK"):
        file = open_zip(path)
    elif is_file:
        file = open_hdf5(path)
    else:
        file = open_json(path, weights)
    try:
        features, nodes = _nodes(file)
    except OptionError as error:
        raise OptionError(f"{path}: {one_line(error, 1000)}") from None
    evaluate, note = (
        _source(path) if is_file else (None, "weights beside a configuration are not checked against their source")
    )
    return FloatGraph("keras", features, nodes, evaluate, "float32", file.sha256, (note,) if note else ())


def _nodes(file: KerasFile) -> tuple[int, Any]:
    layers, calls = chain(file.config)
    weights = file.of([(each.name, each.kind) for each in layers])
    flow = signal.start((BATCH, *_input_shape(calls, weights)))
    features = flow.width
    for layer in calls:
        # a copy: a shared layer is called again
        flow = _apply(Layer(layer.name, layer.kind, dict(layer.fields)), flow, weights[layer.name])
    return features, signal.finish(flow, f"layer {calls[-1].name!r}")


def _input_shape(calls: list[Layer], weights: Mapping[str, Weights]) -> list[int]:
    entry = calls[0]
    shape = entry.shape
    if shape is None and entry.kind == "Dense":
        kernel = _weights(entry, weights[entry.name], ["kernel"])["kernel"]
        shape = [None, *kernel.shape[:1]]
    if shape is None or len(shape) < 2 or not all(type(size) is int and size > 0 for size in shape[1:]):
        raise OptionError(f"{entry.at}: the input must have features of known size, got the shape {shape}")
    return shape[1:]


def _apply(layer: Layer, flow: Flow, weights: Weights) -> Flow:
    rule = LAYERS.get(layer.kind)
    if rule is None:
        raise OptionError(f"{layer.at}: this class is not supported; supported are {', '.join(sorted(LAYERS))}")
    try:
        flow = rule(layer, flow, weights)
    except SCError:
        raise
    except (ValueError, IndexError, OverflowError) as error:  # NumPy's own, where arrays do not fit
        raise OptionError(f"{layer.at}: {one_line(error)}") from None
    layer.done()
    return flow


def _weights(layer: Layer, arrays: Weights, names: list[str]) -> dict[str, np.ndarray]:
    """The layer's weights by name; numbers stand for the names in order."""
    if set(arrays) != set(names):
        numbered = {str(index): name for index, name in enumerate(names)}
        if set(arrays) != set(numbered):
            listed = ", ".join(f"{key} {value.shape}" for key, value in arrays.items()) or "none"
            raise OptionError(f"{layer.at}: its weights must be {', '.join(names)}; the file holds {listed}")
        arrays = {name: arrays[key] for key, name in numbered.items()}
    return {name: signal.real(arrays[name], f"{layer.at}: {name}") for name in names}


def _dense(layer: Layer, flow: Flow, arrays: Weights) -> Flow:
    bias = layer.flag("use_bias", True)
    units = layer.take("units", lambda value: value if type(value) is int else None, "a whole number", None)
    weights = _weights(layer, arrays, ["kernel", "bias"] if bias else ["kernel"])
    if weights["kernel"].ndim != 2 or weights["kernel"].shape[1] != units:
        raise OptionError(f"{layer.at}: kernel must be (inputs, {units}), got {weights['kernel'].shape}")
    result = signal.matmul(flow, weights["kernel"], layer.at)
    if bias:
        result = signal.add(result, weights["bias"], layer.at)
    assert isinstance(result, Flow)  # a flow times a constant is one
    return _activation(layer, result, arrays)


def _convolution(layer: Layer, flow: Flow, arrays: Weights) -> Flow:
    return _activation(layer, maps.convolution(layer, flow, arrays, layer.kind == "DepthwiseConv2D"), arrays)


def _batch_normalization(layer: Layer, flow: Flow, arrays: Weights) -> Flow:
    scaled, centred = layer.flag("scale", True), layer.flag("center", True)
    epsilon = layer.number("epsilon", 1e-3)
    axis = layer.take("axis", _one_axis, "one axis", -1) % len(flow.shape)
    names = [name for name, on in (("gamma", scaled), ("beta", centred)) if on]
    weights = _weights(layer, arrays, [*names, "moving_mean", "moving_variance"])
    shape = (flow.shape[axis],)
    for name, each in weights.items():
        if each.shape != shape or axis == 0:
            raise OptionError(f"{layer.at}: {name} must have the shape {shape} of axis {axis}, got {each.shape}")
    with np.errstate(divide="ignore", invalid="ignore"):
        factor = weights.get("gamma", 1.0) / np.sqrt(weights["moving_variance"] + epsilon)
    offset = weights.get("beta", 0.0) - weights["moving_mean"] * signal.real(factor, f"{layer.at}: factor")
    wide = [-1 if each == axis else 1 for each in range(len(flow.shape))]
    return signal.scale(flow, factor.reshape(wide), offset.reshape(wide), layer.at)


def _one_axis(value: Any) -> int | None:
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    return value if type(value) is int else None


def _activation(layer: Layer, flow: Flow, _: Weights) -> Flow:
    name = layer.take("activation", _function, "the name of a function of Keras", "linear")
    match name:
        case "linear":
            return flow
        case "relu":
            return signal.clip(flow, 0.0, None, layer.at)
        case "relu6":
            return signal.clip(flow, 0.0, 6.0, layer.at)
        case "hard_tanh":
            return signal.clip(flow, -1.0, 1.0, layer.at)
        case "softmax" | "log_softmax":
            return signal.tail(flow, name, -1, layer.at)
        case "sigmoid":
            return signal.tail(flow, name, None, layer.at)
        case _:
            kinds = "linear, relu, relu6, hard_tanh, and at the end softmax, log_softmax, sigmoid"
            raise OptionError(f"{layer.at}: activation {name!r} is not supported; supported are {kinds}")


def _function(value: Any) -> str | None:
    if (
        isinstance(value, dict)
        and value.get("class_name") == "function"
        and ">" not in str(value.get("registered_name"))
    ):
        value = value.get("config")
    return "linear" if value is None else value if isinstance(value, str) else None


def _relu(layer: Layer, flow: Flow, _: Weights) -> Flow:
    for key in ("negative_slope", "threshold"):
        if layer.number(key, 0.0) != 0:
            raise OptionError(f"{layer.at}: {key} must be 0; a ReLU with another is not supported")
    if layer.fields.get("max_value") is None:
        return signal.clip(flow, 0.0, None, layer.at)
    return signal.clip(flow, 0.0, layer.number("max_value", 0.0), layer.at)


def _softmax(layer: Layer, flow: Flow, _: Weights) -> Flow:
    return signal.tail(flow, "softmax", layer.take("axis", _one_axis, "one axis", -1), layer.at)


def _flatten(layer: Layer, flow: Flow, _: Weights) -> Flow:
    orders = ("channels_last", None) if len(flow.shape) > 2 else ("channels_last", "channels_first", None)
    layer.only("data_format", *orders)
    return signal.reshape(flow, (flow.batch, flow.places.size), layer.at)


def _reshape(layer: Layer, flow: Flow, _: Weights) -> Flow:
    return signal.reshape(flow, (flow.batch, *layer.take("target_shape", _sizes, "a list of sizes", None)), layer.at)


def _permute(layer: Layer, flow: Flow, _: Weights) -> Flow:
    return signal.transpose(flow, (0, *layer.take("dims", _sizes, "a list of axes", None)), layer.at)


def _sizes(value: Any) -> list[int] | None:
    return value if isinstance(value, list) and all(type(each) is int for each in value) else None


def _same(_: Layer, flow: Flow, __: Weights) -> Flow:
    return flow


LAYERS: dict[str, Callable[[Layer, Flow, Weights], Flow]] = {
    "InputLayer": _same,
    "Dense": _dense,
    **dict.fromkeys(("Conv2D", "DepthwiseConv2D"), _convolution),
    **maps.LAYERS,
    "BatchNormalization": _batch_normalization,
    "Activation": _activation,
    "ReLU": _relu,
    "Softmax": _softmax,
    **dict.fromkeys(("Dropout", "SpatialDropout2D"), _same),
    "GaussianDropout": _same,
    "GaussianNoise": _same,
    "AlphaDropout": _same,
    "ActivityRegularization": _same,
    "Flatten": _flatten,
    "Reshape": _reshape,
    "Permute": _permute,
}


def _source(path: Path) -> tuple[Evaluate | None, str]:
    """The model run by Keras itself, or why not."""
    if importlib.util.find_spec("keras") is None:
        return None, "keras is not installed, so the network is not checked against its source"
    try:
        model = importlib.import_module("keras").saving.load_model(path, compile=False, safe_mode=True)
    except (ImportError, ValueError, TypeError, OSError, KeyError) as error:
        reason = one_line(error)
        return None, f"keras cannot load the model ({reason}), so the network is not checked against its source"

    def evaluate(x: np.ndarray) -> np.ndarray:
        shape = model.input_shape[1:]
        outputs = model.predict(np.asarray(x, np.float32).reshape(len(x), *shape), verbose=0)
        return np.asarray(outputs, np.float64).reshape(len(x), -1)

    return evaluate, ""
