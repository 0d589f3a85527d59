"""The devices a core can be mapped to: one row of facts each."""

from __future__ import annotations

from dataclasses import dataclass

from sc_neurocore.spec.coerce import nearest
from sc_neurocore.spec.errors import OptionError


@dataclass(frozen=True)
class Target:
    """One device in one package, and how the two tools are told about it."""

    name: str
    """What the user writes."""
    device: str
    """The manufacturer's name, with package and speed grade."""
    family: str
    """`ice40`, `ecp5`, `gowin` or `xc7`: which cells exist, and which nextpnr places them."""
    package: str | None
    """The manufacturer's package name, as nextpnr spells it; None where nothing is placed."""
    io_pins: int | None
    """User pins of the package; a core with more ports is placed inside a serial shell."""
    yosys: str
    """The Yosys mapping command."""
    no_dsp: str
    """What to append to `yosys` for multipliers made of LUTs alone."""
    nextpnr: tuple[str, ...] | None
    """Arguments of nextpnr that name device, package and speed grade; None: cells are counted, nothing is placed."""
    logic_cell: str | None
    """Name of the packed logic cell in nextpnr's utilization."""
    goal_mhz: int | None
    """Clock that the placer is asked for. Missing it is no error: the clock reached is what is reported."""
    lut_inputs: int = 4
    """Inputs of a look-up table: counts of tables of different sizes cannot be compared."""


TARGETS: dict[str, Target] = {
    target.name: target
    for target in (
        Target(
            name="up5k",
            device="iCE40UP5K-SG48",
            family="ice40",
            package="sg48",
            io_pins=39,
            yosys="synth_ice40 -device u -dsp",
            no_dsp="",
            nextpnr=("--up5k", "--package", "sg48", "--pcf-allow-unconstrained"),
            logic_cell="ICESTORM_LC",
            goal_mhz=48,
        ),
        Target(
            name="hx8k",
            device="iCE40HX8K-CT256",
            family="ice40",
            package="ct256",
            io_pins=206,
            yosys="synth_ice40 -device hx",
            no_dsp="",
            nextpnr=("--hx8k", "--package", "ct256", "--pcf-allow-unconstrained"),
            logic_cell="ICESTORM_LC",
            goal_mhz=100,
        ),
        Target(
            name="ecp5-25k",
            device="LFE5U-25F-6BG381C",
            family="ecp5",
            package="CABGA381",
            io_pins=197,
            yosys="synth_ecp5",
            no_dsp="-nodsp",
            nextpnr=("--25k", "--package", "CABGA381", "--speed", "6", "--lpf-allow-unconstrained"),
            logic_cell="TRELLIS_COMB",
            goal_mhz=100,
        ),
        Target(
            name="ecp5-85k",
            device="LFE5U-85F-6BG381C",
            family="ecp5",
            package="CABGA381",
            io_pins=205,
            yosys="synth_ecp5",
            no_dsp="-nodsp",
            nextpnr=("--85k", "--package", "CABGA381", "--speed", "6", "--lpf-allow-unconstrained"),
            logic_cell="TRELLIS_COMB",
            goal_mhz=100,
        ),
        Target(
            name="gowin",
            device="Gowin GW2A family",
            family="gowin",
            package=None,
            io_pins=None,
            yosys="synth_gowin -family gw2a -noiopads",
            no_dsp="-nodsp",
            nextpnr=None,
            logic_cell=None,
            goal_mhz=None,
        ),
        Target(
            name="xilinx7",
            device="Xilinx 7 series",
            family="xc7",
            package=None,
            io_pins=None,
            yosys="synth_xilinx -family xc7 -flatten -noiopad -noclkbuf",
            no_dsp="-nodsp",
            nextpnr=None,
            logic_cell=None,
            goal_mhz=None,
            lut_inputs=6,
        ),
    )
}
"""Every target by the name the user writes."""


def get_target(name: str) -> Target:
    """The target of that name.

    Raises:
        OptionError: no such target; the message lists those there are.
    """
    if not isinstance(name, str) or name not in TARGETS:
        raise OptionError(f"target must be one of {', '.join(TARGETS)}; got {name!r}{nearest(name, tuple(TARGETS))}")
    return TARGETS[name]


def mapping_command(target: Target, top: str, dsp: bool) -> str:
    """The Yosys command that maps module `top` to the target, with or without its multiplier blocks.

    Args:
        target: the device.
        top: module to map.
        dsp: whether multipliers may become multiplier blocks.
    """
    command = target.yosys
    if not dsp:
        command = command.replace(" -dsp", "") + (f" {target.no_dsp}" if target.no_dsp else "")
    return f"{command} -top {top}"
