"""Write hdl/rtl anew: the Verilog of the committed networks. `make hdl` runs it; a test compares its output.

Usage: python hdl/generate.py [FOLDER]   (default: hdl/rtl)
"""

from __future__ import annotations

import sys
from pathlib import Path

from sc_neurocore import load_network, rtl

ROOT = Path(__file__).resolve().parents[1]
CORES = {"digits": ROOT / "tests" / "golden" / "digits"}
"""Core -> folder of the network it is made from, with the default options of `generate`."""


def main(out: Path) -> None:
    """Generate every core into a folder of its name below `out`."""
    for name, network in CORES.items():
        manifest = rtl.generate(load_network(network), out / name)
        print(f"{out / name / manifest['verilog']}: {manifest['cycles_per_inference']} cycles an inference")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "hdl" / "rtl")
