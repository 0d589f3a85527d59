"""Accuracy as the page shows it: figures with intervals, curves over the stream length, classes taken for others."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from sc_neurocore.spec import NetworkSpec, code_range, load_array
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
    said: int
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
    points: dict[int, float] = {}
    samples: dict[int, int | None] = {}
    for model in models:
        config, accuracy, data = model.node("config"), model.node("accuracy"), model.node("data")
        length = None if config is None else config.integer("stream_length")
        value = None if accuracy is None else accuracy.fraction("integer")
        if length is not None and value is not None:
            points[length] = value
            samples[length] = None if data is None else data.integer("test_samples")
    if not points:
        return None
    return Curve(
        "trained at each length", tuple(_single(length, points[length], samples[length]) for length in sorted(points))
    )


def _single(length: int, value: float, samples: int | None) -> Point:
    return Point(length, value, (value,), wilson(value, samples) if samples else None, None, None)


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
    total = sweep.integer("samples")
    return [
        Curve(label, tuple(_point(length, nodes, total) for length, nodes in sorted(by_length.items())))
        for label, by_length in rows.items()
    ]


def _point(length: int, nodes: list[Node], total: int | None) -> Point:
    values = tuple(value for node in nodes if (value := node.fraction("accuracy")) is not None)
    mean = sum(values) / len(values)
    samples = nodes[0].integer("samples") or total
    single = len(nodes) == 1
    interval = wilson(mean, samples) if single and samples else None
    saturated, mse = nodes[0].integer("saturated"), nodes[0].number("mse")
    return Point(length, mean, values, interval, saturated if single else None, mse if single else None)


def read_classes(folder: Path, network: NetworkSpec | None) -> Classes | None:
    """Confusion and sample images from `labels.npy`, `outputs.npy` and `codes.npy`; None without the first two.

    Raises:
        SCError: an array is damaged, or the arrays do not belong together.
    """
    paths = {name: _array_path(folder, f"{name}.npy") for name in ("codes", "labels", "outputs")}
    if paths["labels"] is None or paths["outputs"] is None:
        return None
    labels, outputs = load_array(paths["labels"], "labels"), load_array(paths["outputs"], "outputs")
    if labels.dtype.kind not in "iu" or labels.ndim != 1 or not len(labels):
        raise SpecError(f"labels.npy must be integers of shape (samples,), got {labels.dtype} of shape {labels.shape}")
    if outputs.dtype.kind not in "iu" or outputs.ndim not in (2, 3) or len(outputs) != len(labels):
        got = f"{outputs.dtype} of shape {outputs.shape}"
        raise SpecError(f"outputs.npy must be integers of shape ({len(labels)}, neurons), got {got}")
    if outputs.ndim == 3:
        outputs = outputs.sum(axis=1)
    labels = labels.astype(np.int64)
    said = outputs.argmax(axis=1)  # the lowest index on a tie, as the contract says
    classes = outputs.shape[1]
    if labels.min() < 0 or labels.max() >= classes:
        raise SpecError(f"labels.npy must hold classes 0 to {classes - 1}, got {labels.min()} to {labels.max()}")
    confusion = np.zeros((classes, classes), dtype=np.int64)
    np.add.at(confusion, (labels, said), 1)
    shown: tuple[Sample, ...] = ()
    if paths["codes"] is not None and network is not None:
        shown = _samples(load_array(paths["codes"], "codes"), labels, said, network)
    table = tuple(tuple(int(v) for v in row) for row in confusion) if classes <= CLASS_LIMIT else ()
    return Classes(table, int((labels == said).sum()), len(labels), shown)


def _array_path(folder: Path, name: str) -> Path | None:
    return next((path for path in (folder / "infer" / name, folder / name) if path.is_file()), None)


def _samples(codes: np.ndarray, labels: np.ndarray, said: np.ndarray, network: NetworkSpec) -> tuple[Sample, ...]:
    """The first wrong samples and the first right ones, wrong ones first: they say more."""
    if codes.dtype.kind not in "iu" or codes.shape[:1] != labels.shape or codes.ndim not in (2, 3):
        raise SpecError(
            f"codes.npy must be integers of shape ({len(labels)}, features), got {codes.dtype} of shape {codes.shape}"
        )
    if codes.ndim == 3:
        codes = codes[:, 0]
    side = math.isqrt(codes.shape[1])
    if side * side != codes.shape[1] or not 4 <= side <= 32:
        return ()  # not a square image, or too large to be drawn small
    low, high = code_range(network.input.encoding, network.input.resolution_bits)
    ink = np.clip((codes.astype(np.float64) - low) / (high - low), 0, 1)
    wrong, right = np.flatnonzero(labels != said), np.flatnonzero(labels == said)
    chosen = [int(i) for i in wrong[: SHOWN_SAMPLES // 2]]
    chosen += [int(i) for i in right[: SHOWN_SAMPLES - len(chosen)]]
    return tuple(
        Sample(i, int(labels[i]), int(said[i]), side, tuple(round(float(v), 2) for v in ink[i])) for i in chosen
    )
