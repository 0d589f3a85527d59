"""The plot of a speed result: ratios to NumPy's float32 product against the stream length, one panel a shape."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sc_neurocore.pictures import BLUE, GREEN, GREY, INK, OCHRE, RED, VIOLET, plain_numbers, style

LINES = {
    "counts, default": (BLUE, "o-", "counts, default pair"),
    "jax, default": (VIOLET, "s-", "JAX function, default pair"),
    "counts, sobol": (GREEN, "^-", "counts, Sobol pair"),
    "packed": (OCHRE, "v-", "packed streams"),
    "C loop": (GREY, "x--", "C loop, streams ready"),
    "public engine": (RED, "d--", "public engine 3.15.7"),
}


def plot(result: dict[str, Any], file: Path) -> None:
    """Medians with quartiles as bars, at the largest batch of the result."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    matplotlib.rcParams.update(style("speed"))
    cells = [cell for cell in result["cells"].values() if {"inputs", "length"} <= cell.keys() and "as" not in cell]
    batch = max(cell["batch"] for cell in cells)
    shapes = sorted({(cell["inputs"], cell["neurons"]) for cell in cells})
    figure, panels = plt.subplots(1, len(shapes), figsize=(1.2 + 3.2 * len(shapes), 4.2), sharey=True, squeeze=False)
    for axes, shape in zip(panels[0], shapes):
        row = sorted(
            (cell for cell in cells if (cell["inputs"], cell["neurons"], cell["batch"]) == (*shape, batch)),
            key=lambda cell: cell["length"],
        )
        for name, (colour, mark, label) in LINES.items():
            points = [(cell["length"], cell["candidates"].get(name, {}).get("ratio")) for cell in row]
            points = [(length, ratio) for length, ratio in points if ratio is not None]
            if points:
                middle = [ratio["median"] for _, ratio in points]
                bars = [[r["median"] - r["q1"] for _, r in points], [r["q3"] - r["median"] for _, r in points]]
                axes.errorbar([n for n, _ in points], middle, bars, fmt=mark, color=colour, capsize=2, label=label)
        axes.axhline(1, color=INK, linewidth=1, linestyle=":")
        axes.set_xscale("log", base=2)
        axes.set_yscale("log")
        plain_numbers(axes.yaxis)
        axes.set_xticks(lengths := [cell["length"] for cell in row], [str(n) for n in lengths])
        axes.set_title(f"{shape[0]}×{shape[1]}, batch {batch}", fontsize=9)
        axes.set_xlabel("stream length L")
        axes.grid()
    panels[0][0].set_ylabel("speed over NumPy's float32 product")
    panels[0][0].legend(fontsize=7, loc="lower left")
    figure.tight_layout()
    figure.savefig(file, metadata={"Date": None})
    plt.close(figure)
