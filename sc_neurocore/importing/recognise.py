"""What a path holds, told by its content, and the reader for it."""

from __future__ import annotations

import inspect
import json
import mmap
import os
import zipfile
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any, Literal, get_args

from ..spec.errors import OptionError
from .files.lines import one_line
from .graph import FloatGraph

Kind = Literal["onnx", "keras", "nir", "safetensors", "npz", "torch", "model folder"]
"""What can be read; a model folder is what training here wrote, and export reads it without a float graph."""

READERS: dict[str, tuple[str, str]] = {
    "onnx": ("onnx_graph", "read_onnx"),
    "keras": ("keras_model", "read_keras"),
    "nir": ("nir_graph", "read_nir"),
    "safetensors": ("files.tensors", "read_safetensors_file"),
    "npz": ("files.tensors", "read_npz"),
    "torch": ("files.tensors", "read_torch_file"),
}
"""Kind: module and function, imported when used."""
HDF5 = b"\x89HDF\r\n\x1a\n"
TORCH_BEFORE_1_6 = b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19."
SUPPORTED = (
    "supported are ONNX, Keras (.keras, .h5, JSON with weights), NIR, safetensors, npz, Torch state dicts, "
    "and model folders of this package"
)
PICKLE = (
    "a pickle, which runs code when it is loaded. Load it in the program that made it, and give the object to export() "
    "there; or write a scikit-learn pipeline as ONNX, or tensors as safetensors"
)
REFUSED: tuple[tuple[Callable[[bytes], bool], str], ...] = (
    (lambda head: head[:1] == b"\x80" and head[1:2] in (b"\x02", b"\x03", b"\x04", b"\x05"), PICKLE),
    (lambda head: head[:2] in (b"x\x01", b"x\x9c", b"x\xda", b"x^"), f"compressed: if joblib wrote it, it is {PICKLE}"),
    (
        lambda head: head.startswith((b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"\x04\x22\x4d\x18")),
        "compressed; unpack it first",
    ),
    (lambda head: head.startswith(b"\x93NUMPY"), "one NumPy array; write the named weights as npz or safetensors"),
    (lambda head: head[4:8] == b"TFL3", "a TensorFlow Lite model, which is quantized; bring the Keras model"),
    (lambda head: head[4:8] == b"ORTM", "a model compiled for ONNX Runtime; bring the .onnx file it was made from"),
)
"""What is known and not read: by its first bytes, and what it is."""


def read(path: str | os.PathLike[str], **hints: Any) -> FloatGraph:
    """The network of a file, whatever wrote it.

    Args:
        path: the file.
        hints: what the file does not say: `output` of an ONNX graph, `weights` of a Keras JSON, `layers` of named
            tensors, `dt`, `reset` and `comparator` of a NIR graph.

    Raises:
        OptionError: the file is none that is read, or a hint is not for it; the message says what it is.
        MissingExtraError: the library that reads it is not installed.
    """
    kind = recognise(path)
    if kind == "model folder":
        raise OptionError(f"{path} is a trained model's folder, which holds integers already; give it to export()")
    module, name = READERS[kind]
    reader = getattr(import_module(f".{module}", __package__), name)
    names = [each.name for each in inspect.signature(reader).parameters.values() if each.kind is each.KEYWORD_ONLY]
    unknown = [hint for hint in hints if hint not in names]
    if unknown:
        raise OptionError(f"{path} is of the kind {kind}, which takes {', '.join(names)}; got {unknown[0]}=…")
    try:
        return reader(path, **hints)
    except OptionError as error:  # of named tensors, whose names may be anything
        raise OptionError(one_line(error, 2000)) from None
    except OSError as error:
        raise OptionError(f"{path} cannot be read: {error.strerror or error}") from None


def recognise(path: str | os.PathLike[str]) -> Kind:
    """What the path holds, by its content alone.

    Raises:
        OptionError: it is missing, or nothing that is read; the message says what it is and how to bring it.
    """
    path = Path(path)
    if path.is_dir():
        return _folder(path)
    if not path.is_file():
        raise OptionError(f"{path} is {'no file' if path.exists() else 'missing'}; {SUPPORTED}")
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            head = file.read(64)
    except OSError as error:
        raise OptionError(f"{path} cannot be read: {error.strerror or error}") from None
    if head.startswith(b"PK\x03\x04"):
        return _zip(path)
    if head.startswith(HDF5):
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
            return "nir" if content.find(b"NIRGraph") >= 0 else "keras"
    if head.startswith(TORCH_BEFORE_1_6):
        return "torch"
    length = int.from_bytes(head[:8], "little")
    if head[8:9] == b"{" and length <= size - 8:
        return "safetensors"
    for is_it, what in REFUSED:
        if is_it(head):
            raise OptionError(f"{path} is {what}; {SUPPORTED}")
    if head.lstrip()[:1] in (b"{", b'"'):
        return _json(path, size)
    if head[:1] == b"\x08" and head[1:2] < b"\x40" and len(head) > 2:
        return "onnx"  # field 1, the version of its form, stands first in each
    first_bytes = head[:8].hex(" ") if head else "none: it is empty"
    raise OptionError(f"{path} is of no known kind (its first bytes are {first_bytes}); {SUPPORTED}")


def _folder(path: Path) -> Kind:
    if (path / "model.json").is_file():
        return "model folder"
    if (path / "saved_model.pb").is_file():
        raise OptionError(f"{path} is a TensorFlow SavedModel; save it anew: model.save('model.keras')")
    if (path / "network.json").is_file():
        raise OptionError(f"{path} is a network folder, exported already; load_network reads it")
    raise OptionError(f"{path} is a folder without model.json, so no trained model of this package; {SUPPORTED}")


def _zip(path: Path) -> Kind:
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise OptionError(f"{path} is a damaged zip: {one_line(error)}") from None
    if "config.json" in names and "model.weights.h5" in names:
        return "keras"
    if any(name.endswith("/data.pkl") for name in names):
        return "torch"
    if names and all(name.endswith(".npy") for name in names):
        return "npz"
    listed = ", ".join(names[:5]) or "nothing"
    raise OptionError(f"{path} is a zip that holds {listed}; that is no .keras, npz or Torch file; {SUPPORTED}")


def _json(path: Path, size: int) -> Kind:
    if size <= 2**26:
        try:
            document = json.loads(path.read_bytes())
            document = json.loads(document) if isinstance(document, str) else document
        except (ValueError, RecursionError, OSError) as error:
            raise OptionError(f"{path} is no readable JSON: {one_line(error)}") from None
        if isinstance(document, dict) and {"class_name", "config"} <= set(document):
            return "keras"
    raise OptionError(f"{path} is JSON, and no Keras configuration (class_name, config); {SUPPORTED}")


assert set(READERS) == set(get_args(Kind)) - {"model folder"}
