"""From Verilog to cell counts and a clock: Yosys maps, nextpnr places and routes once for each seed."""

from __future__ import annotations

import re
import shutil
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sc_neurocore.spec.coerce import number
from sc_neurocore.spec.entrance import entrance
from sc_neurocore.spec.errors import OptionError, ToolError
from sc_neurocore.spec.files.temporaries import scratch

from .reports import Area, Timing, overfull, parse_area, parse_timing, parse_utilization
from .shell import SHELL, Port, pins, read_ports, serial_shell
from .targets import Target, get_target, mapping_command
from .tools import NEXTPNR, YOSYS, Progress, call, silent, tail

MOST_SEEDS = 100
CONFLICT = "Driver-driver conflict"
"""A warning with which Yosys goes on, and makes a netlist that computes something else: here it is an error.

Yosys 0.70 does so where `ice40_dsp` puts registers of a product into a multiplier block, a constant sign bit of which
`wreduce` had cut off: the register is still there, and its input is not.
"""
DSP_REFUSED = "no multiplier blocks: Yosys would have connected one wrongly, so products are made of tables"
_MODULE = re.compile(r"[A-Za-z_][A-Za-z0-9_$]*\Z")


class ConflictError(ToolError):
    """Yosys gave a net two drivers."""


@dataclass(frozen=True)
class Implementation:
    """What a design takes on a target. Everything is the tools' estimate; no device was involved."""

    target: Target
    area: Area
    shell: str | None
    """Why the design was placed inside the serial shell; None where its ports are pins."""
    seeds: tuple[int, ...]
    timings: tuple[Timing | None, ...]
    """One for each seed; None where that placement or routing failed."""
    fits: bool | None
    """None where nothing was placed."""
    utilization: dict[str, dict[str, int]]
    """Packed cells, used and available, of the first seed."""
    note: str | None
    """What the reader must know: what the device has too few of, what failed."""
    tools: dict[str, str]
    dsp_refused: bool = False
    """Whether multiplier blocks were allowed and none was taken, for Yosys would have connected one wrongly."""

    @property
    def fmax_mhz(self) -> float | None:
        """Median over the seeds that were routed."""
        reached = [timing.fmax_mhz for timing in self.timings if timing is not None]
        return round(statistics.median(reached), 2) if reached else None

    @property
    def cells(self) -> int | None:
        """Packed logic cells: LUTs, carries and lone flip-flops together; None where nothing was packed."""
        row = self.utilization.get(self.target.logic_cell or "")
        return None if row is None else row["used"]

    def to_json(self) -> dict[str, Any]:
        """The figures as JSON values, under the names that `synth.json` uses."""
        timing = next((each for each in self.timings if each is not None), None)
        return {
            "target": self.target.name,
            "device": self.target.device,
            "lut_inputs": self.target.lut_inputs,
            "luts": self.area.luts,
            "ffs": self.area.ffs,
            "carries": self.area.carries,
            "brams": self.area.brams,
            "sprams": self.area.sprams,
            "dsps": self.area.dsps,
            "dsp_refused": self.dsp_refused,
            "cells": self.cells,
            "fits": self.fits,
            "fmax_mhz": self.fmax_mhz,
            "seeds": list(self.seeds),
            "fmax_per_seed_mhz": [None if each is None else each.fmax_mhz for each in self.timings],
            "goal_mhz": self.target.goal_mhz,
            "shell": self.shell,
            "note": self.note,
            "cell_counts": self.area.cells,
            "utilization": self.utilization,
            "critical_path": None if timing is None else timing.critical_path,
            "tools": self.tools,
        }


def check_seeds(seeds: int | Sequence[int]) -> tuple[int, ...]:
    """The seeds as a tuple of distinct integers from 1 to 2^31 - 1; a lone number is how many: 3 stands for 1, 2, 3.

    Raises:
        OptionError: they are not.
    """
    if type(seeds) is int and 1 <= seeds <= MOST_SEEDS:
        return tuple(range(1, seeds + 1))
    numbers = tuple(seeds) if isinstance(seeds, Sequence) and not isinstance(seeds, bytes) else ()
    legal = all(type(s) is int and 1 <= s < 2**31 for s in numbers)
    if not numbers or not legal or len(set(numbers)) < len(numbers):
        raise OptionError(
            f"seeds must be how many (1 to {MOST_SEEDS}), or distinct integers from 1 to 2^31 - 1, at least one; "
            f"got {seeds!r}"
        )
    return numbers


def check_top(top: str) -> None:
    """Whether `top` may stand in a script.

    Raises:
        OptionError: it is no plain Verilog identifier.
    """
    if not isinstance(top, str) or not _MODULE.match(top):
        raise OptionError(f"top must be a Verilog identifier, got {top!r}")


@entrance
def implement(
    sources: Sequence[str | Path],
    top: str,
    target: str,
    *,
    seeds: int | Sequence[int] = (1,),
    place_and_route: bool = True,
    dsp: bool = True,
    timeout_s: float = 1800.0,
    logs: Path | None = None,
    progress: Progress | None = None,
) -> Implementation:
    """Map Verilog to a target and, for each seed, place and route it.

    Args:
        sources: Verilog files.
        top: name of the top module; its clock is `clk`.
        target: a key of `TARGETS`.
        seeds: nextpnr's seeds, one run each, or how many.
        place_and_route: False counts cells only; no clock is then known. Some targets are only ever counted.
        dsp: whether multipliers may become the device's multiplier blocks.
        timeout_s: limit for each single run of a tool; a mapping that is done again without blocks is one run.
        logs: folder that gets the tools' logs: `yosys.log`, `nextpnr.log` and, with a shell, `yosys-shell.log`.
        progress: told what is running and how long it took.

    Raises:
        OptionError: an argument is illegal.
        MissingExtraError: a tool is not installed.
        ToolError: a tool failed, or said what this module does not understand.
    """
    device, seeds = get_target(target), check_seeds(seeds)
    check_top(top)
    number("timeout_s", timeout_s, above=0, rule="positive")
    with scratch("sc-synth") as folder:
        try:
            return _implement(folder, sources, top, device, seeds, place_and_route, dsp, timeout_s, progress)
        finally:
            if logs is not None:
                for log in sorted(folder.glob("*.log")):
                    shutil.copyfile(log, logs / log.name)


def _implement(
    folder: Path,
    sources: Sequence[str | Path],
    top: str,
    device: Target,
    seeds: tuple[int, ...],
    place_and_route: bool,
    dsp: bool,
    timeout_s: float,
    progress: Progress | None,
) -> Implementation:
    area, ports, refused = _map(folder, sources, top, device, dsp, timeout_s, progress)
    tools = {YOSYS.distribution: YOSYS.version}
    warning = [DSP_REFUSED] if refused else []
    if device.nextpnr is None or device.io_pins is None or not place_and_route:
        note = "; ".join(["not placed: cell counts only", *warning])
        return Implementation(device, area, None, seeds, (None,) * len(seeds), None, {}, note, tools, refused)
    shell = None
    if pins(ports) > device.io_pins:
        shell = (
            f"{pins(ports)} port bits on {device.io_pins} pins: placed inside a serial shell, whose registers are "
            "among cells but not among luts and ffs"
        )
        _put_shell(folder, ports, top, device, timeout_s, progress)
    nextpnr = NEXTPNR[device.family]
    tools[nextpnr.distribution] = nextpnr.version
    timings: list[Timing | None] = []
    utilization: dict[str, dict[str, int]] = {}
    failures = []
    for seed in seeds:
        timing, cells, failure = _place(folder, device, seed, timeout_s, progress)
        timings.append(timing)
        utilization = utilization or {key: row for key, row in cells.items() if row["used"]}
        if failure is not None and overfull(cells):
            # No other seed makes the device larger.
            note, none = "; ".join([f"does not fit: {overfull(cells)}", *warning]), (None,) * len(seeds)
            return Implementation(device, area, shell, seeds, none, False, utilization, note, tools, refused)
        if failure is not None:
            failures.append(f"seed {seed} was not placed and routed: {failure}")
    fits = any(timing is not None for timing in timings)
    note = "; ".join(failures + warning) or None
    return Implementation(device, area, shell, seeds, tuple(timings), fits, utilization, note, tools, refused)


def copied(sources: Sequence[str | Path], folder: Path) -> list[str]:
    """Copies of Verilog files in `folder`, under names of ours; returns the names.

    A script is a text, and a hostile path must not become a command in it.
    """
    names = []
    for i, source in enumerate(sources):
        names.append(f"source{i}.v")
        try:
            shutil.copyfile(source, folder / names[-1])
        except OSError as error:
            raise ToolError(f"cannot read Verilog file {source}: {error.strerror}") from error
    return names


def yosys(
    folder: Path,
    script: str,
    log: str,
    timeout_s: float,
    progress: Progress | None,
    step: str,
    *,
    spent_s: float = 0.0,
) -> None:
    """Run a script of Yosys commands in `folder`; ToolError where it fails.

    Args:
        folder: working directory.
        script: Yosys commands.
        log: name of the log file.
        timeout_s: limit for the run.
        progress: told what is running and how long it took.
        step: what the lines call the run.
        spent_s: seconds of the limit that are gone already.
    """
    say, arguments = progress or silent, ["-e", CONFLICT, "-p", script]
    say(step)
    start, limits = time.monotonic(), {"timeout_s": timeout_s, "spent_s": spent_s}
    status = call(YOSYS, arguments, folder, folder / log, **limits, progress=progress, step=step)
    if status != 0:
        kind = ConflictError if CONFLICT in (folder / log).read_text(errors="replace") else ToolError
        raise kind(f"{YOSYS.name} failed (exit status {status}) at: {step}\n{tail(folder / log)}")
    say(f"{step}: done in {time.monotonic() - start:.1f} s")


def yosys_with_blocks(
    folder: Path,
    script: Callable[[bool], str],
    dsp: bool,
    timeout_s: float,
    progress: Progress | None,
    step: str,
) -> bool:
    """Run a script that maps to a device, without its multiplier blocks where Yosys cannot take them rightly.

    Returns whether that was so.

    Args:
        folder: working directory; the log is `yosys.log` there.
        script: Yosys commands, with multiplier blocks or without.
        dsp: whether blocks may be taken.
        timeout_s: limit for both runs together.
        progress: told what is running and how long it took.
        step: what the lines call the run.
    """
    start = time.monotonic()
    try:
        yosys(folder, script(dsp), "yosys.log", timeout_s, progress, step)
    except ConflictError:
        if script(dsp) == script(False):
            raise  # there are no blocks to leave out
        (progress or silent)(f"{step}: Yosys would connect a multiplier block wrongly; again without such blocks")
        elapsed = time.monotonic() - start
        yosys(folder, script(False), "yosys.log", timeout_s, progress, step, spent_s=elapsed)
        return True
    return False


def _map(
    folder: Path,
    sources: Sequence[str | Path],
    top: str,
    device: Target,
    dsp: bool,
    timeout_s: float,
    progress: Progress | None,
) -> tuple[Area, tuple[Port, ...], bool]:
    """Map the sources; leaves `netlist.json` (for nextpnr) and `core.il` (for the shell) in the folder.

    Also said is whether multiplier blocks were refused.
    """
    files = " ".join(copied(sources, folder))

    def script(dsp: bool) -> str:
        return "; ".join(
            (
                f"read_verilog {files}",
                f"hierarchy -check -top {top}",
                mapping_command(device, top, dsp),
                "tee -q -o stat.json stat -json",
                "write_json netlist.json",
                f"select {top}",
                "write_rtlil -selected core.il",
            )
        )

    refused = yosys_with_blocks(folder, script, dsp, timeout_s, progress, f"mapping {top} to {device.name}")
    area = parse_area((folder / "stat.json").read_text(), device.family)
    return area, read_ports((folder / "netlist.json").read_text(), top), refused


def _put_shell(
    folder: Path, ports: tuple[Port, ...], top: str, device: Target, timeout_s: float, progress: Progress | None
) -> None:
    """Replace `netlist.json` by the shell around the mapped core, the core's cells untouched."""
    (folder / "shell.v").write_text(serial_shell(ports, top))
    script = "; ".join(
        (
            "read_verilog shell.v",
            mapping_command(device, SHELL, dsp=False),
            f"delete ={top}",
            "read_rtlil core.il",
            f"hierarchy -check -top {SHELL}",
            "flatten",
            "clean",
            "write_json netlist.json",
        )
    )
    yosys(folder, script, "yosys-shell.log", timeout_s, progress, f"serial shell around {top}")


def _place(
    folder: Path, device: Target, seed: int, timeout_s: float, progress: Progress | None
) -> tuple[Timing | None, dict[str, dict[str, int]], str | None]:
    """One run of nextpnr: its timing, its utilization, and why it failed if it did."""
    tool = NEXTPNR[device.family]
    step = f"placing and routing on {device.name}, seed {seed}"
    say = progress or silent
    say(step)
    log, report = folder / "nextpnr-seed.txt", folder / f"report-seed{seed}.json"
    arguments = [*(device.nextpnr or ()), "--json", "netlist.json", "--freq", str(device.goal_mhz), "--seed", str(seed)]
    arguments += ["--timing-allow-fail", "--report", report.name]
    start = time.monotonic()
    status = call(tool, arguments, folder, log, timeout_s=timeout_s, progress=progress, step=step)
    text = log.read_text(errors="replace")
    with (folder / "nextpnr.log").open("a") as all_seeds:
        all_seeds.write(f"==== seed {seed}\n{text}\n")
    utilization = parse_utilization(text)
    if status == 0 and report.is_file():
        timing = parse_timing(report.read_text())
        say(f"{step}: {timing.fmax_mhz:.1f} MHz, {time.monotonic() - start:.1f} s")
        return timing, utilization, None
    if not utilization:
        # It never came to placing: the tool or the netlist is at fault, not the size of the device.
        raise ToolError(f"{tool.name} failed (exit status {status}) at: {step}\n{tail(log)}")
    reason = tail(log, lines=1)
    say(f"{step}: failed, {overfull(utilization) or reason}")
    return None, utilization, reason
