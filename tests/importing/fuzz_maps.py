"""Random convolutional models in Torch, JAX and ONNX for `fuzz.py`, and the judge that follows them into integers."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from importing.fuzz import LIMITS, Case, Outcome, relative

from sc_neurocore.export.folding import fold
from sc_neurocore.export.from_graph import compare_integers
from sc_neurocore.export.lower import Lowering, lower_network
from sc_neurocore.export.stages import Stage
from sc_neurocore.importing.graph import FloatGraph, Reorder
from sc_neurocore.importing.objects import graph_of
from sc_neurocore.importing.recognise import read
from sc_neurocore.spec.errors import OptionError

SIDES, CHANNELS = (6, 8), (1, 2, 3)
INTEGER_LIMIT = 0.1
"""Error of the integers at L = 4096 relative to the outputs, root mean square: a wrong order or window makes it 1."""
FOLDED_LIMIT = 1e-9


@dataclass
class MapCase(Case):
    """A model on maps."""

    shape: tuple[int, ...] = ()
    may_not_lower: bool = False
    """Whether it holds something that comes in and has no integers: a normalization in front of padding."""


@dataclass
class Block:
    """What one layer of a random model does."""

    out: int
    kernel: tuple[int, int]
    stride: tuple[int, int]
    padding: tuple[int, int, int, int]
    """Above, below, left, right."""
    groups: int
    norm: bool
    pool: str | None
    pool_first: bool
    """Whether the pool stands before the activation."""
    weight: np.ndarray = field(default_factory=lambda: np.zeros(0))
    """`(out, channels / groups, kh, kw)`."""
    bias: np.ndarray = field(default_factory=lambda: np.zeros(0))


def judge_map(case: MapCase) -> Outcome:
    """Imports one model, folds it and lowers it; each of the three is compared with its framework."""
    try:
        graph = read(case.source) if isinstance(case.source, Path) else graph_of(case.source, **case.hints)
    except OptionError as error:
        return Outcome("wrongly refused" if case.supported else "refused", message=str(error))
    assert graph is not None, case.description
    x = np.random.default_rng(1).uniform(-1, 1, (24, graph.features))
    error = relative(graph, x, case.own(x))
    if not error <= LIMITS[case.precision]:
        return Outcome("different", error)
    try:
        folded, integers = _lowered(graph, x)
    except OptionError as refusal:
        allowed = case.may_not_lower or not case.supported
        return Outcome("refused" if allowed else "wrongly refused", message=str(refusal))
    if not (folded <= FOLDED_LIMIT and integers <= INTEGER_LIMIT):
        return Outcome("different", max(folded, integers), f"folded {folded:.3g}, integers {integers:.3g}")
    return Outcome("equal", error)


def _lowered(graph: FloatGraph, x: np.ndarray) -> tuple[float, float]:
    """Errors of the folded network and of the integers, relative to the outputs."""
    nodes, wanted = [*graph.nodes], graph.run(x)
    if isinstance(nodes[0], Reorder):
        x = x[:, nodes[0].places]
    turned = [node for node in nodes[1:] if isinstance(node, Reorder)]
    if turned:
        wanted = wanted[:, np.argsort(turned[0].places)]
    floats = fold(node for node in nodes if isinstance(node, Stage))
    outputs = floats.pre_activations(x)[-1].reshape(len(x), -1)
    size = float(np.sqrt(np.mean(wanted**2))) or 1.0
    signs = {"stream_length": 4096, "input_encoding": "sign_magnitude", "border": "multiplier"}
    leading = floats.leading
    if leading is not None:
        reach = float(np.abs(leading.factor * x + leading.offset).max())
        signs |= {"input_scale": reach / np.abs(leading.factor), "input_offset": -leading.offset / leading.factor}
    options = Lowering(**signs)
    network = lower_network(floats, options).network
    return float(np.abs(outputs - wanted).max()) / size, compare_integers(network, x, wanted).relative_error


def blocks(rng: np.random.Generator, shape: tuple[int, int, int]) -> tuple[list[Block], tuple[int, int, int]]:
    """Layers of a random model on maps of rows, columns, channels; and what they give."""
    rows, columns, channels = shape
    made: list[Block] = []
    for _ in range(int(rng.integers(1, 4))):
        kernel = tuple(int(min(k, side)) for k, side in zip(rng.integers(1, 4, 2), (rows, columns)))
        stride = (1, 1) if rng.random() < 0.7 else tuple(int(s) for s in rng.integers(1, 3, 2))
        padding = tuple(int(rng.integers(kernel[side // 2])) for side in range(4)) if rng.random() < 0.6 else (0,) * 4
        groups = channels if rng.random() < 0.25 else 1
        out = groups * int(rng.integers(1, 3)) if groups > 1 else int(rng.integers(2, 5))
        rows = (rows + padding[0] + padding[1] - kernel[0]) // stride[0] + 1
        columns = (columns + padding[2] + padding[3] - kernel[1]) // stride[1] + 1
        pool = str(rng.choice(("max", "avg"))) if rng.random() < 0.5 and min(rows, columns) >= 2 else None
        if pool:
            rows, columns = rows // 2, columns // 2
        first = pool == "max" and bool(rng.random() < 0.5)
        size = (out, channels // groups, *kernel)
        weight, bias = rng.normal(size=size) / np.sqrt(np.prod(size[1:])), rng.normal(size=out) * 0.1
        norm = bool(rng.random() < 0.4)
        made.append(Block(out, kernel, stride, padding, groups, norm, pool, first, weight, bias))  # type: ignore[arg-type]
        channels = out
    return made, (rows, columns, channels)


UNSUPPORTED = ("dilation", "padded pool", "reflection", "residual", "tanh", "channels shared", "cut pool")


def torch_maps(seed: int) -> MapCase:
    """A random Torch module on maps."""
    import torch
    import torch.nn.functional as F
    from torch import nn

    rng = np.random.default_rng([seed, 2])
    torch.manual_seed(seed)
    rows, columns, channels = (int(rng.choice(each)) for each in (SIDES, SIDES, CHANNELS))
    made, (high, wide, last) = blocks(rng, (rows, columns, channels))
    spoiled = str(rng.choice(UNSUPPORTED)) if rng.random() < 0.25 else None
    head = str(rng.choice(("flatten", "global", "mean", "conv", "hidden")))
    odd = str(rng.choice(("none", "none", "normalized input", "norm behind", "flip channels", "nhwc")))
    parts = nn.ModuleList()
    for block in made:
        conv = nn.Conv2d(channels, block.out, block.kernel, block.stride, groups=block.groups)
        with torch.no_grad():
            conv.weight.copy_(torch.from_numpy(block.weight))
        norm = nn.BatchNorm2d(block.out)
        norm.running_mean.normal_(0, 0.2)
        norm.running_var.uniform_(0.5, 2)
        parts.append(nn.ModuleList([conv, norm]))
        channels = block.out
    size = high * wide * last if head in ("flatten", "hidden") else last
    ends = nn.ModuleList([nn.Linear(size, 5), nn.Linear(5, 3), nn.Conv2d(last, 3, 1)])

    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.parts, self.ends = parts, ends

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            if odd == "normalized input":
                x = (x - 0.25) / 0.5
            for index, block in enumerate(made):
                conv, norm = self.parts[index]  # type: ignore[misc]  # a ModuleList of two
                top, bottom, left, right = block.padding
                before = x
                if spoiled == "reflection" and index == 0:
                    x = F.pad(x, (1, 1, 0, 0), mode="reflect")
                if (top, left) == (bottom, right):
                    dilation = 2 if spoiled == "dilation" and index == 0 else 1
                    x = F.conv2d(x, conv.weight, conv.bias, conv.stride, (top, left), dilation, block.groups)
                else:
                    x = conv(F.pad(x, (left, right, top, bottom)))
                if spoiled == "residual" and x.shape == before.shape:
                    x = x + before
                if block.norm and odd != "norm behind":
                    x = norm(x)
                if block.pool_first:
                    x = F.max_pool2d(x, 2)
                x = torch.tanh(x) if spoiled == "tanh" and index == 0 else F.relu(x)
                if spoiled == "padded pool" and index == 0:
                    x = F.max_pool2d(x, 3, 1, 1)
                if block.norm and odd == "norm behind":
                    x = norm(x)
                if block.pool and not block.pool_first:
                    x = F.max_pool2d(x, 2) if block.pool == "max" else F.avg_pool2d(x, 2)
                if odd == "flip channels" and (index + 1 == len(made) or made[index + 1].groups == 1):
                    x = x.flip(1)
            if spoiled == "channels shared":
                x = x - x.mean(1, keepdim=True)
            if spoiled == "cut pool":
                x = F.max_pool2d(x, 2, 2, ceil_mode=True)
            if head == "conv":
                x = self.ends[2](x)
                return x.mean((2, 3)) if odd != "nhwc" else x.permute(0, 2, 3, 1).flatten(1)
            if head == "global":
                x = F.adaptive_avg_pool2d(x, 1).flatten(1)
            elif head == "mean":
                x = x.flatten(2).mean(-1)
            else:
                x = x.permute(0, 2, 3, 1).reshape(len(x), -1) if odd == "nhwc" else x.flatten(1)
            x = self.ends[0](x)
            return self.ends[1](F.relu(x)) if head == "hidden" else x

    net = Net().double().eval()
    cuts = spoiled == "cut pool" and high % 2 == 0 and wide % 2 == 0
    kept = cuts or (spoiled == "residual")  # a residual needs two maps of one shape, a cut an odd side
    shape = (int(made[0].weight.shape[1] * made[0].groups), rows, columns)

    def own(x: np.ndarray) -> np.ndarray:
        with torch.no_grad():
            return net(torch.from_numpy(x).reshape(-1, *shape)).numpy().reshape(len(x), -1)

    try:
        own(np.zeros((2, int(np.prod(shape)))))
    except RuntimeError:  # what spoils it does not fit this size
        return torch_maps(seed + 1_000_003)
    said = [f"{head}, {odd}", *(f"{b.kernel} {b.stride} {b.padding} g{b.groups} {b.pool}" for b in made)]
    supported = spoiled is None
    case = MapCase([*said, spoiled or ""], net, {"input_shape": shape}, own, "float64", supported, shape=shape)
    case.may_not_lower = odd == "norm behind" or kept
    return case


def jax_maps(seed: int) -> MapCase:
    """A random JAX function on maps, channels last or first, or a Flax module."""
    import jax
    import jax.numpy as jnp
    from jax import lax

    rng = np.random.default_rng([seed, 3])
    rows, columns, channels = (int(rng.choice(each)) for each in (SIDES, SIDES, CHANNELS))
    made, (high, wide, last) = blocks(rng, (rows, columns, channels))
    spoiled = str(rng.choice(("dilation", "padded pool", "tanh", "mean of channels"))) if rng.random() < 0.25 else None
    first = bool(rng.random() < 0.3)
    layout = "NCHW" if first else "NHWC"
    head = str(rng.choice(("flatten", "mean", "max")))
    size = high * wide * last if head == "flatten" else last
    weight = rng.normal(size=(size, 3)) / np.sqrt(size)
    spatial = (2, 3) if first else (1, 2)

    def pooled(x: jax.Array, kind: str, side: int, stride: int, padding: str) -> jax.Array:
        window = [1, 1, 1, 1]
        steps = [1, 1, 1, 1]
        for axis in spatial:
            window[axis], steps[axis] = side, stride
        if kind == "max":
            return lax.reduce_window(x, -jnp.inf, lax.max, window, steps, padding)
        return lax.reduce_window(x, 0.0, lax.add, window, steps, padding) / side**2

    def apply(params: Any, x: jax.Array) -> jax.Array:
        for index, (block, (kernel, bias)) in enumerate(zip(made, params[0])):
            top, bottom, left, right = block.padding
            dilation = (2, 2) if spoiled == "dilation" and index == 0 else (1, 1)
            x = lax.conv_general_dilated(
                x,
                kernel,
                block.stride,
                ((top, bottom), (left, right)),
                rhs_dilation=dilation,
                dimension_numbers=(layout, "HWIO", layout),
                feature_group_count=block.groups,
                precision="highest",
            )
            x = x + (bias[:, None, None] if first else bias)
            if block.pool_first:
                x = pooled(x, "max", 2, 2, "VALID")
            x = jnp.tanh(x) if spoiled == "tanh" and index == 0 else jax.nn.relu(x)
            if spoiled == "padded pool" and index == 0:
                x = pooled(x, "max", 3, 1, "SAME")
            if block.pool and not block.pool_first:
                x = pooled(x, block.pool, 2, 2, "VALID")
        if spoiled == "mean of channels":
            x = x - x.mean(axis=1 if first else 3, keepdims=True)
        if head == "flatten":
            x = x.reshape(len(x), -1)
        else:
            x = x.mean(axis=spatial) if head == "mean" else x.max(axis=spatial)
        return jnp.dot(x, params[1], precision="highest")

    params = [
        (jnp.asarray(b.weight.transpose(2, 3, 1, 0), jnp.float32), jnp.asarray(b.bias, jnp.float32)) for b in made
    ]
    both = (params, jnp.asarray(weight, jnp.float32))
    shape = (channels, rows, columns) if first else (rows, columns, channels)
    precision = "float32"

    def own(x: np.ndarray) -> np.ndarray:
        return np.asarray(apply(both, jnp.asarray(x, jnp.float32).reshape(-1, *shape)), np.float64).reshape(len(x), -1)

    try:
        own(np.zeros((2, int(np.prod(shape)))))
    except (TypeError, ValueError):
        return jax_maps(seed + 1_000_003)
    said = [layout, head, spoiled or "", *(f"{b.kernel} {b.stride} {b.padding} g{b.groups} {b.pool}" for b in made)]
    return MapCase(said, (apply, both), {"input_shape": shape}, own, precision, spoiled is None, shape=shape)


def onnx_maps(seed: int) -> MapCase:
    """A random ONNX file, held against the format's own reference evaluator on the file as it is."""
    import onnx
    from onnx import TensorProto, helper, numpy_helper
    from onnx.reference import ReferenceEvaluator

    rng = np.random.default_rng([seed, 4])
    rows, columns, channels = (int(rng.choice(each)) for each in (SIDES, SIDES, CHANNELS))
    shape = (channels, rows, columns)
    made, (high, wide, last) = blocks(rng, (rows, columns, channels))
    spoiled = str(rng.choice(("dilations", "padded pool", "Tanh", "Elu"))) if rng.random() < 0.25 else None
    head = str(rng.choice(("Flatten", "GlobalAveragePool", "ReduceMean", "Transpose")))
    nodes: list[Any] = []
    tensors: dict[str, np.ndarray] = {}
    now = "x"

    def add(operation: str, *inputs: str, **attributes: Any) -> None:
        nonlocal now
        name = f"v{len(nodes)}"
        nodes.append(helper.make_node(operation, [now, *inputs], [name], **attributes))
        now = name

    for index, block in enumerate(made):
        top, bottom, left, right = block.padding
        tensors |= {f"w{index}": block.weight, f"b{index}": block.bias}
        dilated = {"dilations": [2, 2]} if spoiled == "dilations" and index == 0 else {}
        pads = [top, left, bottom, right]
        if any(pads) and rng.random() < 0.3:
            tensors[f"p{index}"] = np.asarray([0, 0, top, left, 0, 0, bottom, right], np.int64)
            add("Pad", f"p{index}")
            pads = [0, 0, 0, 0]
        add("Conv", f"w{index}", f"b{index}", pads=pads, strides=[*block.stride], group=block.groups, **dilated)
        if block.norm:
            for key, values in (
                ("g", rng.uniform(0.5, 2, block.out)),
                ("o", rng.normal(size=block.out)),
                ("m", rng.normal(size=block.out)),
                ("v", rng.uniform(0.5, 2, block.out)),
            ):
                tensors[f"{key}{index}"] = values
            add("BatchNormalization", *(f"{key}{index}" for key in "gomv"))
        if block.pool_first:
            add("MaxPool", kernel_shape=[2, 2], strides=[2, 2])
        add(spoiled if spoiled in ("Tanh", "Elu") and index == 0 else "Relu")
        if spoiled == "padded pool" and index == 0:
            add("MaxPool", kernel_shape=[3, 3], strides=[1, 1], pads=[1, 1, 1, 1])
        if block.pool and not block.pool_first:
            add("MaxPool" if block.pool == "max" else "AveragePool", kernel_shape=[2, 2], strides=[2, 2])
    match head:
        case "ReduceMean":
            add("ReduceMean", axes=[2, 3], keepdims=0)
        case "GlobalAveragePool":
            add("GlobalAveragePool")
            add("Flatten")
        case _:
            if head == "Transpose":
                add("Transpose", perm=[0, 2, 3, 1])
            add("Flatten")
    size = high * wide * last if head in ("Flatten", "Transpose") else last
    tensors |= {"w": rng.normal(size=(3, size)) / np.sqrt(size), "b": rng.normal(size=3)}
    add("Gemm", "w", "b", transB=1)
    double = TensorProto.DOUBLE
    graph = helper.make_graph(
        nodes,
        "random",
        [helper.make_tensor_value_info("x", double, ["N", *shape])],
        [helper.make_tensor_value_info(now, double, None)],
        [numpy_helper.from_array(values, name) for name, values in tensors.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    path = Path(tempfile.mkdtemp(prefix="random-onnx-")) / "model.onnx"
    onnx.save(model, path)
    evaluator = ReferenceEvaluator(model)

    def own(x: np.ndarray) -> np.ndarray:
        return np.asarray(evaluator.run(None, {"x": x.reshape(-1, *shape)})[0]).reshape(len(x), -1)

    try:
        own(np.zeros((2, int(np.prod(shape)))))
    except (RuntimeError, ValueError, IndexError, TypeError):
        return onnx_maps(seed + 1_000_003)
    said = [head, spoiled or "", *(f"{b.kernel} {b.stride} {b.padding} g{b.groups} {b.pool}" for b in made)]
    return MapCase(said, path, {}, own, "float64", spoiled is None, shape=shape)


MAP_FRAMEWORKS = {"torch maps": torch_maps, "jax maps": jax_maps, "onnx maps": onnx_maps}
