"""The network folder: `network.json` and `weights.safetensors`, read with suspicion and written whole (contract §8)."""

from __future__ import annotations

import hashlib
import json
import math
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load

from .base import Description
from .coerce import short
from .entrance import entrance
from .errors import SpecError
from .files.atomic import written_folder
from .files.json_object import check_keys, read_limited, read_object
from .kinds import kinds
from .layer import DenseLayer, WeightedLayer
from .maps import AvgPool2dLayer, Conv2dLayer, Layer, MaxPool2dLayer
from .network import FORMAT, TENSOR_FILE, InputSpec, NetworkSpec, OutputSpec

JSON_FILE = "network.json"
EXPORT_REPORT = "export.json"  # may lie beside the two; it describes an older network once that is replaced
_JSON_LIMIT = 1 << 20  # 64 layers take about 80 KB; more is no description
_HEADER_LIMIT = 1 << 20  # of the tensor file, likewise

_AnyLayer = DenseLayer | Conv2dLayer | MaxPool2dLayer | AvgPool2dLayer
_KINDS_BY_VERSION: dict[int, dict[str, type[Any]]] = {1: {"dense": DenseLayer}, 2: kinds(Layer)}

_TOP_KEYS = ("format", "format_version", "name", "input", "output", "layers", "tensors")


@entrance
def load_network(path: str | os.PathLike[str]) -> NetworkSpec:
    """Read a network folder.

    Nothing in it is executed or trusted: sizes are compared with the files before anything is allocated.

    Args:
        path: the folder that holds `network.json` and `weights.safetensors`.

    Raises:
        SpecError: a file is missing, damaged, or breaks a rule of the contract; the message names key and value.
    """
    folder = Path(path)
    if not folder.is_dir():
        raise SpecError(f"{folder} is not a folder; a network is a folder with {JSON_FILE} and {TENSOR_FILE}")
    try:
        return _build(read_object(folder / JSON_FILE, limit=_JSON_LIMIT), folder)
    except SpecError as error:
        raise SpecError(f"{folder}: {error}") from None


@entrance
def save_network(network: NetworkSpec, path: str | os.PathLike[str]) -> None:
    """Write a network folder, whole or not at all; an older network folder of that name is replaced.

    Raises:
        OptionError: `path` holds anything but a network folder's files, or cannot be written.
    """
    with written_folder(path, replaces=(JSON_FILE, TENSOR_FILE, EXPORT_REPORT)) as folder:
        (folder / TENSOR_FILE).write_bytes(network.tensor_bytes)
        (folder / JSON_FILE).write_bytes(network.json_bytes)


def _build(tree: dict[str, Any], folder: Path) -> NetworkSpec:
    """The description is checked whole before its sizes are believed, the sizes before the tensors are read."""
    check_keys(tree, _TOP_KEYS, "")
    if tree["format"] != FORMAT:
        raise SpecError(f"format must be {FORMAT!r}, got {short(tree['format'])}")
    version = tree["format_version"]
    if type(version) is not int or version not in _KINDS_BY_VERSION:
        raise SpecError(f"format_version must be 1 or 2, got {short(version)}")
    tensor_hash = _tensor_hash(tree["tensors"])
    head = _input(tree["input"], version)
    output = _validate(OutputSpec, tree["output"], "output", required=("reduce",))
    if not isinstance(tree["layers"], list) or not 1 <= len(tree["layers"]) <= 64:
        raise SpecError(f"layers must be a list of 1 to 64 layers, got {short(tree['layers'])}")
    classes = _KINDS_BY_VERSION[version]
    layers = tuple(_layer(value, f"layers[{i}]", classes) for i, value in enumerate(tree["layers"]))
    shapes = _tensor_shapes(head, layers)
    size = sum(math.prod(shape) * dtype.itemsize for shape, dtype in shapes.values())
    content = read_limited(folder / TENSOR_FILE, 8 + _HEADER_LIMIT + size)
    if hashlib.sha256(content).hexdigest() != tensor_hash:
        raise SpecError(f"tensors.sha256 is not the hash of {TENSOR_FILE}: one of the two was changed")
    tensors = _tensors(content, {name: dtype for name, (_, dtype) in shapes.items()})
    none = np.zeros(0, dtype=np.int32)  # of a pool
    return NetworkSpec(
        name=tree["name"],
        input=head,
        output=output,
        layers=layers,
        weights=tuple(tensors.get(f"layer{i}.weight", none) for i in range(len(layers))),
        biases=tuple(tensors.get(f"layer{i}.bias", none) for i in range(len(layers))),
        input_scale=tensors.get("input.scale"),
        input_offset=tensors.get("input.offset"),
    )


def _tensor_hash(entry: Any) -> str:
    check_keys(entry, ("file", "sha256"), "tensors")
    if entry["file"] != TENSOR_FILE:
        raise SpecError(f"tensors.file must be {TENSOR_FILE!r}, got {short(entry['file'])}")
    if not isinstance(entry["sha256"], str) or not re.fullmatch(r"[0-9a-f]{64}", entry["sha256"]):
        raise SpecError(f"tensors.sha256 must be 64 hex digits, got {short(entry['sha256'])}")
    return entry["sha256"]


_Part = TypeVar("_Part", bound=Description)


def _validate(kind: type[_Part], value: Any, path: str, required: tuple[str, ...]) -> _Part:
    """One part of the file; `required` are keys that have a default in Python but must stand in a file."""
    if not isinstance(value, dict):
        raise SpecError(f"{path} must be an object, got {short(value)}")
    for key in required:
        if key not in value:
            raise SpecError(f"{path}.{key} is required")
    try:
        return kind(**value)
    except SpecError as error:
        raise SpecError(f"{path}.{error}") from None


def _input(value: Any, version: int) -> InputSpec:
    if version == 1 and isinstance(value, dict):
        for key in ("shape", "per_feature"):
            if key in value:
                raise SpecError(f"input.{key} is not a known key of format_version 1; remove it")
    head = _validate(InputSpec, value, "input", required=("time_steps", "repeat"))
    for key in ("shape", "scale"):  # None is for Python alone
        if key in value and value[key] is None:
            raise SpecError(f"input.{key} must be absent or a value, got null")
    return head


def _layer(value: Any, path: str, classes: Mapping[str, type[_AnyLayer]]) -> _AnyLayer:
    if not isinstance(value, dict):
        raise SpecError(f"{path} must be an object, got {short(value)}")
    if "kind" not in value:
        raise SpecError(f"{path}.kind is required")
    kind = value["kind"]
    if not isinstance(kind, str) or kind not in classes:
        names = ", ".join(repr(name) for name in classes)
        raise SpecError(f"{path}.kind must be {'one of ' if len(classes) > 1 else ''}{names}, got {short(kind)}")
    layer = _validate(classes[kind], value, path, required=())
    if value.get("input_generator", ...) is None:
        raise SpecError(f"{path}.input_generator must be absent where input_encoding is 'spike', got null")
    return layer


def _tensor_shapes(head: InputSpec, layers: tuple[_AnyLayer, ...]) -> dict[str, tuple[tuple[int, ...], np.dtype]]:
    """Shape and type of every tensor that the description asks for, by its name."""
    shapes: dict[str, tuple[tuple[int, ...], np.dtype]] = {}
    for i, layer in enumerate(layers):
        if isinstance(layer, WeightedLayer):
            shapes[f"layer{i}.weight"] = layer.weight_shape, np.dtype(np.int32)
            shapes[f"layer{i}.bias"] = layer.bias_shape, np.dtype(np.int32)
    if head.per_feature:
        for key in ("scale", "offset"):
            shapes[f"input.{key}"] = (head.features,), np.dtype(np.float64)
    return shapes


def _tensors(content: bytes, types: Mapping[str, np.dtype]) -> dict[str, np.ndarray]:
    """The tensors of the file: exactly those named in `types`, and of those types."""
    _check_header(content)
    try:
        tensors = load(content)
    except (SafetensorError, KeyError, TypeError, ValueError) as error:
        raise SpecError(f"{TENSOR_FILE} is damaged: {short(str(error))}") from None
    for name in types:
        if name not in tensors:
            raise SpecError(f"{TENSOR_FILE}: tensor {name} is missing")
    for name, tensor in tensors.items():
        if name not in types:
            raise SpecError(f"{TENSOR_FILE}: tensor {name[:80]!r} is none of this network's; remove it")
        if tensor.dtype != types[name]:
            raise SpecError(f"{TENSOR_FILE}: tensor {name} must be {types[name]}, got {tensor.dtype}")
    return tensors


def _check_header(content: bytes) -> None:
    """Refuse a tensor file that names a tensor twice, of which a reader would take either."""
    size = int.from_bytes(content[:8], "little")
    try:
        pairs = json.loads(content[8 : 8 + size].decode("utf-8"), object_pairs_hook=list)
    except (ValueError, RecursionError):
        return  # no header at all: what is wrong with it the library says
    names = [name for name, _ in pairs] if isinstance(pairs, list) and all(isinstance(p, tuple) for p in pairs) else []
    for name in names:
        if names.count(name) > 1:
            raise SpecError(f"{TENSOR_FILE}: tensor {name[:80]!r} stands twice")
