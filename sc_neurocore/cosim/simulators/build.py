"""Builds Verilog with a simulator and runs the bench in it, watched from outside: nothing here can wait for ever."""

from __future__ import annotations

import json
import math
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from ...spec.errors import ToolError
from ..drivers.ports import needed_ports
from ..testplan.script import Record, Script
from .block_files import Expected, read_record, write_stimulus
from .block_worker import mutant_folder
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
    waves: bool = False,
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
        waves: have the simulator leave its waves below `work` (the cocotb bench alone).
        progress: called with one line now and then.

    Raises:
        ToolError: the simulator itself cannot be started.
    """
    _write_job(script, sources, top, simulator, work, options, [], waves=waves)
    if expected is None:
        worker = "worker"
        (work / "script.json").write_text(script.to_json())
    else:
        worker = "block_worker"
        write_stimulus(work / "stimulus.bin", script)
    patience = _SILENT_SECONDS if silent_seconds is None else silent_seconds
    fault = _run_worker(worker, simulator, work, patience, f"{_frames(script)} frames", progress)
    return _collect(work, work, fault, simulator, script, expected)


def simulate_mutants(
    script: Script,
    source: Path,
    top: str,
    simulator: Simulator,
    work: Path,
    numbers: Sequence[int],
    *,
    expected: Expected,
    progress: Callable[[str], None] | None = None,
) -> list[Record]:
    """Drive a core once for each number on its input `sc_mutant`, compiled once; one record each.

    Args:
        script: what to drive.
        source: the Verilog file.
        top: name of the top module.
        simulator: verilator.
        work: an existing empty folder to work in.
        numbers: of the mutants; 0 is the core without any.
        expected: what the outputs are held against.
        progress: called with one line now and then.

    Raises:
        ToolError: the simulator cannot be started, or does not build the netlist.
    """
    _write_job(script, [source], top, simulator, work, (), numbers)
    write_stimulus(work / "stimulus.bin", script)
    # One mutant that hangs is ended by the worker, so that the others run.
    fault = _run_worker("block_worker", simulator, work, math.inf, f"{len(numbers)} mutants", progress)
    if not (work / "built").exists():
        record = _collect(work, work, fault, simulator, script, expected)
        raise ToolError(f"the mutants of {top!r} cannot be compiled: {record.fault}")
    if not all(mutant_folder(work, each).exists() for each in numbers):
        raise ToolError(f"the mutants of {top!r} did not all run: {_last_line(_read(work / 'worker.log'))}")
    return [_collect(work, mutant_folder(work, each), fault, simulator, script, expected) for each in numbers]


def _write_job(
    script: Script,
    sources: Sequence[Path],
    top: str,
    simulator: Simulator,
    work: Path,
    options: Sequence[str],
    mutants: Sequence[int],
    *,
    waves: bool = False,
) -> None:
    job = {
        "waves": waves,
        "simulator": simulator.name,
        "sources": [str(path) for path in _copied(sources, work / "source")],
        "includes": sorted({str(path.parent.resolve()) for path in sources}),
        "top": top,
        "options": list(options),
        "make": ["VM_PARALLEL_BUILDS=1"] if sum(path.stat().st_size for path in sources) > _LARGE else [],
        "control": script.control,
        "mutants": list(mutants),
        "ports": needed_ports(script),
        "streams": script.streams,
    }
    (work / "job.json").write_text(json.dumps(job))


def _run_worker(
    worker: str,
    simulator: Simulator,
    work: Path,
    silent_seconds: float,
    amount: str,
    progress: Callable[[str], None] | None,
) -> str | None:
    """Build and run in a process of its own; why that had to be ended, or None."""
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
            with _ended_with_us(child):
                return _watch(child, work, silent_seconds, amount, progress)
        finally:
            _end(child)


@contextmanager
def _ended_with_us(child: subprocess.Popen[bytes]) -> Iterator[None]:
    """Have a shell end the child's whole session if this process is killed meanwhile: its end of a pipe closes then."""
    script = 'read line && exit 0; kill -9 "-$1"'
    watcher = subprocess.Popen(
        ["/bin/sh", "-c", script, "sh", str(child.pid)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,  # Ctrl-C at a terminal is not for the shell
    )
    try:
        yield
    finally:
        with suppress(BrokenPipeError):
            watcher.communicate(b"done\n")


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
    amount: str,
    progress: Callable[[str], None] | None,
) -> str | None:
    """Wait for the child; the reason why it had to be ended, or None."""
    started = sign_time = time.monotonic()
    if progress is not None:
        progress("cosim: building the simulation")
    last_report = 0.0
    life = ""
    while child.poll() is None:
        time.sleep(_POLL_SECONDS)
        now = time.monotonic()
        if not (work / "built").exists():
            sign_time = now
            if now - started > _BUILD_SECONDS:
                return f"the simulator did not finish building within {_BUILD_SECONDS:.0f} s"
            continue
        text = _read(work / "life.json")
        if text and text != life:
            life, sign_time = text, now
            if progress is not None and now - last_report > 1:
                last_report = now
                _tell(text, amount, progress)
        elif now - sign_time > silent_seconds:
            return f"the simulator gave no sign of life for {silent_seconds:.0f} s: has the core a combinational loop?"
    return None


def _tell(text: str, amount: str, progress: Callable[[str], None]) -> None:
    try:
        life = json.loads(text)
    except ValueError:  # read while it was being written
        return
    cycles = f", {life['cycles']:,} cycles" if life["cycles"] else ""
    progress(f"cosim: {life['frames']} of {amount}{cycles}")


def _end(child: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()


def _collect(
    work: Path, place: Path, fault: str | None, simulator: Simulator, script: Script, expected: Expected | None
) -> Record:
    """The record that was left in `place` by what was built in `work`, or why there is none."""
    text = _read(place / "record.json")
    if text:
        try:
            return Record.from_json(text) if expected is None else _harness_record(work, place, text, script, expected)
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
    reason = _first_error(_read(place / "simulation.log")) or _last_line(_read(place / "simulation.log"))
    return Record(fault=f"the simulation ended before its time: {reason}")


def _harness_record(work: Path, place: Path, text: str, script: Script, expected: Expected) -> Record:
    lacks = json.loads(text).get("lacks")
    if lacks is not None:
        return Record(fault=f"the top module lacks the port {lacks}")
    widths = json.loads(_read(work / "widths.json"))
    bits = widths.get("m_axis_tdata")
    record = read_record(place, script, expected, bits or 0)
    record.ports = list(widths)
    message = _first_error(_read(place / "simulation.log"))
    # $finish: what it said before is the better reason
    if message and record.fault is not None and not record.segments:
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
