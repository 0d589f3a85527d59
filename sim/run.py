"""Run the benches: all components in one build, the committed core in another.

Usage: python sim/run.py [--simulator auto|verilator|icarus] [--waves] [--work FOLDER] [parts|core …]
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
BENCHES = {
    "parts": (
        *("bench_sources", "bench_streams", "bench_sums", "bench_neurons", "bench_flow", "bench_closed_form"),
        *("bench_loading", "bench_control", "bench_overlap"),
    ),
    "core": ("bench_core",),
}
CORE = ROOT / "hdl" / "rtl" / "digits"


def run(group: str, work: Path, simulator: str = "auto", waves: bool = False) -> tuple[int, int]:
    """Build and run one group of benches below `work`; returns (tests, failures).

    The simulator runs in a process of its own, with an environment made for it.
    """
    from sc_neurocore.cosim.simulators.tools import find_simulator, simulator_environment

    name = find_simulator(simulator, verilog=True).name
    env = simulator_environment(name) | {
        "PYTHONPATH": os.pathsep.join([str(HERE), str(ROOT), os.environ.get("PYTHONPATH", "")]),
        "BENCH_NETWORK": str(ROOT / "tests" / "golden" / "digits"),
        "BENCH_MANIFEST": str(CORE / "manifest.json"),
    }
    work.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, __file__, "--inside", group, name, str(int(waves)), str(work.resolve())]
    subprocess.run(command, env=env, cwd=work, check=True)
    from cocotb_tools.check_results import get_results

    return get_results(work / "results.xml")


def _inside(group: str, simulator: str, waves: bool, work: Path) -> None:
    """The part that runs with the simulator's environment."""
    from cocotb_tools.runner import Verilator, get_runner

    class PortsOnly(Verilator):
        """Shows the benches the ports alone; the default shows every signal, at several times the compile time."""

        def _build_command(self):
            verilate, *rest = super()._build_command()
            place = verilate.index("--public-flat-rw")
            return [[*verilate[:place], "--public-depth", "1", *verilate[place + 1 :]], *rest]

    source, top = CORE / "digits.v", "digits"
    if group == "parts":
        from parts import Parts

        from sc_neurocore.rtl.emit.verilog import verilog_text

        source, top = work / "parts.v", "parts"
        source.write_text(verilog_text(Parts(), top))
    runner = PortsOnly() if simulator == "verilator" else get_runner(simulator)
    options = ["-Wno-fatal", *(["--trace"] if waves else [])] if simulator == "verilator" else []
    build = {"hdl_toplevel": top, "build_dir": work / "build", "build_args": options, "waves": waves}
    runner.build(sources=[source], timescale=("1ns", "1ps"), **build)
    runner.test(
        hdl_toplevel=top,
        test_module=",".join(BENCHES[group]),
        build_dir=work / "build",
        test_dir=work,
        results_xml=str(work / "results.xml"),
        waves=waves,
    )


def main() -> int:
    """The command line; exit status 1 if a test failed."""
    parser = argparse.ArgumentParser(description="Run the benches of sim/.")
    parser.add_argument("groups", nargs="*", choices=[*BENCHES, []], help="parts, core (default: both)")
    parser.add_argument("--simulator", default="auto", choices=("auto", "verilator", "icarus"))
    parser.add_argument("--waves", action="store_true", help="write waves into the work folder")
    parser.add_argument("--work", type=Path, default=ROOT / "build" / "sim", help="folder to build and run in")
    options = parser.parse_args()
    failed = 0
    for group in options.groups or BENCHES:
        tests, failures = run(group, options.work / group, options.simulator, options.waves)
        print(f"{group}: {tests} tests, {failures} failed")
        failed += failures or not tests
    return int(failed > 0)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--inside"]:
        _inside(sys.argv[2], sys.argv[3], sys.argv[4] == "1", Path(sys.argv[5]))
    else:
        sys.exit(main())
