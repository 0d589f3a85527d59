"""The network folder: `network.json` and `weights.safetensors`, read with suspicion and written whole (contract §8)."""

from __future__ import annotations

import hashlib
import json
import os
import re
import stat
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load

from .atomic import written_folder
from .base import Description
from .base import short as _short
from .errors import SpecError
from .layer import DenseLayer
from .network import FORMAT, FORMAT_VERSION, TENSOR_FILE, InputSpec, NetworkSpec, OutputSpec

JSON_FILE = "network.json"
EXPORT_REPORT = "export.json"  # may lie beside the two; it describes an older network once that is replaced
_JSON_LIMIT = 1 << 20  # 64 layers take about 80 KB; more is no description
_HEADER_LIMIT = 1 << 20  # of the tensor file, likewise

_TOP_KEYS = ("format", "format_version", "name", "input", "output", "layers", "tensors")


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
        tree = _parse(_read(folder / JSON_FILE, _JSON_LIMIT))
        return _build(tree, folder)
    except SpecError as error:
        raise SpecError(f"{folder}: {error}") from None


def save_network(network: NetworkSpec, path: str | os.PathLike[str]) -> None:
    """Write a network folder, whole or not at all; an older network folder of that name is replaced.

    Raises:
        OptionError: `path` holds anything but a network folder's files, or cannot be written.
    """
    with written_folder(path, replaces=(JSON_FILE, TENSOR_FILE, EXPORT_REPORT)) as folder:
        (folder / TENSOR_FILE).write_bytes(network.tensor_bytes)
        (folder / JSON_FILE).write_bytes(network.json_bytes)


def _read(file: Path, limit: int) -> bytes:
    """Bytes of a regular file no larger than `limit`."""
    try:
        with open(os.open(file, os.O_RDONLY | os.O_NONBLOCK), "rb") as handle:
            status = os.fstat(handle.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise SpecError(f"{file.name} must be a regular file")
            if status.st_size > limit:
                raise SpecError(f"{file.name} must be at most {limit} bytes here, got {status.st_size}")
            return handle.read(limit + 1)
    except FileNotFoundError:
        raise SpecError(f"{file.name} is missing") from None
    except OSError as error:
        raise SpecError(f"{file.name} cannot be read: {error.strerror}") from None


def _parse(content: bytes) -> dict[str, Any]:
    """JSON object of `network.json`; refuses duplicate keys and non-finite numbers, which JSON parsers let through."""

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        tree = dict(pairs)
        if len(tree) < len(pairs):
            keys = [key for key, _ in pairs]
            raise SpecError(f"{JSON_FILE}: key {next(k for k in keys if keys.count(k) > 1)[:80]!r} stands twice")
        return tree

    def refuse(constant: str) -> Any:
        raise SpecError(f"{JSON_FILE}: numbers must be finite, got {constant}")

    try:
        tree = json.loads(content.decode("utf-8"), object_pairs_hook=unique, parse_constant=refuse)
    except UnicodeDecodeError as error:
        raise SpecError(
            f"{JSON_FILE} must be UTF-8, got byte {content[error.start]:#04x} at offset {error.start}"
        ) from None
    except json.JSONDecodeError as error:
        raise SpecError(f"{JSON_FILE} is not JSON: {error.msg} at line {error.lineno}, column {error.colno}") from None
    except RecursionError:
        raise SpecError(f"{JSON_FILE} is nested too deeply") from None
    except SpecError:
        raise
    except ValueError as error:  # an integer of more digits than Python converts
        raise SpecError(f"{JSON_FILE} is not JSON: {str(error).partition(';')[0]}") from None
    if not isinstance(tree, dict):
        raise SpecError(f"{JSON_FILE} must hold one object, got {type(tree).__name__}")
    return tree


def _build(tree: dict[str, Any], folder: Path) -> NetworkSpec:
    """The description is checked whole before its sizes are believed, the sizes before the tensors are read."""
    _check_keys(tree, _TOP_KEYS, "")
    if tree["format"] != FORMAT:
        raise SpecError(f"format must be {FORMAT!r}, got {_short(tree['format'])}")
    if type(tree["format_version"]) is not int or tree["format_version"] != FORMAT_VERSION:
        raise SpecError(
            f"format_version must be {FORMAT_VERSION}, the only one there is; got {_short(tree['format_version'])}"
        )
    wanted_hash = _tensor_hash(tree["tensors"])
    head = _validate(InputSpec, tree["input"], "input", required=("time_steps", "repeat"))
    output = _validate(OutputSpec, tree["output"], "output", required=("reduce",))
    if not isinstance(tree["layers"], list) or not 1 <= len(tree["layers"]) <= 64:
        raise SpecError(f"layers must be a list of 1 to 64 layers, got {_short(tree['layers'])}")
    layers = tuple(_layer(value, f"layers[{i}]") for i, value in enumerate(tree["layers"]))
    content = _read(
        folder / TENSOR_FILE, 8 + _HEADER_LIMIT + sum(4 * each.neurons * (each.inputs + 1) for each in layers)
    )
    if hashlib.sha256(content).hexdigest() != wanted_hash:
        raise SpecError(f"tensors.sha256 is not the hash of {TENSOR_FILE}: one of the two was changed")
    tensors = _tensors(content, len(layers))
    return NetworkSpec(
        name=tree["name"],
        input=head,
        output=output,
        layers=layers,
        weights=tuple(tensors[f"layer{i}.weight"] for i in range(len(layers))),
        biases=tuple(tensors[f"layer{i}.bias"] for i in range(len(layers))),
    )


def _check_keys(tree: Any, keys: tuple[str, ...], path: str) -> None:
    """`tree` is an object with exactly these keys."""
    prefix = f"{path}." if path else ""
    if not isinstance(tree, dict):
        raise SpecError(f"{path} must be an object, got {_short(tree)}")
    for key in keys:
        if key not in tree:
            raise SpecError(f"{prefix}{key} is required")
    for key in tree:
        if key not in keys:
            raise SpecError(f"{prefix}{key[:80]!r} is not a known key; remove it")


def _tensor_hash(entry: Any) -> str:
    _check_keys(entry, ("file", "sha256"), "tensors")
    if entry["file"] != TENSOR_FILE:
        raise SpecError(f"tensors.file must be {TENSOR_FILE!r}, got {_short(entry['file'])}")
    if not isinstance(entry["sha256"], str) or not re.fullmatch(r"[0-9a-f]{64}", entry["sha256"]):
        raise SpecError(f"tensors.sha256 must be 64 hex digits, got {_short(entry['sha256'])}")
    return entry["sha256"]


_Part = TypeVar("_Part", bound=Description)


def _validate(kind: type[_Part], value: Any, path: str, required: tuple[str, ...]) -> _Part:
    """One part of the file; `required` are keys that have a default in Python but must stand in a file."""
    if not isinstance(value, dict):
        raise SpecError(f"{path} must be an object, got {_short(value)}")
    for key in required:
        if key not in value:
            raise SpecError(f"{path}.{key} is required")
    try:
        return kind(**value)
    except SpecError as error:
        raise SpecError(f"{path}.{error}") from None


def _layer(value: Any, path: str) -> DenseLayer:
    layer = _validate(DenseLayer, value, path, required=("kind",))
    if layer.input_generator is None and "input_generator" in value:
        raise SpecError(f"{path}.input_generator must be absent where input_encoding is 'spike', got null")
    return layer


def _tensors(content: bytes, layers: int) -> dict[str, np.ndarray]:
    """The tensors of the file: exactly the named ones, int32."""
    try:
        tensors = load(content)
    except (SafetensorError, KeyError, TypeError, ValueError) as error:
        raise SpecError(f"{TENSOR_FILE} is damaged: {_short(str(error))}") from None
    names = [f"layer{i}.{key}" for i in range(layers) for key in ("weight", "bias")]
    for name in names:
        if name not in tensors:
            raise SpecError(f"{TENSOR_FILE}: tensor {name} is missing")
    for name, tensor in tensors.items():
        if name not in names:
            raise SpecError(f"{TENSOR_FILE}: tensor {name[:80]!r} is none of this network's; remove it")
        if tensor.dtype != np.int32:
            raise SpecError(f"{TENSOR_FILE}: tensor {name} must be int32, got {tensor.dtype}")
    return tensors
