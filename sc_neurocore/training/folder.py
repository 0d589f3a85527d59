"""The model folder: `model.json` and `model.safetensors`, what training hands to `export`. Reading it needs no JAX."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load, save

from ..spec.coerce import number
from ..spec.encoding import quantize
from ..spec.entrance import entrance
from ..spec.errors import SCError, SpecError
from ..spec.files.atomic import sha256_file, written_folder
from ..spec.files.json_object import read_object
from ..spec.layer import WeightedLayer
from ..spec.maps import Layer
from .architecture import SCALE_RANGE, InputEncoding, bias_scale, layers_of
from .config import TrainConfig

FORMAT, FORMAT_VERSION = "sc-neurocore/model", 1
JSON_FILE, TENSOR_FILE = "model.json", "model.safetensors"
MODEL_FILES = (JSON_FILE, TENSOR_FILE)

_KEYS = {"format", "format_version", "config", "input", "classes", "data", "accuracy", "history", "tensors"}
_JSON_LIMIT = 1 << 24  # the history of 100,000 epochs takes about 4 MB


@dataclass(frozen=True)
class TrainedModel:
    """A trained network in real values, and how it came about."""

    config: TrainConfig
    features: int
    classes: int
    input_encoding: InputEncoding
    input_scale: float
    """A raw feature x enters the network as x / input_scale."""
    weights: tuple[np.ndarray, ...]
    """float32 in [-1, 1], one of its `weight_shape` a layer; that of a pool is empty, as its bias."""
    biases: tuple[np.ndarray, ...]
    """float32 `(neurons,)`; `bias_counts` gives them in counts."""
    data: dict[str, Any]
    """Name, hash and sizes of the data set."""
    accuracy: dict[str, float | None]
    """Test accuracies 0 … 1: `float` of the real-valued network, `integer` of the exact one; None: not measured. Of the
    epoch that was kept `train` and, where samples were held out, `validation`."""
    history: dict[str, list[float]]
    """`loss` and `accuracy` of each epoch, means over its training batches, and `validation` on samples held out."""
    scales: tuple[float, ...] = ()
    """Learned factors of the hidden layers' requantizers or thresholds; none where the recipe learns none."""

    def layers(self, stream_length: int | None = None, resolution_bits: int | None = None) -> tuple[Layer, ...]:
        """Layer descriptions, as trained or for another stream length and resolution."""
        config = self.config
        if stream_length is not None or resolution_bits is not None:
            config = config.replace(
                stream_length=stream_length or config.stream_length, resolution_bits=resolution_bits
            )
        return layers_of(config, self.features, self.classes, self.input_encoding, self.scales or None)

    def codes(self, layers: tuple[Layer, ...]) -> tuple[list[np.ndarray], list[np.ndarray]]:
        """Weight codes and biases in counts of all layers, int64: exactly what the training forward used."""
        weights, biases = [], []
        for layer, weight, bias in zip(layers, self.weights, self.biases):
            if not isinstance(layer, WeightedLayer):
                weights.append(np.zeros(layer.weight_shape, dtype=np.int64))
                biases.append(np.zeros(layer.bias_shape, dtype=np.int64))
                continue
            weights.append(quantize(weight, layer.weight_encoding, layer.resolution_bits)[0])
            biases.append(np.rint(bias.astype(np.float64) * bias_scale(layer)).astype(np.int64))
        return weights, biases

    @property
    def tensor_bytes(self) -> bytes:
        """Content of the tensor file."""
        names = [f"layer{i}" for i, weight in enumerate(self.weights) if weight.size]
        scales = [np.array([scale], dtype=np.float32) for scale in self.scales]
        tensors: dict[str, np.ndarray] = {}
        for key, arrays in (("weight", self.weights), ("bias", self.biases), ("scale", scales)):
            tensors |= {f"{name}.{key}": array for name, array in zip(names, (a for a in arrays if a.size))}
        return save(tensors)

    def to_json(self) -> dict[str, Any]:
        """Content of model.json."""
        return {
            "format": FORMAT,
            "format_version": FORMAT_VERSION,
            "config": self.config.model_dump(mode="json"),
            "input": {"features": self.features, "encoding": self.input_encoding, "scale": self.input_scale},
            "classes": self.classes,
            "data": self.data,
            "accuracy": self.accuracy,
            "history": self.history,
            "tensors": {"file": TENSOR_FILE, "sha256": hashlib.sha256(self.tensor_bytes).hexdigest()},
        }


def save_model(model: TrainedModel, path: str | os.PathLike[str]) -> None:
    """Write a model folder, whole or not at all; an older model folder of that name is replaced.

    Raises:
        OptionError: `path` holds anything but a model folder's two files, or cannot be written.
    """
    with written_folder(path, replaces=MODEL_FILES) as folder:
        (folder / TENSOR_FILE).write_bytes(model.tensor_bytes)
        text = json.dumps(model.to_json(), sort_keys=True, indent=2, allow_nan=False) + "\n"
        (folder / JSON_FILE).write_text(text, "utf-8")


@entrance
def load_model(path: str | os.PathLike[str]) -> TrainedModel:
    """Read a model folder.

    Raises:
        SpecError: a file is missing, damaged, or does not fit the other; the message names file and key.
    """
    folder = Path(path)
    for name in (JSON_FILE, TENSOR_FILE):
        if not (folder / name).is_file():
            raise SpecError(f"{folder}: {name} is missing; a model folder is what training writes")
    try:
        return _build(folder)
    except SCError as error:
        raise SpecError(f"{folder}: {error}") from None


def _build(folder: Path) -> TrainedModel:
    tree = read_object(folder / JSON_FILE, limit=_JSON_LIMIT)
    if tree.get("format") != FORMAT or tree.get("format_version") != FORMAT_VERSION:
        raise SpecError(f"{JSON_FILE}: format must be {FORMAT!r}, version {FORMAT_VERSION}")
    for key in sorted(_KEYS ^ tree.keys()):
        raise SpecError(f"{JSON_FILE}: {key[:80]!r} {'is required' if key in _KEYS else 'is not a known key'}")
    try:
        config = TrainConfig(**tree["config"])
        features, classes = tree["input"]["features"], tree["classes"]
        encoding, scale = tree["input"]["encoding"], tree["input"]["scale"]
        held_out = ("validation",) if config.validation else ()
        accuracy = {key: tree["accuracy"][key] for key in ("float", "integer", "train", *held_out)}
        history = {key: _numbers(key, tree["history"][key]) for key in ("loss", "accuracy", *held_out)}
        data, tensor_hash = dict(tree["data"]), tree["tensors"]["sha256"]
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        if isinstance(error, SCError):
            raise
        raise SpecError(f"{JSON_FILE}: a key is missing or of the wrong type: {error}") from None
    if encoding not in get_args(InputEncoding):
        raise SpecError(
            f"{JSON_FILE}: input.encoding must be one of {', '.join(get_args(InputEncoding))}, got {encoding!r}"
        )
    if type(features) is not int or type(classes) is not int:
        raise SpecError(f"{JSON_FILE}: input.features and classes must be integers")
    scale = number(f"{JSON_FILE}: input.scale", scale, above=0, error=SpecError)
    if sha256_file(folder / TENSOR_FILE) != tensor_hash:
        raise SpecError(f"tensors.sha256 is not the hash of {TENSOR_FILE}: one of the two was changed")
    layers = layers_of(config, features, classes, encoding)
    weighted = sum(isinstance(layer, WeightedLayer) for layer in layers)
    learned = weighted - 1 if config.learn_scale != "none" else 0
    weights, biases, scales = _tensors((folder / TENSOR_FILE).read_bytes(), layers, learned)
    return TrainedModel(config, features, classes, encoding, scale, weights, biases, data, accuracy, history, scales)


def _numbers(key: str, values: Any) -> list[float]:
    """The numbers of a history."""
    return [number(f"history.{key}", each, error=SpecError) for each in values]


def _tensors(
    content: bytes, layers: tuple[Layer, ...], learned: int
) -> tuple[tuple[np.ndarray, ...], tuple[np.ndarray, ...], tuple[float, ...]]:
    """Weights, biases and the `learned` first layers' factors."""
    try:
        tensors = load(content)
    except (SafetensorError, KeyError, TypeError, ValueError) as error:
        raise SpecError(f"{TENSOR_FILE} is damaged: {' '.join(str(error).split())[:160]}") from None

    def take(key: str, shape: tuple[int, ...]) -> np.ndarray:
        tensor = tensors.pop(key, None)
        if tensor is None or tensor.shape != shape or tensor.dtype != np.float32:
            got = "nothing" if tensor is None else f"{tensor.dtype} {tensor.shape}"
            raise SpecError(f"{TENSOR_FILE}: {key} must be float32 {shape}, got {got}")
        if not np.isfinite(tensor).all():
            raise SpecError(f"{TENSOR_FILE}: {key} must be finite")
        return tensor

    numbers = [i for i, layer in enumerate(layers) if isinstance(layer, WeightedLayer)]
    nothing = np.zeros(0, dtype=np.float32)

    def each(key: str, shapes: list[tuple[int, ...]]) -> list[np.ndarray]:
        return [take(f"layer{i}.{key}", shape) if i in numbers else nothing for i, shape in enumerate(shapes)]

    weights = each("weight", [layer.weight_shape for layer in layers])
    biases = each("bias", [layer.bias_shape for layer in layers])
    scales = [float(take(f"layer{i}.scale", (1,))[0]) for i in numbers[:learned]]
    low, high = SCALE_RANGE
    for i, scale in enumerate(scales):
        if not low <= scale <= high:
            raise SpecError(f"{TENSOR_FILE}: layer{i}.scale must lie in [{low}, {high}], got {scale}")
    if tensors:
        raise SpecError(f"{TENSOR_FILE}: tensor {min(tensors)[:80]!r} is none of this model's")
    return tuple(weights), tuple(biases), tuple(scales)
