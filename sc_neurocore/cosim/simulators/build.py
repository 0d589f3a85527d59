"""Builds Verilog with a simulator and runs the bench in it, watched from outside: nothing here can wait for ever."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from ...spec.errors import ToolError
from ..drivers.ports import needed_ports
from ..testplan.script import Record, Script
from .block_files import Expected, read_record, write_stimulus
from .tools import Simulator, simulator_environment

_BUILD_SECONDS = 3600.0
_SILENT_SECONDS = 60.0  # without a sign of life from the bench; a loop of zero delay shows only so
_POLL_SECONDS = 0.1
_LARGE = 1 << 20  # bytes of Verilog from which the compiler's own work is worth several processes


def simulate(
    script: Script,
    sources: Sequence[Path],
    top: str,
    simulator: Simulator,
    work: Path,
    *,
    expected: Expected | None = None,
    options: Sequence[str] = (),
    silent_seconds: float | None = None,
    progress: Callable[[str], None] | None = None,
) -> Record:
    """Drive the Verilog `sources` with `script`.

    A build or a run that fails is a fact about the core: it comes back as `fault` of the record.

    Args:
        script: what to drive.
        sources: Verilog files.
        top: name of the top module.
        simulator: verilator or icarus.
        work: an existing empty folder to work in.
        expected: what the compiled harness's outputs are held against (Verilator alone), here, in this process; None
            runs the cocotb bench, whose outputs are all kept.
        options: further arguments for the simulator's build.
        silent_seconds: how long the bench may give no sign of life before it is ended; 60 where not given.
        progress: called with one line now and then.

    Raises:
        ToolError: the simulator itself cannot be started.
    """
    job = {
        "simulator": simulator.name,
        "sources": [str(path) for path in _copied(sources, work / "source")],
        "includes": sorted({str(path.parent.resolve()) for path in sources}),
        "top": top,
        "options": list(options),
        "make": ["VM_PARALLEL_BUILDS=1"] if sum(path.stat().st_size for path in sources) > _LARGE else [],
        "control": script.control,
        "ports": needed_ports(script),
        "streams": script.streams,
    }
    (work / "job.json").write_text(json.dumps(job))
    if expected is None:
        worker = "worker"
        (work / "script.json").write_text(script.to_json())
    else:
        worker = "block_worker"
        write_stimulus(work / "stimulus.bin", script)
    env = simulator_environment(simulator.name)
    # The child must find this package where the parent found it, also from a checkout that is not installed.
    env["PYTHONPATH"] = os.pathsep.join(path for path in sys.path if path)
    with (work / "worker.log").open("wb") as log:
        child = subprocess.Popen(
            [sys.executable, "-m", f"{__package__}.{worker}", str(work)],
            cwd=work,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # so that the simulator below it can be ended with it
        )
        try:
            patience = _SILENT_SECONDS if silent_seconds is None else silent_seconds
            fault = _watch(child, work, patience, _frames(script), progress)
        finally:
            _end(child)
    return _collect(work, fault, simulator, script, expected)


def _copied(sources: Sequence[Path], folder: Path) -> list[Path]:
    """Copies under names that no build tool can misread."""
    folder.mkdir()
    copies = []
    for i, source in enumerate(sources):
        copy = folder / f"f{i}_{re.sub(r'[^A-Za-z0-9_]', '_', source.stem)}{source.suffix}"
        shutil.copyfile(source, copy)
        copies.append(copy)
    return copies


def _frames(script: Script) -> int:
    return max((len(segment.frames) for segment in script.segments), default=0)


def _watch(
    child: subprocess.Popen[bytes],
    work: Path,
    silent_seconds: float,
    frames: int,
    progress: Callable[[str], None] | None,
) -> str | None:
    """Wait for the child; the reason why it had to be ended, or None."""
    started = heard = time.monotonic()
    if progress is not None:
        progress("cosim: building the simulation")
    last_report = 0.0
    life = ""
    while child.poll() is None:
        time.sleep(_POLL_SECONDS)
        now = time.monotonic()
        if not (work / "built").exists():
            heard = now
            if now - started > _BUILD_SECONDS:
                return f"the simulator did not finish building within {_BUILD_SECONDS:.0f} s"
            continue
        text = _read(work / "life.json")
        if text and text != life:
            life, heard = text, now
            if progress is not None and now - last_report > 1:
                last_report = now
                _tell(text, frames, progress)
        elif now - heard > silent_seconds:
            return f"the simulator gave no sign of life for {silent_seconds:.0f} s: has the core a combinational loop?"
    return None


def _tell(text: str, frames: int, progress: Callable[[str], None]) -> None:
    try:
        life = json.loads(text)
    except ValueError:  # read while it was being written
        return
    progress(f"cosim: {life['frames']} of {frames} frames, {life['cycles']:,} cycles")


def _end(child: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()


def _collect(work: Path, fault: str | None, simulator: Simulator, script: Script, expected: Expected | None) -> Record:
    """The record that was left, or why there is none."""
    text = _read(work / "record.json")
    if text:
        try:
            return Record.from_json(text) if expected is None else _harness_record(work, text, script, expected)
        except (ValueError, KeyError, TypeError, IndexError, AttributeError, OSError):
            return Record(fault="the bench left no record that can be read")
    if fault is not None:
        return Record(fault=fault)
    if not (work / "built").exists():
        reason = _first_error(_read(work / "build.log")) or _last_line(_read(work / "worker.log"))
        if not (work / "build.log").exists():
            raise ToolError(f"{simulator.name} could not be started: {reason}")
        if simulator.name == "verilator" and "%Error" not in _read(work / "build.log"):
            # Verilator took the Verilog; what broke is the machine's part: the C++ compiler, make, the disk.
            raise ToolError(f"the simulation could not be built from {simulator.name}'s C++: {reason}")
        return Record(fault=f"the Verilog does not build with {simulator.name}: {reason}")
    reason = _first_error(_read(work / "simulation.log")) or _last_line(_read(work / "simulation.log"))
    return Record(fault=f"the simulation ended before its time: {reason}")


def _harness_record(work: Path, text: str, script: Script, expected: Expected) -> Record:
    lacks = json.loads(text).get("lacks")
    if lacks is not None:
        return Record(fault=f"the top module lacks the port {lacks}")
    widths = json.loads(_read(work / "widths.json"))
    bits = widths.get("m_axis_tdata")
    record = read_record(work, script, expected, bits or 0)
    record.ports = list(widths)
    message = _first_error(_read(work / "simulation.log"))
    if (
        message and record.fault is not None and not record.segments
    ):  # $finish: what it said before is the better reason
        record.fault = f"the simulation ended before its time: {message}"
    record.output_bits = bits
    return record


def _first_error(log: str) -> str:
    lines = [line.strip() for line in log.splitlines()]
    errors = [line for line in lines if re.search(r"(?<!\w)error", line, re.IGNORECASE)]
    return _short(errors[0]) if errors else ""


def _last_line(log: str) -> str:
    lines = [line.strip() for line in log.splitlines() if line.strip()]
    return _short(lines[-1]) if lines else "it said nothing"


def _short(line: str) -> str:
    # Paths of the work folder tell a reader nothing.
    return re.sub(r"/\S*/(f\d+_)?", "", line)[:200]


def _read(path: Path) -> str:
    try:
        return path.read_text(errors="replace")
    except OSError:
        return ""
