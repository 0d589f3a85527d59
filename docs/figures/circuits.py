"""Draw circuits.svg: a photograph and what circuits make of it, and gamma correction code by code.

Usage: python docs/figures/circuits.py [folder]
"""

from __future__ import annotations

import sys
from pathlib import Path

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "hdl" / "baselines"))
from images import DEGREE, POWER, gamma, mean, photograph, roberts, uncorrelated, windows

from sc_neurocore.circuits import run
from sc_neurocore.pictures import BLUE, GREY, style


def shown(axes: plt.Axes, title: str, values: np.ndarray, most: float) -> None:
    """One picture, black for 0 and white for `most`."""
    axes.imshow(values, cmap="gray", vmin=0, vmax=most, interpolation="nearest")
    axes.set_title(title, fontsize=9)
    axes.axis("off")


def curve(axes: plt.Axes) -> None:
    """What the circuit makes of each code, and what it should make of it."""
    codes = np.arange(256)
    ones = run(gamma(), np.repeat(codes[:, None], DEGREE, axis=1))["y"]
    axes.plot(codes, ones / 1024, color=BLUE, lw=1, label="ones / L")
    axes.plot(codes, (codes / 256) ** POWER, color=GREY, lw=1.6, label=f"x^{POWER}", zorder=0)
    axes.set_xlabel("code of x", fontsize=8)
    axes.tick_params(labelsize=8)
    axes.legend(fontsize=8)


def main(folder: Path) -> None:
    """Write the picture."""
    plt.rcParams.update(style("circuits"))
    figure, axes = plt.subplots(2, 3, figsize=(9, 4.4), layout="constrained")
    codes = photograph()
    four, nine = windows(codes, 2), windows(codes, 3)
    bright = run(gamma(), np.repeat(codes.reshape(-1, 1), DEGREE, axis=1))["y"]
    shown(axes[0, 0], "the photograph", codes, 255)
    shown(axes[0, 1], "gamma correction, L = 1,024", bright.reshape(codes.shape), 1024)
    curve(axes[0, 2])
    shown(axes[1, 0], "edges, one source", run(roberts(), four)["y"].reshape(106, 159), 96)
    shown(axes[1, 1], "edges, a source for each stream", run(uncorrelated(), four)["y"].reshape(106, 159), 128)
    shown(axes[1, 2], "mean of 3 × 3", run(mean(), nine)["y"].reshape(105, 158), 255)
    figure.savefig(folder / "circuits.svg", metadata={"Date": None}, facecolor="white")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
