"""A core's description for FuseSoC (CAPI2): its files, and what can be done with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

LINT_EXCEPTIONS = {
    "DECLFILENAME": "one file holds a core with all its modules",
    "PROCASSINIT": "registers carry their power-up value in the declaration",
    "UNUSEDSIGNAL": "modules that keep only data get the reset, too; carries and ignored bits of tdata end nowhere",
    "UNOPTFLAT": "equal bits of a vector are assigned from each other; no bit depends on itself",
    "VARHIDDEN": "a network may bear the name of a signal inside it",
}
"""Rules of Verilator that generated Verilog breaks on purpose, and why; `hdl/lint/` says it at length."""


def fusesoc_core(manifest: Mapping[str, Any], bench: Sequence[str]) -> str:
    """Text of `<name>.core`.

    Args:
        manifest: of the core.
        bench: suffixes of the bench's files, the Verilog first; none leaves out the targets that simulate.
    """
    top = manifest["top"]
    image = (manifest.get("load") or {}).get("file")
    parts = [_head(top, manifest["verilog"])]
    if bench:
        vectors = [f"{top}{suffix}" for suffix in bench[1:]] + ([image] if image else [])
        parts.append(_bench_files(top, bench[0], vectors))
    parts.append(_targets(top))
    if bench:
        parts.append(_simulations(top))
    return "".join(parts)


def _head(top: str, verilog: str) -> str:
    return f"""\
CAPI=2:
# For FuseSoC: `fusesoc --cores-root . run --target=lint sc_neurocore:cores:{top}`, and so on for each target below.
name: sc_neurocore:cores:{top}:1.0.0
description: the core of network {top}, AXI4-Stream in and out

filesets:
  rtl:
    files: [{verilog}]
    file_type: verilogSource-2005
  ice40:
    files: [{top}.pcf]
    file_type: PCF
  ecp5:
    files: [{top}.lpf]
    file_type: LPF
"""


def _bench_files(top: str, verilog: str, vectors: Sequence[str]) -> str:
    copied = "".join(f"      - {name}: {{file_type: user, copyto: {name}}}\n" for name in vectors)
    return f"""\
  bench:
    files:
      - {top}{verilog}: {{file_type: verilogSource-2005}}
{copied}"""


def _targets(top: str) -> str:
    width = max(map(len, LINT_EXCEPTIONS))
    exceptions = "".join(f"        - -Wno-{rule:<{width}}  # {why}\n" for rule, why in LINT_EXCEPTIONS.items())
    return f"""
targets:
  default: &default
    filesets: [rtl]
    toplevel: {top}

  lint:
    <<: *default
    description: Verilator's lint, clean but for these exceptions
    flow: lint
    flow_options:
      tool: verilator
      verilator_options:
        - -Wall
{exceptions}
  synth_up5k:
    <<: *default
    description: bitstream for an iCE40UP5K; give {top}.pcf your pins
    filesets: [rtl, ice40]
    flow: icestorm
    flow_options:
      yosys_synth_options: [-device, u]  # no -dsp: Yosys 0.70 may connect a multiplier block wrongly, and only warns
      nextpnr_options: [--up5k, --package, sg48, --pcf-allow-unconstrained]

  synth_ecp5:
    <<: *default
    description: bitstream for an ECP5-25k; give {top}.lpf your pins
    filesets: [rtl, ecp5]
    flow: trellis
    flow_options:
      nextpnr_options: [--25k, --package, CABGA381, --lpf-allow-unconstrained]
"""


def _simulations(top: str) -> str:
    return f"""
  sim: &sim
    <<: *default
    description: the bench in Icarus; its last line says PASS or FAIL
    filesets: [rtl, bench]
    toplevel: {top}_tb
    flow: sim
    flow_options: {{tool: icarus}}

  sim_verilator:
    <<: *sim
    description: the same in Verilator
    flow_options:
      tool: verilator
      mode: binary
      verilator_options: [--timing, -Wno-fatal]
"""
