"""Draw what `circuits.pictures` shows of a product: its streams, errors and correlations over all codes, and lengths.

Usage: python docs/figures/circuit_product.py [folder]
"""

from __future__ import annotations

import sys
from pathlib import Path

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt

from sc_neurocore.circuits import Circuit, pictures, run
from sc_neurocore.pictures import style
from sc_neurocore.spec import Comparator, Sobol


def main(folder: Path) -> None:
    """Write the pictures."""
    plt.rcParams.update(style("product"))
    product = Circuit("product", stream_length=64, resolution_bits=6)
    x, w = (product.input(name, generator=Comparator(source=Sobol(dimension=d))) for name, d in (("x", 1), ("w", 2)))
    p = product.and_(x, w)
    for name, stream in (("x_bits", x), ("w_bits", w), ("p_bits", p)):
        product.output(name, stream, "stream")
    product.output("y", p)

    def wanted(codes):
        return codes.prod(axis=1) / 64**2

    bits = run(product, [[48, 21]])
    figures = {
        "streams": pictures.streams({name[0]: each[0] for name, each in bits.items() if name != "y"}),
        "error": pictures.error_map(product, "y", wanted),
        "correlation": pictures.correlation_map(product, "x_bits", "w_bits"),
        "lengths": pictures.error_against_length(product, "y", wanted, lengths=[2**k for k in range(1, 9)]),
    }
    for name, figure in figures.items():
        figure.savefig(folder / f"circuit_{name}.svg", metadata={"Date": None}, facecolor="white")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
