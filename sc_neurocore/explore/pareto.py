"""Which points of a sweep are worth having, and a picture of them."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sc_neurocore.pictures import INK, MUTED
from sc_neurocore.spec import OptionError
from sc_neurocore.spec.coerce import short
from sc_neurocore.spec.entrance import entrance

from .picture_file import picture_file


@entrance
def pareto_front(
    points: Sequence[Mapping[str, Any]], *, cost: str = "stream_length", value: str = "accuracy"
) -> list[Mapping[str, Any]]:
    """The points that no other point beats: none has at most the cost and more value, or less cost and the same value.

    Points without either figure (missing or None) are left out; of equal points the first is kept.

    Args:
        points: rows with at least the two keys, as in `sweep.json`.
        cost: key of the figure that should be small.
        value: key of the figure that should be large.

    Returns:
        The front, by rising cost (and so by rising value).

    Raises:
        OptionError: no point has both figures.
    """
    for name, key in (("cost", cost), ("value", value)):
        if not isinstance(key, str):
            raise OptionError(f"{name} must be the name of a figure, got {short(key)}")
    if not isinstance(points, Sequence) or not all(isinstance(point, Mapping) for point in points):
        raise OptionError(f"points must be a list of mappings, got {short(points)}")
    measured = [point for point in points if point.get(cost) is not None and point.get(value) is not None]
    if not measured:
        raise OptionError(f"points must hold {cost!r} and {value!r}; of {len(points)} points none holds both")
    front: list[Mapping[str, Any]] = []
    for point in sorted(measured, key=lambda each: (each[cost], -each[value])):
        if not front or point[value] > front[-1][value]:
            front.append(point)
    return front


@entrance
def plot_sweep(document: Mapping[str, Any], out: str | os.PathLike[str]) -> Path:
    """Draw accuracy against stream length, a curve for each pair of generators, the Pareto front ringed.

    Args:
        document: content of `sweep.json`.
        out: `.svg` or `.png` file to write.

    Raises:
        OptionError: another ending, or no point to draw.
    """
    points = document.get("points")
    if not isinstance(points, Sequence):
        raise OptionError("document must be the content of a sweep.json, with its points")
    front = pareto_front(points)
    with picture_file(out) as axes:
        for label in dict.fromkeys(point["generators"] for point in points):
            rows: dict[int, list[float]] = {}
            for point in points:
                if point["generators"] == label and point["accuracy"] is not None:
                    rows.setdefault(point["stream_length"], []).append(100 * point["accuracy"])
            lengths = sorted(rows)
            means = [sum(rows[length]) / len(rows[length]) for length in lengths]
            (line,) = axes.plot(lengths, means, marker="o", label=label)
            for length in lengths:
                axes.plot([length] * len(rows[length]), rows[length], ".", color=line.get_color(), alpha=0.4)
        ringed = [(point["stream_length"], 100 * point["accuracy"]) for point in front]
        ring = {"s": 130, "facecolors": "none", "edgecolors": INK, "linewidths": 1.2, "label": "Pareto front"}
        axes.scatter(*zip(*ringed, strict=True), **ring)
        if document.get("float_accuracy") is not None:
            floating = document.get("float_network", "float")
            axes.axhline(100 * document["float_accuracy"], color=MUTED, linestyle="--", label=floating)
        axes.set_xscale("log", base=2)
        ticks = sorted({point["stream_length"] for point in points})
        axes.set_xticks(ticks, [str(tick) for tick in ticks])
        axes.set(xlabel="stream length L", ylabel="accuracy, %")
    return Path(out)
