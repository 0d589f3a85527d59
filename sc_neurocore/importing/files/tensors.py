"""Files of named arrays: safetensors, npz and Torch's state dicts; each read without running what it holds."""

from __future__ import annotations

import hashlib
import json
import os
import pickle
import struct
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError, safe_open

from ...spec.errors import OptionError, require_extra
from ...spec.files.npz import DAMAGE as DAMAGED_ARCHIVE
from ...spec.files.npz import read_member
from ..graph import FloatGraph
from ..tensors import read_tensors
from .lines import one_line

MOST_BYTES = 2**30
"""Of a file's arrays together, unpacked."""
_TYPES = {
    "F64": "<f8", "F32": "<f4", "F16": "<f2", "BF16": "<u2", "F8_E4M3": "u1", "F8_E5M2": "u1", "BOOL": "?",
    "I8": "i1", "I16": "<i2", "I32": "<i4", "I64": "<i8", "U8": "u1", "U16": "<u2", "U32": "<u4", "U64": "<u8",
}  # fmt: skip
"""Types of safetensors: as NumPy has their bits."""
DAMAGE = (
    *(RuntimeError, OSError, EOFError, ValueError, LookupError, TypeError, AttributeError, AssertionError),
    *(ArithmeticError, MemoryError, ImportError, struct.error),
)
"""What Torch's own reader of pickles raises where the instructions of a damaged file lead it."""
STATE_DICTS = ("state_dict", "model_state_dict")
"""Entries of training checkpoints that hold the network."""


def read_safetensors_file(path: str | os.PathLike[str], *, layers: Sequence[str] | None = None) -> FloatGraph:
    """The network of a safetensors file; see `read_tensors`.

    Raises:
        OptionError: the file is damaged, a type has no real numbers, or the order of the layers is open.
    """
    path = Path(path)
    return read_tensors(safetensors_arrays(path), layers=layers, name=str(path), sha256=_sha256(path))


def safetensors_arrays(path: Path) -> dict[str, np.ndarray]:
    """Arrays by name; types that NumPy does not know are converted exactly to float32."""
    try:
        with safe_open(path, framework="numpy"):  # its own check of the header: offsets, sizes, overlaps
            pass
        with path.open("rb") as file:
            header = json.loads(file.read(int.from_bytes(file.read(8), "little")), object_pairs_hook=_once)
            body = file.read()
    except (SafetensorError, OSError, ValueError, RecursionError) as error:
        raise OptionError(f"{path} is no readable safetensors file: {one_line(error)}") from None
    header.pop("__metadata__", None)
    arrays = {}
    for key, entry in header.items():
        kind = _TYPES.get(entry["dtype"])
        if kind is None:
            types = ", ".join(_TYPES)
            raise OptionError(f"{path}: tensor {key!r} has the type {entry['dtype']}; supported are {types}")
        start, end = entry["data_offsets"]
        arrays[key] = _converted(np.frombuffer(body[start:end], kind), entry["dtype"]).reshape(entry["shape"])
    return arrays


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    entries = dict(pairs)
    if len(entries) != len(pairs):
        raise OptionError("two of its tensors have one name")
    return entries


def _converted(bits: np.ndarray, kind: str) -> np.ndarray:
    match kind:
        case "BF16":
            return (bits.astype(np.uint32) << 16).view(np.float32)
        case "F8_E5M2":  # the upper half of a float16
            return (bits.astype(np.uint16) << 8).view(np.float16).astype(np.float32)
        case "F8_E4M3":
            return _E4M3[bits]
        case _:
            return bits


def _e4m3() -> np.ndarray:
    """All 256 values of float8 E4M3: bias 7, no infinities, one NaN for each sign."""
    bits = np.arange(256)
    exponent, mantissa = (bits >> 3) & 15, bits & 7
    size = np.where(exponent == 0, mantissa / 8 * 2.0**-6, (1 + mantissa / 8) * 2.0 ** (exponent - 7.0))
    size[bits & 127 == 127] = np.nan
    return np.where(bits & 128, -size, size).astype(np.float32)


_E4M3 = _e4m3()


def read_npz(path: str | os.PathLike[str], *, layers: Sequence[str] | None = None) -> FloatGraph:
    """The network of an npz file; see `read_tensors`.

    Raises:
        OptionError: the file is damaged, holds objects, or the order of the layers is open.
    """
    path = Path(path)
    arrays, budget = {}, MOST_BYTES
    try:
        with zipfile.ZipFile(path) as archive:
            for info in archive.infolist():
                budget -= info.file_size
                if budget < 0:
                    raise OptionError(f"{info.filename} makes more than {MOST_BYTES} bytes")
                key = info.filename.removesuffix(".npy")
                if key in arrays or key == info.filename:
                    raise OptionError(f"{info.filename!r} is there twice, or is no .npy array")
                arrays[key] = _npy(archive, info)
    except OptionError as error:
        raise OptionError(f"{path}: {error}") from None
    except DAMAGED_ARCHIVE as error:
        raise OptionError(f"{path} is no readable npz file: {one_line(error)}") from None
    return read_tensors(arrays, layers=layers, name=str(path), sha256=_sha256(path))


def _npy(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> np.ndarray:
    array = read_member(archive, info, MOST_BYTES)
    if array.dtype.kind not in "iufb":
        raise OptionError(f"{info.filename}: arrays of {array.dtype} are not supported; only numbers are")
    return array


def read_torch_file(path: str | os.PathLike[str], *, layers: Sequence[str] | None = None) -> FloatGraph:
    """The network of a state dict that `torch.save` wrote; see `read_tensors`.

    Raises:
        OptionError: the file is damaged, holds a pickled module or a TorchScript program instead, or the order of the
            layers is open.
        MissingExtraError: Torch is not installed.
    """
    torch = require_extra("torch", "torch")
    path = Path(path)
    _check_torch_zip(path)
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        reason = " ".join(str(error).split())
        name = reason.partition("GLOBAL ")[2].split(" ")[0] if "GLOBAL " in reason else ""
        raise OptionError(
            f"{path} holds {f'a pickled {name}' if name else 'more than tensors'}, and loading that would run its "
            "code; in the program that defines it, give the module itself to export(), or write its tensors: "
            "torch.save(model.state_dict(), PATH), or its graph: torch.onnx.export(model, sample, PATH)"
        ) from None
    except DAMAGE as error:
        raise OptionError(f"{path} is no readable Torch file: {one_line(error)}") from None
    nested = [state[key] for key in STATE_DICTS if isinstance(state, Mapping) and isinstance(state.get(key), Mapping)]
    state = nested[0] if nested else state
    if not isinstance(state, Mapping):
        raise OptionError(f"{path} must hold a state dict, tensors by name; got a {type(state).__name__}")
    for key, value in state.items():
        if isinstance(value, torch.Tensor) and not value.is_meta and str(value.layout) == "torch.strided":
            storage_bytes = value.untyped_storage().nbytes()
            if value.numel() * value.element_size() > storage_bytes:
                raise OptionError(
                    f"{path}: {key} has the shape {tuple(value.shape)}, and its data have {storage_bytes} bytes"
                )
    return read_tensors(state, layers=layers, name=str(path), sha256=_sha256(path))


def _check_torch_zip(path: Path) -> None:
    if not zipfile.is_zipfile(path):
        return  # the form before 1.6, which holds its tensors as they are
    try:
        with zipfile.ZipFile(path) as archive:
            infos = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise OptionError(f"{path} is no readable Torch file: {one_line(error)}") from None
    if any("/code/" in info.filename for info in infos):
        raise OptionError(
            f"{path} is a TorchScript program; export the module it was made from, as ONNX or by export() itself"
        )
    if sum(info.file_size for info in infos) > MOST_BYTES or any(info.compress_type for info in infos):
        raise OptionError(f"{path} unpacks to more than {MOST_BYTES} bytes, or is compressed, as torch.save never does")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
