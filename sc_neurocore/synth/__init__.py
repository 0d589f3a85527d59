"""Area and timing estimates through Yosys and nextpnr.

`run` writes `synth.json` for a network; `implement` does the same for any Verilog; `warm` prepares the tools.
"""

from __future__ import annotations

from .artifact import run
from .flow import Implementation, implement
from .targets import TARGETS, Target
from .tools import warm

__all__ = ["TARGETS", "Implementation", "Target", "implement", "run", "warm"]
