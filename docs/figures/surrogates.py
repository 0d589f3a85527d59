"""Draw surrogates.svg: the slope of every surrogate at its defaults, and its function where it has one.

Usage: python docs/figures/surrogates.py [folder]
"""

from __future__ import annotations

import sys
from pathlib import Path

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt
import numpy as np

from sc_neurocore.pictures import BLUE, GREY, RED, style
from sc_neurocore.training.surrogate import CATALOGUE, OTHER_FORMS, Formula

COLUMNS = 5
X = np.linspace(-3, 3, 241)


def entries() -> list[Formula]:
    """All forms that a name and defaults determine."""
    return [entry() for name, entry in {**CATALOGUE, **OTHER_FORMS}.items() if name != "Custom"]


def draw(axes: plt.Axes, entry: Formula) -> None:
    """The slope, and behind it the function that stands for the step."""
    axes.axhline(0, color=GREY, lw=0.5)
    axes.axvline(0, color=GREY, lw=0.5)
    if entry.has_function:
        axes.plot(X, np.round(np.asarray(entry.surrogate_fun(X)), 4), color=GREY, lw=1.2)
    slope = np.round(np.asarray(entry.surrogate_grad(X)), 4)  # rounded, so that the last bits of a machine do not show
    axes.plot(X, slope, color=BLUE if type(entry).__name__ in CATALOGUE else RED, lw=1.4)
    peak = float(slope.max()) * 1.1
    top = max(1.1, peak) if peak > 0.1 else peak  # one scale for all but the very small and the very large
    axes.set(xlim=(-3, 3), ylim=(min(-0.2 * top, float(slope.min()) * 1.1), top), xticks=(-2, 0, 2))
    axes.locator_params(axis="y", nbins=3)
    axes.set_title(type(entry).__name__, fontsize=8, pad=3)
    axes.tick_params(labelsize=6, length=2)


def main(folder: Path) -> None:
    """Write the picture."""
    plt.rcParams.update(style("surrogates"))
    forms = entries()
    rows = -(-len(forms) // COLUMNS)
    figure, grid = plt.subplots(rows, COLUMNS, figsize=(10, 1.55 * rows), layout="constrained")
    for axes in grid.flat[len(forms) :]:
        axes.axis("off")
    for axes, entry in zip(grid.flat, forms, strict=False):
        draw(axes, entry)
    figure.savefig(folder / "surrogates.svg", metadata={"Date": None}, facecolor="white")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
