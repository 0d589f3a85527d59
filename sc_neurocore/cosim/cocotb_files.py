"""`generate --cocotb`: a cocotb test of a core with its vectors, for whoever verifies in Python without us."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np

from ..inference.engines import infer
from ..rtl.emit.integration import COCOTB_MAKEFILE, cocotb_module
from ..rtl.plan.supported import PORTS
from ..spec.entrance import entrance
from ..spec.files.atomic import write_atomic
from ..spec.network import NetworkSpec
from .testbench import PATTERNS, checked_core, core_registers, longest_silence, vectors

_MAKEFILE = """\
# `make` runs {module}.py with Icarus, `make SIM=verilator` with Verilator (5.036 or later); cocotb 2 must be installed.
SIM ?= icarus
TOPLEVEL_LANG := verilog
VERILOG_SOURCES := $(CURDIR)/{verilog}
COCOTB_TOPLEVEL := {top}
COCOTB_TEST_MODULES := {module}
include $(shell cocotb-config --makefiles)/Makefile.sim
"""


@entrance
def write_cocotb(
    network: NetworkSpec,
    folder: str | os.PathLike[str],
    *,
    samples: int = 16,
    seed: int = 0,
    patterns: int = PATTERNS,
) -> list[str]:
    """Write `test_<name>.py`, a `Makefile` and the vectors of `write_testbench` beside the core that `generate` wrote.

    The test sends all samples without and with pauses on both sides, and a frame of a wrong length; it compares every
    result, and loads a core whose weights are loaded.

    Args:
        network: what the core was generated from.
        folder: of `generate`.
        samples: as for `write_testbench`.
        seed: as for `write_testbench`.
        patterns: as for `write_testbench`.

    Returns:
        Names of the files written.

    Raises:
        OptionError: as `write_testbench`.
    """
    manifest, codes = checked_core(network, folder, samples, seed, patterns)
    expected, top = infer(network, codes), manifest["top"]
    texts = vectors(network, manifest, codes, expected, samples, seed)
    module = cocotb_module(top)
    texts[f"{module}.py"] = _module(network, manifest, expected, seed)
    texts[COCOTB_MAKEFILE] = _MAKEFILE.format(module=module, verilog=manifest["verilog"], top=top)
    for name, text in texts.items():
        write_atomic(Path(folder) / name, text)
    return list(texts)


def _module(network: NetworkSpec, manifest: dict[str, Any], expected: np.ndarray, seed: int) -> str:
    from jinja2 import Environment, StrictUndefined

    load = manifest.get("load")
    shape = network.codes_shape(1)
    driven = {*PORTS, "s_axis_tuser"}
    text = Path(__file__).with_name("cocotb_test.py.jinja").read_text(encoding="utf-8")
    return (
        Environment(undefined=StrictUndefined, keep_trailing_newline=True)
        .from_string(text)
        .render(
            top=manifest["top"],
            frames_in=shape[1] if len(shape) == 3 else 1,
            frames_out=int(np.prod(network.output_shape(1))) // network.output_neurons,
            patience=2 * longest_silence(manifest) + 1000,
            others=[p["name"] for p in manifest["ports"] if p["direction"] == "in" and p["name"] not in driven],
            seed=seed,
            load=bool(load),
            image=load["file"] if load else None,
            stream_load=bool(load) and load["control"] == "stream",
            axil_load=bool(load) and load["control"] == "axi-lite",
            registers=core_registers(network, manifest, base="0x"),
        )
    )
