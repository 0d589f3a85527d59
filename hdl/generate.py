"""Write hdl/rtl anew: the Verilog of the committed networks and their benches. `make hdl` runs it; a test compares.

Usage: python hdl/generate.py [FOLDER]   (default: hdl/rtl)
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from sc_neurocore import load_network, rtl
from sc_neurocore.cosim.testbench import write_testbench
from sc_neurocore.rtl.emit.integration import TESTBENCH_SUFFIXES

ROOT = Path(__file__).resolve().parents[1]
CORES: dict[str, tuple[Path, dict[str, Any]]] = {
    "digits": (ROOT / "tests" / "golden" / "digits", {"architecture": "row"}),
    "digits4_serial": (ROOT / "hdl" / "synth" / "networks" / "digits4", {"architecture": "serial"}),
}
"""Core -> folder of the network it is made from, options of `generate`. The second fits small boards."""


def main(out: Path) -> None:
    """Generate every core and its bench into a folder of the core's name below `out`."""
    for name, (folder, options) in CORES.items():
        network = load_network(folder).replace(name=name)
        for suffix in TESTBENCH_SUFFIXES:
            (out / name / f"{name}{suffix}").unlink(missing_ok=True)  # `generate` replaces no folder with other files
        manifest = rtl.generate(network, out / name, **options)
        write_testbench(network, out / name, patterns=24)  # Icarus runs these benches in every run of the tests
        print(f"{out / name / manifest['verilog']}: {manifest['cycles_per_inference']} cycles an inference")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "hdl" / "rtl")
