"""`generate --integration`: what surrounds a core in a flow without Python, written from its manifest alone."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ...spec.coerce import number, short
from ...spec.entrance import entrance
from ...spec.errors import OptionError
from ...spec.files.atomic import write_atomic
from .fusesoc import fusesoc_core

TESTBENCH_SUFFIXES = ("_tb.v", "_codes.hex", "_expected.hex")
"""Of the files that `cosim.write_testbench` adds to a core's folder."""

COCOTB_MAKEFILE = "Makefile"


def cocotb_module(top: str) -> str:
    """Name of the cocotb test that `cosim.write_cocotb` adds."""
    return f"test_{top}"


INTEGRATION_SUFFIXES = (".sdc", ".xdc", ".pcf", ".lpf", "_component.vhd", ".core")
"""Of the files that `write_integration` adds."""


@entrance
def write_integration(
    manifest: Mapping[str, Any], folder: str | os.PathLike[str], *, clock_mhz: float = 48.0
) -> list[str]:
    """Write constraint stubs, a VHDL component declaration and a FuseSoC core file beside the core.

    `<name>.sdc`, `.xdc` (Vivado), `.pcf` (iCE40) and `.lpf` (ECP5) constrain the clock and hold one commented line a
    port bit, to be given a pin. `<name>_component.vhd` declares the core in a package. `<name>.core` has the targets
    default, lint, synth_up5k, synth_ecp5 and, if the folder holds the files of `write_testbench`, sim and
    sim_verilator.

    Args:
        manifest: what `generate` returned, or its manifest.json.
        folder: where the core is.
        clock_mhz: frequency that the constraints ask for.

    Returns:
        Names of the files written.

    Raises:
        OptionError: the clock is no positive number, or the folder is not there.
    """
    number("clock_mhz", clock_mhz, above=0, below=1e5, rule="a positive number below 100,000")
    for key in ("top", "verilog", "ports"):
        if key not in manifest:
            raise OptionError(
                f"manifest must be what generate returned, with the key {key!r}, got {short(dict(manifest))}"
            )
    folder, top = Path(folder), manifest["top"]
    with_bench = all((folder / f"{top}{suffix}").is_file() for suffix in TESTBENCH_SUFFIXES)
    texts = (
        _sdc(clock_mhz),
        _xdc(manifest, clock_mhz),
        _pcf(manifest, clock_mhz),
        _lpf(manifest, clock_mhz),
        _vhdl(manifest),
        fusesoc_core(manifest, TESTBENCH_SUFFIXES if with_bench else ()),
    )
    names = [top + suffix for suffix in INTEGRATION_SUFFIXES]
    for name, text in zip(names, texts, strict=True):
        write_atomic(folder / name, text)
    return names


def _bits(manifest: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Every port bit as constraint files name it, with its direction."""
    for port in manifest["ports"]:
        for i in range(port["width"]):
            yield (port["name"] if port["width"] == 1 else f"{port['name']}[{i}]"), port["direction"]


def _period(clock_mhz: float) -> str:
    return f"{1000 / clock_mhz:.3f}"


def _sdc(clock_mhz: float) -> str:
    return f"""\
# {clock_mhz:g} MHz. All ports are synchronous to clk; where they leave the chip, give them delays of your board:
create_clock -name clk -period {_period(clock_mhz)} [get_ports clk]
# set_input_delay -clock clk 0.0 [all_inputs]
# set_output_delay -clock clk 0.0 [all_outputs]
"""


def _xdc(manifest: Mapping[str, Any], clock_mhz: float) -> str:
    places = "".join(
        f"# set_property -dict {{PACKAGE_PIN ? IOSTANDARD LVCMOS33}} [get_ports {{{bit}}}]  ;# {direction}\n"
        for bit, direction in _bits(manifest)
    )
    return f"# {clock_mhz:g} MHz\ncreate_clock -name clk -period {_period(clock_mhz)} [get_ports clk]\n{places}"


def _pcf(manifest: Mapping[str, Any], clock_mhz: float) -> str:
    places = "".join(f"# set_io {bit} ?  # {direction}\n" for bit, direction in _bits(manifest))
    return f"set_frequency clk {clock_mhz:g}\n{places}"


def _lpf(manifest: Mapping[str, Any], clock_mhz: float) -> str:
    places = "".join(
        f'# LOCATE COMP "{bit}" SITE "?"; IOBUF PORT "{bit}" IO_TYPE=LVCMOS33;  # {direction}\n'
        for bit, direction in _bits(manifest)
    )
    return f'FREQUENCY PORT "clk" {clock_mhz:g} MHZ;\n{places}'


def _vhdl_name(name: str) -> str:
    """The name in VHDL: as it is, or extended where VHDL has no such basic identifier (`a__b`, `a_`)."""
    return name if re.fullmatch(r"[a-z](?:_?[a-z0-9])*", name) else f"\\{name}\\"


def _vhdl(manifest: Mapping[str, Any]) -> str:
    top = manifest["top"]
    name, package = _vhdl_name(top), _vhdl_name(f"{top}_component")
    width = max(len(port["name"]) for port in manifest["ports"])
    ports = []
    for port in manifest["ports"]:
        kind = "std_logic" if port["width"] == 1 else f"std_logic_vector({port['width'] - 1} downto 0)"
        ports.append(f"      {port['name']:<{width}} : {port['direction']:<3} {kind}")
    declared = ";\n".join(ports)
    return f"""\
-- The core {top} for VHDL: `use work.{package}.all;`, then instantiate {name}; {manifest["verilog"]} is the entity.
library ieee;
use ieee.std_logic_1164.all;

package {package} is
  component {name} is
    port (
{declared}
    );
  end component;
end package;
"""
