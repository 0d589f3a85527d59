"""Which simulator the tests take where any will do for Verilog: the one that builds fastest."""

from __future__ import annotations

import shutil

QUICK = "icarus" if shutil.which("iverilog") and shutil.which("vvp") else "verilator"
"""Icarus builds in no time; Verilator, always there under CI, takes some seconds a core."""
