"""Where Keras keeps a network: its configuration and each layer's weights, in any of its four containers."""

from __future__ import annotations

import hashlib
import json
import os
import re
import tempfile
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ...spec.errors import OptionError
from ..files.hdf5 import Hdf5, read_hdf5
from ..files.lines import one_line

MOST_CONFIG = 2**26
MOST_WEIGHTS = 2**30
"""Bytes that are read of a part of a zip, whatever it unpacks to."""


@dataclass(frozen=True)
class KerasFile:
    """A configuration as JSON, and the file that holds the weights."""

    config: dict[str, Any]
    weights: Hdf5
    sha256: str

    def of(self, layers: Sequence[tuple[str, str]]) -> dict[str, dict[str, np.ndarray]]:
        """Each layer's weights by name, or by number where the file has numbers.

        Args:
            layers: name and class of each layer, in the configuration's order.

        Raises:
            OptionError: a name stands for two layers, or the file disagrees about names.
        """
        twice = [name for name, times in Counter(name for name, _ in layers).items() if times > 1]
        if twice:
            raise OptionError(f"two layers are called {twice[0]!r}")
        groups = self.weights.groups
        root = next((each for each in ("layers", "_layer_checkpoint_dependencies") if each in groups), None)
        if root is None or "layer_names" in groups[""]:
            prefix = "model_weights/" if "model_weights" in groups else ""
            return {name: self._named(f"{prefix}{name}/") for name, _ in layers}
        weights, counts = {}, Counter[str]()
        for name, kind in layers:
            stem = _snake(kind)
            group = f"{root}/{stem}_{counts[stem]}" if counts[stem] else f"{root}/{stem}"
            counts[stem] += 1
            there = groups.get(f"{group}/vars", {}).get("name", name)
            if there != name:
                raise OptionError(f"layer {name!r} has the place {group!r} in the weights, which is layer {there!r}")
            inside = f"{group}/vars/"
            weights[name] = {k.removeprefix(inside): v for k, v in self.weights.arrays.items() if k.startswith(inside)}
        return weights

    def _named(self, prefix: str) -> dict[str, np.ndarray]:
        arrays: dict[str, np.ndarray] = {}
        for path, array in self.weights.arrays.items():
            if path.startswith(prefix):
                name = path.rpartition("/")[2].removesuffix(":0")
                if name in arrays:
                    raise OptionError(f"{prefix[:-1]!r} holds two weights called {name!r}")
                arrays[name] = array
        return arrays


def _snake(kind: str) -> str:
    """Keras's own rule for the names of a class's variables: BatchNormalization, batch_normalization; ReLU, re_lu."""
    kind = re.sub(r"\W+", "", kind)
    kind = re.sub("(.)([A-Z][a-z]+)", r"\1_\2", kind)
    return re.sub("([a-z])([A-Z])", r"\1_\2", kind).lower()


def open_zip(path: Path) -> KerasFile:
    """A `.keras` file: a zip with config.json and model.weights.h5."""
    try:
        with zipfile.ZipFile(path) as archive:
            config = _part(archive, "config.json", MOST_CONFIG)
            weights = _part(archive, "model.weights.h5", MOST_WEIGHTS)
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
        if isinstance(error, OptionError):
            raise OptionError(f"{path}: {error}") from None
        raise OptionError(f"{path} is no readable .keras file: {one_line(error)}") from None
    with tempfile.TemporaryDirectory() as folder:
        inner = Path(folder, "model.weights.h5")
        inner.write_bytes(weights)
        hdf5 = read_hdf5(inner, "keras", f"{path}: model.weights.h5")
    return KerasFile(_json(config, f"{path}: config.json"), hdf5, _sha256(path))


def _part(archive: zipfile.ZipFile, name: str, limit: int) -> bytes:
    if name not in archive.namelist():
        raise OptionError(f"it holds no {name}; a .keras file must hold config.json and model.weights.h5")
    with archive.open(name) as file:
        data = file.read(limit + 1)
    if len(data) > limit:
        raise OptionError(f"{name} unpacks to more than {limit} bytes")
    return data


def open_hdf5(path: Path) -> KerasFile:
    """A whole model in one `.h5` file, with its configuration in the attribute model_config."""
    hdf5 = read_hdf5(path, "keras")
    config = hdf5.groups[""].get("model_config")
    if not isinstance(config, str):
        raise OptionError(
            f"{path} holds no attribute model_config: it is a file of weights. Bring the model's JSON "
            "(model.to_json()) with weights=…, or save the whole model: model.save('model.keras')"
        )
    return KerasFile(_json(config.encode("utf-8"), f"{path}: model_config"), hdf5, _sha256(path))


def open_json(path: Path, weights: str | os.PathLike[str] | None) -> KerasFile:
    """A configuration as JSON, beside a `.h5` file with the weights."""
    if path.stat().st_size > MOST_CONFIG:
        raise OptionError(f"{path} has more than {MOST_CONFIG} bytes; a Keras configuration has fewer")
    stem = path.with_suffix("")
    beside = [Path(f"{stem}{ending}") for ending in ("_weights.h5", ".weights.h5", ".h5")]
    weights_path = Path(weights) if weights is not None else next((each for each in beside if each.is_file()), None)
    if weights_path is None or not weights_path.is_file():
        where = str(weights_path) if weights_path is not None else " or ".join(each.name for each in beside)
        raise OptionError(
            f"{path} is a Keras configuration without weights: {where} is missing; name it with weights=…"
        )
    return KerasFile(_json(path.read_bytes(), str(path)), read_hdf5(weights_path, "keras"), _sha256(path, weights_path))


def _json(data: bytes, name: str) -> dict[str, Any]:
    try:
        document = json.loads(data)
        if isinstance(document, str):  # some programs write the string of to_json() as JSON once more
            document = json.loads(document)
    except (ValueError, RecursionError) as error:
        raise OptionError(f"{name} is no readable JSON: {one_line(error)}") from None
    if not isinstance(document, dict):
        raise OptionError(f"{name} must be an object with class_name and config, got a {type(document).__name__}")
    return document


def _sha256(*paths: Path) -> str:
    digest = hashlib.sha256()
    for chunk in _chunks(paths):
        digest.update(chunk)
    return digest.hexdigest()


def _chunks(paths: Sequence[Path]) -> Iterator[bytes]:
    for path in paths:
        with path.open("rb") as file:
            while chunk := file.read(2**20):
                yield chunk
