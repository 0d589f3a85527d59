"""An ONNX file as a protobuf message, and its tensors as arrays: nothing is allocated that the file does not hold."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from ...spec.errors import OptionError, require_extra
from ..files.lines import one_line

onnx = require_extra("onnx", "onnx")

MOST_BYTES = 2**31 - 1
"""Of one protobuf message, as its format has it."""
MOST_ELEMENTS = 2**27
"""Of one array that constant operations make: files may say how to make more than they hold."""

_FLOATS = ("FLOAT", "DOUBLE", "FLOAT16", "BFLOAT16")
_EIGHT_BITS = ("FLOAT8E4M3FN", "FLOAT8E4M3FNUZ", "FLOAT8E5M2", "FLOAT8E5M2FNUZ")
_INTEGERS = ("INT8", "INT16", "INT32", "INT64", "UINT8", "UINT16", "UINT32", "UINT64", "BOOL")
FLOATS = {getattr(onnx.TensorProto, name): name for name in _FLOATS}
TYPES = {getattr(onnx.TensorProto, name): name for name in (*_FLOATS, *_EIGHT_BITS, *_INTEGERS)}
"""Number of a type in the format: its name."""


def load(path: Path) -> Any:
    """The file as an `onnx.ModelProto`.

    Raises:
        OptionError: it is larger than the format allows, or no ONNX file.
    """
    size = path.stat().st_size
    if size > MOST_BYTES:
        raise OptionError(f"{path} has {size} bytes; an ONNX file has at most {MOST_BYTES}")
    return parse(path.read_bytes(), str(path))


def parse(data: bytes, name: str) -> Any:
    """A message from its bytes; `name` is the file's, for errors."""
    from google.protobuf.message import DecodeError  # comes with onnx

    try:
        model = onnx.load_model_from_string(data)
    except DecodeError as error:
        raise OptionError(f"{name} is no readable ONNX file: {one_line(error)}") from None
    if not model.HasField("graph") or not model.graph.output:
        raise OptionError(f"{name} is no ONNX file: it holds no graph with an output")
    return model


def array(tensor: Any, at: str) -> np.ndarray:
    """A tensor of the file: float64 for its floating point types, else the integers themselves.

    Args:
        tensor: an `onnx.TensorProto`.
        at: its name, for errors.

    Raises:
        OptionError: its data lie outside the file, its type is no number, or its shape is not what the data have.
    """
    if tensor.data_location == onnx.TensorProto.EXTERNAL or tensor.external_data:
        raise OptionError(
            f"{at}: its data lie in another file; write the model as one file: "
            "onnx.save_model(onnx.load(PATH), NEW, save_as_external_data=False)"
        )
    kind = TYPES.get(tensor.data_type)
    if kind is None or tensor.HasField("segment"):
        raise OptionError(
            f"{at}: tensors of type {tensor.data_type} are not supported; use {', '.join(TYPES.values())}"
        )
    size = math.prod(tensor.dims)
    bytes_in_file = _element_count(tensor)
    if min(tensor.dims, default=0) < 0 or size != bytes_in_file:
        raise OptionError(f"{at}: the shape {tuple(tensor.dims)} has {size} elements, the data {bytes_in_file}")
    values = np.asarray(onnx.numpy_helper.to_array(tensor))
    if kind in _INTEGERS:
        return values
    return values.astype(np.float32 if kind in (*_EIGHT_BITS, "BFLOAT16") else np.float64).astype(np.float64)


def _element_count(tensor: Any) -> float:
    if tensor.HasField("raw_data"):
        return len(tensor.raw_data) / np.dtype(onnx.helper.tensor_dtype_to_np_dtype(tensor.data_type)).itemsize
    return len(getattr(tensor, onnx.helper.tensor_dtype_to_field(tensor.data_type)))


def room(elements: int, at: str) -> None:
    """Refuse to make an array of so many elements.

    Raises:
        OptionError: there are too many.
    """
    if elements > MOST_ELEMENTS:
        raise OptionError(f"{at}: its constants make an array of {elements} elements; at most {MOST_ELEMENTS} are")


def folded(operation: Callable[..., np.ndarray], *operands: np.ndarray, at: str) -> np.ndarray:
    """An operation on constants that broadcasts them.

    Args:
        operation: a NumPy function.
        operands: its arguments.
        at: name of the node.
    """
    room(math.prod(np.broadcast_shapes(*(operand.shape for operand in operands))), at)
    return np.asarray(operation(*operands))
