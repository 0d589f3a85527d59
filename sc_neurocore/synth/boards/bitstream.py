"""From the folder of a design to its bitstream, by the tools and arguments that its Makefile has."""

from __future__ import annotations

import os
import shutil
import time
from functools import partial
from pathlib import Path
from typing import Any

from sc_neurocore.spec.entrance import entrance
from sc_neurocore.spec.errors import OptionError, ToolError
from sc_neurocore.spec.files.atomic import json_text, sha256_file, written_folder
from sc_neurocore.spec.files.json_object import read_object
from sc_neurocore.spec.files.temporaries import scratch

from ..flow import yosys_with_blocks
from ..reports import overfull, parse_timing, parse_utilization
from ..tools import YOSYS, Progress, call, silent, tail
from .board import Board, board_of
from .design import DESIGN, FORMAT
from .flows import FLOWS, REPORT, SOURCES, flow_of, map_script, nextpnr_of, pack_arguments, place_arguments

RESULT = "bitstream.json"
BITSTREAM_FILES = (RESULT, "yosys.log", "nextpnr.log", "pack.log", *(flow.bitstream for flow in FLOWS.values()))


@entrance
def make_bitstream(
    design: str | os.PathLike[str],
    out: str | os.PathLike[str],
    *,
    timeout_s: float = 1800.0,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Map, place and pack a design; writes the bitstream, `bitstream.json` and the tools' logs.

    A design that does not fit, or whose clock is slower than the board's, has no bitstream: `bitstream` is null, and
    `note` says why.

    Args:
        design: folder of `write_design`.
        out: folder to write, whole or not at all.
        timeout_s: limit for each run of a tool; a mapping that is done again without blocks is one run.
        progress: told what is running and how long it took.

    Returns:
        The content of `bitstream.json`.

    Raises:
        OptionError: `design` is no folder of a design.
        MissingExtraError: the extra `synth` is not installed.
        ToolError: a tool failed.
    """
    folder = Path(design)
    board = _board(folder)
    flow = flow_of(board)
    with scratch("sc-board") as work, written_folder(out, replaces=BITSTREAM_FILES) as target:
        for name in (*SOURCES, flow.pins):
            shutil.copyfile(folder / name, work / name)
        try:
            document = _made(board, work, timeout_s, progress)
        finally:
            for log in work.glob("*.log"):
                shutil.copyfile(log, target / log.name)
        if document["bitstream"] is not None:
            shutil.copyfile(work / flow.bitstream, target / flow.bitstream)
            document |= {"sha256": sha256_file(target / flow.bitstream)}
        (target / RESULT).write_text(json_text(document), "utf-8")
    return document


def _board(folder: Path) -> Board:
    """The board that a design is for."""
    tree = read_object(folder / DESIGN, str(folder / DESIGN), error=OptionError)
    if tree.get("format") != FORMAT or not isinstance(tree.get("board"), dict):
        raise OptionError(f"{folder / DESIGN} is no description of a design on a board")
    return board_of(tree["board"])


def _made(board: Board, work: Path, timeout_s: float, progress: Progress | None) -> dict[str, Any]:
    say, nextpnr, flow = progress or silent, nextpnr_of(board), flow_of(board)
    step = f"mapping to {board.device.name}"
    refused = yosys_with_blocks(work, partial(map_script, board), True, timeout_s, progress, step)
    step = f"placing and routing on {board.name}"
    say(step)
    start = time.monotonic()
    # the clock that was reached is told below, also where it is too slow
    arguments = [*place_arguments(board), "--timing-allow-fail"]
    status = call(nextpnr, arguments, work, work / "nextpnr.log", timeout_s=timeout_s, progress=progress, step=step)
    cells = parse_utilization((work / "nextpnr.log").read_text(errors="replace"))
    document: dict[str, Any] = {
        "format": "sc-neurocore/bitstream",
        "format_version": 1,
        "board": board.name,
        "device": board.device.device if board.nextpnr is None else " ".join(board.placing),
        "bitstream": None,
        "sha256": None,
        "clock_mhz": board.clock.mhz,
        "fmax_mhz": None,
        "utilization": {name: row for name, row in cells.items() if row["used"]},
        "dsp_refused": refused,
        "note": None,
        "tools": {tool.distribution: tool.version for tool in (YOSYS, nextpnr)},
    }
    if status != 0 or not (work / REPORT).is_file():
        if overfull(cells) is None:
            raise ToolError(f"{nextpnr.name} failed (exit status {status}) at: {step}\n{tail(work / 'nextpnr.log')}")
        return document | {"note": f"does not fit: {overfull(cells)}"}
    timing = parse_timing((work / REPORT).read_text())
    say(f"{step}: {timing.fmax_mhz:.1f} MHz, {time.monotonic() - start:.1f} s")
    document |= {"fmax_mhz": timing.fmax_mhz, "utilization": timing.utilization}
    if timing.fmax_mhz < board.clock.mhz:
        slow = f"the design reaches {timing.fmax_mhz:g} MHz, and the board's clock has {board.clock.mhz:g} MHz"
        return document | {"note": f"too slow: {slow}; take a smaller core"}
    step = f"packing {flow.bitstream}"
    log = work / "pack.log"
    status = call(flow.pack, pack_arguments(board), work, log, timeout_s=timeout_s, progress=progress, step=step)
    if status != 0 or not (work / flow.bitstream).is_file() or not (work / flow.bitstream).stat().st_size:
        raise ToolError(f"{flow.pack.name} failed (exit status {status}) at: {step}\n{tail(log)}")
    return document | {"bitstream": flow.bitstream}
