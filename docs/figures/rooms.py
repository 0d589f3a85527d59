"""Draw rooms.svg: which rooms know which.

Usage: python docs/figures/rooms.py [folder]
"""

from __future__ import annotations

import sys
from pathlib import Path

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt

from sc_neurocore.pictures import BLUE, GREEN, INK, MUTED, RED, style

BOXES = {
    "spec": (5.0, 3.4, "spec\nthe contract, as types", INK),
    "model": (1.7, 2.0, "bitstream, accel, inference\nthe model: bits and counts", BLUE),
    "gates": (8.3, 2.0, "rtl\nthe gates: Amaranth, Verilog", RED),
    "train": (1.7, 3.4, "training, export\nnetworks", BLUE),
    "synth": (8.3, 3.4, "synth\narea, timing", RED),
    "cosim": (5.0, 0.6, "cosim\ncompares every integer", GREEN),
}
ARROWS = (
    ("model", "spec"),
    ("gates", "spec"),
    ("cosim", "model"),
    ("cosim", "gates"),
    ("train", "model"),
    ("train", "spec"),
    ("synth", "gates"),
    ("synth", "spec"),
)


def main(folder: Path) -> None:
    """Write the picture."""
    plt.rcParams.update(style("rooms", 10))
    figure, axes = plt.subplots(figsize=(9, 3.6), layout="constrained")
    for x, y, text, colour in BOXES.values():
        box = {"boxstyle": "round,pad=0.5", "fc": "white", "ec": colour, "lw": 1.6}
        axes.text(x, y, text, ha="center", va="center", color=colour, bbox=box, zorder=2)
    for start, end in ARROWS:
        (x0, y0), (x1, y1) = BOXES[start][:2], BOXES[end][:2]
        arrow = {"arrowstyle": "-|>", "color": MUTED, "lw": 1.1}
        if x0 == x1:
            arrow |= {"shrinkA": 24, "shrinkB": 26}
        elif y0 == y1:
            arrow |= {"shrinkA": 62, "shrinkB": 84}
        else:
            arrow |= {"shrinkA": 50, "shrinkB": 62}
        axes.annotate("", (x1, y1), (x0, y0), arrowprops=arrow, zorder=1)
    axes.text(5.0, 2.0, "no import\ncrosses here", ha="center", va="center", color=MUTED, style="italic", fontsize=9)
    axes.plot([5, 5], [1.15, 1.65], color=MUTED, ls=":", lw=1.2)
    axes.plot([5, 5], [2.35, 2.85], color=MUTED, ls=":", lw=1.2)
    axes.set(xlim=(-0.2, 10.2), ylim=(0, 4))
    axes.axis("off")
    figure.savefig(folder / "rooms.svg", metadata={"Date": None}, facecolor="white")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
