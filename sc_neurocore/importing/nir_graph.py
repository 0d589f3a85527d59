"""NIR: a spiking network's nodes and edges, made discrete with a time step that the file does not hold.

A cell of NIR follows an equation in continuous time; forward Euler with the step dt makes of it, exactly,
v ← (1 − dt/τ)·v + (dt/τ)·(v_leak + R·I), which is a scale before cells that only leak. Thresholds that differ between
cells become 1: the scale divides by them.
"""

from __future__ import annotations

import hashlib
import math
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np

from ..spec.errors import OptionError
from . import flow as signal
from . import map_flow as maps
from .files.hdf5 import Hdf5, read_hdf5
from .files.lines import one_line
from .flow import Flow, real
from .graph import FloatGraph, Integrator, Lif, Node

Reset = Literal["subtract", "zero"]
Comparator = Literal["ge", "gt"]
BATCH = 7
"""In which the nodes are followed; each time step of each sample goes through them."""
MAPS = ("Conv2d", "SumPool2d", "AvgPool2d")
CELLS = ("LIF", "IF", "LI", "I")
LAYERS = ("Input", "Output", "Affine", "Linear", "Scale", "Flatten", *MAPS, *CELLS)
TOLERANCE = 1e-6
"""Relative difference under which decays and thresholds, often stored in float32, count as one."""


def read_nir(
    path: str | os.PathLike[str],
    *,
    dt: float | None = None,
    reset: Reset | None = None,
    comparator: Comparator = "gt",
) -> FloatGraph:
    """The network of a NIR file.

    Args:
        path: the file.
        dt: seconds of one time step, in the unit of the file's time constants; needed where cells are.
        reset: what a spike does to the membrane: the threshold is subtracted, or it starts from 0. None: as the file's
            v_reset says; files of versions that had none must be told.
        comparator: "gt" fires where v > threshold, as NIR defines it; "ge" where v ≥ threshold, as some frameworks do.

    Raises:
        OptionError: the file is damaged, no chain, or holds a node or value that is not supported; the message names
            the node.
        MissingExtraError: h5py is not installed.
    """
    for name, value, choices in (
        ("reset", reset, ("subtract", "zero", None)),
        ("comparator", comparator, ("ge", "gt")),
    ):
        if value not in choices:
            raise OptionError(f"{name} must be {' or '.join(map(repr, choices))}, got {value!r}")
    if dt is not None and (isinstance(dt, bool) or not isinstance(dt, int | float) or not 0 < dt < math.inf):
        raise OptionError(f"dt must be a positive number of seconds, got {dt!r}")
    path = Path(path)
    file = read_hdf5(path, "nir")
    try:
        return _graph(file, _Step(dt, reset, comparator), hashlib.sha256(path.read_bytes()).hexdigest())
    except OptionError as error:
        raise OptionError(f"{path}: {one_line(error, 1000)}") from None


@dataclass
class _Step:
    """What the caller says about time and cells, and what is noted about them."""

    dt: float | None
    reset: Reset | None
    comparator: Comparator
    notes: list[str] = field(default_factory=list)


def _graph(file: Hdf5, step: _Step, sha256: str) -> FloatGraph:
    if file.texts.get("node/type") != "NIRGraph":
        raise OptionError(f"its root must be a NIRGraph, got {file.texts.get('node/type')!r}")
    nodes: dict[str, dict[str, Any]] = {}
    for group in file.groups:
        name = group.removeprefix("node/nodes/")
        if group.startswith("node/nodes/") and "/" not in name:
            nodes[name] = {}
    for source in (file.arrays, file.texts):
        for key, value in source.items():
            name, _, entry = key.removeprefix("node/nodes/").partition("/")
            if key.startswith("node/nodes/") and name in nodes and "/" not in entry:
                nodes[name][entry] = value
    order = _chain(nodes, file.texts.get("node/edges"))
    flow = _input(order[0], nodes[order[0]])
    features = flow.width
    for name in order[1:]:
        flow = _apply(name, nodes[name], flow, step)
    note = "a NIR file holds no program to run, so the network is not checked against its source"
    result = signal.finish(flow, f"node {order[-1]!r}")
    return FloatGraph("nir", features, result, None, "float64", sha256, (note, *step.notes))


def _chain(nodes: Mapping[str, Mapping[str, Any]], edges: Any) -> list[str]:
    """Names from the one input to the one output."""
    for name, fields in nodes.items():
        kind = fields.get("type")
        if kind not in LAYERS:
            raise OptionError(
                f"{_at(name, fields)}: nodes of this type are not supported; supported are {', '.join(LAYERS)}"
            )
    ends = {kind: [name for name, fields in nodes.items() if fields["type"] == kind] for kind in ("Input", "Output")}
    for kind, names in ends.items():
        if len(names) != 1:
            raise OptionError(
                f"the graph must have one {kind}, got {len(names)}: {', '.join(sorted(names)[:8]) or 'none'}"
            )
    if not isinstance(edges, list) or not all(isinstance(each, list) and len(each) == 2 for each in edges):
        raise OptionError("the graph's edges must be pairs of names")
    after: dict[str, str] = {}
    before: dict[str, str] = {}
    for source, target in edges:
        for name in (source, target):
            if name not in nodes:
                raise OptionError(f"an edge from {source!r} to {target!r} names a node that is not there")
        if source in after or target in before:
            where = source if source in after else target
            raise OptionError(
                f"{_at(where, nodes[where])}: two branches of the network meet here; "
                "only networks without branches and recurrences are supported"
            )
        after[source], before[target] = target, source
    order = [ends["Input"][0]]
    while order[-1] in after and len(order) <= len(nodes):
        order.append(after[order[-1]])
    if order[-1] != ends["Output"][0] or len(order) != len(nodes):
        rest = sorted(set(nodes) - set(order)) or [order[-1]]
        raise OptionError(f"{_at(rest[0], nodes[rest[0]])}: it does not lie between the input and the output")
    return order


def _at(name: str, fields: Mapping[str, Any]) -> str:
    return f"node {name!r} ({fields.get('type')})"


def _array(name: str, fields: Mapping[str, Any], key: str) -> np.ndarray:
    if not isinstance(fields.get(key), np.ndarray):
        raise OptionError(f"{_at(name, fields)}: it has no array {key!r}")
    return real(fields[key], f"{_at(name, fields)}: {key}")


def _check_keys(name: str, fields: Mapping[str, Any], *keys: str) -> None:
    unknown = sorted(set(fields) - {"type", "metadata", "input_type", *keys})
    if unknown:
        raise OptionError(
            f"{_at(name, fields)}: field {unknown[0]!r} is not supported; supported are {', '.join(keys)}"
        )


def _input(name: str, fields: Mapping[str, Any]) -> Flow:
    _check_keys(name, fields, "shape")
    shape = [int(size) for size in _array(name, fields, "shape").reshape(-1)]
    return signal.start((BATCH, *shape))


def _apply(name: str, fields: Mapping[str, Any], flow: Flow, step: _Step) -> Flow:
    at = f"node {name!r}"
    match fields["type"]:
        case "Affine" | "Linear":
            with_bias = fields["type"] == "Affine"
            _check_keys(name, fields, "weight", *(["bias"] if with_bias else []))
            result = signal.matmul(flow, _array(name, fields, "weight").T, at)
            result = signal.add(result, _array(name, fields, "bias"), at) if with_bias else result
            assert isinstance(result, Flow)  # a flow times a constant is one
            return result
        case "Scale":
            _check_keys(name, fields, "scale")
            return signal.scale(flow, _array(name, fields, "scale"), 0.0, at)
        case "Flatten":
            return _flatten(name, fields, flow)
        case "Conv2d":
            return _convolution(name, fields, flow)
        case "SumPool2d" | "AvgPool2d":
            return _pool(name, fields, flow)
        case "Output":
            _check_keys(name, fields, "shape")
            return flow
        case "Input":
            raise OptionError(f"{at}: an input stands inside the graph")
        case _:
            return _cells(name, fields, flow, step)


def _two(name: str, fields: Mapping[str, Any], key: str) -> list[int]:
    """One whole number for rows and columns, or one for each."""
    values = _array(name, fields, key).reshape(-1)
    if values.size not in (1, 2) or (values != np.rint(values)).any():
        raise OptionError(f"{_at(name, fields)}: {key} must be one or two whole numbers, got {values.tolist()}")
    return [int(each) for each in np.broadcast_to(values, 2)]


def _integer(name: str, fields: Mapping[str, Any], key: str) -> int:
    value = float(_array(name, fields, key).reshape(-1)[0])
    if not value.is_integer():
        raise OptionError(f"{_at(name, fields)}: {key} must be a whole number, got {value:g}")
    return int(value)


def _convolution(name: str, fields: Mapping[str, Any], flow: Flow) -> Flow:
    _check_keys(name, fields, "input_shape", "weight", "stride", "padding", "dilation", "groups", "bias")
    at, weight = _at(name, fields), _array(name, fields, "weight")
    if weight.ndim != 4:
        raise OptionError(f"{at}: weight must be (out, in, rows, columns), got {weight.shape}")
    if any(each != 1 for each in _two(name, fields, "dilation")):
        raise OptionError(f"{at}: dilation must be 1, got {_two(name, fields, 'dilation')}")
    stride, padding = _two(name, fields, "stride"), fields.get("padding")
    if isinstance(padding, str) and padding == "same" and stride != [1, 1]:
        raise OptionError(f"{at}: padding 'same' needs stride 1, got {stride}")
    if isinstance(padding, str):
        if padding not in ("same", "valid"):
            raise OptionError(f"{at}: padding must be numbers, 'same' or 'valid', got {padding!r}")
        totals = [size - 1 if padding == "same" else 0 for size in weight.shape[2:]]
        margins = [part for total in totals for part in (total // 2, total - total // 2)]
    else:
        margins = [each for each in _two(name, fields, "padding") for _ in range(2)]
    return maps.conv(
        flow,
        weight.transpose(0, 2, 3, 1),
        axes=maps.FIRST,
        stride=stride,
        padding=margins,
        groups=_integer(name, fields, "groups"),
        at=f"node {name!r}",
        bias=_array(name, fields, "bias"),
    )


def _pool(name: str, fields: Mapping[str, Any], flow: Flow) -> Flow:
    """The mean of each window; of SumPool2d times its size."""
    _check_keys(name, fields, "kernel_size", "stride", "padding")
    kernel, at = _two(name, fields, "kernel_size"), f"node {name!r}"
    margins = [each for each in _two(name, fields, "padding") for _ in range(2)]
    stride = _two(name, fields, "stride")
    pooled = maps.pool(flow, "avg", axes=maps.FIRST, kernel=kernel, stride=stride, padding=margins, at=at)
    factor = float(math.prod(kernel)) if fields["type"] == "SumPool2d" else 1.0
    return signal.scale(pooled, factor, 0.0, at)


def _flatten(name: str, fields: Mapping[str, Any], flow: Flow) -> Flow:
    """Axes `start_dim` to `end_dim` become one; they are counted without a batch."""
    _check_keys(name, fields, "start_dim", "end_dim")
    shape, rank = flow.places.shape, flow.places.ndim
    first, last = (int(_array(name, fields, key)) % rank for key in ("start_dim", "end_dim"))
    middle = math.prod(shape[first : last + 1])
    return signal.reshape(flow, (flow.batch, *shape[:first], middle, *shape[last + 1 :]), f"node {name!r}")


def _cells(name: str, fields: Mapping[str, Any], flow: Flow, step: _Step) -> Flow:
    at, kind = _at(name, fields), fields["type"]
    fires, leaks = kind in ("LIF", "IF"), kind in ("LIF", "LI")
    keys = ["r", *(["tau", "v_leak"] if leaks else []), *(["v_threshold"] if fires else [])]
    _check_keys(name, fields, *keys, *(["v_reset"] if fires else []))
    r, *arrays = (_array(name, fields, key) for key in keys)
    if any(each.shape != r.shape for each in arrays) or r.shape != flow.places.shape:
        raise OptionError(f"{at}: its arrays must have the signal's shape {flow.places.shape}, got {r.shape}")
    if step.dt is None:
        raise OptionError(f"{at}: its equation is in continuous time; say how long a step is with dt=…")
    values = dict(zip(keys, (r, *arrays)))
    rate = np.full(r.shape, step.dt)
    if leaks:
        if not (values["tau"] >= step.dt * (1 - TOLERANCE)).all():
            raise OptionError(
                f"{at}: dt must be at most each time constant; got dt={step.dt}, tau {values['tau'].min()}"
            )
        rate = np.minimum(step.dt / values["tau"], 1.0)
    beta = _one(1.0 - rate if leaks else np.ones(r.shape), f"{at}: decay 1 − dt/tau")
    gain, offset = rate * r, rate * values["v_leak"] if leaks else np.zeros(r.shape)
    level = np.ones(r.shape)
    if fires:
        threshold = values["v_threshold"]
        if not (threshold > 0).all():
            raise OptionError(f"{at}: v_threshold must be positive, got {threshold.min()}")
        level = np.full(r.shape, threshold.flat[0])
        if not np.allclose(threshold, level, rtol=TOLERANCE, atol=0):
            gain, offset, level = gain / threshold, offset / threshold, np.ones(r.shape)
            step.notes.append(f"{at}: its thresholds differ; each cell's input is divided by its own, and all are 1")
    flow = signal.scale(flow, gain[None], offset[None], f"node {name!r}")
    places = flow.places.reshape(-1)
    if not np.array_equal(np.sort(places), np.arange(flow.width)):
        raise OptionError(f"{at}: cells on some of the signal, or on a repeated part of it, are not supported")
    in_order = np.empty(r.size)
    in_order[places] = level.reshape(-1)
    decays, title = np.full(r.size, beta), f"node {name!r}"
    node: Node = Integrator(title, decays)
    if fires:
        node = Lif(title, decays, in_order, step.comparator, _reset(name, fields, step))
    return Flow((*flow.nodes, node), flow.places, flow.width, flow.batch, flow.batch_axis)


def _one(values: np.ndarray, what: str) -> float:
    """The value that all cells share."""
    value = float(values.flat[0]) if values.size else 0.0
    if not np.allclose(values, value, rtol=0, atol=TOLERANCE):
        raise OptionError(f"{what} must be equal for all cells of a node, got {values.min()} to {values.max()}")
    return value


def _reset(name: str, fields: Mapping[str, Any], step: _Step) -> Reset:
    if "v_reset" in fields and _array(name, fields, "v_reset").any() and step.reset != "subtract":
        raise OptionError(f"{_at(name, fields)}: v_reset must be 0; a membrane that starts elsewhere is not supported")
    if step.reset is None and "v_reset" not in fields:
        raise OptionError(
            f"{_at(name, fields)}: the file does not say what a spike resets; say reset='subtract' or 'zero'"
        )
    return step.reset or "zero"
