"""Rows of the accuracy table: the float network, the integers, and whether they are about this network at all."""

from __future__ import annotations

from typing import Any

from .accuracy import Classes, wilson
from .artifacts import Node
from .hardware import other


def percent(share: float) -> str:
    """A share as a percentage with one decimal."""
    return f"{100 * share:.1f} %"


def float_accuracy(sweep: Node | None, infer: Node | None, model: Node | None) -> tuple[float, Node] | None:
    """Accuracy of the float network, and the file that has it.

    Args:
        sweep: sweep.json.
        infer: infer.json.
        model: the training record.
    """
    for node in (sweep, infer):
        if node is not None and (value := node.fraction("float_accuracy")) is not None:
            return value, node
    accuracy = None if model is None else model.node("accuracy")
    value = None if accuracy is None else accuracy.fraction("float")
    return None if value is None or model is None else (value, model)


def accuracies(
    floating: tuple[float, Node] | None,
    infer: Node | None,
    model: Node | None,
    classes: Classes | None,
    network_sha: str | None,
    trained_elsewhere: str | None,
) -> list[dict[str, Any]]:
    """Rows of the accuracy table; `stale` says why a row is not about this network, `exact` whether integers made it.

    Args:
        floating: what `float_accuracy` found.
        infer: infer.json.
        model: the training record.
        classes: what labels and outputs say.
        network_sha: hash of the network at hand, if there is one.
        trained_elsewhere: why the integers of the training record are not those of the network.
    """
    rows = []
    inferred = None if infer is None else other(infer, network_sha)
    if floating is not None:
        value, node = floating
        data = node.node("data")
        samples = node.count("samples") or (None if data is None else data.count("test_samples"))
        name = node.word("float_network") or "floating point"
        rows.append(_row(name, value, samples, node.where, False, inferred if node is infer else None))
    if infer is not None and (value := infer.fraction("accuracy")) is not None:
        rows.append(_row("exact integers", value, infer.count("samples"), infer.where, True, inferred))
    elif classes is not None:
        if infer is None and network_sha is not None:
            inferred = "no infer.json beside outputs.npy says which network made them"
        share = classes.correct / classes.samples
        rows.append(_row("exact integers", share, classes.samples, "outputs.npy", True, inferred))
    trained = None if model is None else model.node("accuracy")
    value = None if trained is None else trained.fraction("integer")
    # Shown where it adds something: mostly it is the same network on the same samples.
    shares = {row["value"] for row in rows if row["exact"] and row["stale"] is None}
    if model is not None and value is not None and percent(value) not in shares:
        data = model.node("data")
        samples = None if data is None else data.count("test_samples")
        name = "exact integers, as training measured them"
        rows.append(_row(name, value, samples, model.where, True, trained_elsewhere))
    return rows


def _row(name: str, value: float, samples: int | None, source: str, exact: bool, stale: str | None) -> dict[str, Any]:
    ends = wilson(value, samples) if samples else None
    interval = None if ends is None else f"{100 * ends[0]:.1f} – {percent(ends[1])}"
    row = {"name": name, "value": percent(value), "samples": samples, "interval": interval, "source": source}
    return row | {"share": value, "ends": ends, "exact": exact, "stale": stale}


def interval_scale(rows: list[dict[str, Any]]) -> tuple[float, float] | None:
    """Where the strips of all intervals begin and end; None without any.

    Args:
        rows: of the accuracy table.
    """
    ends = [end for row in rows for end in row["ends"] or ()]
    if not ends:
        return None
    room = max(0.005, 0.05 * (max(ends) - min(ends)))
    return min(ends) - room, max(ends) + room
