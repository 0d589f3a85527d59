"""A trained network as the row of float operations that its own framework evaluates: what every importer gives.

The row is a chain: each node has one input, the output of the node before it. A network with branches has no such row
and is refused where its branches join. The node kinds are closed; `run` is the float64 model of each.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from ..spec.errors import OptionError
from ..spec.kinds import unknown_kind
from . import maps
from .maps import MapShape, PoolKind, Window

TailKind = Literal["softmax", "log_softmax", "sigmoid", "argmax"]


@dataclass(frozen=True, eq=False)
class Dense:
    """W·x + b; W is `(neurons, inputs)`, b `(neurons,)` or None for no bias; both float64."""

    name: str
    weight: np.ndarray
    bias: np.ndarray | None


@dataclass(frozen=True, eq=False)
class Scale:
    """factor·x + offset, feature by feature; both `(features,)`, float64."""

    name: str
    factor: np.ndarray
    offset: np.ndarray


@dataclass(frozen=True)
class Clip:
    """min(max(x, low), high); an end that is None is absent."""

    name: str
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Tail:
    """A last operation that changes no decision: the class of the outputs before it is the class after it."""

    name: str
    kind: TailKind


@dataclass(frozen=True, eq=False)
class Lif:
    """Leaky integrate-and-fire cells over time: v ← beta·v + x;  s = [v ≥ threshold] or [v > threshold].

    After a spike the membrane loses `threshold` (reset "subtract") or starts from 0 ("zero"). Arrays are `(neurons,)`,
    float64. Without a leak beta is 1. A gain of the input is a `Scale` before the cells.
    """

    name: str
    beta: np.ndarray
    threshold: np.ndarray
    comparator: Literal["ge", "gt"]
    reset: Literal["subtract", "zero"]


@dataclass(frozen=True, eq=False)
class Integrator:
    """Leaky integrators over time, which give their membranes: v ← beta·v + x; beta is `(neurons,)`, float64."""

    name: str
    beta: np.ndarray


@dataclass(frozen=True, eq=False)
class Conv:
    """W·x + b at each position of a window; W is `(out channels, kh, kw, in channels / groups)`, b `(out channels,)`.

    Maps lie row by row, in a row column by column, in a column channel by channel (contract §2a), before and behind it.
    """

    name: str
    weight: np.ndarray
    bias: np.ndarray | None
    window: Window
    groups: int


@dataclass(frozen=True, eq=False)
class Pool:
    """The largest value of each window, channel by channel, or the mean; no window leaves the map."""

    name: str
    kind: PoolKind
    window: Window


@dataclass(frozen=True)
class Pad:
    """Zeros around a map: rows above, rows below, columns left, columns right."""

    name: str
    in_shape: MapShape
    padding: tuple[int, int, int, int]


@dataclass(frozen=True, eq=False)
class Reorder:
    """The elements of the node before it in another order: element i is its element `places[i]`.

    First it turns a framework's maps, whose channels come first, into ours; last it turns them back.
    """

    name: str
    places: np.ndarray


Node = Dense | Conv | Pool | Pad | Reorder | Scale | Clip | Tail | Lif | Integrator

Evaluate = Callable[[np.ndarray], np.ndarray]
"""The source's own outputs `(samples, outputs)` for real inputs `(samples, features)`, in evaluation mode."""


@dataclass(frozen=True, eq=False)
class FloatGraph:
    """A network as its framework computes it."""

    framework: str
    """Who computes it: "torch", "jax", "onnx", "keras", "scikit-learn", "nir", or "arrays" for bare weights."""
    features: int
    nodes: tuple[Node, ...]
    evaluate: Evaluate | None
    """None where there is no program to ask, only arrays: such a graph cannot be checked against its source."""
    precision: Literal["float32", "float64"] = "float32"
    """In which `evaluate` computes."""
    sha256: str | None = None
    """Of the file or folder that the graph was read from; None for an object in memory."""
    notes: tuple[str, ...] = ()
    """What the reader of the graph should know, in sentences."""

    @property
    def spiking(self) -> bool:
        """Whether cells keep a state over time steps."""
        return any(isinstance(node, Lif | Integrator) for node in self.nodes)

    def __post_init__(self) -> None:
        tails = [isinstance(node, Tail) for node in self.nodes]
        if sorted(tails) != tails:
            name = self.nodes[tails.index(True)].name
            raise OptionError(
                f"{name}: a softmax, sigmoid or argmax is supported as the last operation only, where it changes no "
                "decision; hidden activations are ReLU or a clip to [0, high] or [-high, high]"
            )

    def run(self, x: np.ndarray, *, tail: bool = False) -> np.ndarray:
        """The network in float64.

        Args:
            x: real inputs `(samples, features)`.
            tail: whether the last operations that change no decision are computed too, as `evaluate` computes them.

        Returns:
            `(samples, outputs)`; behind an argmax `(samples, 1)`.
        """
        for node in self.nodes:
            if tail or not isinstance(node, Tail):
                x = _run_node(node, x)
        return x


def _run_node(node: Node, x: np.ndarray) -> np.ndarray:
    match node:
        case Dense():
            product = x @ node.weight.T
            return product if node.bias is None else product + node.bias
        case Conv():
            return maps.convolved(x, node.weight, node.bias, node.window, node.groups)
        case Pool():
            return maps.pooled(x, node.kind, node.window)
        case Pad():
            return maps.padded(x, node.in_shape, node.padding).reshape(len(x), -1)
        case Reorder():
            return x[:, node.places]
        case Scale():
            return node.factor * x + node.offset
        case Clip():
            return np.clip(x, -np.inf if node.low is None else node.low, np.inf if node.high is None else node.high)
        case Tail():
            return _run_tail(node.kind, x)
        case Lif() | Integrator():
            raise OptionError(f"{node.name}: cells over time are no function of one sample; export runs them in steps")
        case other:
            unknown_kind(other, "importing")


def _run_tail(kind: TailKind, x: np.ndarray) -> np.ndarray:
    shifted = x - x.max(axis=1, keepdims=True)
    match kind:
        case "softmax":
            return np.exp(shifted) / np.exp(shifted).sum(axis=1, keepdims=True)
        case "log_softmax":
            return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
        case "sigmoid":
            return 0.5 * (1 + np.tanh(0.5 * x))
        case "argmax":
            return x.argmax(axis=1)[:, None]
        case other:
            unknown_kind(other, "importing")
