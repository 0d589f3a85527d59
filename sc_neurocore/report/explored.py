"""What faults and searches of generators found, as rows of the page."""

from __future__ import annotations

from typing import Any

from .artifacts import Node

MOST_PAIRS = 10


def fault_rows(faults: list[Node]) -> list[dict[str, Any]]:
    """A row for each site and probability of every `faults.json`; what was not measured is no row.

    Args:
        faults: the files.
    """
    rows = []
    for node in faults:
        for curve in node.nodes("curves"):
            accuracy, probability = curve.fraction("accuracy"), curve.fraction("probability")
            if accuracy is None or probability is None:
                continue
            interval = [each for each in curve.numbers("interval_95") if each is not None]
            rows.append(
                {
                    "hardware": node.text("hardware") or "streams",
                    "fault": f"{curve.text('site') or 'unknown site'}, {node.text('kind') or 'flip'}",
                    "probability": f"{probability:g}",
                    "accuracy": f"{100 * accuracy:.1f} %",
                    "interval": f"{100 * interval[0]:.1f} – {100 * interval[1]:.1f} %" if len(interval) == 2 else None,
                    "points": curve.count("points"),
                }
            )
    return rows


def pair_rows(pairs: list[Node]) -> list[dict[str, Any]]:
    """The front of bias and error of every `pairs.json`, at most ten pairs of each.

    Args:
        pairs: the files.
    """
    rows = []
    for node in pairs:
        for pair in node.nodes("front")[:MOST_PAIRS]:
            bias, error = pair.number("bias"), pair.number("error")
            rows.append(
                {
                    "of": f"n = {node.count('resolution_bits')}, {node.count('searched') or 0:,} pairs",
                    "input": pair.text("input"),
                    "weight": pair.text("weight"),
                    "bias": None if bias is None else f"{bias:+.4f}",
                    "error": None if error is None else f"{error:.4f}",
                }
            )
    return rows
