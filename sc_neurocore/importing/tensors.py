"""Named arrays: state dicts of Torch, safetensors and npz files, whose layers have names and shapes but no program.

What cannot be seen is asked for, never guessed: the order of the layers is taken from names only where numbers in them
decide it, or where the shapes fit in one order alone. Between two dense layers stands a ReLU; behind the last, none.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise, permutations
from typing import Any

import numpy as np

from ..spec.entrance import entrance
from ..spec.errors import OptionError
from .files.lines import one_line
from .flow import real
from .graph import Clip, Dense, FloatGraph, Node, Scale

RELU = "relu"
WEIGHTS = {"weight": False, "kernel": True}
"""Names of a layer's weights, and whether they are (inputs, neurons)."""
MEANS, VARIANCES, GAINS = ("running_mean", "mean"), ("running_var", "var"), ("weight", "scale")
EPSILON = 1e-5
"""Torch's and Flax's default, which files of tensors do not hold."""
MOST_ORDERED = 7
"""Layers of which all orders are tried against the shapes."""


@entrance
def read_tensors(
    tensors: Mapping[Any, Any], *, layers: Sequence[str] | None = None, name: str = "the state dict", sha256: str = ""
) -> FloatGraph:
    """The ReLU network of named arrays.

    A layer NAME is `NAME.weight` `(neurons, inputs)` or `NAME.kernel` `(inputs, neurons)`, and perhaps `NAME.bias`; a
    batch normalization NAME is `NAME.running_mean`, `NAME.running_var` (or mean, var) and perhaps `NAME.weight` (or
    scale) and `NAME.bias`, with ε = 1e-5.

    Args:
        tensors: arrays by name; Torch tensors too.
        layers: the layers' names in order, "relu" among them where a normalization follows one; tensors of other names
            are then left aside. None: only where numbers in the names or the shapes leave one order.
        name: what the tensors are called in errors.
        sha256: of the file.

    Raises:
        OptionError: the order is open, a tensor is missing or has no place; the message lists what is there.
    """
    arrays = _arrays(tensors, name)
    listed = ", ".join(f"{key} {value.shape}" for key, value in sorted(arrays.items())[:20])
    norms = {key.rpartition(".")[0] for key in arrays if key.endswith((".running_mean", ".mean"))}
    layer_names = [key.rpartition(".")[0] for key in arrays if key.endswith((".weight", ".kernel"))]
    layer_names = list(dict.fromkeys([*layer_names, *sorted(norms)]))
    if layers is None:
        if not layer_names:
            raise OptionError(f"{name} holds no tensor named NAME.weight or NAME.kernel; it holds: {listed or 'none'}")
        order = _order(layer_names, norms, arrays, name, listed)
    else:
        if isinstance(layers, str) or not layers or len(set(layers) - {RELU}) != sum(each != RELU for each in layers):
            raise OptionError(f"layers must be a list of different names, got {layers!r}")
        order = list(layers)
    nodes: list[Node] = []
    for each in order:
        if each == RELU and each not in layer_names:
            nodes.append(Clip(each, 0.0, None))
        elif each in norms:
            nodes.append(_norm(each, arrays, name))
        else:
            nodes.append(_dense(each, arrays, name, listed))
    rest = [key for key in arrays if not key.endswith("num_batches_tracked")]
    if layers is None and rest:
        raise OptionError(
            f"{name}: tensor {min(rest)!r} belongs to no layer; name the layers in order with layers=[…] to leave it "
            f"aside. It holds: {listed}"
        )
    return _graph(nodes, name, listed, sha256)


def _arrays(tensors: Mapping[Any, Any], name: str) -> dict[str, np.ndarray]:
    arrays: dict[str, np.ndarray] = {}
    for key, value in tensors.items():
        text = str(key)
        if text in arrays:
            raise OptionError(f"{name}: two entries are called {text!r}, one of them as {type(key).__name__}")
        if not isinstance(value, np.ndarray):
            value = _plain(value, f"{name}: {text}")
        arrays[text] = value
    return arrays


def _plain(value: Any, at: str) -> np.ndarray:
    """A tensor of Torch or JAX as an array; float64 for types that NumPy does not know."""
    if hasattr(value, "is_meta"):  # Torch's
        if value.is_meta or str(value.layout) != "torch.strided":
            what = "has no data: it is on the device meta" if value.is_meta else f"is sparse ({value.layout})"
            raise OptionError(f"{at} {what}; only dense tensors with data are supported")
        if value.is_quantized:
            raise OptionError(f"{at}: a quantized tensor is not supported; bring the float model")
        value = value.detach().to("cpu")
        return value.double().numpy() if value.is_floating_point() else value.numpy()
    if isinstance(value, Mapping | str | bytes) or value is None:
        raise OptionError(f"{at}: a {type(value).__name__} stands where an array should")
    try:
        array = np.asarray(value)
    except (ValueError, TypeError) as error:
        raise OptionError(f"{at} is no array: {one_line(error)}") from None
    return array


def _number_key(name: str) -> list[tuple[int, int | str]]:
    return [(0, int(part)) if part.isdigit() else (1, part) for part in re.split(r"(\d+)", name)]


def _stem(name: str) -> str:
    return re.sub(r"\d+", "#", name)


def _order(layers: list[str], norms: set[str], arrays: Mapping[str, np.ndarray], name: str, listed: str) -> list[str]:
    """The layers' order, from numbers in their names, or from shapes that fit in one order alone."""
    if len(layers) == 1:
        return layers
    by_number = sorted(layers, key=_number_key)
    numbered = len({_stem(each) for each in layers}) == 1 and "#" in _stem(layers[0])
    distinct = len({tuple(part for part in _number_key(each) if part[0] == 0) for each in layers}) == len(layers)
    if norms:
        _check_norms(by_number, norms, numbered and distinct, name, listed)
        return by_number
    if numbered and distinct:
        return by_number
    shapes = {each: _shape(each, arrays) for each in layers}
    fitting: list[tuple[str, ...]] = []
    if len(layers) <= MOST_ORDERED:
        fitting = [
            order for order in permutations(layers) if all(shapes[a][0] == shapes[b][1] for a, b in pairwise(order))
        ]
    if len(fitting) == 1:
        return list(fitting[0])
    raise OptionError(
        f"{name}: names do not say in which order the layers {', '.join(sorted(layers)[:8])} stand, and "
        f"{len(fitting) if len(layers) <= MOST_ORDERED else 'too many'} orders fit the shapes; "
        f"give it with layers=[…]. It holds: {listed}"
    )


def _check_norms(order: list[str], norms: set[str], numbered: bool, name: str, listed: str) -> None:
    for before, each in zip([None, *order], order):
        if each not in norms:
            continue
        follows = before is not None and before not in norms and _stem(before) == _stem(each)
        if not (numbered and follows and _numbers(each)[-1] == _numbers(before)[-1] + 1):  # type: ignore[arg-type]  # follows
            raise OptionError(
                f"{name}: {each!r} is a batch normalization, and names do not say whether a ReLU stands before it; "
                f'give the order with layers=[…], "relu" among them. It holds: {listed}'
            )


def _numbers(name: str) -> list[int]:
    return [int(part) for part in re.findall(r"\d+", name)]


def _shape(name: str, arrays: Mapping[str, np.ndarray]) -> tuple[int, ...]:
    """(neurons, inputs), or something that fits nowhere."""
    for key, turned in WEIGHTS.items():
        array = arrays.get(f"{name}.{key}")
        if array is not None and array.ndim == 2:
            return array.shape[::-1] if turned else array.shape
    return (-1, -2)


def _dense(layer: str, arrays: dict[str, np.ndarray], name: str, listed: str) -> Dense:
    keys = [key for key in WEIGHTS if f"{layer}.{key}" in arrays]
    if len(keys) != 1:
        raise OptionError(f"{name} must hold one of {layer}.weight and {layer}.kernel; it holds: {listed}")
    weight = real(arrays.pop(f"{layer}.{keys[0]}"), f"{name}: {layer}.{keys[0]}")
    if weight.ndim != 2:
        more = "; maps are not lowered yet" if weight.ndim > 2 else ""
        raise OptionError(f"{name}: {layer}.{keys[0]} must have two dimensions, got the shape {weight.shape}{more}")
    weight = weight.T if WEIGHTS[keys[0]] else weight
    bias = arrays.pop(f"{layer}.bias", None)
    if bias is None:
        return Dense(layer, weight, None)
    bias = real(bias, f"{name}: {layer}.bias")
    if bias.shape != weight.shape[:1]:
        raise OptionError(f"{name}: {layer}.bias must have the shape {weight.shape[:1]}, got {bias.shape}")
    return Dense(layer, weight, bias)


def _norm(layer: str, arrays: dict[str, np.ndarray], name: str) -> Scale:
    def take(*keys: str) -> np.ndarray | None:
        key = next((f"{layer}.{key}" for key in keys if f"{layer}.{key}" in arrays), None)
        return None if key is None else real(arrays.pop(key), f"{name}: {key}")

    mean, variance, gain, bias = take(*MEANS), take(*VARIANCES), take(*GAINS), take("bias")
    arrays.pop(f"{layer}.num_batches_tracked", None)
    if mean is None or variance is None:
        raise OptionError(
            f"{name}: batch normalization {layer!r} must have running_mean and running_var, or mean and var"
        )
    if any(each is not None and each.shape != mean.shape for each in (variance, gain, bias)) or mean.ndim != 1:
        raise OptionError(f"{name}: the arrays of batch normalization {layer!r} must have one dimension and one size")
    with np.errstate(divide="ignore", invalid="ignore"):
        factor = (1.0 if gain is None else gain) / np.sqrt(variance + EPSILON)
    factor = real(factor, f"{name}: factor of batch normalization {layer!r}")
    return Scale(layer, factor, (0.0 if bias is None else bias) - mean * factor)


def _graph(nodes: list[Node], name: str, listed: str, sha256: str) -> FloatGraph:
    width = None
    for node in nodes:
        options = (
            node.weight.shape[1] if isinstance(node, Dense) else len(node.factor) if isinstance(node, Scale) else None
        )
        if None not in (width, options) and options != width:
            raise OptionError(
                f"{name}: layer {node.name!r} has {options} inputs where the one before it has {width} neurons; "
                f"if the order is wrong, give it with layers=[…]. It holds: {listed}"
            )
        width = len(node.weight) if isinstance(node, Dense) else options or width
    if not any(isinstance(node, Dense) for node in nodes):
        raise OptionError(f"{name} must have a dense layer; it holds: {listed}")
    entry = next(node for node in nodes if isinstance(node, Dense | Scale))
    features = entry.weight.shape[1] if isinstance(entry, Dense) else len(entry.factor)
    note = (
        "bare arrays are not checked against a source: their order, and a ReLU between each two layers, are taken "
        "from their names"
    )
    return FloatGraph("arrays", features, _with_relus(nodes), None, "float64", sha256 or None, (note,))


def _with_relus(nodes: list[Node]) -> tuple[Node, ...]:
    """A ReLU before each dense layer but the first, where none was named between it and the layer before."""
    with_relus: list[Node] = []
    for node in nodes:
        since = with_relus[
            max((i for i, each in enumerate(with_relus) if isinstance(each, Dense)), default=len(with_relus)) :
        ]
        if isinstance(node, Dense) and since and not any(isinstance(each, Clip) for each in since):
            with_relus.append(Clip(f"ReLU before {node.name}", 0.0, None))
        with_relus.append(node)
    return tuple(with_relus)
