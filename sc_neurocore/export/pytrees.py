"""JAX parameters as stages: pairs, dicts and nested dicts of arrays, as plain JAX and Flax programs keep them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np

from ..spec.coerce import array
from ..spec.errors import OptionError
from .lower import Exported, lower_stages
from .normalize import RELU_NAME
from .stages import Clip, Dense, Scale, Stage, batch_norm, natural_key, with_relus

Layout = Literal["in_out", "out_in"]
WEIGHTS = {"kernel": "in_out", "weight": "out_in", "w": None, "W": None}
"""Names of a weight, and its order where the name says it."""
BIASES = ("bias", "b")
MEANS, VARIANCES = ("mean", "running_mean"), ("var", "variance", "running_var")
GAINS, OFFSETS = ("scale", "gamma", "weight"), ("bias", "offset", "beta")
EPSILON = 1e-5
"""Flax's and Torch's default; an entry `eps` or `epsilon` overrides it."""


@dataclass(frozen=True)
class _Weights:
    """A dense layer whose order is not decided yet."""

    name: str
    weight: np.ndarray
    bias: np.ndarray | None
    layout: Layout | None

    def as_stage(self, layout: Layout) -> Dense:
        weight = self.weight.T if (self.layout or layout) == "in_out" else self.weight
        return Dense(self.name, weight, self.bias)


def export_pytree(
    params: Any, *, order: Sequence[str] | None = None, layout: Layout | None = None, **options: Any
) -> Exported:
    """The integer network of a ReLU network's parameters in JAX (or NumPy).

    Args:
        params: a list with one entry a layer, or a dict of entries by name (a Flax `{"params": …, "batch_stats": …}`
            is joined by name). An entry is `(w, b)`, `w`, or a dict with `kernel`, `weight` or `w` and perhaps `bias`
            or `b`; a batch normalization is a dict with `mean` and `var` and perhaps `scale` and `bias`; in a list
            "relu", or ("clip", low, high), stands for an activation. ReLUs between dense layers may be left out; a
            normalization then stands before them.
        order: names of a dict's entries in order, "relu" among them where one matters; None: natural order, which
            only dense layers have.
        layout: "in_out" if weights are (inputs, neurons), as in `x @ w`; "out_in" if (neurons, inputs). None: what
            names (`kernel`, `weight`) and shapes say; where they do not decide, this is asked for.
        options: those of `lower_dense`.

    Raises:
        OptionError: an entry is none of these, or order or layout are open; the message names the entry.
    """
    if layout is not None and layout not in get_args(Layout):
        raise OptionError(f"layout must be one of {', '.join(get_args(Layout))}; got {layout!r}")
    return lower_stages(with_relus(_oriented(_entries(params, order), layout)), **options)


def _entries(params: Any, order: Sequence[str] | None) -> list[Any]:
    if isinstance(params, Mapping):
        entries = _by_name(params)
        if order is None:
            order = sorted(entries, key=natural_key)
            for name in order:
                if _is_norm(entries[name]) and len(entries) > 1:
                    raise OptionError(
                        f"{name} is a batch normalization, and a dict has no order: give the names in order with "
                        f'order=[…] (export: layers=[…]), "relu" among them; there are {", ".join(order)}'
                    )
        for name in order:
            if name not in entries and name != RELU_NAME:
                raise OptionError(f"order names {name!r}, which params do not hold; there are {', '.join(entries)}")
        return [_stage(name, entries.get(name, name)) for name in order]
    if order is not None:
        raise OptionError("order is for a dict; a list has its own")
    if isinstance(params, str) or not isinstance(params, Sequence) or not len(params):
        raise OptionError(f"params must be a list or dict with one entry a layer, got {type(params).__name__}")
    return [_stage(f"params[{i}]", entry) for i, entry in enumerate(params)]


def _by_name(params: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Entries by name; collections of Flax are joined, and nested names with one entry are unwrapped."""
    trees = [params]
    if "params" in params:
        trees = [tree for key, tree in params.items() if key in ("params", "batch_stats")]
    entries: dict[str, dict[str, Any]] = {}

    def walk(tree: Mapping[str, Any], path: str) -> None:
        for key, value in tree.items():
            name = f"{path}/{key}" if path else str(key)
            if isinstance(value, Mapping) and any(isinstance(each, Mapping) for each in value.values()):
                walk(value, name)
            elif isinstance(value, Mapping):
                entries.setdefault(name, {}).update(value)
            else:
                entries[name] = value

    for tree in trees:
        walk(tree, "")
    if entries and all(not isinstance(value, Mapping | Sequence) for value in entries.values()):
        raise OptionError(
            f"params must hold an entry a layer, got the arrays {', '.join(entries)} alone: put them in a list"
        )
    return entries


def _is_norm(entry: Any) -> bool:
    return isinstance(entry, Mapping) and any(key in entry for key in MEANS)


def _stage(name: str, entry: Any) -> Scale | Clip | _Weights:
    if isinstance(entry, str) and entry == RELU_NAME:
        return Clip(name, 0.0, None)
    if isinstance(entry, tuple) and len(entry) == 3 and isinstance(entry[0], str) and entry[0] == "clip":
        return Clip(name, entry[1], entry[2])
    if isinstance(entry, Mapping) and _is_norm(entry):
        epsilon = _one(name, entry, ("eps", "epsilon"))
        return batch_norm(
            name,
            _one(name, entry, MEANS),
            _one(name, entry, VARIANCES, required=True),
            _one(name, entry, GAINS),
            _one(name, entry, OFFSETS),
            EPSILON if epsilon is None else float(epsilon),
        )
    if isinstance(entry, Mapping):
        keys = {*WEIGHTS, *BIASES}
        if not set(entry) <= keys or not set(entry) & set(WEIGHTS):
            raise OptionError(
                f"{name} holds {', '.join(map(str, entry)) or 'nothing'}; a dense layer holds one of "
                f"{', '.join(WEIGHTS)} and perhaps one of {', '.join(BIASES)}, a batch normalization mean and var"
            )
        key = next(key for key in WEIGHTS if key in entry)
        return _matrix(name, entry[key], _one(name, entry, BIASES), WEIGHTS[key])  # type: ignore[arg-type]
    if isinstance(entry, list | tuple):
        if len(entry) not in (1, 2):
            raise OptionError(f"{name} must be (w, b) or (w,), got {len(entry)} parts")
        return _matrix(name, entry[0], entry[1] if len(entry) == 2 else None, None)
    return _matrix(name, entry, None, None)


def _one(name: str, entry: Mapping[str, Any], keys: tuple[str, ...], required: bool = False) -> Any | None:
    synonyms = [key for key in keys if key in entry]
    if len(synonyms) > 1 or (required and not synonyms):
        raise OptionError(f"{name} must hold {'one' if required else 'at most one'} of {', '.join(keys)}")
    return entry[synonyms[0]] if synonyms else None


def _matrix(name: str, weight: Any, bias: Any | None, layout: Layout | None) -> _Weights:
    matrix = array(f"{name}: weight", weight, error=OptionError)
    if matrix.ndim != 2:
        raise OptionError(f"{name}: weight must have two dimensions, got shape {matrix.shape}")
    return _Weights(name, matrix, None if bias is None else np.asarray(bias), layout)


def _oriented(entries: list[Any], layout: Layout | None) -> list[Stage]:
    """All weights as (neurons, inputs): the order that names, biases and neighbours leave."""
    for each in entries:
        if layout is not None and isinstance(each, _Weights) and each.layout not in (None, layout):
            rule = f"its name says {each.layout}, layout={layout!r} does not"
            raise OptionError(f"{each.name}: {rule}; name the array 'w'")

    def stages(order: Layout) -> list[Stage]:
        return [each.as_stage(order) if isinstance(each, _Weights) else each for each in entries]

    if layout is not None or all(each.layout for each in entries if isinstance(each, _Weights)):
        return stages(layout or "out_in")
    fitting = [order for order in get_args(Layout) if _fits(stages(order))]
    if len(fitting) == 1:
        return stages(fitting[0])
    shapes = ", ".join(str(each.weight.shape) for each in entries if isinstance(each, _Weights))
    rule = "both orders fit" if fitting else "neither order fits"
    raise OptionError(f'weights of shapes {shapes}: {rule}; say layout="in_out" (x @ w) or "out_in" (w @ x)')


def _fits(stages: list[Stage]) -> bool:
    width = None
    for stage in stages:
        if isinstance(stage, Dense):
            if width is not None and stage.weight.shape[1] != width:
                return False
            width = stage.weight.shape[0]
            if stage.bias is not None and stage.bias.shape != (width,):
                return False
        elif isinstance(stage, Scale) and width is not None and len(stage.factor) != width:
            return False
    return True
