"""Draw surrogates_torch.svg: the derivative of the six Torch surrogates at their defaults, by both paths.

Usage: python docs/figures/surrogates_torch.py [folder]
"""

from __future__ import annotations

import sys
from pathlib import Path

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt
import numpy as np
import torch

from sc_neurocore.pictures import BLUE, GREY, RED, style
from sc_neurocore.training import surrogate

SIX = ("fast_sigmoid", "superspike", "atan_surrogate", "sigmoid_surrogate", "straight_through", "triangular")
X = torch.linspace(-1, 1, 201, dtype=torch.float64)


def slope(name: str, path: str) -> np.ndarray:
    """The derivative, rounded, so that the last bits of a machine do not show."""
    f = getattr(surrogate, name)
    return np.round(torch.func.grad(lambda x: f(x, path=path).sum())(X).numpy(), 4)


def main(folder: Path) -> None:
    """Write the picture."""
    # The same bytes each time.
    plt.rcParams.update(style("surrogates_torch"))
    figure, grid = plt.subplots(1, len(SIX), figsize=(10, 1.7), layout="constrained")
    for axes, name in zip(grid.flat, SIX, strict=True):
        axes.axhline(0, color=GREY, lw=0.5)
        axes.axvline(0, color=GREY, lw=0.5)
        axes.plot(X, slope(name, "custom_op"), color=BLUE, lw=1.4)
        axes.plot(X[::20], slope(name, "legacy_autograd")[::20], ".", color=RED, ms=3)
        axes.set(xlim=(-1, 1), xticks=(-1, 0, 1), ylim=(0, None))
        axes.locator_params(axis="y", nbins=3)
        axes.set_title(name, fontsize=8, pad=3)
        axes.tick_params(labelsize=6, length=2)
    figure.savefig(folder / "surrogates_torch.svg", metadata={"Date": None}, facecolor="white")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
