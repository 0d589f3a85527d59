"""ONNX: the graph in the file, from its one input to one output, as exporters have written it since opset 6."""

from __future__ import annotations

import hashlib
import math
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..spec.errors import OptionError, SCError
from . import flow as signal
from .files.lines import one_line
from .flow import Value
from .graph import FloatGraph
from .onnx.arithmetic import ARITHMETIC
from .onnx.call import Call
from .onnx.file import array, load, onnx
from .onnx.maps import MAPS
from .onnx.shapes import SHAPES
from .onnx.source import Source

OPERATIONS = {**ARITHMETIC, **SHAPES, **MAPS}
OLDEST_OPSET = 6
FREE_BATCH = 7
"""Batch size in which a graph is followed that leaves it open, or has a larger one than is cheap to follow."""
MOST_FOLLOWED = 16


def read_onnx(path: str | os.PathLike[str], *, output: str | None = None) -> FloatGraph:
    """The network of an ONNX file.

    Args:
        path: the file.
        output: which of the graph's outputs; needed where there are several.

    Raises:
        OptionError: the file is no ONNX, or holds an operation, attribute or type that is not supported: the message
            names the node.
        MissingExtraError: the library onnx is not installed.
    """
    path = Path(path)
    model = load(path)
    try:
        return _graph(model, hashlib.sha256(path.read_bytes()).hexdigest(), output)
    except OptionError as error:
        raise OptionError(f"{path}: {one_line(error, 1000)}") from None


def _graph(model: Any, sha256: str, output: str | None) -> FloatGraph:
    opset = _opset(model)
    graph = model.graph
    if graph.sparse_initializer:
        raise OptionError(f"sparse initializer {graph.sparse_initializer[0].values.name!r} is not supported")
    initializers = {tensor.name: tensor for tensor in graph.initializer}
    inputs = [each for each in graph.input if each.name not in initializers]
    if len(inputs) != 1:
        names = ", ".join(repr(each.name) for each in inputs[:8]) or "none"
        raise OptionError(f"a network must have one input, got {len(inputs)}: {names}")
    output_name = _output(graph, output)
    fixed, features = _input_shape(inputs[0])
    shape = (fixed if fixed is not None and fixed <= MOST_FOLLOWED else FREE_BATCH, *features)
    start = signal.start(shape)
    calls: dict[int, Call] = {}
    values: dict[str, Value | None] = {"": None, inputs[0].name: start}
    node_numbers = _node_numbers(graph, output_name)
    for index in node_numbers:
        node = graph.node[index]
        at = _name(node)
        graph_inputs = []
        for name in node.input:
            if name not in values and name in initializers:
                values[name] = array(initializers[name], f"initializer {name!r}")
            if name not in values:
                raise OptionError(f"{at}: its input {name!r} is made by no node before it")
            graph_inputs.append(values[name])
        attributes = {each.name: each for each in node.attribute}
        calls[index] = Call(node.op_type, at, opset, attributes, graph_inputs, fixed)
        values[node.output[0]] = _apply(node, calls[index])
    nodes = signal.finish(values.get(output_name), f"output {output_name!r}")
    takes_any_batch = not any(call.fixed_batch for call in calls.values())
    swapped = [index for index, call in calls.items() if call.batch_norm_axis == 0]
    source = Source(model, output_name, features, None if takes_any_batch else fixed, node_numbers, swapped)
    notes = tuple(note for call in calls.values() for note in call.notes)
    return FloatGraph("onnx", math.prod(features), nodes, source, "float64", sha256, notes)


def _opset(model: Any) -> int:
    versions = [each.version for each in model.opset_import if each.domain in ("", "ai.onnx")]
    newest = onnx.defs.onnx_opset_version()
    opset = versions[0] if len(versions) == 1 else 0
    if not OLDEST_OPSET <= opset <= newest:
        versions_text = ", ".join(map(str, versions)) or "none"
        raise OptionError(f"opset {versions_text} is not supported; supported are {OLDEST_OPSET} to {newest}")
    return opset


def _output(graph: Any, output: str | None) -> str:
    names = [each.name for each in graph.output]
    if output is None and len(names) > 1:
        raise OptionError(f"the graph has {len(names)} outputs; choose one with output=…: {', '.join(names[:8])}")
    if output is not None and output not in names:
        raise OptionError(f"output must be one of {', '.join(names[:8])}; got {output!r}")
    return names[0] if output is None else output


def _input_shape(info: Any) -> tuple[int | None, tuple[int, ...]]:
    """The file's batch size, None where it is open, and the features' shape."""
    dims = [each.dim_value if each.dim_value != 0 else None for each in info.type.tensor_type.shape.dim]
    features = tuple(each for each in dims[1:] if each is not None)
    if len(dims) < 2 or len(features) != len(dims) - 1 or any(each is not None and each < 1 for each in dims):
        shape = ", ".join("?" if each is None else str(each) for each in dims)
        raise OptionError(f"input {info.name!r} must be (batch, features …) of known size, got ({shape})")
    return dims[0], features


def _node_numbers(graph: Any, output: str) -> list[int]:
    """Nodes on which the output depends, in the file's order."""
    makers = {name: index for index, node in enumerate(graph.node) for name in node.output if name}
    numbers: set[int] = set()
    open_names = [output]
    while open_names:
        index = makers.get(open_names.pop())
        if index is not None and index not in numbers:
            numbers.add(index)
            node = graph.node[index]
            if len(node.output) != 1 and node.op_type in OPERATIONS and any(node.output[1:]):
                raise OptionError(
                    f"{_name(node)}: output {node.output[1]!r} is for training; only the first is supported"
                )
            open_names += node.input
    return sorted(numbers)


def _name(node: Any) -> str:
    output_name = node.output[0] if node.output else ""
    return f"node {node.name or output_name!r} ({node.op_type})"


def _apply(node: Any, call: Call) -> Value:
    operation = OPERATIONS.get(node.op_type)
    if operation is None or node.domain not in ("", "ai.onnx"):
        of = f" of domain {node.domain!r}" if node.domain else ""
        raise OptionError(
            f"{call.at}: operation {node.op_type!r}{of} is not supported; "
            f"supported are those of ONNX itself: {', '.join(sorted(OPERATIONS))}"
        )
    unknown = [name for name in call.attributes if name not in operation.attributes]
    if unknown:
        value = _shown(call.attributes, unknown[0])
        names = ", ".join(sorted(operation.attributes)) or "none"
        raise OptionError(f"{call.at}: attribute {unknown[0]!r} ({value}) is not supported; supported are {names}")
    if len(call.inputs) > operation.most_inputs:
        raise OptionError(f"{call.at}: {len(call.inputs)} inputs; at most {operation.most_inputs} are supported")
    try:
        return operation.rule(call)
    except SCError:
        raise
    except (ValueError, IndexError, TypeError, OverflowError) as error:
        # NumPy's own: constants of a damaged file that fit no rule.
        raise OptionError(f"{call.at}: {one_line(error)}") from None


def _shown(attributes: Mapping[str, Any], name: str) -> str:
    try:
        return repr(onnx.helper.get_attribute_value(attributes[name]))[:60].replace("\n", " ")
    except (ValueError, TypeError, NotImplementedError):
        return "of an unknown type"
