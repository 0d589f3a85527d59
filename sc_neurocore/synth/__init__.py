"""Area and timing estimates through Yosys and nextpnr.

`run` writes `synth.json` for a network; `implement` does the same for any Verilog; `write_netlist` writes what Yosys
made of it as Verilog that a simulator takes; `warm` prepares the tools.
"""

from __future__ import annotations

from .artifact import run
from .flow import Implementation, implement
from .netlist import Netlist, write_netlist
from .targets import TARGETS, Target
from .tools import warm

__all__ = ["TARGETS", "Implementation", "Netlist", "Target", "implement", "run", "warm", "write_netlist"]
