"""Accuracy as the page shows it: figures with intervals, curves over the stream length, classes taken for others."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from sc_neurocore.spec import NetworkSpec, code_range, load_array
from sc_neurocore.spec.coerce import Shape, integer_array
from sc_neurocore.spec.errors import SpecError

from .artifacts import Node

SHOWN_SAMPLES = 24
CLASS_LIMIT = 32
"""More classes than this make no readable table; then the page gives the figures alone."""


@dataclass(frozen=True)
class Point:
    """Accuracy at one stream length: the mean over seeds, and what each seed gave."""

    length: int
    mean: float
    values: tuple[float, ...]
    interval: tuple[float, float] | None
    """95 % by the number of samples; only for a single seed."""
    saturated: int | None
    mse: float | None


@dataclass(frozen=True)
class Curve:
    """Accuracy over the stream length for one pair of generators."""

    label: str
    points: tuple[Point, ...]


@dataclass(frozen=True)
class Sample:
    """One image with what it is and what the network says."""

    index: int
    label: int
    predicted: int
    side: int
    ink: tuple[float, ...]
    """Darkness of each pixel, 0 to 1, row by row."""


@dataclass(frozen=True)
class Classes:
    """Counts of (label, predicted class) and a selection of samples."""

    confusion: tuple[tuple[int, ...], ...]
    correct: int
    samples: int
    shown: tuple[Sample, ...] = field(default=())


def wilson(share: float, samples: int) -> tuple[float, float]:
    """95 % interval of a share measured on so many samples (Wilson's score interval)."""
    z = 1.959964
    centre = (share + z * z / (2 * samples)) / (1 + z * z / samples)
    half = z / (1 + z * z / samples) * math.sqrt(share * (1 - share) / samples + z * z / (4 * samples**2))
    return max(0.0, centre - half), min(1.0, centre + half)


def trained_curve(models: list[Node]) -> Curve | None:
    """Accuracies of networks that were each trained at their own stream length, from their `model.json`."""
    points: dict[int, Point] = {}
    for model in models:
        config, accuracy, data = model.node("config"), model.node("accuracy"), model.node("data")
        length = None if config is None else config.integer("stream_length")
        value = None if accuracy is None else accuracy.fraction("integer")
        if length is not None and value is not None:
            samples = None if data is None else data.count("test_samples")
            points[length] = Point(length, value, (value,), wilson(value, samples) if samples else None, None, None)
    return Curve("trained at each length", tuple(points[length] for length in sorted(points))) if points else None


def curves(sweep: Node) -> list[Curve]:
    """The points of `sweep.json`, one curve for each label of generators, each seed a value."""
    rows: dict[str, dict[int, list[Node]]] = {}
    for node in sweep.nodes("points"):
        length, accuracy = node.integer("stream_length"), node.fraction("accuracy")
        if length is None or accuracy is None:
            continue  # a point that was not measured is no point of a curve
        if length < 1:
            raise SpecError(f"{node.where}: stream_length must be positive, got {length}")
        rows.setdefault(node.text("generators") or "default", {}).setdefault(length, []).append(node)
    total = sweep.count("samples")
    return [
        Curve(label, tuple(_point(length, nodes, total) for length, nodes in sorted(by_length.items())))
        for label, by_length in rows.items()
    ]


def _point(length: int, nodes: list[Node], total: int | None) -> Point:
    values = tuple(value for node in nodes if (value := node.fraction("accuracy")) is not None)
    mean = sum(values) / len(values)
    samples = nodes[0].count("samples") or total
    single = len(nodes) == 1
    interval = wilson(mean, samples) if single and samples else None
    saturated, mse = nodes[0].count("saturated"), nodes[0].number("mse")
    return Point(length, mean, values, interval, saturated if single else None, mse if single else None)


def read_classes(folder: Path, network: NetworkSpec | None) -> Classes | None:
    """Confusion and sample images from `labels.npy`, `outputs.npy` and `codes.npy`; None without the first two.

    Raises:
        SCError: an array is damaged, or the arrays do not belong together.
    """
    paths = {name: array_path(folder, f"{name}.npy") for name in ("codes", "labels", "outputs")}
    if paths["labels"] is None or paths["outputs"] is None:
        return None
    labels = _integers(paths["labels"], ("samples",)).astype(np.int64)
    outputs = _integers(paths["outputs"], (len(labels), "neurons"), (len(labels), "time_steps", "neurons"))
    if outputs.ndim == 3:
        outputs = outputs.sum(axis=1)
    predicted = outputs.argmax(axis=1)  # the lowest index on a tie, as the contract says
    classes = outputs.shape[1]
    if labels.min() < 0 or labels.max() >= classes:
        raise SpecError(f"labels.npy must hold classes 0 to {classes - 1}, got {labels.min()} to {labels.max()}")
    confusion = np.zeros((classes, classes), dtype=np.int64)
    np.add.at(confusion, (labels, predicted), 1)
    shown: tuple[Sample, ...] = ()
    if paths["codes"] is not None and network is not None:
        shown = _samples(paths["codes"], labels, predicted, network)
    table = tuple(tuple(int(v) for v in row) for row in confusion) if classes <= CLASS_LIMIT else ()
    return Classes(table, int((labels == predicted).sum()), len(labels), shown)


def array_path(folder: Path, name: str) -> Path | None:
    """An array of inference, in its folder or in the run's own; None: it is not here."""
    return next((path for path in (folder / "infer" / name, folder / name) if path.is_file()), None)


def _integers(path: Path, *shapes: Shape) -> np.ndarray:
    return integer_array(path.name, load_array(path, path.stem), *shapes, error=SpecError)


def _samples(path: Path, labels: np.ndarray, predicted: np.ndarray, network: NetworkSpec) -> tuple[Sample, ...]:
    """The first wrong samples and the first right ones, wrong ones first: they say more."""
    codes = _integers(path, (len(labels), "features"), (len(labels), "time_steps", "features"))
    if codes.ndim == 3:
        codes = codes[:, 0]
    side = math.isqrt(codes.shape[1])
    if side * side != codes.shape[1] or not 4 <= side <= 32:
        return ()  # not a square image, or too large to be drawn small
    low, high = code_range(network.input.encoding, network.input.resolution_bits)
    ink = np.clip((codes.astype(np.float64) - low) / (high - low), 0, 1)
    wrong, right = np.flatnonzero(labels != predicted), np.flatnonzero(labels == predicted)
    indices = [*wrong[: SHOWN_SAMPLES // 2]]
    indices += right[: SHOWN_SAMPLES - len(indices)].tolist()
    return tuple(
        Sample(int(i), int(labels[i]), int(predicted[i]), side, tuple(round(float(v), 2) for v in ink[i]))
        for i in indices
    )
