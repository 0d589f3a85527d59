"""Mutants of a core's Verilog, all of them in one netlist behind an input that selects one."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ...spec.errors import ToolError
from ...spec.files.temporaries import scratch
from ...synth.flow import check_top, copied, yosys
from .circuits import DRIVERS, refuse_conflicts

SELECT = "sc_mutant"
"""The input that selects: 0 is the core itself."""
SELECT_BITS = 16
MOST_MUTANTS = 2**SELECT_BITS - 1
_TIMEOUT_S = 1800.0
_LEFT_OUT = re.compile(r" -port (\S*CLK|RD_EN|RD_[AS]RST) ")
_ZERO = "setundef -undriven -zero t:* t:$mem* %d"
"""What is X is 0, as it is simulated; `opt -full` would let it be what is handy."""
_COARSE = f"proc; flatten; {DRIVERS}; opt_clean; {_ZERO}; memory -nomap; opt -full; opt_clean -purge"


@dataclass(frozen=True)
class GateMutant:
    """One fault: a bit of a port of a cell is inverted, stuck, or inverted where another bit of that port is 0 or 1."""

    number: int
    """What the select input must hold."""
    mode: str
    cell: str
    port: str
    bit: int
    lines: str
    """Where the cell stands in the Verilog, as lines from-to; empty where Yosys does not know."""

    def to_json(self) -> dict[str, object]:
        """How a report names it."""
        place = {"cell": self.cell, "port": self.port, "bit": self.bit}
        return {"number": self.number, "mode": self.mode, **place, "lines": self.lines}


@dataclass(frozen=True)
class MutatedCore:
    """The netlist and what is wrong with it for each value of the select input."""

    verilog: Path
    rtlil: Path
    mutants: tuple[GateMutant, ...]
    cells: int
    """Of the core itself, coarse: an adder is one, and so is a memory."""


def mutate(
    sources: Sequence[Path], top: str, count: int, folder: Path, *, seed: int, progress: Callable[[str], None] | None
) -> MutatedCore:
    """Let Yosys draw mutants of a core, evenly over its cells and lines, and write them as one netlist.

    Clock pins are left out: a core with two clocks is no fault of a gate. So are the control pins of memories' read
    ports, which Yosys wants constant where a port does not use them, and the contents of memories, which Yosys does not
    mutate; wrong contents are what the faults of the model are.

    Args:
        sources: Verilog files.
        top: name of the top module.
        count: how many mutants to draw; a core may have fewer.
        folder: an existing folder, which gets the netlist.
        seed: of the draw.
        progress: told what is running.

    Raises:
        MissingExtraError: the extra `synth` is not installed.
        ToolError: Yosys failed, the core has nothing to mutate, or a bit of it is driven twice.
    """
    check_top(top)
    with scratch("sc-mutants") as work:
        script = (
            f"read_verilog {' '.join(copied(sources, work))}; hierarchy -check -top {top}; {_COARSE}; "
            f"write_rtlil core.il; mutate -list {count} -seed {seed % 2**31} -o list.txt"
        )
        yosys(work, script, "yosys.log", _TIMEOUT_S, progress, f"drawing mutants of {top}")
        refuse_conflicts((work / "drivers.txt").read_text())
        lines = [line for line in (work / "list.txt").read_text().splitlines() if not _LEFT_OUT.search(line)]
        if not lines:
            raise ToolError(f"Yosys found nothing to mutate in {top!r}")
        commands = [
            line.replace("mutate ", f"mutate -ctrl {SELECT} {SELECT_BITS} {number} ", 1)
            for number, line in enumerate(lines, 1)
        ]
        write = ("opt_clean", "write_rtlil mutated.il", "write_verilog -noattr mutated.v\n")
        (work / "mutate.ys").write_text("\n".join(["read_rtlil core.il", *commands, *write]))
        yosys(work, "script mutate.ys", "mutate.log", _TIMEOUT_S, progress, f"putting {len(lines)} mutants into {top}")
        for file in ("mutated.il", "mutated.v"):
            (folder / file).write_bytes((work / file).read_bytes())
        cells = len(re.findall(r"^  cell ", (work / "core.il").read_text(), re.MULTILINE))
    mutants = tuple(_mutant(number, line) for number, line in enumerate(lines, 1))
    return MutatedCore(folder / "mutated.v", folder / "mutated.il", mutants, cells)


def _mutant(number: int, line: str) -> GateMutant:
    """A line of Yosys' list."""

    def value(option: str) -> str:
        return next(iter(re.findall(rf" -{option} (\S+)", line)), "")

    sources = re.findall(r" -src \S+?:(\d+)\.\d+-(\d+)\.\d+", line)
    first, last = sources[-1] if sources else ("", "")
    lines = first if first == last else f"{first}-{last}"
    cell = re.sub(r"source\d+\.v:", "", value("cell"))
    return GateMutant(number, value("mode"), cell, value("port"), int(value("portbit")), lines)
