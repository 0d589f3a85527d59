"""Draw faults.svg: accuracy against the probability of flipped product bits.

Usage: python docs/figures/faults.py [FOLDER]
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt

from sc_neurocore.pictures import BLUE, GREEN, RED, plain_numbers, style

ROOT = Path(__file__).resolve().parents[2]
LINES = {"streams": "-", "closed_form": ":", "binary": "--"}
COLOURS = {4: BLUE, 6: RED, 8: GREEN}


def draw(axis: plt.Axes, series: list[dict], trained: float) -> None:
    """All curves of one way of training."""
    for each in series:
        n, hardware = each["resolution_bits"], each["hardware"]
        if each["trained_with_flips"] != trained or n not in COLOURS:
            continue
        (curve,) = (c["curve"] for c in each["curves"] if (c["site"], c["kind"]) == ("product", "flip"))
        p, mean, low, high = zip(*[row for row in curve if row[0] > 0], strict=True)
        label = {
            "streams": f"streams, L = {2**n}",
            "closed_form": f"closed form, n = {n}",
            "binary": f"binary, n = {n}",
        }
        axis.plot(p, mean, LINES[hardware], color=COLOURS[n], label=label[hardware], linewidth=1.4)
        axis.fill_between(p, low, high, color=COLOURS[n], alpha=0.12, linewidth=0)
    axis.set_xscale("log")
    plain_numbers(axis.xaxis)
    axis.set_xlabel("probability of a flipped product bit")
    axis.set_title("trained without faults" if trained == 0 else f"trained with p = {trained:g}", fontsize=9)
    axis.grid()


def main(folder: Path) -> None:
    series = json.loads((ROOT / "benchmarks" / "results" / "faults.json").read_text("utf-8"))["digits"]["series"]
    plt.rcParams.update(style("faults"))
    figure, axes = plt.subplots(1, 2, figsize=(10, 4), sharey=True, layout="constrained")
    for axis, trained in zip(axes, sorted({each["trained_with_flips"] for each in series}), strict=True):
        draw(axis, series, trained)
    axes[0].set_ylabel("accuracy, %")
    axes[0].legend(fontsize=7, loc="lower left")
    figure.savefig(folder / "faults.svg", metadata={"Date": None}, facecolor="white")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
