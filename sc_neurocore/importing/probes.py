"""The proof that a network came in whole: its float graph against the framework's own output, on the same inputs."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from ..spec.errors import OptionError
from .arrays import real
from .graph import FloatGraph, Reorder, Scale, Tail

LIMIT = 1e-5
"""Largest difference between graph and source, relative to the largest output: float32 rounding stays below it."""

NOT_CHECKED = "not checked against a source"


@dataclass(frozen=True)
class SourceCheck:
    """How far the graph is from its source."""

    framework: str
    checked: bool
    note: str
    """What was done, or why nothing was."""
    probes: int = 0
    """Inputs that were compared."""
    relative_error: float | None = None
    """Largest difference of an output, relative to the source's largest output."""
    argmax_agreement: float | None = None
    """Share of probes with the same class; None for networks of one output."""
    limit: float | None = None
    """What the error had to stay below."""
    precision: str | None = None
    """In which the source computed."""

    def to_dict(self) -> dict[str, Any]:
        """As `export.json` and `cosim.json` hold it."""
        return asdict(self)


def probes(graph: FloatGraph, calibration: np.ndarray | None = None, *, count: int = 256, seed: int = 0) -> np.ndarray:
    """Inputs for a comparison.

    Args:
        graph: the network.
        calibration: real inputs `(samples, features)`, or of another shape with as many features a sample; then the
            first `count` of them are taken.
        count: how many.
        seed: of the others: normal ones of several widths, which reach both ends of clips, and uniform ones. Where
            the network begins with a normalization, they are what it gives.

    Returns:
        float64 `(count, features)`.
    """
    if calibration is not None:
        samples = real(calibration, "calibration")
        if samples.ndim == 0 or samples.size == 0 or samples.size != len(samples) * graph.features:
            raise OptionError(f"calibration must hold samples of {graph.features} features, got shape {samples.shape}")
        return samples.reshape(len(samples), graph.features)[:count]
    rng = np.random.default_rng(seed)
    parts = [rng.normal(size=(count, graph.features)) * width for width in (1.0, 0.1, 4.0)] + [
        rng.uniform(size=(count, graph.features))
    ]
    samples = np.stack(parts, axis=1).reshape(-1, graph.features)[:count]
    leading = leading_scale(graph)
    return samples if leading is None else (samples - leading.offset) / leading.factor


def leading_scale(graph: FloatGraph) -> Scale | None:
    """The normalization that a network begins with; None: it begins with none, or with one that drops a feature."""
    scale: Scale | None = None
    places, nodes = np.arange(graph.features), graph.nodes
    if nodes and isinstance(order := nodes[0], Reorder):
        places, nodes = np.argsort(order.places), nodes[1:]
    for node in nodes:
        if not isinstance(node, Scale):
            break
        factor, offset = (1.0, 0.0) if scale is None else (scale.factor, scale.offset)
        scale = Scale(node.name, node.factor * factor, node.factor * offset + node.offset)
    if scale is None or not scale.factor.all():
        return None
    return Scale(scale.name, scale.factor[places], scale.offset[places])


def check_source(graph: FloatGraph, x: np.ndarray, *, limit: float = LIMIT) -> SourceCheck:
    """Compares the graph with its source.

    Args:
        graph: the network.
        x: real inputs `(samples, features)`.
        limit: largest relative error.

    Raises:
        OptionError: the graph differs from its source by more, or the source gives no finite outputs; the message names
            the worst input and output.
    """
    if graph.evaluate is None or graph.spiking:
        why = "its cells keep a state over time" if graph.evaluate is not None else "it was brought as bare arrays"
        return SourceCheck(graph.framework, False, f"{NOT_CHECKED}: {why}")
    if len(x) == 0:
        raise OptionError("a check against the source needs at least one input")
    source = np.asarray(graph.evaluate(x), np.float64)
    own = graph.run(np.asarray(x, np.float64), tail=True)
    if source.shape != own.shape:
        raise OptionError(f"{graph.framework} gives outputs {source.shape} where the graph gives {own.shape}")
    if not np.isfinite(source).all():
        probe = int(np.argwhere(~np.isfinite(source))[0][0])
        raise OptionError(f"{graph.framework} gives an output that is not finite on probe {probe}")
    difference, scale = _difference(graph, x, own, source)
    error = float(difference.max() / scale)
    if not error <= limit:
        probe, output = (int(i) for i in np.unravel_index(difference.argmax(), difference.shape))
        raise OptionError(
            f"the network read from {graph.framework} is not the one that {graph.framework} computes: relative error "
            f"{error:.3g} over {limit:g}; worst on probe {probe}, output {output}: {own[probe, output]:.6g} read, "
            f"{source[probe, output]:.6g} computed"
        )
    classes = _classes(graph, own), _classes(graph, source)
    agreement = None if classes[0] is None or classes[1] is None else float((classes[0] == classes[1]).mean())
    note = f"checked against {graph.framework} ({graph.precision})"
    return SourceCheck(graph.framework, True, note, len(x), error, agreement, limit, graph.precision)


def _ends_in_class(graph: FloatGraph) -> bool:
    match graph.nodes[-1:]:
        case (Tail(_, "argmax"),):
            return True
        case _:
            return False


def _difference(graph: FloatGraph, x: np.ndarray, own: np.ndarray, source: np.ndarray) -> tuple[np.ndarray, float]:
    """By output; where classes come out, by how much the class that the source chose misses the largest output."""
    if not _ends_in_class(graph):
        return np.abs(own - source), float(np.abs(source).max()) or 1.0
    outputs = graph.run(x)
    classes = source.astype(np.int64)
    if not (source == classes).all() or classes.min() < 0 or classes.max() >= outputs.shape[1]:
        return np.full(own.shape, np.inf), 1.0
    missed = outputs.max(axis=1, keepdims=True) - np.take_along_axis(outputs, classes, 1)
    return missed, float(np.abs(outputs).max()) or 1.0


def _classes(graph: FloatGraph, outputs: np.ndarray) -> np.ndarray | None:
    if _ends_in_class(graph):
        return outputs[:, 0]
    return outputs.argmax(axis=1) if outputs.shape[1] > 1 else None
