"""Draw stream.svg: one product with the default generators, and the errors of all products of three generator pairs.

Usage: python docs/figures/stream.py [folder]
"""

from __future__ import annotations

import sys
from pathlib import Path

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt
import numpy as np

from sc_neurocore.bitstream import stream
from sc_neurocore.pictures import BLUE, GREY, INK, RED, style
from sc_neurocore.spec import DEFAULT_INPUT_GENERATOR, DEFAULT_WEIGHT_GENERATOR, Comparator, Generator, Lfsr, Sobol

N, X, W = 4, 11, 9
MEDIAN_SEED = 117  # with seed 1: the median RMS error of all 254 second seeds


def table(inputs: Generator, weights: Generator, n: int, length: int) -> np.ndarray:
    """Counts of all products."""
    codes = np.arange(2**n)
    return stream(inputs, codes, n, length).astype(int) @ stream(weights, codes, n, length).T.astype(int)


def draw_streams(axes: plt.Axes) -> None:
    """Three rows of boxes, filled where the bit is one."""
    length = 2**N
    x = stream(DEFAULT_INPUT_GENERATOR, X, N, length)
    w = stream(DEFAULT_WEIGHT_GENERATOR, W, N, length)
    rows = ((f"x = {X}", x, BLUE), (f"w = {W}", w, RED), ("AND", x & w, INK))
    for row, (label, bits, colour) in enumerate(rows):
        for t, bit in enumerate(bits):
            box = plt.Rectangle((t + 0.06, -row + 0.1), 0.88, 0.72, fc=colour if bit else "white", ec=GREY, lw=0.7)
            axes.add_patch(box)
        axes.text(-0.4, -row + 0.46, label, ha="right", va="center", color=colour)
        axes.text(length + 0.3, -row + 0.46, f"{bits.sum()} ones", va="center", color=colour)
    axes.text(length / 2, -2.75, f"ideal: {X} · {W} / 15 = {X * W / 15:.1f}", ha="center", color=INK)
    axes.set(xlim=(-3, length + 3.4), ylim=(-3.1, 1), aspect="equal")
    axes.axis("off")


def draw_errors(axes: plt.Axes) -> None:
    """Histogram of the counts' errors over all pairs of codes at n = 8."""
    n = 8
    codes = np.arange(2**n)
    ideal = codes[:, None] * codes / (2**n - 1)
    default = table(DEFAULT_INPUT_GENERATOR, DEFAULT_WEIGHT_GENERATOR, n, 2**n) - ideal
    sobol = table(Comparator(source=Sobol(dimension=1)), Comparator(source=Sobol(dimension=2)), n, 2**n) - ideal
    pair = (Comparator(source=Lfsr(seed=1)), Comparator(source=Lfsr(seed=MEDIAN_SEED)))
    lfsr = table(*pair, n, 2**n - 1) - ideal
    bins = np.arange(-8.125, 8.25, 0.25)
    shown = ((lfsr, RED, "two LFSRs"), (sobol, GREY, "Sobol 1 × 2"), (default, BLUE, "default pair"))
    for error, colour, name in shown:
        rms = np.sqrt((error**2).mean())
        weights = np.full(error.size, 100 / error.size)
        label = f"{name}: RMS {rms:.2f}"
        axes.hist(error.ravel(), bins, weights=weights, color=colour, histtype="step", lw=1.6, label=label)
    axes.set(xlabel="error of the count, all products of 8-bit codes", ylabel="% of products", xlim=(-4.5, 4.5))
    axes.legend(fontsize=8, loc="upper left")


def main(folder: Path) -> None:
    """Write the picture."""
    plt.rcParams.update(style("stream"))
    figure, (left, right) = plt.subplots(1, 2, figsize=(10, 2.9), width_ratios=(1.25, 1), layout="constrained")
    draw_streams(left)
    draw_errors(right)
    figure.savefig(folder / "stream.svg", metadata={"Date": None}, facecolor="white")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
