"""The plot of a speed result: ratios to NumPy's float32 product against the stream length, one panel a shape."""

from __future__ import annotations

from pathlib import Path
from typing import Any

LINES = {
    "counts, default": ("tab:blue", "o-", "counts, default pair"),
    "jax, default": ("tab:cyan", "s-", "JAX function, default pair"),
    "counts, sobol": ("tab:green", "^-", "counts, Sobol pair"),
    "packed": ("tab:orange", "v-", "packed streams"),
    "C loop": ("tab:gray", "x--", "C loop, streams ready"),
    "public engine": ("tab:red", "d--", "public engine 3.15.7"),
}


def plot(result: dict[str, Any], file: Path) -> None:
    """Medians with quartiles as bars, at the largest batch of the result."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    matplotlib.rcParams["svg.hashsalt"] = "speed"  # the same result gives the same bytes
    cells = [cell for cell in result["cells"].values() if {"inputs", "length"} <= cell.keys() and "as" not in cell]
    batch = max(cell["batch"] for cell in cells)
    shapes = sorted({(cell["inputs"], cell["neurons"]) for cell in cells})
    figure, panels = plt.subplots(1, len(shapes), figsize=(1.2 + 3.2 * len(shapes), 4.2), sharey=True, squeeze=False)
    for axes, shape in zip(panels[0], shapes):
        row = sorted(
            (cell for cell in cells if (cell["inputs"], cell["neurons"], cell["batch"]) == (*shape, batch)),
            key=lambda cell: cell["length"],
        )
        for name, (colour, style, label) in LINES.items():
            points = [(cell["length"], cell["candidates"].get(name, {}).get("ratio")) for cell in row]
            points = [(length, ratio) for length, ratio in points if ratio is not None]
            if points:
                middle = [ratio["median"] for _, ratio in points]
                bars = [[r["median"] - r["q1"] for _, r in points], [r["q3"] - r["median"] for _, r in points]]
                axes.errorbar([n for n, _ in points], middle, bars, fmt=style, color=colour, capsize=2, label=label)
        axes.axhline(1, color="black", linewidth=1, linestyle=":")
        axes.set_xscale("log", base=2)
        axes.set_yscale("log")
        axes.set_xticks(lengths := [cell["length"] for cell in row], [str(n) for n in lengths])
        axes.set_title(f"{shape[0]}×{shape[1]}, batch {batch}", fontsize=9)
        axes.set_xlabel("stream length L")
        axes.grid(alpha=0.3)
    panels[0][0].set_ylabel("speed over NumPy's float32 product")
    panels[0][0].legend(fontsize=7, loc="lower left")
    figure.tight_layout()
    figure.savefig(file, metadata={"Date": None})
    plt.close(figure)
