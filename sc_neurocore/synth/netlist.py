"""The mapped netlist as Verilog that a simulator takes: what Yosys made of the core, and models of its cells."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sc_neurocore.spec.entrance import entrance
from sc_neurocore.spec.errors import OptionError, ToolError
from sc_neurocore.spec.files.temporaries import scratch

from .cell_models import cell_models
from .flow import check_top, copied, yosys_with_blocks
from .reports import Area, parse_area
from .targets import TARGETS, Target, get_target, mapping_command
from .tools import YOSYS, Progress

FAMILY_TARGETS = {"ice40": "up5k", "ecp5": "ecp5-25k"}
"""The device that stands for its family."""
NETS = "sc_nets"
"""Output that shows every net, where that was asked for."""


@dataclass(frozen=True)
class Netlist:
    """A core in the cells of a device."""

    target: Target
    files: tuple[Path, ...]
    """The netlist, named after the top module, and `cells.v`."""
    area: Area
    nets: int | None
    """Bits of the output `sc_nets`; None where the netlist has no such port."""
    tools: dict[str, str]
    dsp_refused: bool = False
    """As in `flow.Implementation`."""


def netlist_target(name: str, argument: str = "netlist") -> Target:
    """The target of a netlist: a family, or a device of it.

    Args:
        name: of the family or the device.
        argument: what the caller calls it, for the message.

    Raises:
        OptionError: there is no such target, or none whose cells can be simulated.
    """
    devices = [target.name for target in TARGETS.values() if target.family in FAMILY_TARGETS]
    if not isinstance(name, str) or name not in (*FAMILY_TARGETS, *devices):
        raise OptionError(f"{argument} must be one of {', '.join((*FAMILY_TARGETS, *devices))}; got {name!r}")
    return get_target(FAMILY_TARGETS.get(name, name))


@entrance
def write_netlist(
    sources: Sequence[str | Path],
    top: str,
    target: str,
    folder: Path,
    *,
    show_nets: bool = False,
    dsp: bool = True,
    timeout_s: float = 1800.0,
    progress: Progress | None = None,
) -> Netlist:
    """Map Verilog to a target and write the netlist and its cells' models into `folder`.

    Args:
        sources: Verilog files.
        top: name of the top module.
        target: `ice40`, `ecp5`, or one of their devices.
        folder: an existing folder.
        show_nets: add an output `sc_nets` with every net but constants, one bit each.
        dsp: whether multipliers may become the device's multiplier blocks.
        timeout_s: limit for Yosys, also where it maps again without blocks.
        progress: told what is running.

    Raises:
        OptionError: an argument is illegal.
        MissingExtraError: the extra `synth` is not installed.
        ToolError: Yosys failed, or a cell has no simulation model.
    """
    device = netlist_target(target, "target")
    check_top(top)
    with scratch("sc-netlist") as work:
        files = " ".join(copied(sources, work))

        def script(dsp: bool) -> str:
            return "; ".join(
                (
                    f"read_verilog {files}",
                    f"hierarchy -check -top {top}",
                    mapping_command(device, top, dsp),
                    "opt_clean -purge",
                    # Bit by bit: a vector whose bits depend on each other looks like a loop to a simulator.
                    "splitnets",
                    "tee -q -o stat.json stat -json",
                    "write_json netlist.json",
                    f"write_verilog -noattr {'-norename ' if show_nets else ''}netlist.v",
                )
            )

        step = f"mapping {top} to {device.name}, for simulation"
        refused = yosys_with_blocks(work, script, dsp, timeout_s, progress, step)
        area = parse_area((work / "stat.json").read_text(), device.family)
        nets = _show_nets(work / "netlist.v", work / "netlist.json", top) if show_nets else None
        (folder / "cells.v").write_text(cell_models(device.family, area.cells), encoding="utf-8")
        shutil.copyfile(work / "netlist.v", folder / f"{top}.v")
    files = (folder / f"{top}.v", folder / "cells.v")
    return Netlist(device, files, area, nets, {YOSYS.distribution: YOSYS.version}, refused)


def _show_nets(verilog: Path, netlist: Path, top: str) -> int:
    """Add the output `sc_nets` to the netlist's text; returns its width."""
    names = net_names(json.loads(netlist.read_text())["modules"][top])
    text = verilog.read_text()
    head = text.index("(", text.index(f"module {top}"))
    end = text.rindex("endmodule")
    if not names or NETS in text:
        raise ToolError(f"the netlist of {top!r} cannot show its nets: it has none, or a net named {NETS}")
    nets = ",\n    ".join(names)
    verilog.write_text(
        f"{text[: head + 1]}{NETS}, {text[head + 1 : end]}"
        f"  output [{len(names) - 1}:0] {NETS};\n  assign {NETS} = {{\n    {nets}\n  }};\n{text[end:]}"
    )
    return len(names)


def net_names(module: dict[str, Any]) -> list[str]:
    """One name, as Verilog writes it, for every net of a module in Yosys' JSON."""
    net_names: dict[int, str] = {}
    for name, row in module["netnames"].items():
        bits = row["bits"]
        low, upto = row.get("offset", 0), row.get("upto", 0)
        for i, bit in enumerate(bits):
            if isinstance(bit, int) and bit not in net_names:
                index = low + (len(bits) - 1 - i if upto else i)
                net_names[bit] = f"\\{name} " + (f"[{index}]" if len(bits) > 1 else "")
    return [net_names[bit] for bit in sorted(net_names)]
